"""From how props move to what is heard of them: a box that is dropped, a ball that bounces, a chair that tips over.

A blow is a step in which a prop's velocity changes by more than gravity does. Poses tell it, so a take that was filmed
before is heard too, and replay needs no physics. How hard it was is how fast the prop went against it before: what is
kicked leaves silently (the body's own contact is heard) and sounds where it lands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.sound.foley import LAND, SOFT, Cue, FoleySettings
from models import rotations
from models.coords import bullet_to_panda
from models.props import Prop
from models.reference import GRAVITY, TICKS_PER_SECOND
from models.rotations import Array

NO_LINK = -1
"""In place of a body's link: a prop sounds by itself."""

_FALL = np.array([0.0, -GRAVITY / TICKS_PER_SECOND, 0.0])  # m/s that gravity adds in a step
_NEAR = 0.03  # m between a prop and the soft one that it falls on
_HEAVY = 6.0  # kg, from where on a blow has its full strength; its root goes with amplitude
_AS_RECORDED = 4.0  # kg that sound as the recordings do; pitch falls with size, the third root of mass, by half of it


@dataclass(frozen=True)
class KnockSettings:
    """jolt: m/s beyond gravity by which a blow changes a velocity. softest: m/s below which it is not heard.

    quiet_seconds: between two blows of one prop.
    """

    jolt: float = 0.25
    softest: float = 0.35
    quiet_seconds: float = 0.1


class Knocks:
    """Listens to ``props``, step after step; the same steps give the same cues."""

    def __init__(
        self, props: Sequence[Prop], settings: KnockSettings = KnockSettings(), foley: FoleySettings = FoleySettings()
    ) -> None:
        self._props = tuple(props)
        self._settings, self._foley = settings, foley
        self._reach = [math.hypot(*prop.kind.half) for prop in props]
        self._history: list[tuple[int, Array]] = []
        self._sounded = [-math.inf] * len(self._props)

    def hear(self, tick: int, poses: Array) -> tuple[Cue, ...]:
        """The blows of the step that ended at ``tick``; poses ``(props, 7)``, Bullet's frame.

        A tick that does not follow the last one is a rewind or a new attempt: listening starts anew.
        """
        if self._history and tick != self._history[-1][0] + 1:
            self._history.clear()
            self._sounded = [-math.inf] * len(self._props)
        self._history = [*self._history[-2:], (tick, poses)]
        if len(self._history) < 3 or not len(poses):
            return ()
        first, before, now = (each for _, each in self._history)
        speeds = self._approach(first, before, now)
        loose = _moved_by_physics(before) & _moved_by_physics(now)
        struck = np.flatnonzero(loose & (speeds >= self._settings.softest))
        return tuple(cue for cue in (self._cue(int(i), tick, now, float(speeds[i])) for i in struck) if cue)

    def _approach(self, first: Array, before: Array, now: Array) -> Array:
        """m/s ``(props,)`` at which each prop went against the blow that it has got in this step; 0: none."""
        velocity = (before[:, :3] - first[:, :3]) * TICKS_PER_SECOND
        jolt = (now[:, :3] - before[:, :3]) * TICKS_PER_SECOND - velocity - _FALL
        size = np.linalg.norm(jolt, axis=1)
        against = -np.sum(velocity * jolt, axis=1) / np.maximum(size, 1e-9)
        return np.where(size >= self._settings.jolt, np.maximum(against, 0.0), 0.0)

    def _cue(self, index: int, tick: int, poses: Array, speed: float) -> Cue | None:
        time_s, kind = tick / TICKS_PER_SECOND, self._props[index].kind
        if time_s - self._sounded[index] < self._settings.quiet_seconds - 1e-9:
            return None
        self._sounded[index] = time_s
        soft = kind.sound == SOFT or self._lands_softly(index, poses)
        strength = min(speed / self._foley.loudest_speed, 1.0) * math.sqrt(min(kind.mass / _HEAVY, 1.0))
        x, y, z = bullet_to_panda(poses[index, :3]).tolist()
        return Cue(
            time_s,
            LAND,
            SOFT if soft else kind.sound,
            strength * (self._foley.soft_share if soft else 1.0),
            NO_LINK,
            (x, y, z),
            pitch=(_AS_RECORDED / kind.mass) ** (1.0 / 6.0),
        )

    def _lands_softly(self, index: int, poses: Array) -> bool:
        for other, prop in enumerate(self._props):
            if other == index or not prop.kind.soft:
                continue
            away = rotations.rotate(rotations.conjugate(poses[other, 3:]), poses[index, :3] - poses[other, :3])
            if np.all(np.abs(away) < np.array(prop.kind.half) + self._reach[index] + _NEAR):
                return True
        return False


def _moved_by_physics(poses: Array) -> NDArray[np.bool_]:
    """Whether a prop has leant over by ever so little: what hands carry stands upright to the last bit."""
    return np.asarray((poses[:, 3] != 0.0) | (poses[:, 5] != 0.0), dtype=np.bool_)
