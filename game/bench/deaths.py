"""Sudden deaths: recorders are killed at random moments, and what they leave is recovered."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from game.bench.rows import Row, Tick
from game.bench.synthetic import RATE, frames, header, record
from game.takes.facts import SECOND
from game.takes.library import open_library, recover
from game.takes.recorder import Recorder
from game.takes.replay import Replay

KILLS = 100
_LONGEST_LIFE = 1.5  # s before a recorder is killed


def killed(times: int, done: Tick, seed: int = 1) -> list[Row]:
    """Let recorders die at ``times`` random moments by SIGKILL, and recover what they left."""
    rng = np.random.default_rng(seed)
    lost, recovered, changed = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _film_briefly(root)
        for _ in range(times):
            before = _digests(root)
            told = _die(root, float(rng.uniform(0.0, _LONGEST_LIFE)))
            cut_off = open_library(root).cut_off
            if len(cut_off) == 1:
                replay = Replay.load(recover(cut_off[0]).folder)
                recovered += 1
                last = int(replay.samples.moments[-1]) if len(replay.samples) else replay.header.start_ns
                lost.append(max(told - last, 0) / SECOND)
            after = _digests(root)
            changed += any(after.get(path) != digest for path, digest in before.items())
            done()
    return [
        Row("killed while recording", times, "times"),
        Row("  not recovered", times - recovered, "times", 0),
        Row("  lost at most", max(lost, default=0.0), "s", 1.0),
        Row("  other takes changed", changed, "times", 0),
    ]


def _die(root: Path, after: float) -> int:
    """Kill a recorder ``after`` seconds of recording. Returns the moment (ns) of the last sample it was given."""
    context = multiprocessing.get_context("fork")
    told = context.Value("q", 0)
    recorder = context.Process(target=_film_on, args=(root, told), daemon=True)
    recorder.start()
    while told.value == 0:
        time.sleep(0.001)
    time.sleep(after)
    os.kill(recorder.pid or 0, signal.SIGKILL)
    recorder.join()
    return int(told.value)


def _film_on(root: Path, told: Any) -> None:
    """Record in real time until killed; ``told`` holds the moment of the last sample."""
    start = time.monotonic_ns()
    recorder = Recorder(root, header(start))
    for frame in frames(start):
        while time.monotonic_ns() < frame.sample.time_ns:
            time.sleep(0.001)
        told.value = frame.sample.time_ns
        record(recorder, frame)


def _film_briefly(root: Path) -> None:
    recorder = Recorder(root, header(0))
    for _, frame in zip(range(RATE), frames(0), strict=False):
        record(recorder, frame)
    recorder.close()


def _digests(root: Path) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("take.*")}
