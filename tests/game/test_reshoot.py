"""A performance is filmed anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.rig import derive
from game.camera.rig_settings import RigSettings
from game.camera.trackers.factory import HANDHELD
from game.camera.trackers.path import PathTracker, load_path
from game.commands import SimulatedClock
from game.operator import Operator
from game.reshoot import Reshoot
from game.takes.edits import Smoothing, change_edits
from game.takes.facts import CHANNELS
from game.takes.folders import LOG
from game.takes.replay import Replay
from game.takes.shot import Shot
from models.body import Body
from models.coords import hpr_to_wxyz
from tests.game.takes import export_take

HOME = CameraPose(np.array([3.0, -4.0, 1.5]), hpr_to_wxyz(20.0, 0.0, 0.0))
STEP = 20_000_000


class Studio:
    """A take on show, and a hand that films it along a path."""

    def __init__(self, folder: Path, takes: Path, channels: tuple[str, ...] = CHANNELS, countdown: float = 0.0) -> None:
        self.clock = SimulatedClock()
        self.clock.ns = 5_000_000_000
        hand = PathTracker(load_path(HANDHELD), self.clock)
        self.operator = Operator(hand, Lens(85.0), [("home", HOME)], self.clock)
        self.old = Replay.load(folder)
        self.reshoot = Reshoot(self.old, self.operator, takes, channels, {"backflip": "test"}, self.clock, countdown)

    def run(self, frames: int = 10_000) -> None:
        for _ in range(frames):
            if self.reshoot.ended:
                return
            self.reshoot.film()
            self.clock.ns += STEP
            self.reshoot.advance(STEP * 1e-9)

    def new(self) -> Replay:
        self.reshoot.stop_take()
        assert self.reshoot.last_take is not None
        return Replay.load(self.reshoot.last_take)


@pytest.fixture
def folder(body: Body, tmp_path: Path) -> Path:
    return export_take.record(tmp_path, body)


@pytest.fixture
def studio(folder: Path, tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(folder, tmp_path)
    yield studio
    studio.reshoot.close()


def steps(replay: Replay) -> list[tuple[object, ...]]:
    return [
        (each.attempt, each.tick, each.contacts, each.props.tobytes())
        + tuple(getattr(each.pose, name).tobytes() for name in ("root_pos", "root_rot", "joint_rot"))
        for _, each in replay.snapshots(-1.0, 99.0)
    ]


def test_the_performance_is_the_same_to_the_last_bit_and_the_old_take_untouched(studio: Studio, folder: Path) -> None:
    before = (folder / LOG).read_bytes()
    studio.run(10)  # it plays while nothing is recorded
    studio.reshoot.start_take()
    studio.run()
    new = studio.new()
    assert steps(new) == steps(studio.old)
    assert new.duration == pytest.approx(studio.old.duration, abs=0.03)
    for seconds in (0.0, 0.731, 1.5):
        found, wanted = new.frame(seconds).pose, studio.old.frame(seconds).pose
        assert found is not None
        assert wanted is not None
        np.testing.assert_allclose(found.root_pos, wanted.root_pos, atol=1e-6)
        np.testing.assert_allclose(new.frame(seconds).props, studio.old.frame(seconds).props, atol=1e-6)
    assert (folder / LOG).read_bytes() == before


def test_the_new_take_names_the_old_one_and_follows_it_in_number(studio: Studio) -> None:
    studio.reshoot.start_take()
    studio.run()
    new = studio.new()
    old = studio.old
    assert (old.take.id, new.take.id) == ("park_001", "park_002")
    assert new.header.reshoot == {"take": "park_001", "sha256": old.take.log_digest, "channels": list(CHANNELS)}
    assert new.take.facts["reshoot"] == new.header.reshoot
    assert (new.header.seed, new.header.stage, new.header.scene) == (old.header.seed, old.header.stage, "12")


def test_the_camera_is_the_new_hands(studio: Studio) -> None:
    studio.reshoot.start_take()
    studio.run(40)
    new = studio.new()
    changes = [(c.at_ns, RigSettings.from_dict(c.value)) for c in new.changes("rig")]
    derived = derive(tuple(new.samples), changes)
    np.testing.assert_array_equal([pose.position for pose in derived], new.view_poses[:, :3])
    np.testing.assert_array_equal([pose.rotation for pose in derived], new.view_poses[:, 3:])
    np.testing.assert_allclose(new.view_poses[0, :3], HOME.position, atol=1e-6)
    assert Shot(new).lens(0.5).focal_length == 85.0


@pytest.mark.parametrize("channel", ["focal", "focus"])
def test_the_lens_alone_is_filmed_anew(folder: Path, tmp_path: Path, channel: str) -> None:
    studio = Studio(folder, tmp_path, (channel,))
    studio.reshoot.start_take()
    studio.run(50)
    studio.operator.wider_lens()
    studio.run()
    new, old = Shot(studio.new()), Shot(studio.old)
    for seconds in (0.1, 0.9, 1.3, 1.9):
        np.testing.assert_allclose(new.camera(seconds).position, old.camera(seconds).position, atol=2e-3)
        assert abs(np.dot(new.camera(seconds).rotation, old.camera(seconds).rotation)) > 1 - 1e-5
    wanted = [85.0, 75.0] if channel == "focal" else [35.0, 50.0]
    assert [new.lens(seconds).focal_length for seconds in (0.5, 1.5)] == wanted
    focus = 4.5 if channel == "focal" else Lens().focus_distance
    assert [new.lens(seconds).focus_distance for seconds in (0.5, 1.5)] == [focus, focus]


@pytest.mark.parametrize("channel", ["position", "rotation"])
def test_one_half_of_the_movement_is_filmed_anew(folder: Path, tmp_path: Path, channel: str) -> None:
    studio = Studio(folder, tmp_path, (channel,))
    studio.reshoot.start_take()
    studio.run()
    replay, old = studio.new(), Shot(studio.old)
    raw = Shot(replay).camera(1.0)
    change_edits(replay.take.folder, smoothing=Smoothing(0.5, 0.5, zero_lag=True))
    for pose in (raw, Shot(Replay.load(replay.take.folder)).camera(1.0)):
        same_place = np.allclose(pose.position, old.camera(1.0).position, atol=2e-3)
        same_turn = abs(np.dot(pose.rotation, old.camera(1.0).rotation)) > 1 - 1e-5
        assert (same_place, same_turn) == (channel != "position", channel != "rotation")
    assert Shot(replay).lens(1.5).focal_length == 50.0


def test_in_slow_motion_the_new_take_is_longer(studio: Studio) -> None:
    studio.reshoot.slower()
    studio.reshoot.start_take()
    studio.run()
    new = studio.new()
    assert steps(new) == steps(studio.old)
    assert new.duration == pytest.approx(2 * studio.old.duration, abs=0.06)
    assert new.frame(2.0).tick == pytest.approx(120, abs=1)


def test_paused_the_picture_stands_and_the_take_goes_on(studio: Studio) -> None:
    studio.reshoot.start_take()
    studio.run(50)
    studio.reshoot.pause()
    studio.run(25)
    studio.reshoot.pause()
    studio.run()
    new = studio.new()
    assert steps(new) == steps(studio.old)
    assert new.duration == pytest.approx(studio.old.duration + 0.5, abs=0.03)
    assert new.frame(1.4).tick == new.frame(1.1).tick


def test_a_take_begins_after_the_countdown_and_is_circled_right_after(folder: Path, tmp_path: Path) -> None:
    studio = Studio(folder, tmp_path, countdown=1.0)
    studio.reshoot.toggle_take()
    studio.run(10)
    assert "take in 1" in studio.reshoot.readout(25.0).hint
    studio.reshoot.toggle_take()  # thought better of it
    studio.run(100)
    assert not studio.reshoot.recording
    studio.reshoot.circle_take()
    assert studio.reshoot.hint == "no take to mark yet"
    studio.reshoot.toggle_take()
    studio.run()
    new = studio.new()
    assert steps(new) == steps(studio.old)  # the performance began with the take
    for action in ("circle_take", "star_take"):
        assert studio.reshoot.can(action)
        getattr(studio.reshoot, action)()
    edits = Replay.load(new.take.folder).take.edits
    assert (edits.circled, edits.starred) == (True, True)


def test_markers_and_keys(studio: Studio) -> None:
    studio.reshoot.mark()
    assert "running take" in studio.reshoot.readout(25.0).hint
    studio.reshoot.toggle_take()
    studio.run(20)
    studio.reshoot.mark()
    studio.reshoot.rewind()  # a running take goes on in one piece
    studio.reshoot.toggle_take()
    new = studio.new()
    assert [event.name for event in new.events if event.name == "marker"] == ["marker"]
    assert new.duration == pytest.approx(0.4, abs=0.03)
    assert not studio.reshoot.can("next_attempt")
    assert not studio.reshoot.can("toggle_panel")
    assert studio.reshoot.can("longer_lens")
    studio.run(300)
    assert not studio.reshoot.recording  # it begins again by itself, and nothing is recorded
