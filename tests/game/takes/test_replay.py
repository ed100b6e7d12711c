from __future__ import annotations

import json
import math
import shutil
import time
from pathlib import Path

import filming
import numpy as np
import pytest

from game.camera.pose import Tracking
from game.performance import Snapshot, interpolate
from game.takes.facts import SECOND
from game.takes.folders import LOG, SUMMARY
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from models.contact import Contact
from models.errors import InputError

TICK = filming.TICK


def record(root: Path, steps: list[tuple[int, Snapshot]]) -> Replay:
    """A take of steps at moments (ns) after its start."""
    recorder = Recorder(root, filming.header())
    for at, snapshot in steps:
        recorder.snapshot(filming.START + at, snapshot)
    return Replay.load(recorder.close())


def same_pose(replay: Replay, seconds: float, tick: float) -> bool:
    """Whether the picture stands at a (broken) tick of the filmed attempt."""
    pose = replay.frame(seconds).pose
    assert pose is not None
    whole = math.floor(tick)
    wanted = interpolate(filming.pose(0.01 * whole), filming.pose(0.01 * (whole + 1)), tick - whole)
    return all(
        np.allclose(getattr(pose, name), getattr(wanted, name), atol=1e-6)
        for name in ("root_pos", "root_rot", "joint_rot")
    )


def test_steps_come_back_to_the_last_bit(tmp_path: Path) -> None:
    replay = Replay.load(filming.film(tmp_path, 30))
    recorded = replay.snapshots(-1.0, 1.0)
    assert len(recorded) == 30
    for tick, (seconds, snapshot) in enumerate(recorded):
        wanted = filming.snapshot(1, tick)
        assert seconds == tick * TICK / SECOND
        assert (snapshot.attempt, snapshot.tick, snapshot.contacts) == (1, tick, wanted.contacts)
        for name in ("root_pos", "root_rot", "joint_rot"):
            np.testing.assert_array_equal(getattr(snapshot.pose, name), getattr(wanted.pose, name))


def test_between_steps_the_pose_is_interpolated(tmp_path: Path) -> None:
    replay = Replay.load(filming.film(tmp_path, 30))
    for tick in (0.0, 0.25, 7.5, 28.9, 29.0):
        frame = replay.frame(tick * TICK / SECOND)
        assert same_pose(replay, tick * TICK / SECOND, tick)
        assert (frame.attempt, frame.tick) == (1, int(tick))


def test_before_and_after_it_stands(tmp_path: Path) -> None:
    replay = Replay.load(filming.film(tmp_path, 30))
    assert replay.duration == 29 * TICK / SECOND
    assert same_pose(replay, -5.0, 0.0)
    assert same_pose(replay, 500.0, 29.0)
    assert replay.frame(-5.0).sample_index == 0
    assert replay.frame(500.0).sample_index == len(replay.samples) - 1


def test_slow_motion_replays_slowly(tmp_path: Path) -> None:
    replay = record(tmp_path, [(10 * tick * TICK, filming.snapshot(1, tick)) for tick in range(5)])
    assert same_pose(replay, 25 * TICK / SECOND, 2.5)


def test_a_pause_stands_still(tmp_path: Path) -> None:
    steps = [(0, filming.snapshot(1, 0)), (TICK, filming.snapshot(1, 1)), (3 * SECOND, filming.snapshot(1, 2))]
    replay = record(tmp_path, steps)
    assert same_pose(replay, 1.5, 1.0)
    assert same_pose(replay, 2.999, 1.0)
    assert same_pose(replay, 3.0, 2.0)


@pytest.mark.parametrize("following", [filming.snapshot(2, 0), filming.snapshot(2, 40), filming.snapshot(1, 9)])
def test_never_between_attempts_nor_back_in_time(tmp_path: Path, following: Snapshot) -> None:
    """The next attempt, or the same one rewound, begins with a cut."""
    steps = [(0, filming.snapshot(1, 29)), (TICK, filming.snapshot(1, 30)), (2 * TICK, following)]
    replay = record(tmp_path, steps)
    for part in (0.0, 0.5, 0.999):
        assert same_pose(replay, (1 + part) * TICK / SECOND, 30.0)
    assert same_pose(replay, 2 * TICK / SECOND, following.tick)
    assert replay.frame(2 * TICK / SECOND).attempt == following.attempt


def test_a_forecast_that_was_overtaken_gives_way(tmp_path: Path) -> None:
    """In slow motion the next tick was due in 83 ms; the clock was made faster and it came, and others, sooner."""
    steps = [(0, filming.snapshot(1, 0)), (83_000_000, filming.snapshot(1, 1)), (20_000_000, filming.snapshot(1, 2))]
    replay = record(tmp_path, [*steps, (30_000_000, filming.snapshot(1, 3))])
    assert same_pose(replay, 0.010, 0.5)
    assert same_pose(replay, 0.025, 2.5)
    assert [snapshot.tick for _, snapshot in replay.snapshots(0.0, 0.02)] == [1, 2]


def test_contacts_sound_once(tmp_path: Path) -> None:
    pause = [(at * SECOND, filming.snapshot(1, 2)) for at in (1, 2)]  # the same step, shown again after a pause
    replay = record(tmp_path, [(0, filming.snapshot(1, 1)), *pause, (3 * SECOND, filming.snapshot(1, 5))])

    def heard(after: float, until: float) -> list[tuple[float, tuple[Contact, ...]]]:
        return [(seconds, snapshot.contacts) for seconds, snapshot in replay.snapshots(after, until)]

    assert heard(-1.0, 10.0) == [
        (float(at), filming.snapshot(1, tick).contacts) for at, tick in ((0, 1), (1, 2), (3, 5))
    ]
    assert heard(-1.0, 0.5) + heard(0.5, 1.0) + heard(1.0, 10.0) == heard(-1.0, 10.0)


def test_samples_keep_their_own_times(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    for at, tracking in ((30, Tracking.LOST), (10, Tracking.OK), (20, Tracking.OK)):
        recorder.camera(filming.sample(filming.START + at * SECOND, tracking))
    replay = Replay.load(recorder.close())
    assert [sample.time_ns for sample in replay.samples] == [filming.START + at * SECOND for at in (10, 20, 30)]
    frame = replay.frame(25.0)
    assert (frame.sample_index, frame.sample_seconds) == (1, 20.0)
    assert replay.samples[2].tracking is Tracking.LOST
    assert (frame.pose, len(replay.steps)) == (None, 0)
    assert "tracking_lost" in replay.take.flags


def test_a_take_without_a_camera(tmp_path: Path) -> None:
    frame = record(tmp_path, [(0, filming.snapshot())]).frame(0.0)
    assert frame.sample_index == -1
    assert math.isnan(frame.sample_seconds)


def test_settings_are_those_in_force_from_the_first_moment_on(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    recorder.settings(filming.START + 2 * SECOND, "lens", {"focal_length": 50.0})
    recorder.settings(filming.START + 4 * SECOND, "grade", {"warmth": 0.1})
    replay = Replay.load(recorder.close())
    assert replay.frame(0.0).settings["lens"] == {"focal_length": 35.0}
    assert replay.frame(1.999).settings["lens"] == {"focal_length": 35.0}
    assert replay.frame(2.0).settings["lens"] == {"focal_length": 50.0}
    assert replay.frame(99.0).settings["rig"] == {"scale": [1.0, 1.0, 1.0]}
    assert replay.frame(1.0).settings["grade"] == {"warmth": 0.1}
    assert [change.value["focal_length"] for change in replay.changes("lens")] == [35.0, 50.0]
    assert [len(replay.changes(name)) for name in ("rig", "grade", "nobody")] == [1, 1, 0]


def test_events_by_time(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    for at, name in ((0, "attempt"), (2, "fall"), (2, "stage")):
        recorder.event(filming.START + at * SECOND, name, {"at": at})
    replay = Replay.load(recorder.close())
    assert [event.name for event in replay.frame(1.0).events] == ["attempt"]
    assert [event.name for event in replay.frame(2.0).events] == ["attempt", "fall", "stage"]
    assert replay.events[2].detail == {"at": 2}


def test_numbers_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    bad = filming.pose(0.3)
    bad.root_pos[1] = np.nan
    replay = record(
        tmp_path, [(0, filming.snapshot(1, 0)), (TICK, Snapshot(1, 1, bad)), (2 * TICK, filming.snapshot(1, 2))]
    )
    assert replay.steps.ticks.tolist() == [0, 2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filming.film(tmp_path, 30)


def test_a_changed_journal_is_refused(folder: Path) -> None:
    data = bytearray((folder / LOG).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / LOG).write_bytes(data)
    with pytest.raises(InputError, match=r"take\.log: damaged \(damaged after \d+ records\).*recover TAKE`"):
        Replay.load(folder)


def test_another_journal_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copy(filming.film(tmp_path, 4) / LOG, folder / LOG)
    with pytest.raises(InputError, match="not as it was when the take was finished"):
        Replay.load(folder)


def test_a_partial_take_is_refused(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    with pytest.raises(InputError, match="not finished"):
        Replay.load(recorder.state.folder)
    recorder.close()


@pytest.mark.parametrize(
    "field", ["id", "duration", "counts", "attempts", "events", "flags", "log", "seed", "versions"]
)
@pytest.mark.parametrize("value", [None, "x" * 3 + "\0", [None], {"a": []}, 1e300])
def test_a_hostile_summary_is_refused(folder: Path, field: str, value: object) -> None:
    facts = json.loads((folder / SUMMARY).read_bytes())
    if field == "id" and isinstance(value, str):
        return  # any text may be an id
    (folder / SUMMARY).write_text(json.dumps({**facts, field: value}))
    with pytest.raises(InputError, match=rf"take\.json: damaged \('{field}'"):
        Replay.load(folder)


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, '{"schema": "backflip.take", "version": 1}'])
def test_a_summary_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / SUMMARY).write_text(text)
    with pytest.raises(InputError, match=r"take\.json: "):
        Replay.load(folder)


def test_another_version_is_refused(folder: Path) -> None:
    facts = json.loads((folder / SUMMARY).read_bytes())
    (folder / SUMMARY).write_text(json.dumps({**facts, "version": 2}))
    with pytest.raises(InputError, match=r"reads backflip\.take 1, the file is backflip\.take 2"):
        Replay.load(folder)


def test_needs_neither_physics_nor_torch(folder: Path) -> None:
    code = """if True:
        import pathlib, sys
        from game.takes import contact_sheet, library, listing, replay, shot
        from game.takes.export import bvh, motion, movie, opentrackio, table, thumbnail, timeline
        taken = replay.Replay.load(pathlib.Path(sys.argv[1]))
        assert taken.frame(0.1).pose is not None
        shot.Shot(taken).camera(0.1)
        loaded = {"pybullet", "torch", "panda3d"} & set(sys.modules)
        assert not loaded, loaded
        from game.takes.export import gltf, usd  # panda3d reads the person that these put in
        assert not {"pybullet", "torch"} & set(sys.modules)
    """
    process = filming.python(code, str(folder))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def measure() -> None:
    """Print what loading and looking cost, for five minutes of film."""
    import tempfile

    with tempfile.TemporaryDirectory() as root:
        folder = filming.film(Path(root), 5 * 60 * 120)
        begin = time.perf_counter()
        replay = Replay.load(folder)
        print(f"loading 5 minutes: {time.perf_counter() - begin:.2f} s")
        begin = time.perf_counter()
        for seconds in np.random.default_rng(1).uniform(0, replay.duration, 2000):
            replay.frame(seconds)
        print(f"a frame anywhere: {(time.perf_counter() - begin) / 2000 * 1e3:.3f} ms")


if __name__ == "__main__":
    measure()
