from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from game.camera.angles import pan_tilt_roll, turned
from game.camera.handheld import handheld
from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.rig import Rig, derive, placed_at, start, step
from game.camera.rig_settings import RigSettings
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz
from models.errors import InputError

# Jitter filter wide open and no weight: the camera is where the hand is.
RAW = RigSettings(jitter_cutoff=1e9, body_damping=0.0, aim_damping=0.0)


def at(x=0.0, y=0.0, z=0.0, pan=0.0, tilt=0.0, roll=0.0, ms=0, **more):
    rotation = xyzw_to_wxyz(turned(np.radians([pan, tilt, roll])))
    return Sample(ms * 1_000_000, np.array([x, y, z]), rotation, **more)


def angles(pose):
    return np.degrees(pan_tilt_roll(wxyz_to_xyzw(pose.rotation)))


def settings(**changes):
    return dataclasses.replace(RAW, **changes)


def run(*steps):
    """(sample, settings) pairs 20 ms apart -> poses."""
    state, poses = start(steps[0][1]), []
    for sample, its in steps:
        pose, state = step(sample, its, state, 0.02)
        poses.append(pose)
    return poses


def test_the_default_rig_starts_at_the_hand_without_a_sweep():
    pose, _ = step(at(1, 2, 3, pan=40), RigSettings(), start(RigSettings()), 0.0)
    assert pose.position == pytest.approx([1, 2, 3])
    assert angles(pose) == pytest.approx([40, 0, 0], abs=1e-9)


def test_origin_places_and_turns_the_room():
    (pose,) = run((at(0, 1, 1.5, pan=10), settings(origin=(5.0, 6.0, 0.5), origin_yaw=90.0)))
    assert pose.position == pytest.approx([4, 6, 2])
    assert angles(pose) == pytest.approx([100, 0, 0], abs=1e-9)


def test_a_new_origin_is_a_cut():
    slow = RigSettings(body_damping=2.0)
    there = dataclasses.replace(slow, origin=(10.0, 0.0, 0.0))
    assert run((at(), slow), (at(), there))[1].position == pytest.approx([10, 0, 0])


def test_scale_moves_and_never_turns():
    (pose,) = run((at(1, 2, 3, pan=30, tilt=5), settings(scale=(1.0, 10.0, 2.0))))
    assert pose.position == pytest.approx([1, 20, 6])
    assert angles(pose) == pytest.approx([30, 5, 0], abs=1e-9)


def test_changing_the_scale_does_not_jump():
    small, large = settings(), settings(scale=(25.0, 25.0, 25.0))
    poses = run((at(1, 2, 1.5), small), (at(1, 2, 1.5), large), (at(1.1, 2, 1.5), large))
    assert poses[1].position == pytest.approx([1, 2, 1.5])
    assert poses[2].position == pytest.approx([3.5, 2, 1.5])


@pytest.mark.parametrize("tilt", [0.0, 90.0, -90.0])
def test_rebase_freezes_and_goes_on_from_there_with_a_true_horizon(tilt):
    held = settings(frozen=True)
    poses = run(
        (at(0, 3, 1.5, pan=20, tilt=tilt), RAW),
        (at(0, 2, 1.4, pan=80), held),
        (at(0, 0, 1.5, pan=110), held),
        (at(0, 0, 1.5, pan=110), RAW),
        (at(0, 1, 1.5, pan=110), RAW),
    )
    for frozen in poses[1:3]:
        assert frozen.position == pytest.approx(poses[0].position)
        assert np.array_equal(frozen.rotation, poses[0].rotation)
    assert poses[3].position == pytest.approx(poses[0].position)
    assert angles(poses[3]) == pytest.approx([20, 0, 0], abs=1e-6)
    # The operator has turned by 90 degrees to the left: what was ahead in the room is now to the right.
    forward = rotations.rotate(rotations.about(2, np.radians(-90.0)), np.array([0.0, 1.0, 0.0]))
    assert poses[4].position - poses[3].position == pytest.approx(forward, abs=1e-6)


def test_locks_hold_position_axes_and_let_go_without_a_jump():
    track = settings(lock_position=(False, True, True))
    poses = run((at(0, 0, 1.5), RAW), (at(1, 1, 2), track), (at(1, 1, 2), RAW), (at(1, 2, 2), RAW))
    assert poses[1].position == pytest.approx([1, 0, 1.5])
    assert poses[2].position == pytest.approx([1, 0, 1.5])
    assert poses[3].position == pytest.approx([1, 1, 1.5])


def test_all_locked_is_a_tripod_that_pans():
    tripod = settings(lock_position=(True, True, True), lock_rotation=(False, True, True))
    poses = run((at(1, 2, 3, 10, 5, 2), tripod), (at(4, 4, 4, 50, 30, 20), tripod))
    assert poses[1].position == pytest.approx([1, 2, 3])
    assert angles(poses[1]) == pytest.approx([50, 5, 2], abs=1e-6)


def test_kill_roll_levels_and_keeps_the_line_of_sight():
    free, level = (
        run((at(pan=30, tilt=-20, roll=15), RAW))[0],
        run((at(pan=30, tilt=-20, roll=15), settings(kill_roll=True)))[0],
    )
    assert angles(level) == pytest.approx([30, -20, 0], abs=1e-6)
    assert angles(free) == pytest.approx([30, -20, 15], abs=1e-6)


def test_tilt_is_about_the_devices_own_side():
    assert angles(run((at(pan=45), settings(tilt=-35.0)))[0]) == pytest.approx([45, -35, 0], abs=1e-6)


def test_the_stick_flies_level_along_the_view():
    flying = settings(fly_speed=2.0)
    stick = {"stick_x": 0.0, "stick_y": 1.0}
    poses = run((at(pan=90, tilt=-60, axes=stick), flying), (at(pan=90, tilt=-60, axes=stick), flying))
    assert poses[1].position - poses[0].position == pytest.approx([-0.04, 0, 0], abs=1e-9)
    assert run((at(axes=stick), RAW))[0].position == pytest.approx([0, 0, 0])


def test_the_stick_booms_instead_of_dollying():
    boom = settings(fly_speed=2.0, boom=True)
    stick = {"stick_x": 0.0, "stick_y": 1.0}
    poses = run((at(pan=90, tilt=-60, axes=stick), boom), (at(pan=90, tilt=-60, axes=stick), boom))
    assert poses[1].position - poses[0].position == pytest.approx([0, 0, 0.04], abs=1e-9)


def test_damping_gets_there_in_its_seconds():
    slow = settings(body_damping=0.4, aim_damping=0.2)
    state = start(slow)
    _, state = step(at(), slow, state, 0.0)
    for _ in range(20):
        pose, state = step(at(1.0, pan=10), slow, state, 0.02)
    assert pose.position[0] == pytest.approx(0.99, abs=1e-3)
    assert angles(pose)[0] == pytest.approx(10 * (1 - 1e-4), abs=1e-3)


def test_frame_rate_does_not_matter():
    def after(steps):
        state = start(RigSettings())
        _, state = step(at(), RigSettings(), state, 0.0)
        for _ in range(steps):
            pose, state = step(at(0.0, pan=8), RigSettings(rotation_beta=0.0), state, 0.2 / steps)
        return angles(pose)[0]

    assert after(200) == pytest.approx(after(1000), rel=0.01)


def test_absent_stays_and_lost_holds():
    home = settings(origin=(1.0, 2.0, 3.0), origin_yaw=90.0)
    absent = at(9, 9, 9, pan=50, tracking=Tracking.ABSENT)
    poses = run((absent, home), (at(), home), (absent, home))
    assert poses[0].position == pytest.approx([1, 2, 3])
    assert angles(poses[0]) == pytest.approx([90, 0, 0], abs=1e-6)
    assert poses[2].position == pytest.approx(poses[1].position)


def test_placed_at_brings_the_camera_home_even_after_a_rebase():
    home = CameraPose(np.array([0.0, -6.0, 1.6]), xyzw_to_wxyz(rotations.about(2, 0.5)))
    hand = at(2, 1, 1.3, pan=70, tilt=-8)
    flown = settings(fly_speed=5.0)
    steady = placed_at(hand, flown, home)
    away = dataclasses.replace(hand, axes={"stick_x": 1.0, "stick_y": 1.0})
    poses = run((hand, steady), (away, steady), (hand, placed_at(hand, steady, home)))
    assert np.linalg.norm(poses[1].position - home.position) > 0.1
    for pose in (poses[0], poses[2]):
        assert pose.position == pytest.approx(home.position)
        assert angles(pose) == pytest.approx([np.degrees(0.5), -8, 0], abs=1e-6)


def recording():
    seconds = np.sort(np.random.default_rng(3).uniform(0.0, 3.0, 200))  # uneven frames
    positions, turns = handheld(seconds)
    return [
        Sample(int(t * 1e9), p, r, Tracking.LOST if 80 < i < 90 else Tracking.OK)
        for i, (t, p, r) in enumerate(zip(seconds, positions, turns, strict=True))
    ]


def test_derive_gives_the_live_camera_again_bit_by_bit():
    samples = recording()
    rig, live, changes = Rig(), [], [(0, RigSettings())]
    edits = {50: {"kill_roll": True}, 70: {"frozen": True}, 100: {"frozen": False}, 130: {"scale": (3.0, 3.0, 1.0)}}
    for i, sample in enumerate(samples):
        if i in edits:
            rig.settings = dataclasses.replace(rig.settings, **edits[i])
            changes.append((samples[i - 1].time_ns + 1, rig.settings))
        live.append(rig.update(sample))
    again = derive(samples, changes)
    assert len(again) == len(live)
    for a, b in zip(again, live, strict=True):
        assert np.array_equal(a.position, b.position)
        assert np.array_equal(a.rotation, b.rotation)
    other = derive(samples, [(0, RigSettings(body_damping=1.0))])
    assert not np.allclose(other[-1].position, live[-1].position)


def test_the_first_settings_hold_from_the_beginning_and_none_are_the_defaults():
    samples = recording()
    late = derive(samples, [(10**18, RigSettings(origin=(7.0, 0.0, 0.0)))])
    plain = derive(samples, [])
    assert late[0].position - plain[0].position == pytest.approx([7, 0, 0])
    assert derive([], []) == []


def test_time_that_runs_backwards_counts_as_none():
    rig = Rig()
    first = rig.update(at(ms=100))
    assert np.array_equal(rig.update(at(5.0, ms=50)).position, first.position)


def test_settings_survive_json_exactly():
    odd = RigSettings((0.1, -2.0, 1.6), 33.3, 4, (1.0, 2.0, 3.0), True, (True, False, True), kill_roll=True, tilt=-35.0)
    assert RigSettings.from_dict(json.loads(json.dumps(odd.to_dict()))) == odd
    assert RigSettings.from_dict({}) == RigSettings()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"zoom": 1}, "no rig setting is called 'zoom'"),
        ({"scale": 2.0}, "'scale' is 2.0; give three values"),
        ({"scale": [1, 2]}, "give three values"),
        ({"scale": [1, 2, "x"]}, "'scale' is 'x'; give a number"),
        ({"frozen": 1}, "give true or false"),
        ({"tilt": float("nan")}, "give a number"),
        ({"body_damping": -1.0}, "'body_damping' is below 0"),
        ({"aim_damping": 1e9}, "damping is longer"),
        ({"jitter_cutoff": 0}, "'jitter_cutoff' is 0"),
        ({"look_turn": [1.0]}, "give two values"),
        ({"subject": 3}, "give a text"),
        ({"handheld": 99.0}, "'handheld' is above 10"),
        ([1, 2], "not rig settings"),
    ],
)
def test_bad_settings_are_named(data, words):
    with pytest.raises(InputError, match=words) as error:
        RigSettings.from_dict(data, "take 3")
    assert str(error.value).startswith("take 3: ")


@pytest.mark.parametrize("tilt", [-90.0, -89.0, 0.0, 45.0, 90.0])
@pytest.mark.parametrize("pan", [-170.0, 0.0, 120.0])
def test_pan_tilt_and_roll_come_back(pan, tilt):
    roll = 0.0 if abs(tilt) == 90.0 else 25.0
    turn = turned(np.radians([pan, tilt, roll]))
    assert np.degrees(pan_tilt_roll(turn)) == pytest.approx([pan, tilt, roll], abs=1e-5)
