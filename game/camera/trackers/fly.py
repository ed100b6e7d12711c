"""A camera that flies: position, yaw and pitch driven by rates. Gamepad and mouse share this integrator."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models import rotations
from models.coords import xyzw_to_wxyz
from models.rotations import Array

STEEPEST = math.radians(89.0)  # of pitch: a flying camera never turns over
_LONGEST = 0.25  # s; after a stall the camera goes on from where it stood


@dataclass(frozen=True)
class Flight:
    """Where a flying camera is: x, y, z in m; yaw and pitch in rad, positive to the left and up."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0

    @property
    def position(self) -> Array:
        """Metres, ``(3,)``."""
        return np.array([self.x, self.y, self.z])

    @property
    def rotation(self) -> Array:
        """Quaternion wxyz, ``(4,)``."""
        turn = rotations.multiply(rotations.about(2, self.yaw), rotations.about(0, self.pitch))
        return xyzw_to_wxyz(turn)


@dataclass(frozen=True)
class Drive:
    """Speeds along the camera's level right and ahead and straight up, in m/s; turning speeds in rad/s."""

    right: float = 0.0
    ahead: float = 0.0
    up: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0


def fly(flight: Flight, drive: Drive, dt: float) -> Flight:
    """After ``dt`` s. Travel is level and follows the yaw half way through the turn, so step length matters little."""
    dt = min(max(dt, 0.0), _LONGEST)
    yaw = flight.yaw + drive.yaw * dt
    heading = 0.5 * (flight.yaw + yaw)
    sine, cosine = math.sin(heading), math.cos(heading)
    return Flight(
        flight.x + (drive.right * cosine - drive.ahead * sine) * dt,
        flight.y + (drive.right * sine + drive.ahead * cosine) * dt,
        flight.z + drive.up * dt,
        yaw,
        _steep(flight.pitch + drive.pitch * dt),
    )


def looked(flight: Flight, yaw: float, pitch: float) -> Flight:
    """Turned on the spot by ``yaw`` and ``pitch`` rad."""
    return Flight(flight.x, flight.y, flight.z, flight.yaw + yaw, _steep(flight.pitch + pitch))


def _steep(pitch: float) -> float:
    return min(max(pitch, -STEEPEST), STEEPEST)
