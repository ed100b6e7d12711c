"""Where on a body the points lie that are found in photographs.

What the finder of points calls a knee lies lower than the joint about which the shin turns, its elbow further up the
arm, its heel inside the shoe. How far was measured on rendered people of other builds, clothed and with known joints:
`tests/game/avatar/test_photo_limbs.py` does it again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from game.avatar import keypoints as kp
from game.avatar.body_model import Figure
from game.avatar.person import Bones
from game.avatar.posing import Joints, nearest_joint
from models.rotations import Array

_FACE_TRUST, _JOINT_TRUST, _HIP_TRUST, _FOOT_TRUST = 2.0, 1.0, 0.6, 0.6
_MOUTH = ("levator05.L", "levator05.R")  # at the corners
_SHIFTS: dict[tuple[int, int], tuple[float, float, float]] = {
    kp.EYES: (0.002, -0.007, 0.0),
    kp.EARS: (-0.014, -0.019, 0.0),
    kp.MOUTH: (-0.002, 0.004, 0.0),
    kp.SHOULDERS: (-0.002, 0.0, 0.012),
    kp.ELBOWS: (-0.007, 0.0, 0.016),
    kp.WRISTS: (0.0, 0.004, 0.0),
    kp.HIPS: (-0.006, -0.010, -0.022),
    kp.KNEES: (-0.004, 0.004, -0.032),
    kp.ANKLES: (0.0, -0.002, 0.0),
    kp.HEELS: (0.0, -0.018, -0.015),
    kp.TOES: (0.008, 0.020, -0.009),
}
"""Outward, backward and up from the bone or the vertex to the point that is found, in shares of the body's height."""


@dataclass(frozen=True)
class Landmarks:
    """numbers (A,) of the points as photographs have them; owners (A,): joints that carry them; trust (A,); sides (A,):
    1 on the left, -1 on the right, 0 between.

    skin (A,): vertex of the body that the point lies by, -1 where it lies by the beginning of the bone of the same
    place in ``bones``; shift (A, 3): how far from there, in shares of the body's height.
    """

    numbers: NDArray[np.int64]
    owners: NDArray[np.int64]
    trust: Array
    sides: Array
    skin: NDArray[np.int64]
    bones: tuple[str, ...]
    shift: Array

    def places(self, figure: Figure) -> Array:
        """Where ``(A, 3)`` they are on a body in its bind pose."""
        at_bones = np.array([figure.joints[bone] for bone in self.bones])
        near = np.where(self.skin[:, None] >= 0, figure.vertices[self.skin], at_bones)
        return np.asarray(near + self.shift * figure.height)


def landmarks_of(figure: Figure, bones: Bones, joints: Joints) -> Landmarks:
    """The landmarks of any body of the model; which vertices they are is found on ``figure``."""
    found: list[tuple[int, str, int, float, float, Array]] = []  # number, bone, vertex, trust, side, shift
    head = bones.neck[-1]
    eyes = np.mean([figure.joints[eye] for eye in ("eye.L", "eye.R")], axis=0)
    skin = np.unique(figure.triangles)
    points = figure.vertices[skin]
    middle = (np.abs(points[:, 0]) < 0.015) & (points[:, 2] > eyes[2] - 0.1)
    level = np.abs(points[:, 2] - eyes[2] + 0.02) < 0.03
    found.append((kp.NOSE, head, int(skin[_most(points, -points[:, 1], middle)]), _FACE_TRUST, 0.0, np.zeros(3)))
    for i, (side, sign) in enumerate(((bones.left, 1.0), (bones.right, -1.0))):
        foot = (points[:, 0] * sign > 0.0) & (points[:, 2] < 0.05)
        ear, heel, toe = (
            int(skin[_most(points, measure, among)])
            for measure, among in ((sign * points[:, 0], level), (points[:, 1], foot), (-points[:, 1], foot))
        )
        for numbers, bone, vertex, trust in (
            (kp.EYES, ("eye.L", "eye.R")[i], -1, _FACE_TRUST),
            (kp.EARS, head, ear, _JOINT_TRUST),
            (kp.MOUTH, _MOUTH[i], -1, _JOINT_TRUST),
            (kp.SHOULDERS, side.upper_arm[0], -1, _JOINT_TRUST),
            (kp.ELBOWS, side.forearm[0], -1, _JOINT_TRUST),
            (kp.WRISTS, side.hand, -1, _JOINT_TRUST),
            (kp.HIPS, side.thigh[0], -1, _HIP_TRUST),
            (kp.KNEES, side.shin[0], -1, _JOINT_TRUST),
            (kp.ANKLES, side.foot, -1, _JOINT_TRUST),
            (kp.HEELS, side.foot, heel, _FOOT_TRUST),
            (kp.TOES, side.foot, toe, _FOOT_TRUST),
        ):
            found.append((numbers[i], bone, vertex, trust, sign, np.array(_SHIFTS[numbers]) * (sign, 1.0, 1.0)))
    numbers, names, vertices, trusts, sides, shift = zip(*found, strict=True)
    near = nearest_joint(figure.bones, figure.parents, joints)
    owners = np.array([near[figure.bones.index(name)] for name in names])
    return Landmarks(
        np.array(numbers), owners, np.array(trusts), np.array(sides), np.array(vertices), names, np.array(shift)
    )


def _most(points: Array, measure: Array, among: NDArray[np.bool_]) -> int:
    """The row of ``points`` with the greatest ``measure`` among some."""
    return int(np.argmax(np.where(among, measure, -np.inf)))
