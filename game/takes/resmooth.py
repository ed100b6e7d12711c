"""Smoothing a camera after the fact, when what comes next is known: filtered forwards and backwards nothing is late.

Two passes of the exponential damping that is used live, one in each direction of time, have no phase. To begin and end
without a jolt the path is first lengthened at both ends by its own point reflection, as is usual with such filters
(Gustafsson, IEEE Trans. Signal Processing 44(4), 1996, discusses the ends).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from game.camera.smoothing import damping_share
from models import rotations
from models.rotations import Array

_Step = Callable[[Array, Array, float], Array]
_Mirror = Callable[[Array, Array], Array]

_REFLECTED = 3.0  # how many times the damping is added at each end; each makes what is left of a jolt 100 times less


def zero_lag(
    seconds: Array, positions: Array, turns: Array, body_damping: float, aim_damping: float, cuts: Iterable[int] = ()
) -> tuple[Array, Array]:
    """Smooth a path without delay.

    Args:
        seconds: ``(n,)``, never falling. positions: ``(n, 3)`` m. turns: ``(n, 4)`` xyzw.
        body_damping, aim_damping: s, as in `RigSettings`; 0 leaves positions or turns as they are.
        cuts: indices at which the camera is elsewhere at once; nothing is smoothed across them.

    Returns:
        Positions and turns of the same shapes.
    """
    positions, turns = positions.copy(), turns.copy()
    edges = [0, *sorted(set(cuts)), len(seconds)]
    for begin, end in pairwise(edges):
        part = slice(begin, end)
        if end - begin > 1:
            positions[part] = _both_ways(seconds[part], positions[part], body_damping, _towards, _mirror)
            turns[part] = _both_ways(seconds[part], turns[part], aim_damping, _turned_towards, _mirror_turn)
    return positions, turns


def _both_ways(seconds: Array, values: Array, damping: float, towards: _Step, mirror: _Mirror) -> Array:
    if damping <= 0.0:
        return values
    times, path, kept = _lengthened(seconds, values, _REFLECTED * damping, mirror)
    shares = [damping_share(damping, step) for step in np.diff(times).tolist()]
    forwards = _damped(path, shares, towards)
    backwards = _damped(forwards[::-1], shares[::-1], towards)
    return backwards[::-1][kept]


def _damped(path: Array, shares: list[float], towards: _Step) -> Array:
    out = np.empty_like(path)
    out[0] = value = path[0]
    for index, share in enumerate(shares, start=1):
        out[index] = value = towards(value, path[index], share)
    return out


def _lengthened(seconds: Array, values: Array, by: float, mirror: _Mirror) -> tuple[Array, Array, slice]:
    """The path with at least ``by`` seconds of its own reflections before and behind, and where in it the path lies."""
    times, path, first = seconds, values, 0
    while seconds[-1] > seconds[0] and seconds[0] - times[0] < by:
        # A path shorter than that is reflected again, with its reflections.
        before = max(int(np.searchsorted(times, times[0] + by, side="right")), 2)
        after = min(int(np.searchsorted(times, times[-1] - by, side="left")), len(times) - 2)
        head, tail = slice(before - 1, 0, -1), slice(-2, after - len(times) - 1, -1)
        path = np.concatenate((mirror(path[0], path[head]), path, mirror(path[-1], path[tail])))
        times = np.concatenate((2 * times[0] - times[head], times, 2 * times[-1] - times[tail]))
        first += before - 1
    return times, path, slice(first, first + len(values))


def _towards(value: Array, target: Array, share: float) -> Array:
    return np.asarray(value + share * (target - value))


def _turned_towards(value: Array, target: Array, share: float) -> Array:
    return rotations.normalize(rotations.slerp(value, target, share))


def _mirror(centre: Array, values: Array) -> Array:
    return np.asarray(2.0 * centre - values)


def _mirror_turn(centre: Array, values: Array) -> Array:
    way = rotations.multiply(rotations.conjugate(values), np.broadcast_to(centre, values.shape))
    return rotations.multiply(np.broadcast_to(centre, values.shape), way)
