from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from game.blocking import Mark
from game.camera.lens import Lens
from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.rig import derive
from game.camera.rig_settings import RigSettings
from game.camera.trackers import Tracker
from game.clips import Clips
from game.commands import SimulatedClock
from game.operator import Operator
from game.performance import Snapshot
from game.performer import Performer
from game.session import Session
from game.shelf import Shelf
from game.sight import Sight
from game.takes.replay import Replay
from game.taking import SessionSettings
from models.body import Body
from models.coords import hpr_to_wxyz, xyzw_to_wxyz
from models.reference import Reference
from models.rotations import exp
from models.stage import Stage
from tests.game.conftest import publish

HOME = CameraPose(np.array([1.0, -6.0, 1.6]), hpr_to_wxyz(10.0, 0.0, 0.0))
ASIDE = CameraPose(np.array([-4.0, -2.0, 1.4]), hpr_to_wxyz(-60.0, 0.0, 0.0))


class TickingClock(SimulatedClock):
    """Every look at it costs time, as with a real one."""

    def __call__(self) -> int:
        self.ns += 20_000
        return self.ns


class Hand(Tracker):
    """A tracker that waves: a pure function of the clock, which a test may lose or press."""

    name = "hand"

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self.tracking = Tracking.OK
        self.buttons: frozenset[str] = frozenset()

    def sample(self) -> Sample:
        now = self._now_ns()
        t = now * 1e-9
        position = np.array([0.1 * np.sin(2 * t), 0.3 * t, 1.5 + 0.05 * np.cos(3 * t)])
        rotation = xyzw_to_wxyz(exp(np.array([0.05 * np.sin(t), 0.02, 0.2 * np.sin(1.3 * t)])))
        return Sample(now, position, rotation, self.tracking, self.buttons)

    def close(self) -> None:
        pass


Shoot = tuple[Session, SimulatedClock, Hand]


@pytest.fixture
def shoot(body: Body, reference: Reference, stage: Stage, tmp_path: Path) -> Iterator[Shoot]:
    clock = TickingClock()
    clock.ns = 123_456_789
    hand = Hand(clock)
    performer = Performer(body, reference, stage, Mark())
    settings = SessionSettings(tmp_path / "takes", "park", "park", "default", {"backflip": "test"})
    operator = Operator(hand, Lens(24.0), [("home", HOME), ("aside", ASIDE)], clock, Sight(body))
    session = Session(performer, Shelf([stage.path.parent], Clips(body)), operator, settings, clock)
    yield session, clock, hand
    session.close()


def run(shoot: Shoot, seconds: float, rate: int = 50) -> list[CameraPose]:
    session, clock, _ = shoot
    cameras = []
    for _ in range(round(seconds * rate)):
        cameras.append(session.film())
        clock.ns += 1_000_000_000 // rate
        session.advance(1.0 / rate)
    return cameras


def take(shoot: Shoot) -> Replay:
    folder = shoot[0].last_take
    assert folder is not None
    return Replay.load(folder)


def test_the_camera_starts_at_home(shoot: Shoot) -> None:
    first = run(shoot, 0.02)[0]
    assert np.allclose(first.position, HOME.position, atol=1e-6)


def test_a_take_started_before_the_first_picture_starts_at_home_too(shoot: Shoot) -> None:
    shoot[0].start_take()
    assert np.allclose(run(shoot, 0.02)[0].position, HOME.position, atol=1e-6)


def test_a_take_holds_every_physics_step_and_every_sample(shoot: Shoot) -> None:
    shoot[0].start_take()
    run(shoot, 2.0)
    shoot[0].stop_take()
    replay = take(shoot)
    ticks = [snapshot.tick for _, snapshot in replay.snapshots(-1.0, 99.0)]
    assert ticks == list(range(ticks[-1] + 1))
    assert ticks[-1] == 240
    assert len(replay.samples) == 100
    assert replay.duration == pytest.approx(2.0, abs=0.03)
    assert replay.header.seed == 1
    assert [event.name for event in replay.events][:1] == ["attempt"]
    assert "fall" in [event.name for event in replay.events]


def test_the_camera_derived_from_the_take_is_the_one_that_was_live(shoot: Shoot) -> None:
    session, _, _ = shoot
    run(shoot, 0.7)
    session.operator.hold_camera()
    run(shoot, 0.4)
    session.operator.hold_camera()
    run(shoot, 0.4)
    session.start_take()
    live = run(shoot, 0.5)
    session.operator.kill_roll()
    live += run(shoot, 0.3)
    session.operator.hold_camera()
    live += run(shoot, 0.3)
    session.operator.hold_camera()
    live += run(shoot, 0.5)
    session.stop_take()
    replay = take(shoot)
    changes = [(c.at_ns, RigSettings.from_dict(c.value)) for c in replay.changes("rig")]
    derived = derive(replay.samples, changes)
    assert len(derived) == len(live)
    for ours, theirs in zip(derived, live, strict=True):
        assert np.allclose(ours.position, theirs.position, atol=1e-9)
        assert np.allclose(ours.rotation, theirs.rotation, atol=1e-9)


def test_recording_does_not_change_a_performance(shoot: Shoot) -> None:
    session, _, _ = shoot
    heard: list[Snapshot] = []
    session.hear = heard.append
    run(shoot, 1.5)
    plain, heard = list(heard), []
    session.hear = heard.append
    session.start_take()
    session.retry()
    run(shoot, 1.5)
    session.stop_take()
    recorded = {snapshot.tick: snapshot for snapshot in heard}
    assert len(plain) > 150
    for snapshot in plain[:170]:
        assert np.array_equal(snapshot.pose.root_pos, recorded[snapshot.tick].pose.root_pos)
        assert np.array_equal(snapshot.pose.joint_rot, recorded[snapshot.tick].pose.joint_rot)


def test_slow_motion_and_pause_replay_as_they_were_seen(shoot: Shoot) -> None:
    session, _, _ = shoot
    session.start_take()
    run(shoot, 0.5)
    session.slower()
    run(shoot, 1.0)
    session.pause()
    run(shoot, 0.5)
    session.stop_take()
    replay = take(shoot)
    assert replay.frame(0.5).tick == pytest.approx(59, abs=2)
    assert replay.frame(1.5).tick == pytest.approx(119, abs=2)
    assert replay.frame(1.95).tick == pytest.approx(119, abs=2)


def test_lost_tracking_flags_the_take(shoot: Shoot) -> None:
    session, _, hand = shoot
    session.start_take()
    run(shoot, 0.2)
    hand.tracking = Tracking.LOST
    run(shoot, 0.2)
    hand.tracking = Tracking.OK
    run(shoot, 0.2)
    session.stop_take()
    replay = take(shoot)
    assert "tracking_lost" in replay.take.flags
    names = [event.name for event in replay.events]
    assert "tracking_lost" in names
    assert "tracking_found" in names


def test_a_trigger_pull_starts_and_stops_one_take(shoot: Shoot) -> None:
    session, _, hand = shoot
    for pulls, recording in ((1, True), (2, False)):
        hand.buttons = frozenset({"trigger"})
        run(shoot, 0.1)
        hand.buttons = frozenset()
        run(shoot, 0.1)
        assert session.recording is recording, pulls
    assert take(shoot).take.id == "park_001"


def test_a_stage_published_while_playing_can_be_played_at_once(shoot: Shoot, body: Body) -> None:
    session, _, _ = shoot
    before = session.performer.stage
    path = publish(before.path.parent, body, 70, seed=5)
    try:
        run(shoot, 1.2)
        assert "backflip: new stage after 49,000 attempts" in session.hint
        session.repertoire.newest_stage()
        assert session.performer.stage.path == path
        assert session.performer.stage.digest != before.digest
        session.repertoire.earlier_stage()
        assert session.performer.stage.path == before.path
    finally:
        path.unlink()


def test_a_torn_stage_is_told_and_play_goes_on(shoot: Shoot) -> None:
    session, _, _ = shoot
    path = session.performer.stage.path.parent / "iteration_00099.safetensors"
    path.write_bytes(b"torn")
    try:
        run(shoot, 1.2)
        assert "iteration_00099" in session.hint
        assert path not in session.repertoire.ladder
    finally:
        path.unlink()


def test_lens_changes_are_kept_with_the_first_one(shoot: Shoot) -> None:
    session, _, _ = shoot
    session.start_take()
    run(shoot, 0.4)
    session.operator.longer_lens()
    run(shoot, 0.4)
    session.stop_take()
    replay = take(shoot)
    assert replay.frame(0.1).settings["lens"]["focal_length"] == 24.0
    assert replay.frame(0.7).settings["lens"]["focal_length"] == 25.0


def test_buttons_on_the_controller_count_for_the_sample_they_came_with(shoot: Shoot) -> None:
    session, _, hand = shoot
    session.start_take()
    live = run(shoot, 0.3)
    for _ in range(2):
        hand.buttons = frozenset({"grip"})
        live += run(shoot, 0.02)
        hand.buttons = frozenset()
        live += run(shoot, 0.3)
    session.stop_take()
    replay = take(shoot)
    changes = [(c.at_ns, RigSettings.from_dict(c.value)) for c in replay.changes("rig")]
    for ours, theirs in zip(derive(replay.samples, changes), live, strict=True):
        assert np.allclose(ours.position, theirs.position, atol=1e-9)


def test_a_take_begun_with_the_camera_held_goes_on_from_where_it_stands(shoot: Shoot) -> None:
    session, _, _ = shoot
    run(shoot, 0.5)
    session.operator.hold_camera()
    held = run(shoot, 1.0)[-1]
    session.start_take()
    first = run(shoot, 0.02)[0]
    assert np.linalg.norm(first.position - held.position) < 0.02


def test_a_device_that_appears_late_begins_at_home(shoot: Shoot) -> None:
    _, clock, hand = shoot
    hand.tracking = Tracking.ABSENT
    late = Operator(hand, Lens(24.0), [("home", HOME)], clock)
    late.look()
    hand.tracking = Tracking.OK
    late.look()
    assert np.allclose(late.camera().position, HOME.position, atol=1e-6)


def test_operators_marks_are_gone_through_and_round(shoot: Shoot) -> None:
    session, _, _ = shoot
    for mark in (ASIDE, HOME):
        session.operator.next_mark()
        # The hand has moved on a little since the sample that was put on the mark.
        assert np.allclose(run(shoot, 0.02)[0].position, mark.position, atol=0.01)


def test_the_take_names_person_and_lens(shoot: Shoot) -> None:
    session, _, _ = shoot
    session.start_take()
    run(shoot, 0.1)
    session.operator.zoom(2.0)
    run(shoot, 0.6)
    session.stop_take()
    settings = take(shoot).header.settings
    assert settings["person"] == {"folder": "default", "face": ""}
    assert 24.0 < take(shoot).frame(0.2).settings["lens"]["focal_length"] < 24.0 * 1.06**2
    assert take(shoot).frame(0.69).settings["lens"]["focal_length"] == pytest.approx(24.0 * 1.06**2)


def test_a_helped_camera_is_derived_again_as_it_was_live(shoot: Shoot) -> None:
    session, _, _ = shoot
    run(shoot, 0.3)
    session.operator.look_at()
    session.operator.follow()
    run(shoot, 0.5)
    session.start_take()
    live = run(shoot, 0.4)
    session.operator.next_part()
    live += run(shoot, 0.4)
    session.operator.look_at()
    live += run(shoot, 0.4)
    session.stop_take()
    replay = take(shoot)
    changes = [(c.at_ns, RigSettings.from_dict(c.value)) for c in replay.changes("rig")]
    for ours, theirs in zip(derive(replay.samples, changes), live, strict=True):
        assert np.allclose(ours.position, theirs.position, atol=1e-9)
        assert np.allclose(ours.rotation, theirs.rotation, atol=1e-9)


def test_autofocus_keeps_to_the_body_and_the_take_keeps_the_focus(shoot: Shoot) -> None:
    session, _, _ = shoot
    session.operator.look_at()
    for _ in range(3):
        session.operator.next_focus()
    run(shoot, 1.0)
    session.start_take()
    run(shoot, 0.5)
    session.stop_take()
    settings = take(shoot).frame(0.4).settings
    assert settings["lens"]["depth_of_field"]
    assert settings["lens_control"]["focus"] == "tracking"
    chest = session.operator.sight.place_of("chest")
    assert chest is not None
    away = float(np.linalg.norm(chest - session.operator.pose.position))
    assert settings["lens"]["focus_distance"] == pytest.approx(away, abs=0.3)
    assert "tracking" in session.readout(25.0).focus


def test_a_countdown_goes_before_a_take_and_can_be_called_off(shoot: Shoot) -> None:
    session, _, _ = shoot
    session.settings = dataclasses.replace(session.settings, countdown=1.0)
    session.toggle_take()
    run(shoot, 0.5)
    assert not session.recording
    assert session.readout(25.0).hint == "take in 1"
    session.toggle_take()
    run(shoot, 1.0)
    assert not session.recording
    session.toggle_take()
    run(shoot, 1.2)
    assert session.recording
    session.toggle_take()
    assert not session.recording
    assert take(shoot).duration == pytest.approx(0.2, abs=0.05)


def test_scene_shot_markers_and_marks(shoot: Shoot) -> None:
    session, _, _ = shoot
    session.settings = dataclasses.replace(session.settings, scene="12", shot="A")
    session.mark()
    assert session.readout(25.0).slate == "park_12A"
    for _ in range(2):
        session.toggle_take()
        run(shoot, 0.4)
        session.mark()
        run(shoot, 0.2)
        session.mark()
        session.toggle_take()
    replay = take(shoot)
    assert (replay.take.id, replay.header.scene, replay.header.shot) == ("park_12A_002", "12", "A")
    markers = [event for event in replay.events if event.name == "marker"]
    assert [event.detail for event in markers] == [{"number": 1}, {"number": 2}]
    assert [event.seconds for event in markers] == pytest.approx([0.4, 0.6], abs=0.03)
    session.circle_take()
    assert session.hint == "park_12A_002 circled"
    session.next_shot()
    session.toggle_take()
    session.toggle_take()
    assert take(shoot).take.id == "park_12B_001"


def test_recording_never_changes_a_performance(body: Body, reference: Reference, stage: Stage, tmp_path: Path) -> None:
    """The same attempts, with and without a take running, to the last bit; the next attempt's seed included."""

    def performed(record: bool) -> list[bytes]:
        clock = TickingClock()
        performer = Performer(body, reference, stage, Mark())
        settings = SessionSettings(tmp_path / "takes", "park", "park", "default", {})
        operator = Operator(Hand(clock), Lens(), [("home", HOME)], clock)
        session = Session(performer, Shelf([stage.path.parent], Clips(body)), operator, settings, clock)
        seen: list[bytes] = []
        session.hear = lambda each: seen.append(
            b"".join(getattr(each.pose, name).tobytes() for name in ("root_pos", "root_rot", "joint_rot"))
        )
        if record:
            session.start_take()
        for number in range(150):
            session.film()
            clock.ns += 20_000_000
            session.advance(0.02)
            if record and number % 40 == 20:
                session.toggle_take()
            if number == 100:
                session.next_attempt()
        session.close()
        return seen

    assert performed(True) == performed(False)
    assert len(performed(False)) == 360
