"""What the performer gives out: immutable snapshots of a body, one for every physics step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models import rotations
from models.contact import Contact
from models.props import NO_PROPS
from models.rotations import Array


@dataclass(frozen=True)
class BodyPose:
    """A body in Bullet's frame (Y up, xyzw): root_pos (3,), root_rot (4,), joint_rot (joints, 4) local."""

    root_pos: Array
    root_rot: Array
    joint_rot: Array


@dataclass(frozen=True)
class Snapshot:
    """One physics step. attempt counts tries since the start; tick counts steps of 1/120 s within the attempt.

    props: poses ``(props, 7)`` of what lies about, position and rotation xyzw in Bullet's frame.
    """

    attempt: int
    tick: int
    pose: BodyPose
    contacts: tuple[Contact, ...] = ()
    props: Array = field(default_factory=lambda: NO_PROPS)


def interpolate(a: BodyPose, b: BodyPose, part: float) -> BodyPose:
    """The pose ``part`` (0 … 1) of the way from ``a`` to ``b``."""
    if part <= 0.0:
        return a
    turns = rotations.slerp(_turns(a), _turns(b), part)
    return BodyPose(a.root_pos + part * (b.root_pos - a.root_pos), turns[0], turns[1:])


def _turns(pose: BodyPose) -> Array:
    return np.concatenate((pose.root_rot[None], pose.joint_rot))


def interpolate_props(a: Array, b: Array, part: float) -> Array:
    """Poses of props ``(props, 7)``, ``part`` (0 … 1) of the way from ``a`` to ``b``."""
    if part <= 0.0 or not len(a):
        return a
    turns = rotations.slerp(a[:, 3:], b[:, 3:], part)
    return np.concatenate((a[:, :3] + part * (b[:, :3] - a[:, :3]), turns), axis=1)
