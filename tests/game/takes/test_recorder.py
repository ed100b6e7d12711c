from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path

import filming
import numpy as np
import pytest

from game.camera.pose import Tracking
from game.clock import Clock
from game.takes.facts import SECOND
from game.takes.folders import BIN, NUMBERS
from game.takes.journal import scan
from game.takes.library import discard, open_library, recover
from game.takes.recorder import Recorder, shown_at
from game.takes.replay import Replay
from models.errors import InputError

TODAY = datetime.now().astimezone().date().isoformat()


def summary(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "take.json").read_bytes()))


def test_a_take_lies_under_its_day_and_is_partial_until_it_ends(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    assert [path.name for path in tmp_path.glob("*/*")] == ["park_001.partial"]
    assert (recorder.id, recorder.state.recording) == ("park_001", True)
    folder = recorder.close()
    assert folder.parent.parent == tmp_path
    assert folder.parent.name in (TODAY, datetime.now().astimezone().date().isoformat())
    assert folder.name == "park_001"
    assert sorted(path.name for path in folder.iterdir()) == ["take.index", "take.json", "take.log"]
    assert not recorder.state.recording
    assert recorder.close() == folder


def test_the_summary_tells_what_is_inside(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    recorder.event(filming.START, "attempt", {"seed": 3})
    for tick in range(10):
        recorder.snapshot(filming.START + tick * filming.TICK, filming.snapshot(1, tick))
    recorder.snapshot(filming.START + 10 * filming.TICK, filming.snapshot(2, 0))
    recorder.camera(filming.sample(filming.START + SECOND, Tracking.LOST))
    recorder.settings(filming.START + SECOND, "lens", {"focal_length": 50.0})
    recorder.event(filming.START + 2 * SECOND, "origin_moved", {})
    facts = summary(recorder.close())
    assert (facts["schema"], facts["version"], facts["id"]) == ("backflip.take", 1, "park_001")
    assert facts["duration"] == 2.0
    assert facts["counts"] == {"snapshots": 11, "samples": 1, "settings": 1, "events": 2}
    assert facts["flags"] == ["origin_moved", "tracking_lost"]
    assert facts["attempts"] == [
        {"attempt": 1, "from": 0.0, "to": 9 * filming.TICK / SECOND},
        {"attempt": 2, "from": 10 * filming.TICK / SECOND, "to": 10 * filming.TICK / SECOND},
    ]
    assert facts["events"] == [
        {"seconds": 0.0, "name": "attempt", "detail": {"seed": 3}},
        {"seconds": 2.0, "name": "origin_moved", "detail": {}},
    ]


def test_a_take_whose_tracker_never_gave_a_pose_is_flagged(tmp_path: Path) -> None:
    flags = []
    for words in ([Tracking.ABSENT] * 3, [Tracking.ABSENT, Tracking.OK], [Tracking.OK, Tracking.ABSENT], []):
        recorder = Recorder(tmp_path, filming.header())
        for tick, tracking in enumerate(words):
            recorder.camera(filming.sample(filming.START + tick * filming.TICK, tracking))
        flags.append(summary(recorder.close())["flags"])
    assert flags == [["no_tracker"], [], [], []]


def test_numbers_go_on_and_are_never_used_again(tmp_path: Path) -> None:
    assert filming.film(tmp_path, 2).name == "park_001"
    abandoned = Recorder(tmp_path, filming.header())  # stays partial
    assert filming.film(tmp_path, 2, "pool").name == "pool_001"
    third = filming.film(tmp_path, 2)
    assert third.name == "park_003"
    assert discard(third).is_relative_to(tmp_path / BIN)
    assert filming.film(tmp_path, 2).name == "park_004"
    (tmp_path / "2020-01-01" / "park_0041").mkdir(parents=True)
    assert filming.film(tmp_path, 2).name == "park_042"
    abandoned.close()


def test_recorders_at_one_moment_get_different_numbers(tmp_path: Path) -> None:
    code = "import filming, pathlib, sys\nfor _ in range(8): filming.film(pathlib.Path(sys.argv[1]), 2)"
    running = [filming.python(code, str(tmp_path)) for _ in range(3)]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert sorted(path.name for path in tmp_path.glob("*/*")) == [f"park_{number:03d}" for number in range(1, 25)]


def test_a_removed_takes_number_is_not_used_again(tmp_path: Path) -> None:
    filming.film(tmp_path, 2, "pool")
    for number in (1, 2, 3):
        folder = filming.film(tmp_path, 2)
        assert folder.name == f"park_00{number}"
        shutil.rmtree(folder)
    facts = json.loads((tmp_path / NUMBERS).read_bytes())
    assert facts == {"schema": "backflip.take_numbers", "version": 1, "last": {"pool": 1, "park": 3}}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"schema": "backflip.take_numbers", "version": 2, "last": {}}'])
def test_numbers_that_cannot_be_read_are_told_with_the_mend(tmp_path: Path, text: str) -> None:
    filming.film(tmp_path, 2)
    (tmp_path / NUMBERS).write_text(text)
    with pytest.raises(InputError, match=r"\.numbers\.json: cannot be used .*; delete it"):
        Recorder(tmp_path, filming.header())
    (tmp_path / NUMBERS).unlink()
    assert filming.film(tmp_path, 2).name == "park_002"


@pytest.mark.parametrize("slate", ["", "../up", "a/b", ".park", "park ", "x" * 65, "pärk"])
def test_a_slate_that_is_no_name_is_refused(tmp_path: Path, slate: str) -> None:
    with pytest.raises(InputError, match="slate"):
        Recorder(tmp_path, filming.header(slate))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "takes").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        Recorder(tmp_path / "takes", filming.header())


@pytest.mark.parametrize("speed", [0.1, 0.5, 1.0])
def test_ticks_are_stamped_when_they_are_shown(speed: float) -> None:
    """Whatever the frame rate, ticks follow each other at the clock's speed and the picture agrees with the stamps."""
    rng = np.random.default_rng(7)
    clock, now, stamps = Clock(speed=speed), 0, []
    for _ in range(200):
        dt = rng.uniform(0.005, 0.06)
        now += round(dt * SECOND)
        clock, due = clock.advance(dt)
        moments = shown_at(clock, now, due)
        stamps += moments
        if moments:
            shown = len(stamps) - 2 + clock.part  # the live picture, in ticks
            period = SECOND / 120 / speed
            assert abs((now - stamps[-1]) / period + len(stamps) - 1 - shown) < 1e-4
    assert np.ptp(np.diff(stamps)) < 1000  # ns


# What a full disk leaves.


def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    with filming.tiny_disk(tmp_path / "disk", "256k") as disk:
        recorder = Recorder(disk, filming.header())
        kept = []
        for frame in range(1000):
            filming.play(recorder, 2, 2 * frame)
            kept.append(recorder.flush().recording)
        state = recorder.state
        assert kept[100]
        assert not kept[-1]
        assert state.problem.startswith("park_001: recording ended early (No space left on device)")
        assert "\n" not in state.problem
        frames = kept.index(False)
        folder = recorder.close()
        assert folder.name == "park_001.partial"
        assert "backflip takes recover" in recorder.state.problem
        with pytest.raises(InputError, match="make room"):
            recover(folder)
        # Room is made by carrying the take elsewhere.
        subprocess.run(["cp", "-r", str(folder), str(tmp_path)], check=True)
    take = recover(tmp_path / "park_001.partial")
    assert "recovered" in take.flags
    assert take.facts["counts"]["samples"] == frames
    assert take.facts["counts"]["snapshots"] == 2 * frames
    assert Replay.load(take.folder).frame(0.5).tick == 60


def test_a_disk_that_is_full_from_the_start_is_told_at_once(tmp_path: Path) -> None:
    with filming.tiny_disk(tmp_path / "disk", "16k") as disk:
        (disk / TODAY).mkdir()
        subprocess.run(["dd", "if=/dev/zero", f"of={disk / 'filler'}"], capture_output=True, check=False)
        files = os.listdir("/proc/self/fd")
        with pytest.raises(InputError, match="make room"):
            Recorder(disk, filming.header())
        assert len(os.listdir("/proc/self/fd")) == len(files)
        assert list((disk / TODAY).iterdir()) == []


def test_a_file_size_limit_keeps_what_fitted(tmp_path: Path) -> None:
    code = """if True:
        import filming, pathlib, resource, signal, sys
        from game.takes.recorder import Recorder
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        recorder = Recorder(pathlib.Path(sys.argv[1]), filming.header())
        filming.play(recorder, 2000)
        assert "File too large" in recorder.state.problem, recorder.state
        print(recorder.close())
    """
    process = filming.python(code, str(tmp_path))
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    folder = Path(output.strip())
    assert summary(folder)["flags"] == ["cut_short"]
    replay = Replay.load(folder)
    assert 98_000 < (folder / "take.log").stat().st_size <= 100_000
    assert len(replay.steps) == 2 * len(replay.samples) > 150


# What a sudden death leaves.

_FILM_ON = """if True:
    import filming, itertools, pathlib, sys
    from game.takes.recorder import Recorder
    recorder = Recorder(pathlib.Path(sys.argv[1]), filming.header())
    for frame in itertools.count():
        filming.play(recorder, 2, 2 * frame)
        print(frame, flush=True)
"""


def test_kill_9_loses_at_most_what_was_not_flushed(tmp_path: Path) -> None:
    other = filming.film(tmp_path, 20)
    before = {path.name: path.read_bytes() for path in other.iterdir()}
    rng = np.random.default_rng(8)
    for repetition in range(5):
        process = filming.python(_FILM_ON, str(tmp_path))
        assert process.stdout is not None
        process.stdout.readline()
        assert not open_library(tmp_path).cut_off  # it lives
        time.sleep(rng.uniform(0.01, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        output, _ = process.communicate(timeout=60)
        told = [int(line) for line in output.split("\n")[:-1] if line] or [0]
        (partial,) = open_library(tmp_path).cut_off
        take = recover(partial)
        assert take.id == f"park_{repetition + 2:03d}"
        assert "recovered" in take.flags
        replay = Replay.load(take.folder)
        assert len(replay.samples) >= told[-1] + 1
        assert len(replay.steps) in (2 * len(replay.samples), 2 * len(replay.samples) + 1, 2 * len(replay.samples) + 2)
        assert replay.steps.ticks.tolist() == list(range(len(replay.steps)))
        assert scan(take.log).lost_bytes == 0
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before


def measure() -> None:
    """Print what recording costs: 60 frames a second, 2 ticks and a sample each, for half a minute of film."""
    import tempfile

    costs = []
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), filming.header())
        for frame in range(1800):
            steps = [filming.snapshot(1, 2 * frame + tick) for tick in range(2)]
            sample = filming.sample(filming.START + 2 * frame * filming.TICK)
            begin = time.perf_counter()
            for tick, step in enumerate(steps):
                recorder.snapshot(filming.START + (2 * frame + tick) * filming.TICK, step)
            recorder.camera(sample)
            recorder.flush()
            costs.append(time.perf_counter() - begin)
            time.sleep(0.002)
        begin = time.perf_counter()
        path = recorder.close()
        closing = time.perf_counter() - begin
        size = (path / "take.log").stat().st_size
    median, worst = np.median(costs) * 1e3, np.quantile(costs, 0.99) * 1e3
    print(f"a frame: median {median:.3f} ms, 99 % within {worst:.3f} ms, longest {max(costs) * 1e3:.3f} ms")
    print(f"closing half a minute: {closing * 1e3:.0f} ms; {size / 30 / 1000:.1f} kB/s")


if __name__ == "__main__":
    measure()
