"""The shapes of props as triangles, in their own frames (Bullet's axes), with the colours of plain materials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.props import BALL, BOX, Kind, Part
from models.rotations import Array

Faces = NDArray[np.int64]
Colour = tuple[float, float, float]

_ROUND = 32  # faces round a ball or a bottle


@dataclass(frozen=True)
class Mesh:
    """points (V, 3) m, colours (V, 3) 0 … 1, triangles (T, 3) counter-clockwise seen from outside."""

    points: Array
    colours: Array
    triangles: Faces


@dataclass(frozen=True)
class Material:
    """How a kind looks. trim: the second colour. edge: radius of its edges, m. grid: m between points, for what dents.

    plump: how much thicker the middle is than the rim, of the half thickness.
    """

    colour: Colour
    trim: Colour
    edge: float = 0.004
    grid: float = 1.0
    plump: float = 0.0


MATERIALS = {
    "mattress": Material((0.70, 0.68, 0.64), (0.44, 0.50, 0.58), 0.05, 0.045),
    "cushion": Material((0.48, 0.25, 0.20), (0.40, 0.20, 0.16), 0.06, 0.03, 0.55),
    "box": Material((0.50, 0.40, 0.29), (0.58, 0.52, 0.40)),
    "chair": Material((0.50, 0.37, 0.25), (0.46, 0.33, 0.21), 0.01),
    "ball": Material((0.93, 0.92, 0.88), (0.15, 0.17, 0.22)),
    "bottle": Material((0.10, 0.20, 0.11), (0.36, 0.07, 0.10)),
    "mat": Material((0.15, 0.25, 0.40), (0.11, 0.19, 0.31), 0.01, 0.05),
}


def mesh_of(kind: Kind) -> Mesh:
    """All parts of a prop as one mesh."""
    material = MATERIALS[kind.name]
    meshes = [_part(part, material, kind) for part in kind.parts]
    offsets = np.cumsum([0, *(len(mesh.points) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.points + np.array(part.centre) for mesh, part in zip(meshes, kind.parts, strict=True)]),
        np.concatenate([mesh.colours for mesh in meshes]),
        np.concatenate([mesh.triangles + offset for mesh, offset in zip(meshes, offsets, strict=True)]),
    )


def normals_of(mesh: Mesh, points: Array, which: NDArray[np.int64] | None = None) -> Array:
    """Unit normals of a mesh whose points have moved to ``points`` ``(V, 3)``: the mean over the triangles around.

    which: of these points ``(n,)`` alone, which costs less; None: of all.
    """
    triangles = mesh.triangles
    if which is not None:
        asked = np.zeros(len(points), bool)
        asked[which] = True
        triangles = triangles[asked[triangles].any(axis=1)]
    corners = points[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(faces[:, axis], 3), len(points)) for axis in range(3)], axis=1
    )
    total = total if which is None else total[which]
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def _part(part: Part, material: Material, kind: Kind) -> Mesh:
    if part.shape == BALL:
        return _ball(part.half[0], material)
    if part.shape == BOX:
        return _rounded_box(np.array(part.half), material, kind)
    return _cylinder(part, material)


def _rounded_box(half: Array, material: Material, kind: Kind) -> Mesh:
    """Six grids, their edges rolled over; faces do not share points, so that hard edges stay hard where edge is 0."""
    radius = min(material.edge, float(half.min()))
    points, triangles, trims = [], [], []
    start = 0
    for axis in range(3):
        for side in (-1.0, 1.0):
            grid, faces = _face(half, axis, side, material.grid, radius)
            points.append(grid)
            triangles.append(faces + start)
            trims.append(_trim(grid, half, axis, kind))
            start += len(grid)
    flat = np.concatenate(points)
    inner = np.clip(flat, -(half - radius), half - radius)
    away = flat - inner
    rounded = inner + radius * away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    if material.plump:
        rounded[:, 1] *= 1.0 - material.plump * np.max(np.abs(rounded[:, ::2] / half[::2]), axis=1) ** 4
    trim = np.concatenate(trims)[:, None]
    colours = (1.0 - trim) * np.array(material.colour) + trim * np.array(material.trim)
    return _welded(Mesh(rounded, colours, np.concatenate(triangles)))


def _face(half: Array, axis: int, side: float, spacing: float, radius: float) -> tuple[Array, Faces]:
    u, v = (axis + 1) % 3, (axis + 2) % 3
    lines = [_lines(half[a], spacing, radius) for a in (u, v)]
    a, b = np.meshgrid(*lines, indexing="ij")
    grid = np.zeros((a.size, 3))
    grid[:, axis], grid[:, u], grid[:, v] = side * half[axis], a.ravel(), b.ravel()
    faces = grid_triangles(len(lines[0]), len(lines[1]))
    return grid, faces if side > 0 else faces[:, ::-1]


def _lines(half: float, spacing: float, radius: float) -> Array:
    """Where the lines of a face's grid run: close together where the edge is rolled over, ``spacing`` between."""
    flat = half - radius
    middle = np.linspace(-flat, flat, max(int(np.ceil(2.0 * flat / spacing)), 1) + 1)
    roll = flat + radius * np.tan(np.linspace(0.0, 0.25 * np.pi, 5)[1:])
    return np.concatenate((-roll[::-1], middle, roll))


def _trim(grid: Array, half: Array, axis: int, kind: Kind) -> Array:
    """Where the second colour is: a ticking's stripes, piping round a cushion, tape along a case."""
    if kind.name == "mattress" and axis != 0:
        flat, spacing = half[0] - MATERIALS[kind.name].edge, MATERIALS[kind.name].grid
        lines = np.round(grid[:, 0] * np.ceil(2.0 * flat / spacing) / (2.0 * flat) + 0.5).astype(int)
        return np.asarray((lines % 4 == 0) & (np.abs(grid[:, 0]) < flat), dtype=np.float64)  # every fourth of the grid
    if kind.name == "box" and axis == 1:
        return np.asarray(np.abs(grid[:, 2]) < 0.12 * half[2], dtype=np.float64)
    if kind.name == "cushion":
        return np.asarray(np.abs(grid[:, 1]) < 0.3 * half[1], dtype=np.float64)
    return np.zeros(len(grid))


def _welded(mesh: Mesh) -> Mesh:
    """The same surface with the points of touching faces made one, so that normals run smoothly over rolled edges."""
    _, first, index = np.unique(np.round(mesh.points, 6), axis=0, return_index=True, return_inverse=True)
    triangles = index.reshape(-1)[mesh.triangles]
    a, b, c = triangles.T
    return Mesh(mesh.points[first], mesh.colours[first], triangles[(a != b) & (b != c) & (c != a)])


def _ball(radius: float, material: Material) -> Mesh:
    tilt, turn = np.linspace(-0.5 * np.pi, 0.5 * np.pi, _ROUND // 2 + 1), np.linspace(0.0, 2.0 * np.pi, _ROUND + 1)
    tilts, turns = (grid.ravel() for grid in np.meshgrid(tilt, turn, indexing="ij"))
    unit = np.stack((np.cos(tilts) * np.cos(turns), np.sin(tilts), np.cos(tilts) * np.sin(turns)), axis=-1)
    # Twelve patches about the corners of an icosahedron, as on a football.
    golden = 0.5 * (1.0 + np.sqrt(5.0))
    seeds = np.array([np.roll((0.0, a, b * golden), shift) for shift in range(3) for a in (-1, 1) for b in (-1, 1)])
    near = np.max(unit @ (seeds / np.linalg.norm(seeds[0])).T, axis=1) > np.cos(0.33)
    colours = np.where(near[:, None], np.array(material.trim), np.array(material.colour))
    return _welded(Mesh(radius * unit, colours, grid_triangles(len(tilt), len(turn))))


def _cylinder(part: Part, material: Material) -> Mesh:
    """Upright, with a rounded shoulder; the thicker part of a bottle wears a label."""
    radius, half = part.half[0], part.half[1]
    shoulder = min(radius, half) * 0.6
    angle = np.linspace(0.0, 0.5 * np.pi, 5)
    rim = [(radius - shoulder + shoulder * np.cos(a), half - shoulder + shoulder * np.sin(a)) for a in angle]
    profile = np.array([(0.0, -half), (radius, -half), (radius, -0.5 * half), (radius, 0.2 * half), *rim, (0.0, half)])
    turn = np.linspace(0.0, 2.0 * np.pi, _ROUND + 1)
    rows = len(profile)
    across, up = np.repeat(profile[:, 0], len(turn)), np.repeat(profile[:, 1], len(turn))
    around = np.tile(turn, rows)
    points = np.stack((across * np.cos(around), up, across * np.sin(around)), axis=-1)
    labelled = (np.abs(up + 0.15 * half) < 0.36 * half) & (radius > 0.02)
    colours = np.where(labelled[:, None], np.array(material.trim), np.array(material.colour))
    return Mesh(points, colours, grid_triangles(rows, len(turn)))


def grid_triangles(rows: int, columns: int) -> Faces:
    """Two triangles for each cell of a grid of points ``(rows, columns)``, row after row."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    corner = (row * columns + column).reshape(-1)
    lower = np.stack((corner, corner + columns, corner + columns + 1), axis=-1)
    upper = np.stack((corner, corner + columns + 1, corner + 1), axis=-1)
    return np.concatenate((lower, upper))
