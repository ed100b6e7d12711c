"""The textured meshes of a person's model, as arrays: what photographs are projected onto."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from game.avatar.glb import Glb
from game.avatar.posing import Pose, nearest_joint, skinned
from game.avatar.reshaping import from_gltf
from models.rotations import Array

_SMALL = 0.1  # m: what is thinner than that two ways is an eye, teeth or a brow


@dataclass(frozen=True)
class Surface:
    """points, normals (V, 3) in the bind pose, m, Z up; coordinates (V, 2), v downwards; triangles (T, 3).

    bones, weights (V, 4): what moves each point. image: number of its picture in the model. solid: it hides what is
    behind it. still: it keeps its own paint, as eyes and teeth do, which move behind lids and lips.
    """

    name: str
    points: Array
    normals: Array
    coordinates: Array
    triangles: NDArray[np.int64]
    bones: NDArray[np.int64]
    weights: Array
    image: int
    solid: bool
    still: bool

    def posed(self, owners: NDArray[np.int64], pose: Pose) -> tuple[Array, Array]:
        """Points and normals in ``pose``; owners: from `bone_owners`."""
        points = skinned(self.points, self.bones, self.weights, owners, pose)
        ahead = skinned(self.points + self.normals, self.bones, self.weights, owners, pose) - points
        return points, ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)


def surfaces_of(model: Glb) -> list[Surface]:
    """All meshes of a model that have a picture."""
    return list(_surfaces(model))


def bone_owners(model: Glb, pose: Pose) -> NDArray[np.int64]:
    """Which joint of a pose carries each bone of the skin."""
    nodes, joints = model.document["nodes"], model.document["skins"][0]["joints"]
    above = {child: node for node, facts in enumerate(nodes) for child in facts.get("children", ())}
    row = {joint: number for number, joint in enumerate(joints)}
    parents = [row.get(above.get(joint, -1), -1) for joint in joints]
    return nearest_joint([nodes[joint]["name"] for joint in joints], parents, pose.joints)


def picture_of(model: Glb, surface: Surface) -> Image.Image:
    """The surface's picture as RGBA."""
    return Image.open(io.BytesIO(model.picture(surface.image))).convert("RGBA")


def encoded(picture: Image.Image) -> bytes:
    """An RGBA picture as JPEG, or as PNG where one can see through it."""
    data = io.BytesIO()
    if picture.getchannel("A").getextrema() == (255, 255):
        picture.convert("RGB").save(data, "JPEG", quality=92, subsampling=0)
    else:
        picture.save(data, "PNG", optimize=False, compress_level=6)
    return data.getvalue()


def hidden_by(surfaces: Sequence[Surface], posed: Sequence[Array]) -> tuple[Array, NDArray[np.int64]]:
    """One mesh of all solid surfaces: points ``(V, 3)`` as ``posed`` and triangles ``(T, 3)``."""
    points, triangles, count = [], [], 0
    for surface, places in zip(surfaces, posed, strict=True):
        if surface.solid:
            points.append(places)
            triangles.append(surface.triangles + count)
            count += len(places)
    return np.concatenate(points), np.concatenate(triangles)


def _surfaces(model: Glb) -> Iterator[Surface]:
    document = model.document
    for mesh in document["meshes"]:
        for primitive in mesh["primitives"]:
            facts, material = primitive["attributes"], document["materials"][primitive["material"]]
            look = material["pbrMetallicRoughness"].get("baseColorTexture")
            if look is None:
                continue
            points = from_gltf(model.array(facts["POSITION"]).astype(np.float64))
            thin = bool(np.sort(np.ptp(points, axis=0))[1] < _SMALL)
            blended = material.get("alphaMode") == "BLEND"
            yield Surface(
                name=mesh["name"],
                points=points,
                normals=from_gltf(model.array(facts["NORMAL"]).astype(np.float64)),
                coordinates=model.array(facts["TEXCOORD_0"]).astype(np.float64),
                triangles=model.array(primitive["indices"]).reshape(-1, 3).astype(np.int64),
                bones=model.array(facts["JOINTS_0"]).astype(np.int64),
                weights=model.array(facts["WEIGHTS_0"]).astype(np.float64),
                image=document["textures"][look["index"]]["source"],
                solid=not (thin or blended),
                still=thin and not blended,
            )
