"""The performance of a take: every physics step and the moment at which it was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.clock import SPEEDS
from game.performance import BodyPose, Snapshot, interpolate, interpolate_props
from game.takes.facts import SECOND
from game.takes.packing import decode_contacts, pose_bytes, pose_of, props_of
from models.reference import TICKS_PER_SECOND
from models.rotations import Array

# Between steps further apart than the slowest motion has them, the game was paused: the picture stood.
_LONGEST_GAP = round(1.5 * SECOND / (TICKS_PER_SECOND * min(SPEEDS)))


@dataclass(frozen=True)
class Steps:
    """In the order of recording: moments (n,) ns, never falling; attempts and ticks (n,).

    payload: reads the record of a step. lying: how many props each holds.
    """

    moments: NDArray[np.int64]
    attempts: NDArray[np.int64]
    ticks: NDArray[np.int64]
    payload: Callable[[int], bytes]
    lying: int = 0

    def __len__(self) -> int:
        return len(self.moments)

    def at(self, moment: int) -> tuple[int, float]:
        """Which step stands at a moment, and how far (0 … 1) the picture is on its way to the next."""
        index = max(int(np.searchsorted(self.moments, moment, side="right")) - 1, 0)
        if index + 1 >= len(self) or not self._leads_on(index):
            return index, 0.0
        begin, end = int(self.moments[index]), int(self.moments[index + 1])
        return index, max(moment - begin, 0) / (end - begin)

    def _leads_on(self, index: int) -> bool:
        same = self.attempts[index + 1] == self.attempts[index]
        gap = self.moments[index + 1] - self.moments[index]
        return bool(same and self.ticks[index + 1] > self.ticks[index] and 0 < gap <= _LONGEST_GAP)

    def pose(self, index: int, part: float) -> BodyPose:
        """The pose ``part`` of the way from a step to the next."""
        pose = _pose(self.payload(index))
        return interpolate(pose, _pose(self.payload(index + 1)), part) if part > 0.0 else pose

    def props(self, index: int, part: float) -> Array:
        """The props' poses ``(props, 7)``, ``part`` of the way from a step to the next."""
        props = props_of(self.payload(index), self.lying)
        return interpolate_props(props, props_of(self.payload(index + 1), self.lying), part) if part > 0.0 else props

    def snapshot(self, index: int) -> Snapshot:
        """A step as the performer gave it out.

        Raises:
            ValueError: its contacts make no sense.
        """
        payload = self.payload(index)
        contacts, props = decode_contacts(payload, self.lying), props_of(payload, self.lying)
        return Snapshot(int(self.attempts[index]), int(self.ticks[index]), _pose(payload), contacts, props)

    def between(self, after: int, until: int) -> list[int]:
        """The steps first shown later than ``after`` and not later than ``until``."""
        begin, end = np.searchsorted(self.moments, (after, until), side="right")
        return [index for index in range(int(begin), int(end)) if index == 0 or not self._repeats(index)]

    def _repeats(self, index: int) -> bool:
        same = self.attempts[index - 1] == self.attempts[index]
        return bool(same and self.ticks[index - 1] == self.ticks[index])


def steps_of(rows: NDArray[np.int64], payload: Callable[[int], bytes], lying: int = 0) -> Steps:
    """Steps from the rows of an index, (n, 5), with ``lying`` props in each."""
    # A step's moment is a forecast. When the clock is made faster, a later step can come before it; the later is right.
    moments = np.minimum.accumulate(rows[::-1, 0])[::-1]
    return Steps(moments, rows[:, 1], rows[:, 2], payload, lying)


def _pose(payload: bytes) -> BodyPose:
    return pose_of(np.frombuffer(pose_bytes(payload), dtype="<f8"))
