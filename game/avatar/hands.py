"""Hands, which the physics humanoid has none of: hanging with the palm to the thigh, fingers relaxed.

All of it is worked out from the bind pose, once: which way a palm looks follows from wrist, first and last finger.
"""

from __future__ import annotations

import numpy as np

from game.avatar.person import Side
from game.avatar.skeleton import Skeleton, shortest_arc
from models import rotations
from models.rotations import Array

_PALM_BACK = np.radians(20.0)  # a hanging palm faces the thigh and a little backwards
_CURL = np.radians([22.0, 28.0, 18.0])  # of a relaxed finger's segments; the last finger's half as much again
_CLOSE = 0.7  # how much of the fan of the fingers is closed
_THUMB = 0.25  # how far the thumb comes towards the fingers


def palm(skeleton: Skeleton, side: Side, left: bool) -> Array:
    """Unit direction ``(3,)`` out of the palm in the bind pose; zero for a hand without two fingers to tell it by."""
    if len(side.fingers) < 2:
        return np.zeros(3)
    wrist = skeleton.place(side.hand)
    first, last = (skeleton.place(side.fingers[i][0]) - wrist for i in (0, -1))
    out = np.cross(last, first) if left else np.cross(first, last)
    length = float(np.linalg.norm(out))
    return np.asarray(out / length) if length > 0.0 else np.zeros(3)


def palm_roll(direction: Array, left: bool) -> float:
    """Angle in rad about the vertical that turns a hanging hand's palm, looking in ``direction`` (3,), to the thigh."""
    if not direction.any():
        return 0.0
    # inward is -X for the left hand and +X for the right one, backwards is +Y
    wanted = np.pi - _PALM_BACK if left else _PALM_BACK
    return float(np.mod(wanted - np.arctan2(direction[1], direction[0]) + np.pi, 2.0 * np.pi) - np.pi)


def relaxed(skeleton: Skeleton, side: Side, left: bool) -> dict[str, Array]:
    """Local turns ``(4,)`` of finger bones: fan closed, segments curled towards the palm, thumb brought along."""
    out = palm(skeleton, side, left)
    if not out.any():
        return {}
    middle = _along(skeleton, side.fingers[(len(side.fingers) - 1) // 2])
    posture: dict[str, Array] = {}
    for i, finger in enumerate(side.fingers):
        along = _along(skeleton, finger)
        close = rotations.exp(_CLOSE * rotations.log(shortest_arc(along, middle)))
        across = np.cross(rotations.rotate(close, along), out)
        more = 1.0 + 0.5 * i / (len(side.fingers) - 1)
        for bone, angle in zip(finger, _CURL, strict=False):  # a finger may have fewer bones
            curl = rotations.exp(more * angle * across / np.linalg.norm(across))
            posture[bone] = _local(skeleton, bone, rotations.multiply(curl, close) if bone == finger[0] else curl)
    if side.thumb:
        arc = rotations.log(shortest_arc(_along(skeleton, side.thumb), middle + 0.5 * out))
        posture |= {bone: _local(skeleton, bone, rotations.exp(_THUMB * arc / len(side.thumb))) for bone in side.thumb}
    return posture


def _along(skeleton: Skeleton, finger: tuple[str, ...]) -> Array:
    """Which way a finger points: from its first bone to its last, or away from the bone above if it has only one."""
    first = skeleton.index[finger[0]]
    start = skeleton.parents[first] if len(finger) == 1 else first
    way = skeleton.place(finger[-1]) - skeleton.bind[0][start]
    return np.asarray(way / np.linalg.norm(way))


def _local(skeleton: Skeleton, bone: str, turn: Array) -> Array:
    """A turn given in the model's frame, as the bone's own turn in its parent's frame."""
    index = skeleton.index[bone]
    above = skeleton.bind[1][skeleton.parents[index]]
    return rotations.multiply(rotations.conjugate(above), rotations.multiply(turn, skeleton.bind[1][index]))
