"""Pushes on the chest: the judge gives them to whoever shall stand, and learning gives harder ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.reference import TICKS_PER_SECOND
from models.rotations import Array
from models.world import World


@dataclass(frozen=True)
class Push:
    """A push from a random side: force in N for some seconds, first after half of ``every`` seconds.

    weakest: the least of them, as a share of ``force``; they are drawn from there on.
    """

    force: float = 50.0
    seconds: float = 0.2
    every: float = 2.0
    weakest: float = 1.0


IN_LEARNING = Push(force=75.0, weakest=0.0)  # whoever has met worse stands what the judge gives


def push_forces(push: Push, ticks: int, count: int, rng: np.random.Generator) -> Array:
    """The force on each of ``count`` chests at every tick ``(ticks, count, 3)`` in N: horizontal, from any side."""
    every = round(push.every * TICKS_PER_SECOND)
    since = np.arange(ticks) - every // 2
    times = (ticks // every + 1, count)
    turn = rng.uniform(0.0, 2.0 * math.pi, size=times)
    force = push.force * rng.uniform(push.weakest, 1.0, size=times)[..., None]
    side = force * np.stack((np.cos(turn), np.zeros_like(turn), np.sin(turn)), axis=-1)
    pushed = (since >= 0) & (since % every < round(push.seconds * TICKS_PER_SECOND))
    return np.where(pushed[:, None, None], side[np.maximum(since, 0) // every], 0.0)


def push(world: World, forces: Array) -> None:
    """Push every chest with its of ``forces`` ``(count, 3)`` during the next tick."""
    for copy in np.flatnonzero(forces.any(axis=1)):
        world.push(int(copy), forces[copy])
