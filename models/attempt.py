"""Attempts under way: a world, a clip, and where in the clip each copy is.

Learning, judging and playing all run attempts through this one class, so what was learned is what is played.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import imitation, rotations
from models.body import Body
from models.imitation import Frame
from models.motion import Pose
from models.policy import Control
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Motion, Reference
from models.rotations import Array
from models.skills import allowed_links, skill_named
from models.world import World


@dataclass(frozen=True)
class Perturbation:
    """How far a start is from the clip: uniform, joints in rad, root velocity in m/s (each axis).

    friction: range of the body's own coefficient, for those who vary it (learning and judging do, playing does not).
    """

    joints: float = 0.05
    velocity: float = 0.1
    friction: tuple[float, float] = (0.7, 1.1)


MOST_TURN = 0.6  # rad/s
SPEEDS = (0.7, 1.3)  # slowest and fastest, as shares of the clip's own speed
_TURNING = 2.0 / 3.0
STEADY = Perturbation(0.0, 0.0)


@dataclass(frozen=True)
class Steering:
    """Where attempts are led: turn ``(n,)`` in rad/s to the left, speed ``(n,)`` as a share of the clip's own."""

    turn: Array
    speed: Array

    @classmethod
    def drawn(cls, count: int, rng: np.random.Generator) -> Steering:
        """Every way it can be led, for who learns to follow: a third straight on, the others anywhere within reach."""
        turning = rng.random(count) < _TURNING
        return cls(rng.uniform(-MOST_TURN, MOST_TURN, count) * turning, rng.uniform(*SPEEDS, count))


def perturbed(body: Body, pose: Pose, amount: Perturbation, rng: np.random.Generator) -> Pose:
    """``pose`` with every joint and the root's velocity moved by a uniform random amount."""
    turns = rng.uniform(-amount.joints, amount.joints, size=pose.joint_vel.shape)
    push = rng.uniform(-amount.velocity, amount.velocity, size=pose.root_lin_vel.shape)
    turns[..., body.hinges, :2] = 0.0  # knees and elbows turn about z alone
    return Pose(
        pose.root_pos,
        pose.root_rot,
        rotations.multiply(pose.joint_rot, rotations.exp(turns)),
        pose.root_lin_vel + push,
        pose.root_ang_vel,
        pose.joint_vel,
    )


class Attempts:
    """A batch of attempts, one for each copy in ``world``.

    control: what the actions mean that `aim` gets.
    allowed: ``(links,)`` bool, the links that may touch the ground without it being a fall.
    rest: tick at which the clip comes to rest, if it does.
    """

    def __init__(self, body: Body, reference: Reference, world: World, control: Control = Control.RESIDUAL) -> None:
        self.body = body
        self.reference = reference
        self.world = world
        self.control = control
        skill = skill_named(reference.clip.name)
        self.allowed = allowed_links(skill, body)
        self._steerable = skill.steerable
        rest = reference.clip.rest
        self.rest = None if rest is None else round(rest * reference.ticks)
        self._steering: Steering | None = None
        self.ticks = np.zeros(world.count, dtype=np.int64)
        self.frame = Frame(np.zeros((world.count, 3)), np.zeros(world.count))
        self.motion = imitation.to_frame(world.motion(), self.frame)
        self._target = (self.motion.pose.joint_rot, self.motion.pose.joint_vel)

    def reset(self, which: np.ndarray, ticks: np.ndarray, pose: Pose, frame: Frame | None = None) -> None:
        """Start the attempts ``which`` at ``ticks`` into the clip from ``pose`` (in the attempt's frame)."""
        count = len(which)
        frame = frame or Frame(np.zeros((count, 3)), np.zeros(count))
        self.ticks[which] = ticks
        self.frame.origin[which] = frame.origin
        self.frame.yaw[which] = frame.yaw
        self.world.reset(which, imitation.place_in_world(pose, frame))
        self.motion = self.motion.replaced(which, imitation.to_frame(self.world.motion(which), frame))

    def observation(self) -> Array:
        """``(count, observation)`` of the policy, now."""
        root = self.reference.at(self.ticks).pose.root_pos
        return imitation.observation(self.motion, root, self.ticks / self.reference.ticks)

    def wanted(self) -> Motion:
        """Where the clip has the bodies now, in the attempts' frames."""
        return self.reference.at(self.ticks)

    def steer(self, steering: Steering | None) -> None:
        """Lead the attempts of a steerable skill from now on; None: straight on, as the clip goes.

        The clip is led over the ground and the body follows it: what is learned is following, whatever way it leads.
        """
        self._steering = steering

    def aim(self, action: Array) -> None:
        """Set the PD targets of the coming control step."""
        self._target = imitation.target(self.body, self.reference, self.ticks, action, self.control)

    def tick(self, ticks: int = 1) -> None:
        """Advance the physics; after `TICKS_PER_CONTROL` ticks `settle` must follow."""
        self.world.step(*self._target, ticks=ticks)

    def settle(self) -> np.ndarray:
        """Close a control step. Returns ``(count,)`` bool: a clip that loops has begun anew under the body."""
        if self._steering is not None:
            self._lead(self._steering)
        self.motion = imitation.to_frame(self.world.motion(), self.frame)
        self.ticks += TICKS_PER_CONTROL
        self._come_to_rest(np.flatnonzero(self.resting()))
        if self.reference.loop:
            return self.ticks >= self.reference.ticks
        np.minimum(self.ticks, self.reference.ticks, out=self.ticks)
        return np.zeros(len(self.ticks), dtype=bool)

    def resting(self) -> np.ndarray:
        """``(count,)`` bool: the clip has come to its rest in this very control step."""
        if self.rest is None:
            return np.zeros(len(self.ticks), dtype=bool)
        since = self.ticks - self.rest
        return np.asarray((since >= 0) & (since < TICKS_PER_CONTROL))

    def _come_to_rest(self, which: np.ndarray) -> None:
        """Move the clip under the bodies ``which``: who has landed elsewhere shall stand there, not lean back to it."""
        if len(which):
            motion = self.world.motion(which)
            self._move(which, imitation.frame_under(motion.pose, self.reference, self.ticks[which]), motion)

    def wrap(self, over: np.ndarray) -> None:
        """Begin the next cycle where `settle` said that one is over."""
        if not over.any():
            return
        which = np.flatnonzero(over)
        self.ticks[which] -= self.reference.ticks
        motion = self.world.motion(which)
        if self._steerable:
            self._move(which, self._following(which), motion)
        else:
            start = np.zeros(len(which), dtype=np.int64)
            self._move(which, imitation.frame_under(motion.pose, self.reference, start), motion)

    def _move(self, which: np.ndarray, frame: Frame, motion: Motion) -> None:
        self.frame.origin[which] = frame.origin
        self.frame.yaw[which] = frame.yaw
        self.motion = self.motion.replaced(which, imitation.to_frame(motion, frame))

    def _following(self, which: np.ndarray) -> Frame:
        """Where the clip itself has got to: who is led does not choose the way."""
        yaw = self.frame.yaw[which]
        travel = np.broadcast_to(self.reference.travel, (len(which), 3))
        return Frame(self.frame.origin[which] + rotations.rotate(rotations.about(1, yaw), travel), yaw)

    def _lead(self, steering: Steering) -> None:
        """Turn the clip about where it has the body, and push it on or hold it back."""
        seconds = TICKS_PER_CONTROL / TICKS_PER_SECOND
        root = self.reference.at(self.ticks).pose.root_pos * np.array([1.0, 0.0, 1.0])
        pivot = self.frame.origin + rotations.rotate(rotations.about(1, self.frame.yaw), root)
        self.frame.yaw[:] += steering.turn * seconds
        turn = rotations.about(1, self.frame.yaw)
        more = (steering.speed - 1.0)[:, None] * self.reference.travel * (seconds / self.reference.clip.duration)
        self.frame.origin[:] = pivot - rotations.rotate(turn, root) + rotations.rotate(turn, more)
