"""Depth of field of a picture that has time: many views through different points of the lens, laid over each other.

Nothing is guessed: what is behind the edge of something near is really seen past it. A view from a point of the lens is
a camera moved there, with its film moved so that whatever lies in the plane of focus stays where it is (Haeberli and
Akeley 1990, The accumulation buffer).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from game.camera.lens import Lens
from game.camera.pose import CameraPose
from models import rotations
from models.coords import wxyz_to_xyzw
from models.rotations import Array

Picture = NDArray[np.uint8]
Render = Callable[[CameraPose, Lens], Picture]

FEWEST, MOST = 8, 64  # views
_SPACING = 2.5  # pixels between neighbouring views of a point: further apart they are seen one by one
_GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))


def blur(lens: Lens, distance: float, width: int) -> float:
    """Diameter in pixels of the circle of confusion of a point ``distance`` m away, in a picture ``width`` pixels wide.

    The thin lens's, with the focal length for the distance of the film: a lens that does not breathe.
    """
    on_film = lens.focal_length * lens.pupil * abs(1.0 / distance - 1.0 / lens.focus_distance)  # mm
    return on_film / lens.gate[0] * width


def views(pose: CameraPose, lens: Lens, count: int) -> list[tuple[CameraPose, Lens]]:
    """``count`` cameras, evenly spread over the entrance pupil, that agree on the plane of focus."""
    index = np.arange(count)
    radius = 0.5 * lens.pupil * np.sqrt((index + 0.5) / count)  # Vogel's spiral: the same area for each
    angle = index * _GOLDEN_ANGLE
    across, up = radius * np.cos(angle), radius * np.sin(angle)
    turn = wxyz_to_xyzw(pose.rotation)
    return [_view(pose, lens, turn, x, z) for x, z in zip(across.tolist(), up.tolist(), strict=True)]


def _view(pose: CameraPose, lens: Lens, turn: Array, across: float, up: float) -> tuple[CameraPose, Lens]:
    position = pose.position + rotations.rotate(turn, np.array([across, 0.0, up]))
    scale = lens.focal_length / lens.focus_distance
    shift = (lens.shift[0] - across * scale, lens.shift[1] - up * scale)
    return CameraPose(position, pose.rotation), dataclasses.replace(lens, shift=shift)


def exposed(pose: CameraPose, lens: Lens, width: int, render: Render) -> Picture:
    """The picture through ``lens``, RGB ``(h, w, 3)``; render: draws it ``width`` pixels wide as a pinhole sees it.

    Light is averaged as light, not as the numbers that stand for it, so that what is bright stays bright when blurred.
    """
    if not lens.depth_of_field:
        return render(pose, lens)
    # Infinity is as blurred as half the distance of focus; nearer things are rarely in a picture.
    count = view_count(blur(lens, math.inf, width))
    light: NDArray[np.float32] | None = None
    for camera, through in views(pose, lens, count):
        seen = _TO_LIGHT[render(camera, through)]
        light = seen if light is None else np.add(light, seen, out=light)
    assert light is not None
    steps = np.rint(light * ((len(_TO_DISPLAY) - 1) / count)).astype(np.uint16)
    return np.asarray(_TO_DISPLAY[steps])


def view_count(diameter: float) -> int:
    """How many views a circle of so many pixels needs."""
    return min(max(math.ceil(0.25 * math.pi * (diameter / _SPACING) ** 2), FEWEST), MOST)


def _to_light(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB, 0 … 1, to linear light (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _to_display(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of `_to_light`."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1.0 / 2.4) - 0.055)


_TO_LIGHT = _to_light(np.arange(256) / 255.0).astype(np.float32)
# Fine enough that every code value comes back as itself.
_TO_DISPLAY = np.rint(255.0 * _to_display(np.arange(1 << 14) / ((1 << 14) - 1))).astype(np.uint8)
