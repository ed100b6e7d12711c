"""Opening a take through its index."""

from __future__ import annotations

import shutil
from pathlib import Path

import filming
import numpy as np
import pytest
from safetensors.numpy import load, save

from game.camera.pose import CameraPose
from game.takes.folders import LOG, SUMMARY
from game.takes.index import INDEX, read_index
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from game.takes.rows import Rows
from game.takes.summary import finish_what_is_there
from game.takes.take import load_take


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    recorder = Recorder(tmp_path, filming.header())
    filming.play(recorder, 30)
    for tick in (0, 1):
        pose = CameraPose(np.array([0.1, 0.2, tick / 3]), np.array([0.0, 0.6, 0.0, 0.8]))
        recorder.view(filming.START + tick * filming.TICK, pose)
    recorder.settings(filming.START, "lens", {"focal_length": 50.0})
    recorder.event(filming.START, "marker", {"number": 1})
    return recorder.close()


def seen(replay: Replay) -> list[object]:
    return [
        [(seconds, each.attempt, each.tick, each.contacts) for seconds, each in replay.snapshots(-1.0, 99.0)],
        [replay.steps.pose(index, 0.0).joint_rot.tobytes() for index in range(len(replay.steps))],
        [(each.time_ns, each.position.tobytes(), each.buttons, each.axes) for each in replay.samples],
        (replay.view_moments.tolist(), replay.view_poses.tolist()),
        ([replay.changes(name) for name in ("lens", "rig")], replay.events, replay.header),
    ]


def index_of(folder: Path) -> object:
    take = load_take(folder)
    return read_index(folder / INDEX, take.log, take.log_digest)


def test_with_and_without_an_index_a_take_is_the_same(folder: Path) -> None:
    assert index_of(folder) is not None
    with_index = seen(Replay.load(folder))
    (folder / INDEX).unlink()
    assert seen(Replay.load(folder)) == with_index
    assert with_index[3] == ([filming.START, filming.START + filming.TICK], [
        [0.1, 0.2, 0.0, 0.0, 0.6, 0.0, 0.8],
        [0.1, 0.2, 1 / 3, 0.0, 0.6, 0.0, 0.8],
    ])  # fmt: skip


def hostile(data: bytes) -> list[bytes]:
    arrays = load(data)
    length = int.from_bytes(data[:8], "little")
    far = {**arrays, "steps": arrays["steps"] + 1_000_000}
    short = {name: values for name, values in arrays.items() if name != "events"}
    return [b"", b"\xff" * 64, data[:-9], data[:8] + b"[" * length + data[8 + length :], save(far), save(short)]


@pytest.mark.parametrize("which", range(6))
def test_an_index_that_cannot_be_used_is_passed_over(folder: Path, which: int) -> None:
    whole = seen(Replay.load(folder))
    (folder / INDEX).write_bytes(hostile((folder / INDEX).read_bytes())[which])
    assert index_of(folder) is None
    assert seen(Replay.load(folder)) == whole


def test_sound_metadata_around_unsound_places_is_passed_over(folder: Path) -> None:
    data = (folder / INDEX).read_bytes()
    at = data.index(np.array([1, 0], dtype="<i8").tobytes())  # attempt and tick of the first step; then where it lies
    bad = data[: at + 16] + np.array([1 << 40], dtype="<i8").tobytes() + data[at + 24 :]
    (folder / INDEX).write_bytes(bad)
    assert index_of(folder) is None


def test_the_index_of_another_take_is_passed_over(folder: Path, tmp_path: Path) -> None:
    shutil.copy(filming.film(tmp_path, 4) / INDEX, folder / INDEX)
    assert index_of(folder) is None
    assert len(Replay.load(folder).steps) == 30


def test_rows_that_went_to_the_disk_come_back(tmp_path: Path) -> None:
    rows, numbers = Rows("q", 2), np.arange(60_000)
    for pair in numbers.reshape(-1, 2):
        rows.extend(pair)
        rows.spill(tmp_path)
    assert not list(tmp_path.iterdir())  # the file has no name
    assert np.array_equal(rows.whole(), numbers.reshape(-1, 2))
    rows.extend((-1, -2))
    assert rows.whole()[-1].tolist() == [-1, -2]
    assert rows.whole().shape == (30_001, 2)
    rows.close()


def test_what_is_indexed_while_recording_is_what_the_journal_has(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    for frame in range(2000):  # more rows than stay in memory
        filming.play(recorder, 2, 2 * frame)
        recorder.settings(filming.START + frame * filming.TICK, "lens", {"focal_length": 35.0 + frame})
    folder = recorder.close()
    summary, index = (folder / SUMMARY).read_bytes(), load((folder / INDEX).read_bytes())
    assert finish_what_is_there(folder, frozenset()) == folder
    assert (folder / SUMMARY).read_bytes() == summary
    for name, rows in load((folder / INDEX).read_bytes()).items():
        assert np.array_equal(rows, index[name])
    assert Replay.load(folder).frame(99.0).settings["lens"] == {"focal_length": 2034.0}


def test_an_index_does_not_hide_a_changed_journal(folder: Path) -> None:
    data = bytearray((folder / LOG).read_bytes())
    data[-20] ^= 1
    (folder / LOG).write_bytes(data)
    assert index_of(folder) is None
