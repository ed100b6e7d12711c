"""The performance of a take as arrays: every physics step and the moment at which it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.clock import SPEEDS
from game.performance import BodyPose, Snapshot, interpolate
from game.takes.facts import SECOND
from game.takes.packing import decode_contacts, decode_step, pose_bytes, pose_of
from models.reference import TICKS_PER_SECOND
from models.rotations import Array

# Between steps further apart than the slowest motion has them, the game was paused: the picture stood.
_LONGEST_GAP = round(1.5 * SECOND / (TICKS_PER_SECOND * min(SPEEDS)))


@dataclass(frozen=True)
class Steps:
    """In the order of recording: moments (n,) ns, never falling; attempts and ticks (n,); poses (n, 7 + 4 joints).

    payloads: the records, for their contacts.
    """

    moments: NDArray[np.int64]
    attempts: NDArray[np.int64]
    ticks: NDArray[np.int64]
    poses: Array
    payloads: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.payloads)

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
        pose = pose_of(self.poses[index])
        return interpolate(pose, pose_of(self.poses[index + 1]), part) if part > 0.0 else pose

    def snapshot(self, index: int) -> Snapshot:
        """A step as the performer gave it out.

        Raises:
            ValueError: its contacts make no sense.
        """
        return Snapshot(
            int(self.attempts[index]),
            int(self.ticks[index]),
            pose_of(self.poses[index]),
            decode_contacts(self.payloads[index]),
        )

    def between(self, after: int, until: int) -> list[int]:
        """The steps first shown later than ``after`` and not later than ``until``."""
        begin, end = np.searchsorted(self.moments, (after, until), side="right")
        return [index for index in range(int(begin), int(end)) if index == 0 or not self._repeats(index)]

    def _repeats(self, index: int) -> bool:
        same = self.attempts[index - 1] == self.attempts[index]
        return bool(same and self.ticks[index - 1] == self.ticks[index])


def steps_of(payloads: Sequence[bytes]) -> Steps:
    """Steps from snapshot records; those that hold numbers that are not finite are left out.

    Raises:
        ValueError: a payload is no snapshot, or they are of different bodies.
    """
    steps = [decode_step(payload) for payload in payloads]
    joints = steps[0].joints if steps else 0
    if any(step.joints != joints for step in steps):
        raise ValueError("its steps are of different bodies")
    poses = np.frombuffer(b"".join(map(pose_bytes, payloads)), dtype="<f8").astype(np.float64)
    poses = poses.reshape(len(steps), 7 + 4 * joints)
    facts = np.array([(step.at_ns, step.attempt, step.tick) for step in steps], dtype=np.int64).reshape(-1, 3)
    usable = np.asarray(np.isfinite(poses).all(axis=1))
    facts, poses = facts[usable], poses[usable]
    poses.flags.writeable = False
    kept = tuple(payload for payload, keep in zip(payloads, usable.tolist(), strict=True) if keep)
    # A step's moment is a forecast. When the clock is made faster, a later step can come before it; the later is right.
    moments = np.minimum.accumulate(facts[::-1, 0])[::-1]
    return Steps(moments, facts[:, 1], facts[:, 2], poses, kept)
