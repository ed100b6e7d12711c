from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.assets import find_clip
from models.body import Body
from models.imitation import observation_size
from models.motion import Pose
from models.policy import Policy, PolicySettings
from models.reference import Reference, tabulate
from models.stage import StageInfo, list_stages
from training.publish import Ladder
from training.stick_figures import limbs
from training.strip import Moments, attempt, picture, save_strip, spell, spread_out

Picture = np.ndarray


@pytest.fixture
def policy(body: Body) -> Policy:
    torch.manual_seed(0)
    return Policy(PolicySettings(observation_size(body), body.dofs, (8,)))


def info(body: Body, policy: Policy, judged: dict[str, float]) -> StageInfo:
    return StageInfo("backflip", 51, 313_344, 37_000, body.digest, policy.settings, judged, {}, 0.123)


def rows(reference: Reference, ticks: list[int]) -> Pose:
    return reference.at(np.array(ticks)).pose


def moments(body: Pose, clip: Pose, fallen: list[bool]) -> Moments:
    return Moments(body, clip, np.arange(len(fallen)) / 2.0, np.array(fallen))


def red(strip: Picture) -> Picture:
    """``(height, width)`` bool: where it is plainly red."""
    colour = strip.astype(int)
    return np.asarray((colour[..., 0] > 150) & (colour[..., 1] < 90) & (colour[..., 2] < 90))


def dark(strip: Picture) -> Picture:
    return np.asarray(strip.max(axis=2) < 110)


def columns(strip: Picture, count: int) -> list[Picture]:
    """The figures' part of every column, without title and labels."""
    return np.array_split(strip[60:288, 24:-24], count, axis=1)


def test_moments_lie_closer_where_more_happens() -> None:
    calm, wild = np.ones(40), np.full(20, 9.0)
    chosen = spread_out(np.concatenate((calm, wild, calm)), 12)
    assert (chosen[0], chosen[-1]) == (0, 99)
    assert (np.diff(chosen) > 0).all()
    inside = ((chosen >= 40) & (chosen < 60)).sum()
    assert inside == pytest.approx(12 * 180 / 260, abs=1)
    assert spread_out(np.ones(61), 13).tolist() == list(range(0, 61, 5))


def test_the_far_side_is_drawn_first_whichever_it_is(body: Body, reference: Reference) -> None:
    pose = reference.at(np.array(0)).pose
    facing = limbs(body, pose.root_pos, pose.root_rot, pose.joint_rot)
    assert [limb.left for limb in facing] == [True, True, False, False, False]
    about = np.array([0.0, 1.0, 0.0, 0.0])  # half a turn about the vertical
    turned = limbs(body, pose.root_pos, about, pose.joint_rot)
    assert [limb.left for limb in turned] == [False, False, False, True, True]


def test_a_figure_is_as_tall_as_the_body_and_stands_on_the_ground(body: Body, reference: Reference) -> None:
    pose = reference.at(np.array(0)).pose
    ends = np.concatenate(
        [limb.ends.reshape(-1, 3) for limb in limbs(body, pose.root_pos, pose.root_rot, pose.joint_rot)]
    )
    assert ends[:, 1].max() + 0.1 == pytest.approx(1.6, abs=0.08)
    assert ends[:, 1].min() == pytest.approx(0.03, abs=0.02)


def test_every_moment_has_a_column_and_falls_are_red(body: Body, reference: Reference) -> None:
    ticks = [0, 60, 110, 150]
    strip = picture(moments(rows(reference, ticks), rows(reference, ticks), [False, True, False, True]), body, "title")
    assert strip.dtype == np.uint8
    assert strip.shape[1:] == (1998, 3)
    assert (strip[40:60] == 255).all()  # white, and nothing from figures or title between them
    parts = columns(strip, 4)
    assert [bool(red(part).any()) for part in parts] == [False, True, False, True]
    assert [int(dark(part).sum()) > 2_000 for part in parts] == [True, False, True, False]


def test_a_figure_stands_where_it_is_and_the_clip_faintly_behind(body: Body, reference: Reference) -> None:
    flying, standing = rows(reference, [110]), rows(reference, [0])
    strip = picture(moments(flying, standing, [False]), body, "")
    heights = 292 - (60 + np.flatnonzero(dark(strip[60:288]).any(axis=1)))
    middle = float(flying.root_pos[0, 1])
    assert heights.min() / 106.0 < middle < heights.max() / 106.0
    assert heights.min() > 15  # nothing of it is on the ground
    faint = (strip[60:288] > 215) & (strip[60:288] < 245)
    assert faint.all(axis=2)[-20:].any()  # but the clip's feet are
    same = picture(moments(flying, flying, [False]), body, "")
    # Whatever is drawn behind covers nothing of the body.
    assert (dark(same)[60:288] & ~dark(strip)[60:288]).sum() == 0


def test_a_body_that_has_left_the_numbers_is_left_out(body: Body, reference: Reference) -> None:
    gone = rows(reference, [0, 0])
    gone.root_pos[1] = np.nan
    parts = columns(picture(moments(gone, rows(reference, [0, 0]), [False, False]), body, ""), 2)
    assert [bool(dark(part).any()) for part in parts] == [True, False]


def test_an_attempt_that_fails_is_seen_to_fail_and_is_always_the_same(
    body: Body, reference: Reference, policy: Policy
) -> None:
    found = attempt(policy, body, reference)
    assert len(found.seconds) == len(found.fallen) == len(found.body.root_pos) == len(found.clip.root_pos) == 12
    assert found.seconds[0] == 0.0
    assert found.seconds[-1] == pytest.approx(reference.clip.duration, abs=1 / 30)
    assert np.allclose(found.body.root_pos[0], reference.at(np.array(0)).pose.root_pos, atol=1e-6)
    assert not found.fallen[0]
    assert found.fallen[-1]
    # The clip's own flight is in the strip, however short.
    assert (found.clip.root_pos[:, 1] > 1.0).sum() >= 3
    again = attempt(policy, body, reference)
    assert np.array_equal(found.body.root_pos, again.body.root_pos)


def test_a_short_clip_is_shown_for_some_cycles_in_its_own_frame(body: Body, policy: Policy) -> None:
    run = tabulate(find_clip("run", body), body)
    found = attempt(policy, body, run)
    cycles = round(2.0 / run.clip.duration)
    assert cycles > 1
    assert found.seconds[-1] == pytest.approx(cycles * run.clip.duration, abs=0.1)
    assert abs(found.clip.root_pos[:, 0]).max() < 1.2 * np.ptp(run.table.pose.root_pos[:, 0])


def test_a_title_says_how_much_was_learned(body: Body, policy: Policy) -> None:
    assert spell(info(body, policy, {})).split("     ") == ["backflip", "iteration 51", "313,344 samples", "0.12 hours"]
    assert spell(info(body, policy, {"success": 0.0625})).endswith("success 6 %")


def test_a_strip_is_a_picture_on_disk(body: Body, reference: Reference, policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "strip.png"
    save_strip(path, info(body, policy, {}), policy, body, reference)
    with Image.open(path) as image:
        assert (image.format, image.mode, image.width) == ("PNG", "RGB", 1998)
    assert path.stat().st_size < 150_000
    assert list(tmp_path.iterdir()) == [path]


def test_stages_get_their_strips_and_are_still_found(
    body: Body, reference: Reference, policy: Policy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ladder = Ladder(tmp_path, "crawl", body, reference)  # a skill without a judge, for speed
    first = ladder.publish(policy, 1, 1_000, 10, 5.0)
    for iteration in (2, 3):
        (tmp_path / f"iteration_{iteration:05d}.png").mkdir()  # nothing can be written there
    stages = [first, *(ladder.publish(policy, iteration, 1_000, 10, 5.0) for iteration in (2, 3))]
    assert list_stages(tmp_path) == stages
    assert [path.is_file() for path in sorted(tmp_path.glob("*.png"))] == [True, False, False]
    assert capsys.readouterr().err.count("cannot be written (Is a directory); learning goes on without it") == 1
