"""Where on a body the points lie that are found in photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.avatar import keypoints as kp
from game.avatar.body_model import Figure
from game.avatar.person import Bones
from game.avatar.posing import Joints, nearest_joint
from models.rotations import Array

_CORNEA = np.array([0.0, -0.012, 0.0])  # m from the middle of an eye to its front
_FACE_TRUST, _JOINT_TRUST, _HIP_TRUST, _FOOT_TRUST = 2.0, 1.0, 0.6, 0.6
_MOUTH = ("levator05.L", "levator05.R")  # at the corners


@dataclass(frozen=True)
class Landmarks:
    """numbers (A,) of the points as photographs have them; owners (A,): joints that carry them; trust (A,).

    skin (A,): vertex of the body that the point is, -1 where it is the bone of the same place in ``bones``; there
    ``shift`` (A, 3) is from the bone's beginning.
    """

    numbers: NDArray[np.int64]
    owners: NDArray[np.int64]
    trust: Array
    skin: NDArray[np.int64]
    bones: tuple[str, ...]
    shift: Array

    def places(self, figure: Figure) -> Array:
        """Where ``(A, 3)`` they are on a body in its bind pose."""
        at_bones = np.array([figure.joints[bone] for bone in self.bones]) + self.shift
        return np.where(self.skin[:, None] >= 0, figure.vertices[self.skin], at_bones)


def landmarks_of(figure: Figure, bones: Bones, joints: Joints) -> Landmarks:
    """The landmarks of any body of the model; which vertices they are is found on ``figure``."""
    found: list[tuple[int, str, int, float, Array]] = []  # number, bone, vertex, trust, shift
    nothing = np.zeros(3)
    head = bones.neck[-1]
    eyes = np.mean([figure.joints[eye] for eye in ("eye.L", "eye.R")], axis=0)
    skin = np.unique(figure.triangles)
    points = figure.vertices[skin]
    middle = (np.abs(points[:, 0]) < 0.015) & (points[:, 2] > eyes[2] - 0.1)
    level = np.abs(points[:, 2] - eyes[2] + 0.02) < 0.03
    found.append((kp.NOSE, head, int(skin[_most(points, -points[:, 1], middle)]), _FACE_TRUST, nothing))
    for i, (side, sign) in enumerate(((bones.left, 1.0), (bones.right, -1.0))):
        found.append((kp.EYES[i], ("eye.L", "eye.R")[i], -1, _FACE_TRUST, _CORNEA))
        found.append((kp.EARS[i], head, int(skin[_most(points, sign * points[:, 0], level)]), _JOINT_TRUST, nothing))
        found.append((kp.MOUTH[i], _MOUTH[i], -1, _JOINT_TRUST, nothing))
        for numbers, bone, trust in (
            (kp.SHOULDERS, side.upper_arm[0], _JOINT_TRUST),
            (kp.ELBOWS, side.forearm[0], _JOINT_TRUST),
            (kp.WRISTS, side.hand, _JOINT_TRUST),
            (kp.HIPS, side.thigh[0], _HIP_TRUST),
            (kp.KNEES, side.shin[0], _JOINT_TRUST),
            (kp.ANKLES, side.foot, _JOINT_TRUST),
        ):
            found.append((numbers[i], bone, -1, trust, nothing))
        foot = (points[:, 0] * sign > 0.0) & (points[:, 2] < 0.05)
        found.append((kp.HEELS[i], side.foot, int(skin[_most(points, points[:, 1], foot)]), _FOOT_TRUST, nothing))
        found.append((kp.TOES[i], side.foot, int(skin[_most(points, -points[:, 1], foot)]), _FOOT_TRUST, nothing))
    numbers, names, vertices, trusts, shift = zip(*found, strict=True)
    near = nearest_joint(figure.bones, figure.parents, joints)
    owners = np.array([near[figure.bones.index(name)] for name in names])
    return Landmarks(np.array(numbers), owners, np.array(trusts), np.array(vertices), names, np.array(shift))


def _most(points: Array, measure: Array, among: NDArray[np.bool_]) -> int:
    """The row of ``points`` with the greatest ``measure`` among some."""
    return int(np.argmax(np.where(among, measure, -np.inf)))
