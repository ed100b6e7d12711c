"""The camera of a glTF file, .gltf or .glb: where it stands, and its angle of view."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np

from game.environment.camera_matrix import Y_UP_TO_Z_UP, camera_from, unscaled
from game.environment.optics import Camera
from game.table import Table
from models import rotations
from models.errors import InputError
from models.rotations import Array

_MAGIC, _JSON_CHUNK = b"glTF", 0x4E4F534A
_LARGEST = 512_000_000  # bytes of a file that is read


def load_gltf_camera(path: Path, size: tuple[int, int]) -> Camera:
    """The first perspective camera of a scene, for a photograph of ``size`` pixels.

    Raises:
        InputError: there is no such file, it is damaged, or it has no perspective camera.
    """
    root = _read(path)
    where = f"{path}"
    cameras = _objects(root, "cameras")
    nodes = _objects(root, "nodes")
    for index, node in enumerate(nodes):
        number = node.get("camera")
        if isinstance(number, int) and 0 <= number < len(cameras) and "perspective" in cameras[number]:
            lens = Table(path, f"camera {number}", cameras[number]).table("perspective")
            angle = lens.number("yfov", low=0.0, high=math.pi)
            focal = 0.5 * size[1] / math.tan(0.5 * angle) if angle > 0.0 else 0.0
            matrix = Y_UP_TO_Z_UP @ unscaled(_world(path, nodes, index))
            return camera_from(where, matrix, focal, size)
    raise InputError(f"{path}: no perspective camera in here; export the scene with its camera")


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: too large; export the camera alone")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a .gltf or .glb file") from error
    try:
        if data.startswith(_MAGIC):
            length, kind = struct.unpack("<II", data[12:20])
            if kind != _JSON_CHUNK or 20 + length > len(data):
                raise ValueError("cut off")
            data = data[20 : 20 + length]
        root = json.loads(data.decode("utf-8"))
    except (ValueError, struct.error, RecursionError) as error:
        raise InputError(f"{path}: no glTF ({error}); export it again as .gltf or .glb") from error
    if not isinstance(root, dict) or "asset" not in root:
        raise InputError(f"{path}: no glTF; export it again as .gltf or .glb")
    return root


def _objects(root: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = root.get(key, [])
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _world(path: Path, nodes: list[dict[str, Any]], index: int) -> Array:
    """Node to world, ``(4, 4)``."""
    parents: dict[int, int] = {}
    for parent, node in enumerate(nodes):
        children = node.get("children")
        parents |= {child: parent for child in children if isinstance(child, int)} if isinstance(children, list) else {}
    matrix, seen = _local(path, nodes[index], index), {index}
    while index in parents:
        index = parents[index]
        if index in seen:
            raise InputError(f"{path}: node {index} is its own ancestor; export the scene again")
        seen.add(index)
        matrix = _local(path, nodes[index], index) @ matrix
    return matrix


def _local(path: Path, node: dict[str, Any], index: int) -> Array:
    table = Table(path, f"node {index}", node)
    if "matrix" in table:
        return np.array(table.numbers("matrix", 16)).reshape(4, 4).T  # glTF keeps columns
    q = np.array(table.numbers("rotation", 4, (0.0, 0.0, 0.0, 1.0)))
    if not 0.5 < float(np.linalg.norm(q)) < 2.0:
        raise table.fail("'rotation' is no unit quaternion; export the scene again")
    matrix = np.eye(4)
    scale = np.array(table.vec3("scale", (1.0, 1.0, 1.0)))
    matrix[:3, :3] = rotations.rotate(rotations.normalize(q), np.eye(3)).T * scale
    matrix[:3, 3] = table.vec3("translation", (0.0, 0.0, 0.0))
    return matrix
