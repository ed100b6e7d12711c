"""The camera of a take, between the tracker's samples, across cuts, as it was seen and smoothed anew."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import filming
import numpy as np
import pytest

from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.rig_settings import RigSettings
from game.takes.edits import Smoothing, change_edits
from game.takes.facts import SECOND
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from game.takes.shot import Shot

RIGID = RigSettings(jitter_cutoff=1e6, body_damping=0.0, aim_damping=0.0)


def walk(recorder: Recorder, *seconds: float) -> None:
    """A metre a second along x."""
    for at in seconds:
        position, turn = np.array([at, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0])
        recorder.camera(Sample(filming.START + round(at * SECOND), position, turn, Tracking.OK, frozenset(), {}))


def begun(root: Path) -> Recorder:
    return Recorder(root, dataclasses.replace(filming.header(), settings={"rig": RIGID.to_dict()}))


def x_at(film: Shot, *seconds: float) -> list[float]:
    return [float(film.camera(at).position[0]) for at in seconds]


def film_of(recorder: Recorder) -> Shot:
    return Shot(Replay.load(recorder.close()))


def test_between_samples_the_camera_goes_on(tmp_path: Path) -> None:
    recorder = begun(tmp_path)
    walk(recorder, 0.0, 0.1, 0.3)
    assert x_at(film_of(recorder), -1.0, 0.05, 0.1, 0.2, 0.3, 9.0) == pytest.approx([0.0, 0.05, 0.1, 0.2, 0.3, 0.3])


@pytest.mark.parametrize(
    "placed", [{"origin": (5.0, 0.0, 0.0)}, {"origin_yaw": 90.0}, {"homings": 1}], ids=lambda change: next(iter(change))
)
def test_across_a_cut_the_camera_stands_and_is_then_there_at_once(tmp_path: Path, placed: dict[str, Any]) -> None:
    recorder = begun(tmp_path)
    walk(recorder, 0.0, 0.1)
    recorder.settings(filming.START + round(0.15 * SECOND), "rig", dataclasses.replace(RIGID, **placed).to_dict())
    walk(recorder, 0.2, 0.3)
    film = film_of(recorder)
    assert x_at(film, 0.05, 0.11, 0.15, 0.199) == pytest.approx([0.05, 0.1, 0.1, 0.1])
    after = film.camera(0.2).position
    np.testing.assert_allclose(film.camera(0.25).position, (after + film.camera(0.3).position) / 2, atol=1e-6)


def test_other_settings_are_no_cut(tmp_path: Path) -> None:
    recorder = begun(tmp_path)
    walk(recorder, 0.0, 0.1)
    recorder.settings(filming.START + round(0.15 * SECOND), "rig", dataclasses.replace(RIGID, kill_roll=True).to_dict())
    walk(recorder, 0.2)
    assert x_at(film_of(recorder), 0.15) == pytest.approx([0.15])


def test_across_a_silence_of_the_tracker_the_camera_stands(tmp_path: Path) -> None:
    recorder = begun(tmp_path)
    walk(recorder, 0.0, 0.1, 2.0)
    assert x_at(film_of(recorder), 0.1, 1.0, 1.99, 2.0) == pytest.approx([0.1, 0.1, 0.1, 2.0], abs=1e-3)


def see(recorder: Recorder, *seconds: float) -> None:
    """A camera that was seen two metres to the right of the hand."""
    for at in seconds:
        pose = CameraPose(np.array([at + 2.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0]))
        recorder.view(filming.START + round(at * SECOND), pose)


def test_the_camera_that_was_seen_goes_before_the_one_that_is_derived(tmp_path: Path) -> None:
    recorder = begun(tmp_path)
    walk(recorder, 0.0, 0.1, 0.2)
    see(recorder, 0.0, 0.1, 0.2)
    assert x_at(film_of(recorder), 0.05, 0.1, 9.0) == pytest.approx([2.05, 2.1, 2.2])


def wave(recorder: Recorder) -> np.ndarray:
    """Four seconds of a hand that swings, and where it is at each sample."""
    seconds = np.arange(200) / 50
    x = np.sin(2 * seconds)
    for at, place in zip(seconds, x, strict=True):
        turn = np.array([np.cos(place / 4), 0.0, 0.0, np.sin(place / 4)])
        recorder.camera(Sample(filming.START + round(at * SECOND), np.array([place, 0.0, 0.0]), turn))
    return np.asarray(x)


def test_a_take_can_be_smoothed_anew_and_back(tmp_path: Path) -> None:
    recorder = begun(tmp_path)
    hand = wave(recorder)
    folder = recorder.close()
    at = np.arange(200) / 50

    def swing() -> np.ndarray:
        return np.array(x_at(Shot(Replay.load(folder)), *at))

    np.testing.assert_allclose(swing(), hand, atol=1e-3)
    change_edits(folder, smoothing=Smoothing(0.8, 0.8))
    lagging = swing()
    change_edits(folder, smoothing=Smoothing(0.8, 0.8, zero_lag=True))
    smooth = swing()
    change_edits(folder, smoothing=None)
    np.testing.assert_allclose(swing(), hand, atol=1e-3)
    peak = int(np.argmax(hand[:100]))
    assert abs(int(np.argmax(smooth[:100])) - peak) <= 1
    assert int(np.argmax(lagging[:100])) - peak >= 5
    assert smooth[:150].max() < 0.97


def test_shake_that_was_added_survives_smoothing(tmp_path: Path) -> None:
    shaken = dataclasses.replace(RIGID, handheld=1.0)
    recorder = Recorder(tmp_path, dataclasses.replace(filming.header(), settings={"rig": shaken.to_dict()}))
    walk(recorder, *(np.arange(100) / 50))
    folder = recorder.close()
    before = Shot(Replay.load(folder))
    change_edits(folder, smoothing=Smoothing(0.5, 0.5, zero_lag=True))
    after = Shot(Replay.load(folder))
    for at in (0.5, 1.0, 1.5):
        np.testing.assert_allclose(after.camera(at).position, before.camera(at).position, atol=1e-6)
        np.testing.assert_allclose(after.camera(at).rotation, before.camera(at).rotation, atol=1e-6)
        assert abs(after.camera(at).position[2]) > 1e-5


@pytest.mark.parametrize(("channels", "x", "turned"), [(["position"], False, True), (["rotation"], True, False)])
def test_smoothing_leaves_the_channels_that_were_taken_over(
    tmp_path: Path, channels: list[str], x: bool, turned: bool
) -> None:
    reshoot = {"take": "park_001", "sha256": "0", "channels": channels}
    header = dataclasses.replace(filming.header(), settings={"rig": RIGID.to_dict()}, reshoot=reshoot)
    recorder = Recorder(tmp_path, header)
    hand = wave(recorder)
    see(recorder, *(np.arange(200) / 50))
    folder = recorder.close()
    change_edits(folder, smoothing=Smoothing(0.0, 0.0))
    film = Shot(Replay.load(folder))
    pose = film.camera(1.0)
    assert pose.position[0] == pytest.approx(3.0 if x else hand[50], abs=1e-3)
    assert (abs(pose.rotation[3]) < 1e-6) == turned
