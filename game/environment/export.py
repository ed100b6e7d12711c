"""A place for other programs: its geometry with one baked texture, as binary glTF 2.0.

Colours are in the texture as they are on screen, without shadows, so the material takes no light
(KHR_materials_unlit). Metres, Y up, as glTF wants it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pygltflib as gltf
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import LVector3
from PIL import Image

from game.environment.atlas import split, unwrap
from game.environment.bake import fill_patches
from game.environment.geometry import normal_of, triangulate
from game.environment.mesh import draw_faces
from game.environment.optics import Camera
from game.environment.place import Piece, Place, patches_of
from models.coords import panda_to_bullet
from models.disk import write_whole
from models.rotations import Array

_QUALITY = 92
_UNLIT = "KHR_materials_unlit"


@dataclass(frozen=True)
class Baked:
    """One surface: points and normals ``(N, 3)`` with Y up, texture coordinates ``(N, 2)`` with v down, triangles."""

    name: str
    points: Array
    normals: Array
    coordinates: Array
    triangles: NDArray[np.uint32]


def bake(base: ShowBase, place: Place, size: int) -> tuple[list[Baked], NDArray[np.uint8]]:
    """The place's surfaces and the texture ``(size, size, 3)`` that all of them share; size is a power of two.

    Raises:
        InputError: the graphics driver has no buffer of this size, or there is no room in it for all faces.
    """
    pieces = _unfolded(place, size)
    picture = place.unwrapped(base, pieces, size)
    for piece in pieces:
        piece.node.removeNode()
    return [_surface(piece) for piece in pieces], fill_patches(picture, patches_of(pieces))


def write_gltf(path: Path, surfaces: Sequence[Baked], picture: NDArray[np.uint8]) -> None:
    """Write a .glb: a node for each surface, one material, one texture.

    Raises:
        OSError: the disk is full or broken; nothing is left behind.
    """
    encoded = BytesIO()
    Image.fromarray(picture).save(encoded, "JPEG", quality=_QUALITY)
    document = gltf.GLTF2(
        asset=gltf.Asset(version="2.0", generator="backflip"),
        scene=0,
        scenes=[gltf.Scene(nodes=list(range(len(surfaces))))],
        nodes=[gltf.Node(name=surface.name, mesh=index) for index, surface in enumerate(surfaces)],
        materials=[_material()],
        textures=[gltf.Texture(source=0, sampler=0)],
        samplers=[gltf.Sampler(wrapS=gltf.CLAMP_TO_EDGE, wrapT=gltf.CLAMP_TO_EDGE)],
        extensionsUsed=[_UNLIT],
    )
    blob = _Blob(document)
    for surface in surfaces:
        attributes = gltf.Attributes(
            POSITION=blob.add(surface.points, gltf.VEC3, gltf.ARRAY_BUFFER),
            NORMAL=blob.add(surface.normals, gltf.VEC3, gltf.ARRAY_BUFFER),
            TEXCOORD_0=blob.add(surface.coordinates, gltf.VEC2, gltf.ARRAY_BUFFER),
        )
        indices = blob.add(surface.triangles.reshape(-1), gltf.SCALAR, gltf.ELEMENT_ARRAY_BUFFER)
        primitive = gltf.Primitive(attributes=attributes, indices=indices, material=0)
        document.meshes.append(gltf.Mesh(name=surface.name, primitives=[primitive]))
    document.images.append(gltf.Image(mimeType="image/jpeg", bufferView=blob.view(encoded.getvalue(), None)))
    document.buffers.append(gltf.Buffer(byteLength=len(blob.data)))
    document.set_binary_blob(bytes(blob.data))
    write_whole(path, b"".join(document.save_to_bytes()))


class _Blob:
    """The binary part of a document: what is added gets its view and, if it is numbers, its accessor."""

    def __init__(self, document: gltf.GLTF2) -> None:
        self._document = document
        self.data = bytearray()

    def view(self, part: bytes, target: int | None) -> int:
        """The number of a new view of ``part``."""
        self.data += bytes(-len(self.data) % 4)
        view = gltf.BufferView(buffer=0, byteOffset=len(self.data), byteLength=len(part), target=target)
        self.data += part
        self._document.bufferViews.append(view)
        return len(self._document.bufferViews) - 1

    def add(self, values: NDArray[np.generic], kind: str, target: int) -> int:
        """The number of a new accessor of ``values``, a row each."""
        whole = values.dtype.kind == "u"
        stored = values.astype(np.uint32 if whole else np.float32)
        rows = stored.reshape(len(stored), -1)
        accessor = gltf.Accessor(
            bufferView=self.view(stored.tobytes(), target),
            componentType=gltf.UNSIGNED_INT if whole else gltf.FLOAT,
            count=len(stored),
            type=kind,
            min=rows.min(axis=0).tolist(),
            max=rows.max(axis=0).tolist(),
        )
        self._document.accessors.append(accessor)
        return len(self._document.accessors) - 1


def _material() -> gltf.Material:
    texture = gltf.TextureInfo(index=0)
    look = gltf.PbrMetallicRoughness(baseColorTexture=texture, metallicFactor=0.0, roughnessFactor=1.0)
    return gltf.Material(name="photographs", pbrMetallicRoughness=look, extensions={_UNLIT: {}}, doubleSided=True)


def _unfolded(place: Place, size: int) -> list[Piece]:
    """The place's pieces once more, split where photographs want it, each face with its patch of the new texture."""
    cameras = [p.camera for p in place.environment.projectors if isinstance(p.camera, Camera)]
    parts = [[part for face in piece.faces for part in split(face, cameras)] for piece in place.pieces]
    every = unwrap([face for faces in parts for face in faces], cameras, size)
    pieces = []
    for piece, faces in zip(place.pieces, parts, strict=True):
        coordinates, every = every[: len(faces)], every[len(faces) :]
        node = place.root.attachNewNode(draw_faces(piece.surface.name, faces, coordinates))
        node.setShaderInput("material", LVector3(*piece.surface.material))
        node.stash()
        pieces.append(replace(piece, faces=tuple(faces), coordinates=tuple(coordinates), node=node))
    return pieces


def _surface(piece: Piece) -> Baked:
    points = panda_to_bullet(np.array([corner for face in piece.faces for corner in face]))
    normals = panda_to_bullet(np.array([normal_of(face) for face in piece.faces for _ in face]))
    coordinates = np.concatenate(piece.coordinates)
    coordinates[:, 1] = 1.0 - coordinates[:, 1]
    return Baked(piece.surface.name, points, normals, coordinates, np.array(list(_triangles(piece)), np.uint32))


def _triangles(piece: Piece) -> Iterator[tuple[int, int, int]]:
    first = 0
    for face in piece.faces:
        for a, b, c in triangulate(face):
            yield first + a, first + b, first + c
        first += len(face)
