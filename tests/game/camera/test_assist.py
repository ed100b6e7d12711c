from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from game.camera.angles import pan_tilt_roll, turned
from game.camera.handheld import shake
from game.camera.pose import Sample, Tracking, subject_of, with_subject
from game.camera.rig import Rig, derive, start, step
from game.camera.rig_settings import RigSettings
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz

RAW = RigSettings(jitter_cutoff=1e9, body_damping=0.0, aim_damping=0.0, assist_damping=0.4)
LOOK = dataclasses.replace(RAW, look_at=True, dead_angle=5.0)
FOLLOW = dataclasses.replace(RAW, follow=True, dead_distance=0.5)


def at(subject=None, pan=0.0, tilt=0.0, roll=0.0, ms=0, **more):
    rotation = xyzw_to_wxyz(turned(np.radians([pan, tilt, roll])))
    sample = Sample(ms * 1_000_000, np.array([0.0, 0.0, 1.5]), rotation, **more)
    return sample if subject is None else with_subject(sample, np.array(subject))


def angles(pose):
    return np.degrees(pan_tilt_roll(wxyz_to_xyzw(pose.rotation)))


def settled(sample, settings, state=None, seconds=2.0, dt=0.02):
    """The camera after ``seconds`` of one and the same sample."""
    state = state or start(settings)
    for _ in range(round(seconds / dt)):
        pose, state = step(sample, settings, state, dt)
    return pose, state


def test_a_subject_travels_with_its_sample():
    assert subject_of(at()) is None
    assert subject_of(at((1, 2, 3), axes={"stick_x": 0.5})) == pytest.approx([1, 2, 3])


@pytest.mark.parametrize(
    ("subject", "pan", "tilt"), [((-4, 4, 1.5), 40, 0), ((0, 4, 5.5), 0, 40), ((0, -4, 1.5), 175, 0)]
)
def test_look_at_turns_until_the_subject_is_on_the_edge_of_the_dead_zone(subject, pan, tilt):
    assert np.abs(angles(settled(at(subject, roll=3), LOOK)[0])) == pytest.approx([pan, tilt, 3], abs=0.01)


def test_within_the_dead_zone_the_hand_alone_decides():
    inside = (4 * np.tan(np.radians(4.9)), 4.0, 1.5)
    assert angles(settled(at(inside, pan=0), LOOK)[0]) == pytest.approx([0, 0, 0], abs=1e-9)


def test_what_look_at_has_added_stays_on_the_hand_and_fades_when_it_is_switched_off():
    _, state = settled(at((-4, 4, 1.5)), LOOK)
    turned_hand, _ = step(at(pan=10), LOOK, state, 0.02)
    assert angles(turned_hand)[0] == pytest.approx(50, abs=0.01)
    part = np.exp(-np.log(100.0) * 0.1 / 0.4)
    fading, state = step(at(), RAW, state, 0.1)
    assert angles(fading)[0] == pytest.approx(40 * part, abs=0.01)
    assert angles(settled(at(), RAW, state, 4.0)[0]) == pytest.approx([0, 0, 0], abs=1e-3)


def test_step_length_does_not_matter():
    coarse, fine = (settled(at((-4, 4, 1.5)), LOOK, None, 0.2, dt)[0] for dt in (0.02, 0.002))
    assert 20 < angles(fine)[0] < 40
    # The first step alone aims for less: it starts from a hand that is not turned yet.
    assert angles(coarse)[0] == pytest.approx(angles(fine)[0], abs=0.05)


def test_follow_drags_the_camera_along_behind_its_dead_zone():
    _, state = settled(at((0, 4, 1)), FOLLOW)
    pose, state = settled(at((0, 4.5, 1)), FOLLOW, state)
    assert pose.position == pytest.approx([0, 0, 1.5])
    pose, state = settled(at((3, 4, 1)), FOLLOW, state)
    assert pose.position == pytest.approx([2.5, 0, 1.5], abs=1e-3)
    still, _ = settled(at((9, 4, 1)), RAW, state)
    assert still.position == pytest.approx(pose.position)


def test_without_a_subject_nothing_is_looked_for_or_followed():
    both = dataclasses.replace(LOOK, follow=True)
    _, state = settled(at((3, 4, 1.5)), both)
    before, state = step(at((3, 4, 1.5)), both, state, 0.02)
    after, _ = settled(at(tracking=Tracking.LOST), both, state)
    assert after.position == pytest.approx(before.position)
    assert angles(after) == pytest.approx(angles(before), abs=1e-3)


def test_a_held_camera_is_helped_no_more_and_goes_on_without_a_jump():
    both = dataclasses.replace(LOOK, follow=True, dead_distance=0.0)
    before, state = settled(at((-4, 4, 1.5)), both)
    held, state = settled(at((4, 4, 1.5)), dataclasses.replace(both, frozen=True), state)
    assert held.position == pytest.approx(before.position)
    after, _ = step(at((4, 4, 1.5)), dataclasses.replace(RAW, look_at=True, dead_angle=180.0), state, 0.02)
    assert after.position == pytest.approx(before.position)
    assert angles(after) == pytest.approx(angles(before), abs=1e-6)


def test_a_rig_begun_anew_stands_where_look_at_had_brought_it():
    rig = Rig(LOOK)
    for ms in range(0, 2000, 20):
        before = rig.update(at((-4, 4, 3.5), ms=ms))
    again = Rig(rig.settled()).update(at((-4, 4, 3.5), ms=2000))
    assert angles(again) == pytest.approx(angles(before), abs=1e-2)


def test_derive_gives_a_helped_camera_again_bit_by_bit():
    rng = np.random.default_rng(2)
    samples = [at(tuple(place), pan=5, ms=20 * i) for i, place in enumerate(rng.uniform(1.0, 4.0, (60, 3)))]
    both = dataclasses.replace(LOOK, follow=True, handheld=1.0)
    rig = Rig(both)
    live = [rig.update(sample) for sample in samples]
    for a, b in zip(derive(samples, [(0, both)]), live, strict=True):
        assert np.array_equal(a.position, b.position)
        assert np.array_equal(a.rotation, b.rotation)


def test_shake_is_a_function_of_time_and_grows_with_its_amount():
    shift, turn = shake(7_300_000_000, 1.0)
    twice, turned_twice = shake(7_300_000_000, 2.0)
    assert 0.001 < np.linalg.norm(shift) < 0.1
    assert twice == pytest.approx(2 * shift)
    assert rotations.log(turned_twice) == pytest.approx(2 * rotations.log(turn))
    assert shake(27_300_000_000, 1.0)[0] == pytest.approx(shift)  # it joins its own beginning
    assert np.linalg.norm(shake(5, 0.0)[0]) == 0.0


def test_shake_is_seen_on_a_still_camera_and_comes_and_goes_without_a_jump():
    shaking = dataclasses.replace(RAW, handheld=1.0)
    times = range(0, 4000, 20)
    rig = Rig(RAW)
    rig.update(at())
    rig.settings = shaking
    poses = np.array([rig.update(at(ms=ms)).position for ms in times])
    assert np.linalg.norm(np.diff(poses, axis=0), axis=1).max() < 0.004
    assert poses[100:].std(axis=0).max() > 0.005
    rig.settings = dataclasses.replace(shaking, frozen=True)
    held = np.array([rig.update(at(ms=ms)).position for ms in range(4000, 4400, 20)])
    assert np.linalg.norm(np.diff(np.vstack([poses[-1:], held]), axis=0), axis=1).max() < 0.004
