from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from models import rotations
from models.body import Body
from models.contact import Box, Hull, Solid
from models.motion import Pose, join_poses
from models.reference import TICKS_PER_SECOND, Reference
from models.world import GRAVITY, World, WorldSettings


def standing(body: Body, height: float) -> Pose:
    joints = np.tile(rotations.IDENTITY, (1, len(body.joints), 1))
    nothing = np.zeros((1, 3))
    return Pose(
        np.array([[0.0, height, 0.0]]),
        rotations.IDENTITY[None].copy(),
        joints,
        nothing,
        nothing,
        np.zeros((1, len(body.joints), 3)),
    )


def test_a_body_in_the_air_falls_as_galileo_says(body: Body) -> None:
    with World(body) as world:
        pose = standing(body, 5.0)
        world.reset([0], pose)
        world.step(pose.joint_rot, pose.joint_vel, ticks=60)
        dropped = 5.0 - world.pose().root_pos[0, 1]
    assert dropped == pytest.approx(0.5 * GRAVITY * 0.5**2, rel=0.03)


def test_the_ground_carries_the_bodys_weight(body: Body, reference: Reference) -> None:
    pose = reference.at(np.zeros(1, dtype=np.int64)).pose
    forces = []
    with World(body) as world:
        world.reset([0], pose)
        for tick in range(TICKS_PER_SECOND // 2):
            world.step(pose.joint_rot, np.zeros_like(pose.joint_vel))
            if tick > 20:
                forces.append(sum(contact.force for contact in world.contacts()))
    # Contact forces are impulses of the solver: right on average, not in each step.
    assert np.mean(forces) == pytest.approx(body.masses.sum() * GRAVITY, rel=0.15)


def pressed_at(body: Body, bend: float) -> float:
    """Where the feet of one who stands press on the ground, metres ahead of their middle, with ankles turned so."""
    pose = standing(body, body.standing_height)
    ankles = [i for i, joint in enumerate(body.joints) if joint.name.endswith("ankle")]
    target = pose.joint_rot.copy()
    target[:, ankles] = rotations.about(2, np.array([bend]))
    with World(body) as world:
        world.reset([0], pose)
        world.step(target, np.zeros_like(pose.joint_vel), ticks=16)
        feet, contacts = world.motion().link_pos[0], world.contacts()
    moment = sum(each.force * (each.position[0] - feet[each.link, 0]) for each in contacts)
    return float(moment / sum(each.force for each in contacts))


def test_whoever_stands_can_shift_his_weight_with_his_ankles(body: Body) -> None:
    # Toes pressed down or drawn up by 11 degrees. With stable PD at the ankle it was a centimetre.
    assert pressed_at(body, -0.2) - pressed_at(body, 0.2) > 0.05


def test_forward_kinematics_agree_with_the_engine(body: Body, reference: Reference) -> None:
    ticks = np.arange(0, reference.ticks, 13)
    wanted = reference.at(ticks)
    with World(body, len(ticks)) as world:
        world.reset(np.arange(len(ticks)), wanted.pose)
        motion = world.motion()
    assert np.allclose(motion.link_pos, wanted.link_pos, atol=2e-3)
    assert np.max(rotations.angle_between(motion.link_rot, wanted.link_rot)) < 2e-3


def test_state_goes_in_and_comes_out(body: Body, reference: Reference) -> None:
    pose = reference.at(np.array([20, 90, 130])).pose
    with World(body, 3) as world:
        world.reset([0, 1, 2], pose)
        found = world.pose()
    for name in Pose.__dataclass_fields__:
        assert np.allclose(getattr(found, name), getattr(pose, name), atol=1e-9), name


def test_torques_follow_a_target(body: Body) -> None:
    pose = standing(body, 5.0)
    target = pose.joint_rot.copy()
    elbow = next(i for i, joint in enumerate(body.joints) if joint.name == "right_elbow")
    target[0, elbow] = rotations.about(2, 1.2)
    with World(body) as world:
        world.reset([0], pose)
        world.step(target, pose.joint_vel, ticks=60)
        angle = rotations.twist_angle(world.pose().joint_rot[0, elbow], 2)
    assert angle == pytest.approx(1.2, abs=0.1)


def test_a_push_gives_its_own_copy_its_momentum(body: Body) -> None:
    pose = join_poses([standing(body, 5.0)] * 2)
    force = np.array([30.0, 0.0, -40.0])
    with World(body, 2) as world:
        world.reset([0, 1], pose)
        for _ in range(24):
            world.push(1, force)
            world.step(pose.joint_rot, pose.joint_vel)
        world.step(pose.joint_rot, pose.joint_vel, ticks=12)  # it lasts no longer
        momentum = np.einsum("nlc,l->nc", world.motion().link_lin_vel, body.masses)
    assert np.allclose(momentum[1] - momentum[0], force * 24 / TICKS_PER_SECOND, atol=0.05)


def test_copies_do_not_disturb_each_other(body: Body, reference: Reference) -> None:
    start = np.array([0, 0, 60])
    pose = reference.at(start).pose

    def run(count: int) -> np.ndarray:
        with World(body, count) as world:
            world.reset(np.arange(count), pose[:count])
            for _ in range(80):
                world.step(pose.joint_rot[:count], pose.joint_vel[:count])
            return world.pose().root_pos

    alone, together = run(1), run(3)
    assert np.allclose(together[0], together[1], atol=1e-6)
    assert np.allclose(alone[0], together[0], atol=1e-6)


def test_a_box_is_stood_on_and_named(body: Body) -> None:
    box = Box("mattress", (0.0, 0.25, 0.0), (1.0, 0.25, 1.0))
    with World(body, 1, solids=[box]) as world:
        pose = standing(body, 1.6)
        world.reset([0], pose)
        surfaces = set()
        lowest = 9.0
        for _ in range(90):
            world.step(pose.joint_rot, pose.joint_vel)
            surfaces |= {contact.surface for contact in world.contacts()}
            lowest = min(lowest, float(world.pose().root_pos[0, 1]))
    assert surfaces == {"mattress"}
    assert lowest > 0.9


def feet_over(body: Body, solid: Solid, pose: Pose, top: float) -> np.ndarray:
    """How high the lower foot is above ``top``, m, in each of 150 ticks."""
    heights = []
    with World(body, 1, solids=[solid]) as world:
        world.reset([0], pose)
        for _ in range(150):
            world.step(pose.joint_rot, np.zeros_like(pose.joint_vel))
            heights.append(float(world.motion().link_pos[0, list(body.feet), 1].min()) - top)
    return np.array(heights)


@pytest.mark.parametrize("fall", [0.0, 0.3, 1.0])
def test_a_convex_piece_carries_as_firmly_as_a_box(body: Body, reference: Reference, fall: float) -> None:
    box = Box("block", (0.0, 0.2, 0.0), (0.6, 0.2, 0.6))
    hull = Hull("block", tuple((x, y, z) for x in (-0.6, 0.6) for y in (0.0, 0.4) for z in (-0.6, 0.6)))
    assert hull.box == box
    sunk, kept = [], []
    for heading in np.linspace(0.0, 5.0, 6):
        pose = reference.at(np.zeros(1, dtype=np.int64)).pose
        turned = rotations.multiply(rotations.about(1, np.array([heading])), pose.root_rot)
        pose = replace(pose, root_pos=pose.root_pos + (0.0, 0.4 + fall, 0.05), root_rot=turned)
        on_box, on_hull = feet_over(body, box, pose, 0.4), feet_over(body, hull, pose, 0.4)
        sunk.append(on_box.min() - on_hull.min())
        kept.append(np.median(on_hull[-60:]) > 0.0)
    assert np.median(sunk) < 0.02  # deeper than in the box, m
    assert np.mean(kept) > 0.8  # triangles kept every fourth foot inside that had fallen a metre


def test_120_and_240_hertz_agree_in_flight(body: Body, reference: Reference) -> None:
    pose = reference.at(np.array([100])).pose

    def run(substeps: int) -> np.ndarray:
        with World(body, 1, WorldSettings(substeps=substeps)) as world:
            world.reset([0], pose)
            world.step(pose.joint_rot, pose.joint_vel, ticks=12)
            return world.pose().root_pos[0]

    assert np.allclose(run(1), run(2), atol=0.02)


def test_loading_prints_nothing() -> None:
    code = "from models.body import load_humanoid; from models.world import World; World(load_humanoid()).close()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert ran.stderr == ""
