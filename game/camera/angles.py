"""Pan, tilt and roll: a camera's rotation as its operator names it."""

from __future__ import annotations

import numpy as np

from models import rotations
from models.rotations import Array

_VERTICAL = 1e-6  # length of the level part of the line of sight below which it gives no heading


def turned(angles: Array) -> Array:
    """Rotations ``(..., 4)`` xyzw of pan, tilt, roll ``(..., 3)`` in rad: roll first, about Y.

    Then tilt about X, then pan about Z.
    """
    pan, tilt, roll = angles[..., 0], angles[..., 1], angles[..., 2]
    level = rotations.multiply(rotations.about(2, pan), rotations.about(0, tilt))
    return rotations.multiply(level, rotations.about(1, roll))


def pan_tilt_roll(rotation: Array) -> Array:
    """Inverse of `turned` for one rotation ``(4,)``: pan and roll in (-pi, pi], tilt in [-pi/2, pi/2].

    Straight up or down the roll counts as 0.
    """
    ahead = rotations.rotate(rotation, np.array([0.0, 1.0, 0.0]))
    level = np.hypot(ahead[0], ahead[1])
    tilt = np.arctan2(ahead[2], level)
    if level < _VERTICAL:
        above = rotations.rotate(rotation, np.array([0.0, 0.0, 1.0])) * -np.sign(ahead[2])
        return np.array([np.arctan2(-above[0], above[1]), tilt, 0.0])
    pan = np.arctan2(-ahead[0], ahead[1])
    rest = rotations.multiply(rotations.conjugate(turned(np.array([pan, tilt, 0.0]))), rotation)
    return np.array([pan, tilt, float(rotations.twist_angle(rest, 1))])
