"""Meshes of a place on disk: what is drawn of an imported object, and the convex pieces of it that bodies feel.

A mesh lies in its own frame: metres, Z up, the middle of its foot at the origin.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from game.environment.description import Surface
from game.environment.optics import Vec3, vec3
from game.table import Table
from models import rotations
from models.disk import write_whole
from models.errors import InputError
from models.rotations import Array

SCHEMA, VERSION = "backflip.mesh", 1
_LARGEST = 16_000_000  # bytes
_TRIANGLES, _HULLS, _CORNERS = 2000, 64, 256  # at most of a mesh, of a mesh and of a hull
_FLAT = 1e-8  # m²; a triangle of less is a line
_DIGITS = 4  # tenths of a millimetre


@dataclass(frozen=True)
class Mesh:
    """points ``(N, 3)``, triangles ``(M, 3)`` counter-clockwise from outside, and hulls, each ``(K, 3)`` points."""

    points: Array
    triangles: NDArray[np.int64]
    hulls: tuple[Array, ...]


def mesh_surface(name: str, mesh: Mesh, position: Vec3, heading: float, collide: bool) -> Surface:
    """The mesh with its foot on ``position``, turned by ``heading`` degrees."""
    turn = rotations.about(2, math.radians(heading))

    def put(points: Array) -> tuple[Vec3, ...]:
        return tuple(vec3(point) for point in rotations.rotate(turn, points) + np.array(position))

    points = put(mesh.points)
    faces = tuple((points[a], points[b], points[c]) for a, b, c in mesh.triangles.tolist())
    return Surface(name, "mesh", faces, None, hulls=tuple(put(hull) for hull in mesh.hulls) if collide else ())


def rounded_mesh(points: Array, triangles: NDArray[np.int64], hulls: Sequence[Array]) -> Mesh:
    """The mesh as a file keeps it: rounded, and without triangles that have no area."""
    points = np.round(points, _DIGITS) + 0.0
    return Mesh(points, triangles[_areas(points, triangles) > _FLAT], tuple(np.round(hull, _DIGITS) for hull in hulls))


def save_mesh(path: Path, mesh: Mesh) -> None:
    """Write ``mesh`` so that `load_mesh` gives it back.

    Raises:
        InputError: the disk is full or the folder cannot be written.
    """
    values = {
        "schema": SCHEMA,
        "version": VERSION,
        "points": mesh.points.tolist(),
        "triangles": mesh.triangles.tolist(),
        "hulls": [{"points": hull.tolist()} for hull in mesh.hulls],
    }
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, (json.dumps(values, separators=(",", ":")) + "\n").encode())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room or choose another folder") from error


def load_mesh(path: Path) -> Mesh:
    """Read a mesh.

    Raises:
        InputError: there is no such file, or it says something that cannot be.
    """
    again = "add the model again with `backflip environment add`"
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: too large for a mesh of a place; {again}")
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {again}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}); {again}") from error
    root = Table(path, "", values if isinstance(values, dict) else {})
    if root.text("schema") != SCHEMA or root.number("version") != VERSION:
        raise root.fail(f'of another kind or version; it needs "schema": "{SCHEMA}" and "version": {VERSION}')
    points, triangles = np.array(root.rows("points", 3)).reshape(-1, 3), _triangles(root)
    if triangles.max() >= len(points) or triangles.min() < 0:
        raise root.fail(f"'triangles' names points that are not there; {again}")
    if _areas(points, triangles).min() <= _FLAT:
        raise root.fail(f"one of its triangles has no area; {again}")
    hulls = tuple(_hull(table) for table in root.tables("hulls"))
    if len(hulls) > _HULLS:
        raise root.fail(f"more than {_HULLS} hulls; {again}")
    root.done()
    return Mesh(points, triangles, hulls)


def _triangles(root: Table) -> NDArray[np.int64]:
    rows = root.rows("triangles", 3)
    if not 0 < len(rows) <= _TRIANGLES:
        raise root.fail(f"{len(rows)} triangles; a mesh has 1 to {_TRIANGLES}: add a simpler model")
    if not all(number.is_integer() for row in rows for number in row):
        raise root.fail("'triangles' has broken numbers; write three indices of points in brackets")
    return np.array(rows).clip(-1, 2**31).astype(np.int64)


def _hull(table: Table) -> Array:
    points = np.array(table.rows("points", 3)).reshape(-1, 3)
    if not 4 <= len(points) <= _CORNERS:
        raise table.fail(f"{len(points)} points; a hull has 4 to {_CORNERS}: add a simpler model")
    table.done()
    return points


def _areas(points: Array, triangles: NDArray[np.int64]) -> Array:
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return np.asarray(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1))
