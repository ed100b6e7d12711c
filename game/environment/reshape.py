"""Blocks that are made already, taken by their corners and edges in the photograph and given another shape.

What is taken moves on the level or the upright on which it is; a rectangle's opposite side stays where it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from game.environment import geometry
from game.environment.blockout import Entry, faces_of, height_at, on_ground
from game.environment.drawing import Pixel
from game.environment.optics import Camera, Vec3, to_pixels, vec3
from game.environment.place_file import rounded
from models.errors import InputError
from models.rotations import Array

_LOWEST = 0.02  # m; a block that is shorter was not meant
_CORNER, _EDGE, _TOP, _MIDDLE, _POINT = "corner", "edge", "top", "middle", "point"


@dataclass(frozen=True)
class Grip:
    """Where a block can be taken: the block's name, which part, which of them, and where it shows."""

    block: str
    part: str
    index: int
    pixel: Pixel


def grips(entry: Entry, camera: Camera) -> list[Grip]:
    """Of a block, what shows of the corners and edges on its level and its top; of a cut-out, its outline and foot."""
    name = str(entry["name"])
    if "outline" in entry:
        points = [Grip(name, _POINT, i, (float(u), float(v))) for i, (u, v) in enumerate(entry["outline"])]
        return [*points, *_shown(camera, name, _MIDDLE, [np.array(entry["position"], dtype=np.float64)])]
    ring, rise = _ring(entry), np.array([0.0, 0.0, _height(entry)])
    middles = [0.5 * (ring[i] + ring[(i + 1) % len(ring)]) for i in range(len(ring))]
    found = _shown(camera, name, _CORNER, ring)
    found += _shown(camera, name, _EDGE, middles) if len(ring) == 4 else _shown(camera, name, _MIDDLE, middles[:1])
    return found + (_shown(camera, name, _TOP, [corner + rise for corner in ring]) if rise[2] else [])


def grip_near(entries: Iterable[Entry], camera: Camera, pixel: Pixel, radius: float) -> Grip | None:
    """The grip nearest to ``pixel``, within ``radius`` px; None: there is none."""
    every = [grip for entry in entries for grip in grips(entry, camera)]
    best = min(every, key=lambda grip: math.dist(grip.pixel, pixel), default=None)
    return best if best is not None and math.dist(best.pixel, pixel) <= radius else None


def reshaped(entry: Entry, camera: Camera, grip: Grip, pixel: Pixel) -> Entry:
    """The block with ``grip`` drawn to ``pixel``.

    Raises:
        InputError: it would have no area, or an outline would cross itself; or the point is not where it could be.
    """
    if "outline" in entry:
        return _outline(entry, camera, grip, pixel)
    ring = _ring(entry)
    if grip.part == _TOP:
        return _with_height(entry, height_at(camera, vec3(ring[grip.index]), pixel))
    at = np.array(_on_level(camera, float(ring[0][2]), pixel))
    if len(ring) == 2:
        ends = [at if grip.part == _CORNER and i == grip.index else end for i, end in enumerate(ring)]
        if grip.part == _MIDDLE:
            ends = [end + at - 0.5 * (ring[0] + ring[1]) for end in ring]
        return _with_ends(entry, ends)
    return _with_corner(entry, ring, grip, at)


def _ring(entry: Entry) -> list[Array]:
    """The corners on the block's level: two of what is upright, four of what has an area, counter-clockwise."""
    if entry["kind"] == "wall":
        return [np.array([*entry[end], entry["span"][0]], dtype=np.float64) for end in ("start", "end")]
    middle, size = np.array(entry["position"], dtype=np.float64), entry["size"]
    right, ahead = _axes(entry)
    if entry["kind"] == "card":
        return [middle - 0.5 * size[0] * right, middle + 0.5 * size[0] * right]
    signs = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    return [middle + a * size[0] * right + b * size[1] * ahead for a, b in signs]


def _axes(entry: Entry) -> tuple[Array, Array]:
    heading = math.radians(entry.get("heading", 0.0))
    c, s = math.cos(heading), math.sin(heading)
    return np.array([c, s, 0.0]), np.array([-s, c, 0.0])


def _height(entry: Entry) -> float:
    if entry["kind"] == "ground":
        return 0.0
    return float(entry["span"][1] - entry["span"][0] if entry["kind"] == "wall" else entry["size"][-1])


def _shown(camera: Camera, name: str, part: str, points: Sequence[Array]) -> list[Grip]:
    pixels = to_pixels(camera, np.array(points))
    return [Grip(name, part, i, (float(u), float(v))) for i, (u, v) in enumerate(pixels) if np.isfinite(u + v)]


def _on_level(camera: Camera, height: float, pixel: Pixel) -> Vec3:
    """Where the ray through ``pixel`` meets the level ``height`` m above the ground."""
    x, y, z = camera.position
    a, b, _ = on_ground(replace(camera, position=(x, y, z - height)), pixel)
    return a, b, height


def _with_height(entry: Entry, height: float) -> Entry:
    if entry["kind"] == "wall":
        low = float(entry["span"][0])
        return {**entry, "span": rounded((low, low + height))}
    return {**entry, "size": rounded((*entry["size"][:-1], height))}


def _with_ends(entry: Entry, ends: Sequence[Array]) -> Entry:
    start, end = ends
    _check(float(np.linalg.norm(end - start)))
    if entry["kind"] == "wall":
        return {**entry, "start": rounded(start[:2]), "end": rounded(end[:2])}
    way = end - start
    heading = round(math.degrees(math.atan2(way[1], way[0])), 3)
    size = rounded((float(np.linalg.norm(way)), entry["size"][1]))
    return {**entry, "position": rounded(0.5 * (start + end)), "size": size, "heading": heading}


def _with_corner(entry: Entry, ring: Sequence[Array], grip: Grip, at: Array) -> Entry:
    """A rectangle with one corner, or one edge, elsewhere; what is opposite stays."""
    axes, i = _axes(entry), grip.index
    still = ring[(i + 2) % 4]
    if grip.part == _EDGE:
        # Edge i runs from corner i to the next one; the edge opposite, from corner i + 2, keeps its place and length.
        along = i % 2
        at = at + axes[along] * float((ring[i] - at) @ axes[along])
    size = [abs(float((at - still) @ axis)) for axis in axes]
    _check(min(size))
    return {**entry, "position": rounded(0.5 * (at + still)), "size": rounded((*size, *entry["size"][2:]))}


def _outline(entry: Entry, camera: Camera, grip: Grip, pixel: Pixel) -> Entry:
    if grip.part == _MIDDLE:
        changed: Entry = {**entry, "position": rounded(_on_level(camera, float(entry["position"][2]), pixel))}
    else:
        points = [rounded(pixel, 1) if i == grip.index else point for i, point in enumerate(entry["outline"])]
        changed = {**entry, "outline": points}
    try:
        geometry.triangulate(faces_of(changed, camera)[0])
    except ValueError as error:
        raise InputError(f"{error}; draw the point back") from error
    return changed


def _check(length: float) -> None:
    if length < _LOWEST:
        raise InputError("nothing would be left of this block; draw the other way")
