"""Help for the operator's hand: the camera turns after a body part, or goes along with it.

Both leave a dead zone, in which the hand alone decides, and come in with damping. They are added to the hand's own
movement and never replace it.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from game.camera.angles import pan_tilt_roll, turned
from game.camera.rig_settings import RigSettings
from game.camera.smoothing import damping_share
from models.rotations import Array

_TOO_NEAR = 0.2  # m; whoever stands in the camera gives no direction
_STEEPEST = math.radians(89.0)  # tilt that look-at may lead to: straight up there is no pan


@dataclass(frozen=True)
class Assist:
    """What is remembered from step to step.

    turn: pan and tilt ``(2,)`` in rad that look-at has added. anchor: ``(3,)`` m, the middle of the dead zone that
    follow drags along; None: nothing is followed.
    """

    turn: Array
    anchor: Array | None = None


def follow(assist: Assist, subject: Array | None, settings: RigSettings, dt: float) -> tuple[Assist, Array]:
    """The next state, and by how many metres ``(3,)`` the rig goes along in ``dt`` s.

    subject: place ``(3,)`` m of the body part in the environment; None: nobody knows, so nothing moves.
    """
    if not settings.follow or subject is None:
        return dataclasses.replace(assist, anchor=None), np.zeros(3)
    anchor = subject if assist.anchor is None else assist.anchor
    way = subject - anchor
    way = way * _beyond(float(np.linalg.norm(way)), settings.dead_distance)
    way = way * damping_share(settings.assist_damping, dt)
    return dataclasses.replace(assist, anchor=anchor + way), way


def look(
    assist: Assist, position: Array, rotation: Array, subject: Array | None, settings: RigSettings, dt: float
) -> tuple[Assist, Array]:
    """The next state, and the rotation ``(4,)`` xyzw of the hand ``rotation`` turned towards ``subject``.

    Switched off, what was added fades away. Roll stays the hand's.
    """
    if not settings.look_at and not assist.turn.any():
        return assist, rotation
    hand = pan_tilt_roll(rotation)
    part = damping_share(settings.assist_damping, dt)
    turn = assist.turn
    if not settings.look_at:
        turn = turn * (1.0 - part)
        turn = turn if np.max(np.abs(turn)) > 1e-6 else np.zeros(2)
    elif subject is not None and np.linalg.norm(subject - position) > _TOO_NEAR:
        turn = turn + part * _missing(hand[:2] + turn, subject - position, math.radians(settings.dead_angle))
    tilt = min(max(hand[1] + turn[1], -_STEEPEST), _STEEPEST)
    turn = np.array([_wrapped(turn[0]), tilt - hand[1]])
    return dataclasses.replace(assist, turn=turn), turned(np.array([hand[0] + turn[0], tilt, hand[2]]))


def _missing(seen: Array, way: Array, dead: float) -> Array:
    """Pan and tilt ``(2,)`` rad by which ``seen`` must turn until ``way`` is on the edge of the dead zone."""
    pan, tilt = math.atan2(-way[0], way[1]), math.atan2(way[2], math.hypot(way[0], way[1]))
    missing = np.array([_wrapped(pan - seen[0]), tilt - seen[1]])
    # A degree of pan is less of an angle the steeper the view.
    return missing * _beyond(math.hypot(missing[0] * math.cos(tilt), missing[1]), dead)


def _beyond(size: float, dead: float) -> float:
    """The share of ``size`` that sticks out of a dead zone."""
    return 1.0 - dead / size if size > dead else 0.0


def _wrapped(angle: float) -> float:
    return math.remainder(angle, 2.0 * math.pi)
