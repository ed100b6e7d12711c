"""A person's body: the humanoid in other measures, as strong for its size, and the humanoid's skill on it."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from models.attempt import STEADY, Attempts, perturbed
from models.body import Body
from models.borrowing import borrowed, retargeted
from models.errors import InputError
from models.imitation import observation, observation_size
from models.motion import Clip
from models.physique import PARTS, Part, Physique, load_body, size_of, write_body
from models.policy import Policy, PolicySettings
from models.reference import Motion, Reference, tabulate
from models.stage import Stage, StageInfo
from models.world import World

SIZE, HEAVIER = 1.2, 1.6


def like(body: Body, size: float, heavier: float) -> Physique:
    """The humanoid itself, ``size`` times as long and thick and ``heavier`` times as heavy."""
    masses = {link.name.split("_")[-1]: link.mass for link in body.links}
    return Physique({name: Part(size, size, masses[name] * heavier, (0.1, 0.1, 0.1)) for name in PARTS}, size, size)


@pytest.fixture
def larger(tmp_path: Path, body: Body) -> Body:
    write_body(tmp_path / "body.urdf", like(body, SIZE, HEAVIER))
    return load_body(tmp_path / "body.urdf")


def test_its_own_measures_give_the_humanoid(tmp_path: Path, body: Body) -> None:
    write_body(tmp_path / "body.urdf", like(body, 1.0, 1.0))
    same = load_body(tmp_path / "body.urdf")
    for one, other in zip(same.links, body.links, strict=True):
        np.testing.assert_allclose([*one.offset, *one.centre, one.mass], [*other.offset, *other.centre, other.mass])
    for mine, his in zip(same.joints, body.joints, strict=True):
        assert dataclasses.astuple(mine)[3:] == pytest.approx(dataclasses.astuple(his)[3:], rel=1e-5)
    assert same.standing_height == pytest.approx(body.standing_height, rel=1e-5)


def test_a_larger_body_is_larger_heavier_and_stronger(larger: Body, body: Body) -> None:
    assert size_of(larger) == pytest.approx(SIZE, rel=1e-5)
    assert larger.masses.sum() == pytest.approx(HEAVIER * body.masses.sum(), rel=1e-5)
    assert larger.digest != body.digest
    for mine, his in zip(larger.joints, body.joints, strict=True):
        assert mine.torque_limit == pytest.approx(SIZE * HEAVIER * his.torque_limit, rel=1e-4)
        assert mine.kd / mine.kp == pytest.approx(math.sqrt(SIZE) * his.kd / his.kp, rel=1e-4)


def test_parts_have_measures_of_their_own(tmp_path: Path, body: Body) -> None:
    parts = dict(like(body, 1.0, 1.0).parts)
    parts["hip"] = dataclasses.replace(parts["hip"], length=1.1)
    parts["wrist"] = dataclasses.replace(parts["wrist"], mass=0.9)
    write_body(tmp_path / "body.urdf", Physique(parts, 1.3, 0.9))
    own = {link.name: link for link in load_body(tmp_path / "body.urdf").links}
    default = {link.name: link for link in body.links}
    assert own["left_knee"].offset[1] == pytest.approx(1.1 * default["left_knee"].offset[1], rel=1e-5)
    assert own["left_ankle"].offset == pytest.approx(default["left_ankle"].offset, rel=1e-5)
    assert own["right_hip"].offset[2] == pytest.approx(1.3 * default["right_hip"].offset[2], rel=1e-5)
    assert own["left_shoulder"].offset[2] == pytest.approx(0.9 * default["left_shoulder"].offset[2], rel=1e-5)
    assert own["left_wrist"].mass == own["right_wrist"].mass == pytest.approx(0.9)


@pytest.mark.parametrize("length", [0.1, 3.0, math.nan])
def test_measures_that_are_no_persons(tmp_path: Path, body: Body, length: float) -> None:
    parts = dict(like(body, 1.0, 1.0).parts)
    parts["knee"] = dataclasses.replace(parts["knee"], length=length)
    with pytest.raises(InputError, match="cannot be simulated"):
        write_body(tmp_path / "body.urdf", Physique(parts, 1.0, 1.0))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<robot", "<", "not a humanoid's URDF"),
        ('value="4.500000"', 'value="nan"', "not a humanoid's body"),
        ('value="4.500000"', 'value="-1"', "not a humanoid's body"),
        ("-1.686184", "-9.9", "cannot be simulated"),
        ("left_elbow", "left_wing", "not a humanoid's"),
    ],
)
def test_a_body_that_is_damaged(tmp_path: Path, body: Body, old: str, new: str, says: str) -> None:
    path = tmp_path / "body.urdf"
    write_body(path, like(body, 1.0, 1.0))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=f"{says}.*fit the person again"):
        load_body(path)


def test_a_clip_grows_and_slows_and_keeps_its_feet_on_the_ground(larger: Body, body: Body, clip: Clip) -> None:
    own = retargeted(clip, larger)
    assert own.duration == pytest.approx(math.sqrt(SIZE) * clip.duration, rel=1e-5)
    np.testing.assert_array_equal(own.joint_rot, clip.joint_rot)

    def soles(motion: Clip, wearer: Body) -> np.ndarray:
        places, _ = wearer.forward(motion.root_pos, motion.root_rot, motion.joint_rot)
        return np.asarray(places[:, list(wearer.feet), 1])

    np.testing.assert_allclose(soles(own, larger), SIZE * soles(clip, body), atol=1e-4)
    np.testing.assert_array_equal(retargeted(clip, body).root_pos, clip.root_pos)


def test_a_policy_sees_the_larger_body_as_the_humanoid(larger: Body, body: Body, reference: Reference) -> None:
    policy = Policy(PolicySettings(observation_size(body), body.dofs, (16,)))
    policy.normalizer.mean.normal_()
    policy.normalizer.variance.uniform_(0.5, 2.0)
    info = StageInfo("backflip", 0, 0, 0, body.digest, policy.settings, {}, {})
    stage = Stage(Path("x"), info, policy, "")
    here = reference.at(np.array([40, 90, 130]))
    slower = math.sqrt(SIZE)
    there = Motion(
        dataclasses.replace(here.pose, root_pos=here.pose.root_pos * SIZE),
        here.link_pos * SIZE,
        here.link_rot,
        here.link_lin_vel * slower,
        here.link_ang_vel / slower,
    )
    root, phase = here.pose.root_pos + 0.1, np.array([0.1, 0.5, 0.9])
    wanted = policy.act(observation(here, root, phase))
    seen = borrowed(stage, larger).policy.act(observation(there, root * SIZE, phase))
    np.testing.assert_allclose(seen, wanted, atol=1e-4)
    assert np.abs(policy.act(observation(there, root * SIZE, phase)) - wanted).max() > 1e-3


def test_the_larger_body_stands_by_its_own_strength(larger: Body, clip: Clip) -> None:
    reference = tabulate(retargeted(clip, larger), larger)
    with World(larger) as world:
        running = Attempts(larger, reference, world)
        start = np.zeros(1, dtype=np.int64)
        running.reset(start, start, perturbed(larger, reference.at(start).pose, STEADY, np.random.default_rng(1)))
        running.aim(np.zeros((1, larger.dofs)))
        running.tick(30)
        assert world.pose().root_pos[0, 1] > 0.9 * reference.at(start).pose.root_pos[0, 1]
        assert not world.touching()[0, [i for i in range(len(larger.links)) if i not in larger.feet]].any()
