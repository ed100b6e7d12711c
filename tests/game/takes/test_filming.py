"""The camera of a film, between the tracker's samples and across cuts."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import filming
import numpy as np
import pytest

from game.camera.pose import Sample, Tracking
from game.camera.rig_settings import RigSettings
from game.filming import Film
from game.takes.facts import SECOND
from game.takes.recorder import Recorder
from game.takes.replay import Replay

RIGID = RigSettings(jitter_cutoff=1e6, body_damping=0.0, aim_damping=0.0)


def walk(recorder: Recorder, *seconds: float) -> None:
    """A metre a second along x."""
    for at in seconds:
        position, turn = np.array([at, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0])
        recorder.camera(Sample(filming.START + round(at * SECOND), position, turn, Tracking.OK, frozenset(), {}))


def begun(root: Path) -> Recorder:
    return Recorder(root, dataclasses.replace(filming.header(), settings={"rig": RIGID.to_dict()}))


def x_at(film: Film, *seconds: float) -> list[float]:
    return [float(film.camera(at).position[0]) for at in seconds]


def film_of(recorder: Recorder) -> Film:
    scene: Any = None  # the camera alone is asked for
    return Film(scene, Replay.load(recorder.close()))


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
