from __future__ import annotations

import numpy as np
import pytest

from models import rotations
from models.assets import ASSETS, find_clip
from models.body import Body
from models.reference import TICKS_PER_SECOND, Reference, tabulate
from models.skills import SKILLS, Skill, Supports, allowed_links, skill_named

SHIPPED = {path.stem for path in (ASSETS / "motions").glob("*.txt")}


@pytest.fixture(scope="module")
def references(body: Body) -> dict[str, Reference]:
    return {name: tabulate(find_clip(name, body), body) for name in SKILLS}


def test_every_skill_has_its_clip_and_every_clip_its_skill() -> None:
    assert set(SKILLS) == SHIPPED


def test_of_a_clip_from_elsewhere_nothing_is_known() -> None:
    assert skill_named("levitation") == Skill("levitation")
    assert skill_named("levitation").supports is Supports.FEET


def test_on_what_a_body_may_stand(body: Body) -> None:
    names = np.array([link.name for link in body.links])
    feet, hands = {"right_ankle", "left_ankle"}, {"right_wrist", "left_wrist"}
    assert set(names[allowed_links(SKILLS["backflip"], body)]) == feet
    assert set(names[allowed_links(SKILLS["cartwheel"], body)]) == feet | hands
    assert set(names[allowed_links(SKILLS["roll"], body)]) == set(names)


@pytest.mark.parametrize("name", SKILLS)
def test_clips_are_motions_on_the_ground(name: str, body: Body, references: dict[str, Reference]) -> None:
    table = references[name].table
    for values in (table.pose.root_lin_vel, table.pose.joint_vel, table.link_lin_vel, table.link_ang_vel):
        assert np.isfinite(values).all()
    joint = table.link_pos - rotations.rotate(
        table.link_rot, np.broadcast_to([link.centre for link in body.links], table.link_pos.shape)
    )
    feet = list(body.feet)
    soles = joint[:, feet] + rotations.rotate(table.link_rot[:, feet], np.broadcast_to(body.sole, joint[:, feet].shape))
    assert -0.02 < soles[..., 1].min() < 0.02


@pytest.mark.parametrize("name", [name for name, skill in SKILLS.items() if skill.rest])
def test_a_clip_stands_still_where_it_is_said_to(name: str, references: dict[str, Reference]) -> None:
    rest = SKILLS[name].rest
    assert rest is not None
    at, seconds = rest
    pose = (
        references[name].at(np.arange(round((at + 0.05) * TICKS_PER_SECOND), round((at + seconds - 0.05) * 120))).pose
    )
    assert np.allclose(pose.joint_vel, 0.0, atol=1e-6)
    assert np.ptp(pose.root_pos, axis=0).max() == pytest.approx(0.0, abs=1e-9)


def test_standing_is_the_backflips_first_pose_held(references: dict[str, Reference]) -> None:
    stand, flip = references["stand"].table.pose, references["backflip"].table.pose
    assert np.allclose(stand.joint_rot, flip.joint_rot[:1], atol=1e-6)
    assert np.allclose(stand.root_pos, flip.root_pos[:1])
    assert np.allclose(stand.joint_vel, 0.0, atol=1e-6)
    assert references["stand"].loop


@pytest.mark.parametrize("name", ["getup_facedown", "getup_faceup"])
def test_getting_up_ends_in_standing_still(name: str, body: Body, references: dict[str, Reference]) -> None:
    reference = references[name]
    begin, end = reference.at(np.array([0])).pose, reference.at(reference.ticks + np.array([4, 60])).pose
    assert not reference.loop
    assert begin.root_pos[0, 1] < 0.2 * body.standing_height
    assert (end.root_pos[:, 1] > 0.9 * body.standing_height).all()
    assert np.allclose(end.joint_vel, 0.0, atol=1e-6)
    assert np.allclose(end.root_lin_vel, 0.0, atol=1e-6)
