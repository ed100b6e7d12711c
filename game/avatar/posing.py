"""A body turned at a few joints as somebody stands in a photograph: points on it, and the whole skin of a model.

Frame: m, Z up, facing -Y, left is +X. No bone turns in the bind pose, so a joint's turn is in the axes of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.avatar.person import Bones
from models import rotations
from models.rotations import Array

Turns = Mapping[str, Array]
"""Turns (4,) xyzw of joints by bone, each beside the joint above it."""


UPPER_ARM, FOREARM, THIGH, SHIN, FOOT = range(3, 8)
"""Rows of the left side's joints in what `joints_of` gives."""


@dataclass(frozen=True)
class Joints:
    """What may turn, parents first. parents: rows, -1 for none; freedom (B,): rad that a turn is likely to have."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    freedom: Array


def joints_of(bones: Bones) -> Joints:
    """The joints of somebody who stands upright, arms away from the body."""
    names, parents, freedom = [bones.trunk[2], bones.neck[1]], [-1, 0], [0.12, 0.3]

    def chain(above: int, *links: tuple[str, float]) -> None:
        for name, free in links:
            names.append(name)
            parents.append(above)
            freedom.append(free)
            above = len(names) - 1

    for side in (bones.left, bones.right):
        chain(0, (side.collar[0], 0.12), (side.upper_arm[0], 0.6), (side.forearm[0], 0.4))
        chain(-1, (side.thigh[0], 0.25), (side.shin[0], 0.2), (side.foot, 0.2))
    return Joints(tuple(names), tuple(parents), np.array(freedom))


def carried(points: Array, owners: NDArray[np.int64], joints: Joints, places: Array, turns: Array) -> Array:
    """Where ``points`` ``(..., N, 3)`` go that hang rigidly from the joints ``owners`` ``(N,)``, -1 for what stays.

    Args:
        places: ``(..., B, 3)`` of the joints in the bind pose. turns: ``(..., B, 4)``.
    """
    moved: list[Array] = []
    turned: list[Array] = []
    for joint, above in enumerate(joints.parents):
        place, turn = places[..., joint, :], turns[..., joint, :]
        if above >= 0:
            place = moved[above] + rotations.rotate(turned[above], place - places[..., above, :])
            turn = rotations.multiply(turned[above], turn)
        moved.append(place)
        turned.append(turn)
    hung = np.stack(np.broadcast_arrays(*moved), axis=-2)[..., owners, :] + rotations.rotate(
        np.stack(turned, axis=-2)[..., owners, :], points - places[..., owners, :]
    )
    return np.asarray(np.where((owners >= 0)[:, None], hung, points))


def nearest_joint(names: Sequence[str], parents: Sequence[int], joints: Joints) -> NDArray[np.int64]:
    """For each bone of a skeleton the row in ``joints`` of itself or of the nearest bone above it; -1 for none."""
    row = {name: number for number, name in enumerate(joints.names)}
    found = []
    for start in range(len(names)):
        bone = start
        while bone >= 0 and names[bone] not in row:
            bone = parents[bone]
        found.append(row[names[bone]] if bone >= 0 else -1)
    return np.array(found)


def skinned(points: Array, bones: NDArray[np.int64], weights: Array, owners: NDArray[np.int64], pose: Pose) -> Array:
    """Points ``(V, 3)`` of a skin in ``pose``, by linear blend skinning.

    Args:
        bones, weights: ``(V, 4)`` which bones move a point, and how much. owners: ``(bones,)`` from `nearest_joint`.
    """
    total = np.zeros_like(points)
    for corner in range(bones.shape[1]):
        moved = carried(points, owners[bones[:, corner]], pose.joints, pose.places, pose.turns)
        total += weights[:, corner, None] * moved
    return np.asarray(total / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9))


@dataclass(frozen=True)
class Pose:
    """joints with their places ``(B, 3)`` in the bind pose and their turns ``(B, 4)``."""

    joints: Joints
    places: Array
    turns: Array
