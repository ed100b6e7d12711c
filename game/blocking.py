"""Where attempts begin, so that they are seen and have room: what a film calls blocking.

A place's mark and the strip behind it are laid out for what goes backwards or stays on the spot. What travels another
way gets a lane of its own: along the mark's line, which its operators see from the side, so that it crosses the
picture; as near to the mark as the ground is free for long enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from models import rotations
from models.contact import Box, Solid
from models.props import Prop
from models.reference import Reference
from models.rotations import Array

_SECONDS = 12.0  # of travel that a lane is to have room for
_LONGEST = 8.0  # m
_BEFORE = 2.2  # m at most from where they start to the mark: further off they start out of the picture
_SLOWEST = 0.1  # m/s; who travels less stays on the spot
_REACH = (6.0, 3.0)  # m from the mark along its line and beside it
_STEP = 0.1  # m
_ROOM = 0.45  # m to either side of a body's middle
_DETOUR = 0.3  # m of lane that one metre away from the best place is worth
_TALLEST, _LOWEST = 1.8, 0.05  # m over the mark's ground: higher, one walks below; lower, over it


@dataclass(frozen=True)
class Mark:
    """Where attempts start: a point on the ground (m) and a heading about Y (rad), Bullet's frame."""

    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0


def start_of(mark: Mark, reference: Reference, solids: Sequence[Solid] = (), props: Sequence[Prop] = ()) -> Mark:
    """Where attempts at ``reference`` start in a place with that mark, those solids, and props as at first."""
    travel = reference.travel
    way = float(np.hypot(travel[0], travel[2]))
    speed = way / reference.clip.duration
    if not reference.loop or speed < _SLOWEST or travel[0] < -0.5 * way:
        return mark
    boxes = [solid if isinstance(solid, Box) else solid.box for solid in solids]
    found = _lane(mark, min(speed * _SECONDS, _LONGEST), [*boxes, *(_box_of(prop) for prop in props)])
    if found is None:
        return mark
    ahead, aside = found
    turn = rotations.about(1, mark.yaw)
    x, _, z = rotations.rotate(turn, np.array([ahead, 0.0, aside]))
    heading = mark.yaw - float(np.arctan2(-travel[2], travel[0]))  # so that the way leads along the mark's line
    return Mark((mark.origin[0] + float(x), mark.origin[1], mark.origin[2] + float(z)), heading)


def _lane(mark: Mark, length: float, boxes: Sequence[Box]) -> tuple[float, float] | None:
    """Where the best lane begins: metres ahead of the mark and to its right; None: there is no free ground."""
    along, beside = (np.arange(-reach, reach + 0.5 * _STEP, _STEP) for reach in _REACH)
    free = _reached(~_occupied(mark, along, beside, boxes))
    best: tuple[float, float, float] | None = None
    for column, aside in enumerate(beside):
        for begin, end in _runs(free[:, column]):
            room = min(length, float(along[end] - along[begin]))
            ideal = -min(0.5 * length, _BEFORE)
            start = min(max(ideal, float(along[begin])), float(along[end]) - room)
            worth = room - _DETOUR * (abs(float(aside)) + abs(start - ideal))
            if best is None or worth > best[0] + 1e-9:
                best = (worth, start, float(aside))
    return None if best is None else best[1:]


def _occupied(mark: Mark, along: Array, beside: Array, boxes: Sequence[Box]) -> np.ndarray:
    """``(along, beside)`` bool: whether a body that stands there would stand in one of ``boxes``."""
    grid = np.zeros((len(along), len(beside), 3))
    grid[..., 0], grid[..., 2] = along[:, None], beside[None, :]
    points = _turned(grid, mark.yaw) + np.array(mark.origin)
    taken = np.zeros(points.shape[:2], dtype=bool)
    for box in boxes:
        bottom, top = (box.centre[1] + side * box.half[1] - mark.origin[1] for side in (-1.0, 1.0))
        if bottom < _TALLEST and top > _LOWEST:
            off = np.abs(_turned(points - np.array(box.centre), -box.yaw))
            taken |= (off[..., 0] < box.half[0] + _ROOM) & (off[..., 2] < box.half[2] + _ROOM)
    return taken


def _reached(free: np.ndarray) -> np.ndarray:
    """What of the free ground one can walk to from the mark, in the middle; what lies behind a wall is elsewhere."""
    regions, _ = label(free)
    rows, columns = np.nonzero(free)
    if not len(rows):
        return free
    middle = (np.array(free.shape) - 1) // 2
    nearest = np.argmin((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2)
    return np.asarray(regions == regions[rows[nearest], columns[nearest]])


def _runs(free: np.ndarray) -> list[tuple[int, int]]:
    """First and last index of every run of free ground."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(np.int8), [0]))))
    return [(int(begin), int(end) - 1) for begin, end in edges.reshape(-1, 2)]


def _turned(points: Array, yaw: float) -> Array:
    return rotations.rotate(rotations.about(1, yaw), points)


def _box_of(prop: Prop) -> Box:
    x, y, z = (float(number) for number in prop.pose[:3])
    return Box(prop.name, (x, y, z), prop.kind.half, prop.yaw)
