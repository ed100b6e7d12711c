"""Straight views out of cylindrical panoramas, as telephones stitch them while they are turned.

In such a picture columns are angles about the cylinder's axis and rows are heights on it, so what is parallel to the
axis stays straight and all other straight edges become arcs of a sine, ``v = equator + f (a cos phi + b sin phi)`` with
``phi = (u - middle) / f``, because an edge and the eye span a plane. Edges that are drawn along tell f and the equator;
then a view is laid out as a pinhole sees it whose principal point is on the equator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import least_squares

from game.environment.drawing import Drawing, Line
from game.environment.pictures import Pixels
from models.errors import InputError
from models.rotations import Array

_LEAST = 3  # points on an edge; three parameters and more are found from all of them
_WIDEST = 150.0  # degrees of a view; beyond, a plane holds mostly stretched pixels
_STARTS = (0.8, 1.5, 3.0)  # rad that the picture's width may span
_ROWS = 64  # rows that are laid out at once, which bounds the memory


@dataclass(frozen=True)
class Cylinder:
    """focal: pixels in a radian; equator: the row that lies straight before the eye; size of the picture in pixels."""

    focal: float
    equator: float
    size: tuple[int, int]

    @property
    def degrees(self) -> float:
        """How much of a turn the whole picture shows."""
        return float(np.degrees(self.size[0] / self.focal))

    def angles(self, columns: Array) -> Array:
        """Columns -> rad from the middle."""
        return np.asarray((columns - 0.5 * self.size[0]) / self.focal)


@dataclass(frozen=True)
class View:
    """A pinhole's picture out of a cylinder, with its focal length. width, and heading to the right, in degrees."""

    width: float
    heading: float = 0.0

    def size(self, cylinder: Cylinder) -> tuple[int, int]:
        """Width and height in pixels; in its middle nothing is enlarged."""
        half = cylinder.focal * np.tan(np.radians(0.5 * self.width))
        return round(2.0 * float(half)), cylinder.size[1]


def measure(drawing: Drawing, size: tuple[int, int]) -> tuple[Cylinder, float]:
    """The cylinder of a panorama of ``size`` pixels from edges drawn along, and their error, rms in pixels.

    Raises:
        InputError: too few edges or points, or they fit no cylinder.
    """
    edges = [np.array(line.points) for line in drawing.lines if line.axis != "z" and len(line.points) >= _LEAST]
    if len(edges) < 2 or sum(len(edge) - 2 for edge in edges) < 3:
        mend = "draw two or more long edges along x or y, each by five points or more"
        raise InputError(f"too few arcs to tell how far round this panorama goes; {mend}")

    def misses(values: Array) -> Array:
        cylinder = Cylinder(size[0] / float(values[0]), size[1] * float(values[1]), size)
        return np.concatenate([_miss(cylinder, edge) for edge in edges])

    tries = [
        least_squares(misses, (turn, 0.5), bounds=((0.2, 0.0), (6.3, 1.0)), loss="soft_l1", f_scale=3.0)
        for turn in _STARTS
    ]
    best = min(tries, key=lambda found: float(found.cost))
    turn, row = (float(value) for value in best.x)
    if not 0.25 < turn < 6.2:
        raise InputError("these edges fit no cylinder; draw them where they are straight in the world")
    return Cylinder(size[0] / turn, size[1] * row, size), float(np.sqrt(np.mean(misses(best.x) ** 2)))


def unroll(photo: Pixels, cylinder: Cylinder, view: View) -> Pixels:
    """The view as ``(H, W, 3)``; photo ``(H, W, 3 or more)`` is the whole panorama.

    Raises:
        InputError: the view goes beyond the panorama, or is too wide for a plane.
    """
    _check(cylinder, view)
    width, height = view.size(cylinder)
    columns = (np.arange(width) + 0.5 - 0.5 * width) / cylinder.focal
    u = 0.5 * cylinder.size[0] + cylinder.focal * (np.arctan(columns) + np.radians(view.heading)) - 0.5
    out = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _ROWS):
        rows = np.arange(top, min(top + _ROWS, height)) + 0.5 - cylinder.equator
        v = cylinder.equator + rows[:, None] / np.sqrt(1.0 + columns**2) - 0.5
        out[top : top + len(rows)] = _sample(photo, np.broadcast_to(u, v.shape), v)
    return out


def unrolled_drawing(drawing: Drawing, cylinder: Cylinder, view: View) -> Drawing:
    """The same lines in the view, what falls out of it left away; with the view's focal length and principal point."""
    width, height = view.size(cylinder)

    def inside(points: Array) -> tuple[tuple[float, float], ...]:
        phi = cylinder.angles(points[:, 0]) - np.radians(view.heading)
        ahead = np.abs(phi) < np.radians(0.5 * view.width)
        u = 0.5 * width + cylinder.focal * np.tan(np.where(ahead, phi, 0.0))
        v = cylinder.equator + (points[:, 1] - cylinder.equator) / np.cos(np.where(ahead, phi, 0.0))
        held = ahead & (v >= 0.0) & (v <= height)
        return tuple((round(float(a), 2), round(float(b), 2)) for a, b, yes in zip(u, v, held, strict=True) if yes)

    moved = [Line(line.axis, inside(np.array(line.points))) for line in drawing.lines]
    origin = inside(np.array([drawing.origin])) if drawing.origin else ()
    length = drawing.length
    if length is not None:
        ends = inside(np.array(length.points))
        length = replace(length, points=(ends[0], ends[1])) if len(ends) == 2 else None
    return Drawing(
        lines=tuple(line for line in moved if len(line.points) >= 2),
        length=length,
        origin=origin[0] if origin else None,
        focal=round(cylinder.focal, 2),
        principal_point=(0.5 * width, round(cylinder.equator, 2)),
        height=drawing.height,
    )


def _miss(cylinder: Cylinder, edge: Array) -> Array:
    """How far (px) the points of an edge lie from the sine that fits them best."""
    phi = cylinder.angles(edge[:, 0])
    waves = cylinder.focal * np.stack((np.cos(phi), np.sin(phi)), axis=1)
    rise = edge[:, 1] - cylinder.equator
    return np.asarray(waves @ np.linalg.lstsq(waves, rise, rcond=None)[0] - rise)


def _check(cylinder: Cylinder, view: View) -> None:
    if not 5.0 <= view.width <= _WIDEST:
        raise InputError(f"a view of {view.width:g} degrees; give 5 to {_WIDEST:g}")
    room = 0.5 * cylinder.degrees - abs(view.heading)
    if 0.5 * view.width > room + 1e-6:
        most = max(0.0, 2.0 * room)
        raise InputError(
            f"the view goes beyond the panorama; at heading {view.heading:g} give at most {most:.0f} degrees"
        )


def _sample(photo: Pixels, u: Array, v: Array) -> Pixels:
    """Bilinear, at columns u and rows v; beyond the edge the edge's colour."""
    height, width = photo.shape[:2]
    u, v = np.clip(u, 0.0, width - 1.001), np.clip(v, 0.0, height - 1.001)
    left, top = u.astype(np.intp), v.astype(np.intp)
    a, b = (u - left)[..., None], (v - top)[..., None]
    corner = photo[..., :3]
    upper = (1.0 - a) * corner[top, left] + a * corner[top, left + 1]
    lower = (1.0 - a) * corner[top + 1, left] + a * corner[top + 1, left + 1]
    return np.asarray(np.round((1.0 - b) * upper + b * lower), np.uint8)
