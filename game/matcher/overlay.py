"""What is drawn over the photograph, in its pixels: lines and how well they meet, the ground's grid, the blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from game.environment import blockout
from game.environment.description import Face
from game.environment.drawing import AXES, Pixel
from game.environment.new_place import mark_distance
from game.environment.optics import Camera, to_pixels
from game.environment.reshape import grips
from game.matcher.matcher import RESHAPE, Matcher
from models.errors import InputError
from models.rotations import Array

Colour = tuple[float, float, float, float]

COLOURS: dict[str, Colour] = {
    "x": (1.0, 0.28, 0.24, 1.0),
    "y": (0.35, 0.95, 0.35, 1.0),
    "z": (0.38, 0.62, 1.0, 1.0),
    "length": (1.0, 0.45, 1.0, 1.0),
    "origin": (1.0, 1.0, 1.0, 1.0),
    "grid": (1.0, 1.0, 1.0, 0.5),
    "horizon": (1.0, 0.5, 0.1, 0.8),
    "block": (1.0, 0.8, 0.2, 1.0),
    "pending": (0.3, 1.0, 1.0, 1.0),
}

_REACH = 12  # m of the grid on each side of its middle
_STEP = 0.25  # m between the points of a grid line; a lens bends it
_FAR = 1000.0  # m to where the horizon is drawn
_BEYOND = 1.0  # picture sizes beyond the picture up to which something is drawn
_LINE, _THIN = 2.5, 1.0  # px on the screen


@dataclass(frozen=True)
class Stroke:
    """points: ``(N, 2)`` pixels of the photograph; width: pixels on the screen; dots: handles, not a line."""

    points: Array
    colour: Colour
    width: float
    dots: bool = False


def strokes(matcher: Matcher, pointer: Pixel | None) -> list[Stroke]:
    """Everything, from back to front; ``pointer``: where the mouse is, None outside."""
    return [
        *ground_grid(matcher.camera),
        *_blocks(matcher),
        *_drawn(matcher),
        *_grips(matcher),
        *_under_way(matcher, pointer),
    ]


def ground_grid(camera: Camera) -> Iterator[Stroke]:
    """A metre's grid on the ground about where attempts will stand, its axes coloured, and the horizon."""
    x, y, _ = camera.axes[1]
    level = np.array([x, y]) / max(float(np.hypot(x, y)), 1e-9)
    middle = np.round(np.array(camera.position[:2]) + mark_distance(camera) * level)
    along = np.arange(-_REACH, _REACH + 0.5 * _STEP, _STEP)
    for axis, name in ((0, "y"), (1, "x")):
        for offset in range(-_REACH, _REACH + 1):
            points = np.zeros((len(along), 3))
            points[:, 1 - axis] = middle[1 - axis] + along
            points[:, axis] = middle[axis] + offset
            through = abs(points[0, axis]) < 1e-9
            yield from _seen(camera, points, COLOURS[name] if through else COLOURS["grid"], _THIN)
    side = np.linspace(-2.0, 2.0, 41)
    horizon = _FAR * (level + side[:, None] * np.array([level[1], -level[0]]))
    points = np.column_stack((horizon, np.full(len(side), camera.position[2])))
    points[:, :2] += camera.position[:2]
    yield from _seen(camera, points, COLOURS["horizon"], _THIN)


def _drawn(matcher: Matcher) -> Iterator[Stroke]:
    drawing = matcher.work.drawing
    for line in drawing.lines:
        points, colour = np.array(line.points), COLOURS[line.axis]
        if matcher.found is not None:
            yield from _towards_vanishing_point(matcher.camera, points, line.axis)
        yield Stroke(points, colour, _LINE)
        yield Stroke(points, colour, _LINE, dots=True)
    if drawing.length is not None:
        points = np.array(drawing.length.points)
        yield Stroke(points, COLOURS["length"], _LINE)
        yield Stroke(points, COLOURS["length"], _LINE, dots=True)
    if drawing.origin is not None:
        yield Stroke(np.array([drawing.origin]), COLOURS["origin"], _LINE, dots=True)


def _towards_vanishing_point(camera: Camera, points: Array, axis: str) -> Iterator[Stroke]:
    """The line as it should run, across the picture: how far its ends lie from it is the error."""
    right, forward, up = np.array(camera.axes)[:, AXES.index(axis)]
    middle = points.mean(axis=0)
    away = (np.array(camera.principal_point) - middle) * forward + camera.focal * np.array([right, -up])
    away /= max(float(np.linalg.norm(away)), 1e-9)
    reach = 0.6 * float(np.linalg.norm(points[-1] - points[0]))
    yield Stroke(np.array([middle - reach * away, middle + reach * away]), (*COLOURS[axis][:3], 0.6), _THIN)


def _blocks(matcher: Matcher) -> Iterator[Stroke]:
    for face in (face for faces in matcher.all_faces().values() for face in faces):
        yield from _face(matcher.camera, face, COLOURS["block"], _THIN)


def _grips(matcher: Matcher) -> Iterator[Stroke]:
    """Where blocks can be taken, while they can."""
    found = [grip.pixel for entry in matcher.shapes() for grip in grips(entry, matcher.camera)]
    if matcher.tool == RESHAPE and found:
        yield Stroke(np.array(found), COLOURS["block"], _LINE, dots=True)


def _under_way(matcher: Matcher, pointer: Pixel | None) -> Iterator[Stroke]:
    """The clicks of a block so far, and the block as it would be."""
    clicks = [*matcher.work.clicks, *([pointer] if pointer and matcher.work.clicks else [])]
    if clicks:
        yield Stroke(np.array(clicks), COLOURS["pending"], _LINE)
        yield Stroke(np.array(clicks), COLOURS["pending"], _LINE, dots=True)
    entry = matcher.pending(pointer) if pointer else None
    if entry is not None:
        try:
            for face in blockout.faces_of(entry, matcher.camera):
                yield from _face(matcher.camera, face, COLOURS["pending"], _LINE)
        except InputError:
            return


def _face(camera: Camera, face: Face, colour: Colour, width: float) -> Iterator[Stroke]:
    corners = np.array([*face, face[0]])
    t = np.linspace(0.0, 1.0, 24)[:, None]
    edges = [a + t * (b - a) for a, b in pairwise(corners)]
    yield from _seen(camera, np.concatenate(edges), colour, width)


def _seen(camera: Camera, points: Array, colour: Colour, width: float) -> Iterator[Stroke]:
    """A world polyline ``(N, 3)`` in pieces, without what lies behind the camera or far outside the picture."""
    pixels = to_pixels(camera, points)
    size = np.array(camera.size, dtype=np.float64)
    inside = np.all((pixels > -_BEYOND * size) & (pixels < (1.0 + _BEYOND) * size), axis=1)
    breaks = np.flatnonzero(np.diff(inside.astype(np.int8))) + 1
    for piece in np.split(np.arange(len(points)), breaks):
        if len(piece) > 1 and inside[piece[0]]:
            yield Stroke(pixels[piece], colour, width)
