"""Keeping a figure out of the ground that its physics body lies on: pure arithmetic for head, hands and shoes.

The person is a little larger than the humanoid's balls and boxes. What would sink in gives way as a body does: toes
bend up, ankles yield, wrists and neck bend. Only the level ground at height 0 is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models import rotations
from models.rotations import Array

_TOE_LIMIT = np.radians(60.0)
_FOOT_LIFT = 0.09  # m at most: a pointed foot of somebody who lies on his front
_STEADY = 0.05  # m: a head straight below its neck has no side to turn to, and must not flutter


@dataclass(frozen=True)
class Ground:
    """The ground in the model's frame. up (3,): unit; root: metres of the model from the ground to its origin."""

    up: Array
    root: float

    def depths(self, points: Array) -> Array:
        """How deep each of ``points`` ``(n, 3)`` is under the ground, 0 above; metres of the model."""
        return np.asarray(np.maximum(-(self.root + points @ self.up), 0.0))


@dataclass(frozen=True)
class Shoe:
    """A shoe in the ankle link's frame, m, Bullet's axes.

    ball, tip (3,): ends of the toes' underside. joint (3,): what the toes turn about, above the ball. foot (n, 3),
    toes (m, 3): outline behind and before it.
    """

    ball: Array
    tip: Array
    joint: Array
    foot: Array
    toes: Array

    @cached_property
    def _longest(self) -> float:
        """Metres from the ankle beyond which no part of it is, however the toes bend."""
        toes = np.linalg.norm(self.joint) + np.linalg.norm(self.toes - self.joint, axis=1).max()
        ends = np.linalg.norm(np.stack((self.ball, self.tip)), axis=1).max()
        return float(max(toes, ends, np.linalg.norm(self.foot, axis=1).max()))

    def bend(self, position: Array, turn: Array) -> float:
        """Angle in rad by which the toes bend up so that their tip is not below the ground; 0 in the air."""
        if position[1] > self._longest:
            return 0.0
        ball, tip = (position[1] + rotations.rotate(turn, np.stack((self.ball, self.tip)))[:, 1]).tolist()
        length = float(np.linalg.norm(self.tip - self.ball))
        if tip >= 0.0:
            return 0.0
        down = np.arcsin(min((ball - tip) / length, 1.0))
        allowed = np.arcsin(min(max(ball, 0.0) / length, 1.0))
        return float(np.clip(down - allowed, 0.0, _TOE_LIMIT))

    def lift(self, position: Array, turn: Array, bend: float) -> float:
        """Metres by which the shoe, its toes bent, must rise to be on the ground."""
        if position[1] > self._longest:
            return 0.0
        toes = self.joint + rotations.rotate(rotations.about(2, bend), self.toes - self.joint)
        heights = rotations.rotate(turn, np.concatenate((self.foot, toes)))[:, 1]
        return float(np.clip(-(position[1] + heights.min()), 0.0, _FOOT_LIFT))


@dataclass(frozen=True)
class Tip:
    """What ends a chain of bones below the ribs: the head, or a hand.

    path: driven bones, down to it. shares (bones,): how much of the turn at the end each of them makes. points (n, 3):
    its outline from the last bone, at rest. limit: rad that it turns at most. give: m of the scene that it moves up the
    chain at most, where turning is not enough.
    """

    path: tuple[int, ...]
    shares: Array
    points: Array
    limit: float
    give: float

    def is_clear(self, joints: Array, ground: Ground) -> bool:
        """Whether it is above ``ground`` however it turns; joints as in `yielding`."""
        length = float(np.linalg.norm(joints[1:], axis=1).sum()) + self._longest
        return bool(ground.root + joints[0] @ ground.up > length)

    @cached_property
    def _longest(self) -> float:
        """Metres from the last bone to the outline's farthest point."""
        return float(np.linalg.norm(self.points, axis=1).max())

    def yielding(self, turns: Array, joints: Array, ground: Ground) -> tuple[Array, float]:
        """The turn ``(3,)`` in rad that keeps it on the ground, and how deep it is after that, m of the model.

        Args:
            turns: ``(bones, 4)`` of the path's bones without it. joints: ``(bones, 3)``: the first bone's place, then
                the offset of each from the one before, at rest, in the frame of that one's turn.
        """
        total = np.zeros(3)
        for _ in range(4):
            points, base = self._place(turns, joints, total)
            depths = ground.depths(points)
            worst = float(depths.max())
            if worst <= 0.0:
                return total, 0.0
            # the turn that lifts what is deep: about the level axis across the arm from the joint to it
            arm = (depths / depths.sum()) @ np.cross(points - base, ground.up)
            total = total + worst * arm / (arm @ arm + _STEADY**2)
            total *= min(1.0, self.limit / max(float(np.linalg.norm(total)), 1e-9))
        return total, float(ground.depths(self._place(turns, joints, total)[0]).max())

    def _place(self, turns: Array, joints: Array, total: Array) -> tuple[Array, Array]:
        """The outline, and the first joint that turns."""
        turned = rotations.multiply(rotations.exp(self.shares[:, None] * total), turns) if total.any() else turns
        places = joints[:1] + np.cumsum(
            np.concatenate((np.zeros((1, 3)), rotations.rotate(turned[:-1], joints[1:]))), axis=0
        )
        points = places[-1] + rotations.rotate(turned[-1], self.points)
        return points, places[int(np.argmax(self.shares > 0.0))]


def outline(points: Array, count: int = 40) -> Array:
    """Those of ``points`` ``(n, 3)`` that lie furthest out, in ``count`` directions evenly round (Fibonacci's)."""
    if len(points) == 0:
        return np.zeros((1, 3))
    steps = np.arange(count) + 0.5
    height, turn = 1.0 - 2.0 * steps / count, np.pi * (1.0 + np.sqrt(5.0)) * steps
    level = np.sqrt(1.0 - height**2)
    ways = np.stack((level * np.cos(turn), level * np.sin(turn), height), axis=-1)
    return np.asarray(points[np.unique(np.argmax(points @ ways.T, axis=0))])
