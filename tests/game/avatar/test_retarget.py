"""The skeleton follows the humanoid: limbs point its way, ribs and feet are where its own are."""

from __future__ import annotations

import numpy as np
import pytest

from game.avatar.person import Person
from game.avatar.retarget import Retarget, SkeletonPose
from game.avatar.shapes import ankle_height
from game.avatar.skeleton import compose
from game.performance import BodyPose
from models import coords, rotations
from models.body import Body
from models.rotations import Array
from tests.game.avatar.conftest import random_poses, zero_pose


def in_world(retarget: Retarget, figure: SkeletonPose) -> dict[str, tuple[Array, Array]]:
    """Bones by name: positions (3,) m and rotations (4,) xyzw in Panda's world."""
    positions, turns = compose(retarget.parents, figure.offsets, figure.turns)
    whole = coords.wxyz_to_xyzw(figure.rotation)
    positions = figure.position + retarget.scale * rotations.rotate(np.tile(whole, (len(positions), 1)), positions)
    turns = rotations.multiply(np.tile(whole, (len(turns), 1)), turns)
    return dict(zip(retarget.names, zip(positions, turns, strict=True), strict=True))


def links(body: Body, pose: BodyPose) -> dict[str, Array]:
    positions, _ = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
    return {link.name: coords.bullet_to_panda(positions[i]) for i, link in enumerate(body.links)}


def angle(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b), -1.0, 1.0))))


@pytest.mark.parametrize("name", ["left", "right"])
def test_limbs_point_where_the_humanoids_point(retarget: Retarget, person: Person, body: Body, name: str) -> None:
    side = person.bones.left if name == "left" else person.bones.right
    worst = 0.0
    for pose in random_poses(body, 40):
        bones, at = in_world(retarget, retarget.pose(pose)), links(body, pose)
        for start, end, above, below in (
            (side.upper_arm[0], side.forearm[0], "shoulder", "elbow"),
            (side.forearm[0], side.hand, "elbow", "wrist"),
            (side.thigh[0], side.shin[0], "hip", "knee"),
        ):
            limb = bones[end][0] - bones[start][0]
            worst = max(worst, angle(limb, at[f"{name}_{below}"] - at[f"{name}_{above}"]))
    assert worst < 2.0


def test_shins_turn_as_the_humanoids(retarget: Retarget, person: Person, body: Body) -> None:
    # The foot hangs on the humanoid's ankle and may slip against the shin, so the bone's own direction counts.
    rest = in_world(retarget, retarget.pose(zero_pose(body)))
    for pose in random_poses(body, 20):
        bones, at = in_world(retarget, retarget.pose(pose)), links(body, pose)
        for name, side in (("left", person.bones.left), ("right", person.bones.right)):
            turned = rotations.multiply(bones[side.shin[0]][1], rotations.conjugate(rest[side.shin[0]][1]))
            shin = rotations.rotate(turned, np.array([0.0, 0.0, -1.0]))
            assert angle(shin, at[f"{name}_ankle"] - at[f"{name}_knee"]) < 2.0


def test_soles_lie_on_the_humanoids_soles(retarget: Retarget, person: Person, body: Body) -> None:
    sole = ankle_height(body)
    rest = in_world(retarget, retarget.pose(zero_pose(body)))
    for pose in random_poses(body, 20):
        bones = in_world(retarget, retarget.pose(pose))
        positions, turns = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        for name, side in (("left", person.bones.left), ("right", person.bones.right)):
            ankle = next(i for i, link in enumerate(body.links) if link.name == f"{name}_ankle")
            up = coords.bullet_to_panda(rotations.rotate(turns[ankle], np.array([0.0, 1.0, 0.0])))
            below = rest[side.foot][0][2]  # the ankle above the ground when he stands
            height = np.dot(bones[side.foot][0] - coords.bullet_to_panda(positions[ankle]), up)
            assert height + sole == pytest.approx(below, abs=1e-3)


def test_ribs_stay_with_the_humanoids_chest(retarget: Retarget, person: Person, body: Body) -> None:
    bone = person.bones.trunk[-1]
    chest = next(i for i, link in enumerate(body.links) if link.name == "chest")

    def from_chest(pose: BodyPose) -> Array:
        positions, turns = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        place = coords.panda_to_bullet(in_world(retarget, retarget.pose(pose))[bone][0])
        return rotations.rotate(rotations.conjugate(turns[chest]), place - positions[chest])

    standing = from_chest(zero_pose(body))
    for pose in random_poses(body, 20):
        np.testing.assert_allclose(from_chest(pose), standing, atol=1e-6)


def test_he_faces_and_has_his_left_where_the_humanoid_has(retarget: Retarget, person: Person, body: Body) -> None:
    bones = in_world(retarget, retarget.pose(zero_pose(body)))
    left, right = person.bones.left, person.bones.right
    assert bones[left.hand][0][1] > 0.1 > -0.1 > bones[right.hand][0][1]  # Panda's +Y is Bullet's -Z
    assert bones[left.toes[0]][0][0] > bones[left.foot][0][0] + 0.05  # toes forward, +X
    assert bones[person.bones.neck[-1]][0][2] > 1.3


def test_an_arm_passing_overhead_does_not_make_the_collar_jump(retarget: Retarget, person: Person, body: Body) -> None:
    pose = zero_pose(body)
    shoulder = next(i for i, joint in enumerate(body.joints) if joint.name == "left_shoulder")
    before = None
    for degrees in np.arange(90.0, 270.0, 3.0):
        joints = pose.joint_rot.copy()
        joints[shoulder] = rotations.about(2, np.radians(degrees))
        figure = retarget.pose(BodyPose(pose.root_pos, pose.root_rot, joints))
        collar = in_world(retarget, figure)[person.bones.left.collar[0]][1]
        if before is not None:
            assert np.degrees(rotations.angle_between(before, collar)) < 2.0
        before = collar


def test_toes_bend_on_the_ground_and_only_there(retarget: Retarget, person: Person, body: Body) -> None:
    pose = zero_pose(body)
    ankles = [i for i, joint in enumerate(body.joints) if joint.name.endswith("ankle")]
    joints = pose.joint_rot.copy()
    joints[ankles] = rotations.about(2, np.radians(-25.0))  # on tiptoe

    def bend(height: float) -> float:
        root = np.array([0.0, height, 0.0])
        bones = in_world(retarget, retarget.pose(BodyPose(root, pose.root_rot, joints)))
        side = person.bones.left
        return float(np.degrees(rotations.angle_between(bones[side.foot][1], bones[side.toes[0]][1])))

    assert bend(2.0) == pytest.approx(0.0, abs=1e-3)
    assert 15.0 < bend(0.93) < 40.0
