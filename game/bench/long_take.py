"""A take of an hour: recorded as fast as the machine can, closed, opened, and looked into here and there."""

from __future__ import annotations

import os
import resource
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from game.bench.rows import Row, Tick, timed
from game.bench.synthetic import RATE, frames, header, record
from game.camera.readout import RATE as PICTURES
from game.takes.facts import SECOND
from game.takes.folders import LOG
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from game.takes.shot import Shot

MINUTES = 60
_SCRUBS = 1000


def long_take(minutes: float, done: Tick, seed: int = 1) -> list[Row]:
    """Record so long a take, while the lens never rests. ``done`` is called after every minute of it."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), header(0))
        memory = _memory_while(recorder, 60.0 * minutes, done)
        _let_disk_follow(recorder.state.folder / LOG)
        take, closing = timed(recorder.close)
        log = take / LOG
        _forget(log)
        (replay, shot), opening = timed(partial(_open, take))
        some = np.random.default_rng(seed).integers(0, replay.take.frames, _SCRUBS).tolist()
        scrubs = [_scrub(replay, shot, frame / PICTURES, log) for frame in some]
        size = log.stat().st_size
    return [
        Row(f"a take of {minutes:g} minutes", size / 1e6, "MB"),
        Row("  memory grows while recording", memory / 1e6, "MB", 10.0),
        Row("  closing", closing, "s", 2.0),
        Row("  opening", opening, "s", 2.0),
        Row("  any frame, median", 1e3 * float(np.median(scrubs)), "ms"),
        Row(f"  any frame, worst of {_SCRUBS}", 1e3 * max(scrubs), "ms", 50.0),
    ]


def _open(take: Path) -> tuple[Replay, Shot]:
    replay = Replay.load(take)
    return replay, Shot(replay)


def _scrub(replay: Replay, shot: Shot, seconds: float, log: Path) -> float:
    """Seconds until everything of a moment is there, with nothing of the journal in memory."""
    _forget(log)
    return timed(partial(_look, replay, shot, seconds))[1]


def _look(replay: Replay, shot: Shot, seconds: float) -> None:
    replay.frame(seconds)
    shot.camera(seconds)
    shot.lens(seconds)


def _let_disk_follow(log: Path) -> None:
    """An hour in a minute is more than a disk can write meanwhile; in an hour it is not."""
    descriptor = os.open(log, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget(log: Path) -> None:
    """Let the system drop what it has kept of a file in memory."""
    descriptor = os.open(log, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _memory_while(recorder: Recorder, seconds: float, done: Tick) -> int:
    """Bytes by which the most memory that this process ever had grows from the take's first tenth to its end."""
    begun = 0
    for number, frame in enumerate(frames(0)):
        if frame.sample.time_ns >= seconds * SECOND:
            break
        record(recorder, frame)
        if number == int(0.1 * seconds * RATE):
            begun = _peak_memory()
        if number % (60 * RATE) == 60 * RATE - 1:
            done()
    return _peak_memory() - begun


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux tells KiB
