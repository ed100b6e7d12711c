"""Filters for a hand-held pose: One-Euro against jitter, exponential damping for weight.

Both are exact for any frame rate: over ``dt`` seconds a filter covers ``1 - exp(-rate dt)`` of the way, so two steps of
half the length end where one whole step ends. The One-Euro filter (Casiez, Roussel and Vogel, CHI 2012) is a low-pass
whose cut-off rises with speed: calm when the hand is still, quick when it moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models import rotations
from models.rotations import Array

SPEED_CUTOFF = 1.0  # Hz, of the speed that steers the cut-off; the paper's value
_REACHED = math.log(100.0)  # "seconds to target" means seconds to within one per cent


@dataclass(frozen=True)
class Filtered:
    """What a One-Euro filter remembers. value: (3,) vector or (4,) xyzw; velocity: (3,) a second, turning in rad/s."""

    value: Array
    velocity: Array


def share(rate: float, dt: float) -> float:
    """How much of the way, 0 … 1, an exponential approach of ``rate`` 1/s covers in ``dt`` s."""
    return 1.0 - math.exp(-rate * dt)


def damping_share(seconds: float, dt: float) -> float:
    """How much of the way to go in ``dt`` s so that 99 % of it is done after ``seconds``; 0 seconds: all of it."""
    return share(_REACHED / seconds, dt) if seconds > 0.0 else 1.0


def smooth_vector(last: Filtered | None, value: Array, dt: float, cutoff: float, beta: float) -> Filtered:
    """One One-Euro step for a vector ``(3,)``.

    cutoff: Hz at rest; beta: Hz more for every unit per second. ``last`` None starts at ``value``.
    """
    if last is None:
        return Filtered(value, np.zeros(3))
    velocity = _steer(last.velocity, value - last.value, dt)
    part = share(_rate(velocity, cutoff, beta), dt)
    return Filtered(last.value + part * (value - last.value), velocity)


def smooth_rotation(last: Filtered | None, value: Array, dt: float, cutoff: float, beta: float) -> Filtered:
    """The same for a rotation ``(4,)`` xyzw, along the shorter arc; speed is in rad/s."""
    if last is None:
        return Filtered(value, np.zeros(3))
    turn = rotations.log(rotations.multiply(rotations.conjugate(last.value), value))
    velocity = _steer(last.velocity, turn, dt)
    part = share(_rate(velocity, cutoff, beta), dt)
    value = rotations.multiply(last.value, rotations.exp(turn * part))
    return Filtered(rotations.normalize(value), velocity)


def _steer(velocity: Array, change: Array, dt: float) -> Array:
    if dt <= 0.0:
        return velocity
    return velocity + share(2.0 * math.pi * SPEED_CUTOFF, dt) * (change / dt - velocity)


def _rate(velocity: Array, cutoff: float, beta: float) -> float:
    return 2.0 * math.pi * (cutoff + beta * float(np.linalg.norm(velocity)))
