from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models import imitation, rotations
from models.body import Body
from models.imitation import Frame
from models.motion import Pose
from models.policy import Control
from models.reference import TICKS_PER_CONTROL, Motion, Reference
from models.skills import SKILLS, allowed_links


def moved(motion: Motion, by: np.ndarray) -> Motion:
    pose = dataclasses.replace(motion.pose, root_pos=motion.pose.root_pos + by)
    return dataclasses.replace(motion, pose=pose, link_pos=motion.link_pos + by)


def test_perfect_imitation_earns_everything(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.arange(0, reference.ticks, 7))
    assert np.allclose(imitation.reward(body, wanted, wanted), 1.0)


def test_the_further_off_the_less(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([40]))
    rewards = [imitation.reward(body, moved(wanted, np.array([x, 0, 0])), wanted)[0] for x in (0.0, 0.1, 0.3, 1.0)]
    assert rewards == sorted(rewards, reverse=True)
    assert rewards[-1] < 0.95


def test_the_rope_measures_the_furthest_link(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([40, 80]))
    link_pos = wanted.link_pos.copy()
    link_pos[1, 8, 2] += 0.9
    off = dataclasses.replace(wanted, link_pos=link_pos)
    assert imitation.furthest_link(off, wanted) == pytest.approx([0.0, 0.9])


def test_what_may_not_touch_is_a_fall(body: Body) -> None:
    touching = np.zeros((4, len(body.links)), dtype=bool)
    touching[0, list(body.feet)] = True
    touching[1, 4] = True  # a shin
    touching[2, 8] = True  # a hand
    fallen = {name: imitation.fallen(touching, allowed_links(SKILLS[name], body)).tolist() for name in SKILLS}
    assert fallen["backflip"] == [False, True, True, False]
    assert fallen["cartwheel"] == [False, True, False, False]
    assert fallen["roll"] == [False, False, False, False]


def test_an_observation_does_not_depend_on_where_the_attempt_stands(body: Body, reference: Reference) -> None:
    tick = np.array([30])
    motion = reference.at(tick)
    frame = Frame(np.array([[3.0, 0.0, -2.0]]), np.array([1.1]))
    world = imitation.place_in_world(motion.pose, frame)
    position, turn = body.forward(world.root_pos, world.root_rot, world.joint_rot)
    spun = rotations.about(1, np.full((1, len(body.links)), 1.1))
    elsewhere = Motion(
        world,
        body.centres(position, turn),
        turn,
        rotations.rotate(spun, motion.link_lin_vel),
        rotations.rotate(spun, motion.link_ang_vel),
    )
    here = imitation.observation(motion, motion.pose.root_pos, tick / reference.ticks)
    there = imitation.observation(imitation.to_frame(elsewhere, frame), motion.pose.root_pos, tick / reference.ticks)
    assert here.shape == (1, imitation.observation_size(body))
    assert np.allclose(here, there, atol=1e-6)


def test_no_action_aims_at_the_clip_one_step_ahead(body: Body, reference: Reference) -> None:
    tick = np.array([12, 100])
    turn, speed = imitation.target(body, reference, tick, np.zeros((2, body.dofs)))
    ahead = reference.at(tick + TICKS_PER_CONTROL).pose
    assert np.allclose(turn, ahead.joint_rot)
    assert np.allclose(speed, ahead.joint_vel)


def test_leaning_costs_more_than_a_bent_arm(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([0]))
    pose = wanted.pose
    bend = rotations.about(2, np.array([0.25]))
    leaning = dataclasses.replace(
        wanted, pose=dataclasses.replace(pose, root_rot=rotations.multiply(bend, pose.root_rot))
    )
    joints = pose.joint_rot.copy()
    elbow = next(i for i, joint in enumerate(body.joints) if joint.name == "right_elbow")
    joints[:, elbow] = rotations.multiply(joints[:, elbow], bend)
    bent = dataclasses.replace(wanted, pose=dataclasses.replace(pose, joint_rot=joints))
    assert imitation.reward(body, leaning, wanted)[0] < imitation.reward(body, bent, wanted)[0] - 0.05


def test_balance_is_seen_from_the_feet(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([0]))
    shift = np.array([0.1, 0.0, 0.0])
    assert imitation.balance_error(body, moved(wanted, shift), wanted)[0] == pytest.approx(0.0, abs=1e-9)
    pushed = dataclasses.replace(wanted, link_lin_vel=wanted.link_lin_vel + np.array([0.3, 0.0, 0.0]))
    height = imitation.of_mass(body, wanted.link_pos)[0, 1]
    assert imitation.balance_error(body, pushed, wanted)[0] == pytest.approx(0.3**2 * height / 9.81)


def test_an_absolute_action_is_the_pose_whatever_the_clip_does(body: Body, reference: Reference) -> None:
    action = np.zeros((2, body.dofs))
    action[1, 6 + 3] = 0.3
    turn, speed = imitation.target(body, reference, np.array([12, 100]), action, Control.ABSOLUTE)
    assert np.allclose(rotations.angle_between(turn, np.array([0.0, 0.0, 0.0, 1.0]))[0], 0.0)
    assert rotations.angle_between(turn[1], np.array([0.0, 0.0, 0.0, 1.0])).sum() == pytest.approx(0.3)
    assert not speed.any()


def test_an_action_moves_its_own_joint_and_no_other(body: Body, reference: Reference) -> None:
    action = np.zeros((1, body.dofs))
    action[0, 6 + 3] = 0.3  # chest 3, neck 3, right hip 3, then the knee
    turn, _ = imitation.target(body, reference, np.array([12]), action)
    still, _ = imitation.target(body, reference, np.array([12]), np.zeros((1, body.dofs)))
    angles = rotations.angle_between(turn, still)[0]
    knee = next(i for i, joint in enumerate(body.joints) if joint.name == "right_knee")
    assert angles[knee] == pytest.approx(0.3)
    assert np.count_nonzero(angles > 1e-6) == 1


def test_the_clip_goes_on_under_the_body(reference: Reference) -> None:
    frame = Frame(np.array([[5.0, 0.0, 1.0]]), np.array([-0.7]))
    for ticks in (np.zeros(1, dtype=np.int64), np.full(1, 80)):
        there: Pose = imitation.place_in_world(reference.at(ticks).pose, frame)
        found = imitation.frame_under(there, reference, ticks)
        assert np.allclose(found.origin, frame.origin, atol=1e-6)
        assert np.allclose(found.yaw, frame.yaw, atol=1e-6)
