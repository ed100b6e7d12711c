from __future__ import annotations

import json

import numpy as np
import pytest

from game.camera.trackers import KINDS, open_tracker
from game.camera.trackers.path import CameraPath, PathTracker, load_path, save_path
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz
from models.errors import InputError

TURN = xyzw_to_wxyz(rotations.about(2, np.array([0.0, 1.0])))
PATH = CameraPath("there", False, np.array([0.0, 2.0]), np.array([[0.0, 0, 0], [0, 4, 0]]), TURN)
ROUND = CameraPath("round", True, PATH.times, PATH.positions, PATH.rotations)


def yaw(rotation):
    return float(rotations.twist_angle(wxyz_to_xyzw(rotation), 2))


def test_between_samples_it_interpolates():
    pose = PATH.at(0.5)
    assert pose.position == pytest.approx([0, 1, 0])
    assert yaw(pose.rotation) == pytest.approx(0.25)


def test_the_shorter_way_round_whatever_the_sign():
    flipped = CameraPath("f", False, PATH.times, PATH.positions, TURN * np.array([[1.0], [-1.0]]))
    assert yaw(flipped.at(0.5).rotation) == pytest.approx(0.25)


def test_it_holds_at_the_end_or_loops():
    assert PATH.at(9.0).position == pytest.approx([0, 4, 0])
    assert PATH.at(-1.0).position == pytest.approx([0, 0, 0])
    assert ROUND.at(2.5).position == pytest.approx([0, 1, 0])


def test_the_tracker_plays_from_its_opening_by_its_clock(clock):
    clock.ns = 5_000_000_000
    tracker = PathTracker(PATH, clock)
    clock.pass_(1.0)
    sample = tracker.sample()
    assert sample.time_ns == 6_000_000_000
    assert sample.position == pytest.approx([0, 2, 0])
    assert tracker.name == "there"


def test_saved_whole_and_read_back(tmp_path):
    file = tmp_path / "there.json"
    save_path(PATH, file)
    again = load_path(file)
    assert [entry.name for entry in tmp_path.iterdir()] == ["there.json"]
    assert (again.name, again.loop) == ("there", False)
    assert np.allclose(again.times, PATH.times)
    assert np.allclose(again.positions, PATH.positions)
    assert np.allclose(again.rotations, PATH.rotations, atol=1e-6)


def test_open_tracker_plays_the_shipped_path_and_names_the_kinds(clock):
    assert open_tracker("path", now_ns=clock).name == "handheld"
    with pytest.raises(InputError, match=f"choose one of {', '.join(KINDS)}"):
        open_tracker("crane")


def sample(seconds=0.0, position=(0, 0, 0), rotation=(1, 0, 0, 0)):
    return {"seconds": seconds, "position": list(position), "rotation": list(rotation)}


def document(**changes):
    good = {"schema": "backflip.camera_path", "version": 1, "loop": True, "samples": [sample(), sample(1.0)]}
    return json.dumps(good | changes)


def test_the_smallest_good_file_loads(tmp_path):
    file = tmp_path / "p.json"
    file.write_text(document())
    assert load_path(file).loop is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", 'it needs "schema"'),
        (document(schema="other"), 'it needs "schema"'),
        (document(version=2), "version 2 is unknown here; update"),
        (document(loop="yes"), "'loop' must be true or false"),
        (document(samples=[sample()]), "two samples or more"),
        (document(samples=7), "lacks seconds, position"),
        (document(samples=[{}, {}]), "lacks seconds, position"),
        (document(samples=[sample(), sample(1.0, position=(0, 0))]), "lacks seconds, position"),
        (document(samples=[sample(), sample("x")]), "lacks seconds, position"),
        (document(samples=[sample(), sample(0.0)]), "'seconds' must rise"),
        (document(samples=[sample(), sample(1.0, position=(0, float("nan"), 0))]), "not finite"),
        (document(samples=[sample(), sample(1.0, position=(0, 1e30, 0))]), "not finite or beyond"),
        (document(samples=[sample(), sample(1.0, rotation=(0, 0, 0, 0))]), "not of unit length"),
    ],
)
def test_bad_files_are_named_with_the_mend(tmp_path, text, words):
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(InputError, match=words) as error:
        load_path(file)
    assert str(file) in str(error.value)


def test_a_missing_file_and_one_that_is_no_text(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_path(tmp_path / "none.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not JSON"):
        load_path(tmp_path / "b.json")
