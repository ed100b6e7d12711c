"""Rough geometry out of other programs: glTF and OBJ models, and scans of rooms as headsets make them.

An object that fills the upright block around it becomes that block, turned to be as small as may be: flat ones a ground
or a wall, the others a box. Whatever has another form keeps it, as a mesh with convex pieces for bodies to feel.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import gltf
import numpy as np
from numpy.typing import NDArray
from panda3d.core import Filename, GeomVertexReader, Loader, NodePath

from game.environment.blockout import FILL, Entry
from game.environment.decompose import convex_pieces, simplified, welded
from game.environment.mesh_file import Mesh, rounded_mesh
from game.environment.place_file import rounded
from game.table import Table
from models import rotations
from models.coords import bullet_to_panda
from models.errors import InputError
from models.rotations import Array

_FLAT = 0.05  # m; what is thinner is a ground or a wall
_LEAST = 0.05  # m; what is smaller in all directions is left out
_LARGEST = 512_000_000  # bytes
_ROUGH = 0.03  # m by which what is on a block's side may be off it
_OPEN, _CLOSED = 0.1, 0.9  # of a side: less is left out, more covers it
_NO_TRIANGLES: NDArray[np.int64] = np.zeros((0, 3), dtype=np.int64)
_PLANES = frozenset({"WALL_FACE", "FLOOR", "CEILING"})
"""What a scan tells as planes and not as boxes too; windows and pictures lie on walls and would only flicker there."""


@dataclass(frozen=True)
class Thing:
    """A named object: points ``(N, 3)`` in m, Z up, and its triangles ``(M, 3)``; none: it is known as a block only."""

    name: str
    points: Array
    triangles: NDArray[np.int64] = field(default_factory=lambda: _NO_TRIANGLES)


def load_things(path: Path) -> list[Thing]:
    """The objects of a .glb, .gltf, .obj or of a room scan, .json.

    Raises:
        InputError: there is no such file, it is damaged or of another kind, or it is empty.
    """
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise InputError(f"{path}: no such file, or too large; give a .glb, .gltf, .obj or a room scan's .json")
    suffix = path.suffix.lower()
    if suffix == ".json":
        things = _scan(path)
    elif suffix in (".glb", ".gltf", ".obj"):
        things = _model(path, suffix)
    else:
        raise InputError(f"{path}: of no kind that can be read; export it as .glb, .gltf or .obj")
    things = [thing for thing in things if len(thing.points) and np.ptp(thing.points, axis=0).max() > _LEAST]
    if not things:
        raise InputError(f"{path}: no geometry in here; export the objects as meshes")
    return things


def moved(things: Iterable[Thing], at: tuple[float, float], turn: float) -> list[Thing]:
    """The same, turned by ``turn`` degrees counter-clockwise about the origin and then put at x, y."""
    q = rotations.about(2, math.radians(turn))
    return [replace(thing, points=rotations.rotate(q, thing.points) + np.array((*at, 0.0))) for thing in things]


@dataclass(frozen=True, eq=False)
class Import:
    """A thing as the place has it: its ``[[geometry]]``, points ``(N, 3)`` in m, and the mesh, if it is no block."""

    entry: Entry
    corners: Array
    mesh: Mesh | None = None


def geometry_of(things: Sequence[Thing], done: Callable[[int], None] = lambda count: None) -> list[Import]:
    """One ``[[geometry]]`` for each thing; walls show their front to the middle of all.

    done: is called with how many there are, after each.
    """
    middle = np.mean([0.5 * (thing.points.min(axis=0) + thing.points.max(axis=0)) for thing in things], axis=0)
    found: list[Import] = []
    for thing in things:
        taken = {str(each.entry[key]) for each in found for key in ("name", "file") if key in each.entry}
        name = next(n for n in _names(thing.name) if n not in taken)
        points, triangles = welded(thing.points, thing.triangles)
        if len(triangles) and not _fills(_frame(points), triangles):
            file = next(f for f in map(_file, _names(name)) if f not in taken)
            found.append(_mesh(name, file, *simplified(points, triangles)))
        else:
            found.append(Import(_block(name, thing.points, middle), thing.points))
        done(len(found))
    return found


def _file(name: str) -> str:
    return f"meshes/{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_') or 'mesh'}.json"


def _mesh(name: str, file: str, points: Array, triangles: NDArray[np.int64]) -> Import:
    low, high = points.min(axis=0), points.max(axis=0)
    foot = np.round(np.array([*(0.5 * (low + high))[:2], low[2]]), 3)
    mesh = rounded_mesh(points - foot, triangles, convex_pieces(points - foot, triangles))
    entry = {"kind": "mesh", "name": name, "file": file, "position": rounded(foot), "collide": True, "fill": FILL}
    return Import(entry, points, mesh)


def _fills(local: Array, triangles: NDArray[np.int64]) -> bool:
    """Whether triangles cover the block around ``local`` points, side by side, and leave sides open only as a whole."""
    low, high = local.min(axis=0), local.max(axis=0)
    corners = local[triangles]
    areas = 0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    # How far the furthest corner of each triangle is from each of the six sides.
    off = np.concatenate((np.abs(corners - low).max(axis=1), np.abs(corners - high).max(axis=1)), axis=1)
    side = off.argmin(axis=1)
    if np.any(off.min(axis=1)[areas > 1e-6] > _ROUGH):
        return False
    size = high - low
    for k in range(6):
        whole = float(np.prod(np.delete(size, k % 3)))
        covered = float(areas[side == k].sum())
        if min(np.delete(size, k % 3)) > _FLAT and _OPEN * whole < covered < _CLOSED * whole:
            return False
    return True


def smallest_heading(plan: Array) -> float:
    """The heading in degrees, 0 … 90, of the least rectangle around points ``(N, 2)`` seen from above."""
    best = 0.0
    for span, steps in ((90.0, 181), (0.5, 101), (0.01, 41)):
        low = best - 0.5 * span if span < 90.0 else 0.0
        angles = np.linspace(low, low + span, steps)
        c, s = np.cos(np.radians(angles))[:, None], np.sin(np.radians(angles))[:, None]
        along, across = c * plan[:, 0] + s * plan[:, 1], c * plan[:, 1] - s * plan[:, 0]
        # Thin things have hardly any area: the edge's length tells their way too.
        sides = np.ptp(along, axis=1), np.ptp(across, axis=1)
        best = float(angles[np.argmin(sides[0] * sides[1] + 1e-3 * (sides[0] + sides[1]))])
    return best % 90.0


def _names(name: str) -> Iterable[str]:
    yield name
    for number in range(2, 1_000_000):
        yield f"{name} {number}"


def _axes(heading: float) -> Array:
    c, s = math.cos(math.radians(heading)), math.sin(math.radians(heading))
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _frame(points: Array) -> Array:
    """Points along the sides of the smallest upright block around them."""
    return np.asarray(points @ _axes(smallest_heading(points[:, :2])).T)


def _block(name: str, points: Array, middle: Array) -> Entry:
    heading = smallest_heading(points[:, :2])
    axes = _axes(heading)
    local = points @ axes.T
    low, high = local.min(axis=0), local.max(axis=0)
    size, centre = high - low, (0.5 * (low + high)) @ axes
    foot = np.array([centre[0], centre[1], low[2]])
    level = {"position": rounded(foot), "heading": round(heading, 3)}
    if size[2] < _FLAT:
        return {"kind": "ground", "name": name, **level, "size": rounded(size[:2]), "fill": FILL}
    if min(size[:2]) < _FLAT:
        return _wall(name, centre, axes[int(np.argmax(size[:2]))] * max(size[:2]), (low[2], high[2]), middle)
    return {"kind": "box", "name": name, **level, "size": rounded(size), "collide": True, "fill": FILL}


def _wall(name: str, centre: Array, along: Array, span: tuple[float, float], middle: Array) -> Entry:
    start, end = centre - 0.5 * along, centre + 0.5 * along
    inward = middle - centre
    if along[0] * inward[1] - along[1] * inward[0] > 0.0:  # whoever stands inside has the start at the left
        start, end = end, start
    return {
        "kind": "wall",
        "name": name,
        "start": rounded(start[:2]),
        "end": rounded(end[:2]),
        "span": rounded(span),
        "collide": True,
        "fill": FILL,
    }


def _model(path: Path, suffix: str) -> list[Thing]:
    try:
        if suffix == ".obj":
            node = Loader.getGlobalPtr().loadSync(Filename.fromOsSpecific(str(path.absolute())))
            root = NodePath(node) if node is not None else NodePath()
        else:
            root = NodePath(gltf.load_model(str(path)))
    except Exception as error:  # whatever the damage makes the loader raise
        raise InputError(f"{path}: cannot be read ({error}); export the model again") from error
    if root.isEmpty():
        raise InputError(f"{path}: cannot be read; export the model again")
    found = []
    for node in root.findAllMatches("**/+GeomNode"):
        points, triangles = _triangles(node, root)
        name = node.getName() or "object"
        found.append(Thing(name, bullet_to_panda(points) if suffix == ".obj" else points, triangles))
    return found


def _triangles(node: NodePath, root: NodePath) -> tuple[Array, NDArray[np.int64]]:
    matrix, triangles = node.getMat(root), [_NO_TRIANGLES]
    points: list[list[float]] = []
    for geom in node.node().getGeoms():
        first = len(points)
        reader = GeomVertexReader(geom.getVertexData(), "vertex")
        while not reader.isAtEnd():
            points.append([*matrix.xformPoint(reader.getData3())])
        for primitive in geom.decompose().getPrimitives():
            rows = np.array(primitive.getVertexList(), dtype=np.int64)
            if primitive.getNumVerticesPerPrimitive() == 3:
                triangles.append(first + rows.reshape(-1, 3))
    return np.array(points, dtype=np.float64).reshape(-1, 3), np.concatenate(triangles)


def _scan(path: Path) -> list[Thing]:
    """A room scan: ``spatialEntities`` with a label, a place (Y up) and a rectangle or a box."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}); export the scan again") from error
    if not isinstance(values, dict) or "spatialEntities" not in values:
        raise InputError(f"{path}: no room scan; it needs 'spatialEntities'")
    things = []
    for entity in Table(path, "", values).tables("spatialEntities"):
        label = entity.text("semanticLabel_META", "object")
        shape = "bounded3D_META" if "bounded3D_META" in entity else "bounded2D_META"
        if shape in entity and (shape == "bounded3D_META" or label in _PLANES):
            things.append(Thing(label.lower().replace("_", " "), _corners(entity, shape)))
    return things


def _corners(entity: Table, shape: str) -> Array:
    place, bounds = entity.table("locatable_META"), entity.table(shape)
    offset, extent = bounds.table("offset"), bounds.table("extent")
    sides = ("width", "height", "depth") if shape == "bounded3D_META" else ("width", "height")
    low = [offset.number(axis) for axis, _ in zip("xyz", sides, strict=False)]
    high = [start + extent.number(side, low=0.0) for start, side in zip(low, sides, strict=True)]
    ranges = [*zip(low, high, strict=True)] + [(0.0, 0.0)] * (3 - len(sides))
    local = np.array(np.meshgrid(*ranges)).reshape(3, -1).T
    q = np.array([place.table("orientation").number(axis) for axis in "xyzw"])
    if not 0.5 < float(np.linalg.norm(q)) < 2.0:
        raise place.fail("'orientation' is no unit quaternion; export the scan again")
    position = np.array([place.table("position").number(axis) for axis in "xyz"])
    return bullet_to_panda(rotations.rotate(rotations.normalize(q), local) + position)
