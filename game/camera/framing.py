"""What stands where in the frame: the horizon, and the ray behind a point of the picture."""

from __future__ import annotations

import math

import numpy as np

from game.camera.angles import pan_tilt_roll
from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.readout import Level
from models import rotations
from models.coords import wxyz_to_xyzw
from models.rotations import Array

_STEEP = math.radians(80.0)  # of tilt: beyond it no lens of the kit has the horizon anywhere near the frame


def level(pose: CameraPose, lens: Lens) -> Level | None:
    """Where the world's horizon is in the frame; None: far outside, because the camera looks up or down."""
    _, tilt, roll = (float(angle) for angle in pan_tilt_roll(wxyz_to_xyzw(pose.rotation)))
    if abs(tilt) > _STEEP:
        return None
    # Whoever dips to the right sees the horizon turn to the left.
    turn = -roll
    shift = lens.shift[0] * math.sin(turn) + lens.shift[1] * math.cos(turn)
    return Level(turn, (-lens.focal_length * math.tan(tilt) - shift) / (0.5 * lens.gate[1]))


def ray(pose: CameraPose, lens: Lens, point: tuple[float, float]) -> Array:
    """Unit vector ``(3,)`` from the camera through a point of the frame, -1 … 1 to the right and up."""
    width, height = lens.gate
    x = 0.5 * point[0] * width + lens.shift[0]
    z = 0.5 * point[1] * height + lens.shift[1]
    way = np.array([x, lens.focal_length, z])
    return rotations.rotate(wxyz_to_xyzw(pose.rotation), way / np.linalg.norm(way))


def depth(pose: CameraPose, place: Array) -> float:
    """Metres along the camera's axis to a place ``(3,)``, which is what a focus ring counts; behind it, below 0."""
    ahead = rotations.rotate(wxyz_to_xyzw(pose.rotation), np.array([0.0, 1.0, 0.0]))
    return float(ahead @ (place - pose.position))
