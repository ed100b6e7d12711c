"""What filming withstands and costs, as a table of rows: sudden deaths, a take of an hour.

Everything runs through the real recorder and the real library, on synthetic snapshots as large as real ones.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import signal
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from game.camera.pose import CameraPose, Sample
from game.performance import BodyPose, Snapshot
from game.takes.facts import SECOND, TakeHeader
from game.takes.library import open_library, recover
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from game.takes.shot import Shot
from models.contact import Contact
from models.coords import hpr_to_wxyz
from models.reference import TICKS_PER_SECOND
from models.rotations import exp

T = TypeVar("T")

KILLS = 100
HOUR = 3600.0  # s
_RATE = 50  # pictures a second
_TICK = SECOND // TICKS_PER_SECOND
_JOINTS = 12
_SCRUBS = 500
_PICTURE = (960, 519)  # pixels
_LONGEST_LIFE = 1.5  # s before a recorder is killed


@dataclass(frozen=True)
class Row:
    """One figure. limit: what it must not be above, None: it is told for its own sake."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.value <= self.limit


def camera(arguments: Namespace) -> int:
    """`backflip bench camera`."""
    rows = [*killed(KILLS), *long_take(HOUR), *hand_to_picture()]
    if arguments.json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in rows]))
        return 0
    table = Table("filming", "measured", "limit", "")
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:g} {row.unit}"
        table.add_row(
            row.name, f"{row.value:.4g} {row.unit}", limit, "yes" if row.limit is not None and row.holds else ""
        )
    Console().print(table)
    return 0


# -- the hand's way into the picture --------------------------------------------------------------------------------


def hand_to_picture(place: str = "park") -> list[Row]:
    """How late a movement of the hand is in the picture of a place, drawn as in live play but without a window."""
    from game.camera.trackers.latency import SteppingTracker, measure
    from game.environment.place import Place
    from game.finding import find_environment
    from game.window import open_base

    environment = find_environment(place)
    base: Any = open_base(_PICTURE, offscreen=True)
    drawn = Place(base, environment)
    operator = environment.operators[0]
    mark = CameraPose(np.array(operator.position), hpr_to_wxyz(*operator.hpr))
    tracker = SteppingTracker()
    latency = measure(base, tracker, mark, tracker.step)
    drawn.destroy()
    base.destroy()
    return [
        Row("from the hand's step to a picture of it", latency.pictures, "pictures", 1),
        Row(f"  from its sample to that picture, {place}", latency.milliseconds, "ms"),
    ]


# -- sudden deaths --------------------------------------------------------------------------------------------------


def killed(times: int, seed: int = 1) -> list[Row]:
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
    recorder = Recorder(root, _header(start))
    for frame in _frames(start):
        while time.monotonic_ns() < frame.sample.time_ns:
            time.sleep(0.001)
        _record(recorder, frame)
        told.value = frame.sample.time_ns
        recorder.flush()


def _film_briefly(root: Path) -> None:
    recorder = Recorder(root, _header(0))
    for _, frame in zip(range(_RATE), _frames(0), strict=False):
        _record(recorder, frame)
        recorder.flush()
    recorder.close()


def _digests(root: Path) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("take.*")}


# -- a take of an hour ----------------------------------------------------------------------------------------------


def long_take(seconds: float, seed: int = 1) -> list[Row]:
    """Record so long a take as fast as the machine can, close it, open it, and look here and there."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), _header(0))
        memory = _memory_while(recorder, seconds)
        take, closing = _timed(recorder.close)
        (replay, shot), opening = _timed(partial(_open, take))
        moments = np.random.default_rng(seed).uniform(0.0, seconds, _SCRUBS)
        scrubs = [_timed(partial(_look, replay, shot, at))[1] for at in moments.tolist()]
        size = (take / "take.log").stat().st_size
    minutes = f"{seconds / 60:g} minutes"
    return [
        Row(f"a take of {minutes}", size / 1e6, "MB"),
        Row("  memory grows while recording", memory / 1e6, "MB", 10.0),
        Row("  closing", closing, "s"),
        Row("  opening", opening, "s", 2.0),
        Row("  any moment, median", 1e3 * float(np.median(scrubs)), "ms"),
        Row("  any moment, worst", 1e3 * max(scrubs), "ms", 50.0),
    ]


def _open(take: Path) -> tuple[Replay, Shot]:
    replay = Replay.load(take)
    return replay, Shot(replay)


def _look(replay: Replay, shot: Shot, seconds: float) -> None:
    replay.frame(seconds)
    shot.camera(seconds)
    shot.lens(seconds)


def _memory_while(recorder: Recorder, seconds: float) -> int:
    """Bytes by which the most memory that this process ever had grows from the take's first tenth to its end."""
    begun = 0
    for number, frame in enumerate(_frames(0)):
        if frame.sample.time_ns >= seconds * SECOND:
            break
        _record(recorder, frame)
        recorder.flush()
        if number == int(0.1 * seconds * _RATE):
            begun = _peak_memory()
    return _peak_memory() - begun


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux tells KiB


def _timed(do: Callable[[], T]) -> tuple[T, float]:
    begin = time.perf_counter()
    result = do()
    return result, time.perf_counter() - begin


# -- what is recorded -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """A picture: the steps since the last one, each with its moment, and the hand."""

    steps: tuple[tuple[int, Snapshot], ...]
    sample: Sample
    pose: CameraPose


def _header(start_ns: int) -> TakeHeader:
    return TakeHeader("bench", start_ns, "park", "backflip", "none", "none", 1, {"lens": {"focal_length": 35.0}})


def _frames(start: int) -> Iterator[_Frame]:
    """Pictures without end; the body and the hand go through a few hundred different states again and again."""
    rng = np.random.default_rng(0)
    joints = exp(rng.normal(0.0, 0.5, (256, _JOINTS + 2, 3)))
    contacts = tuple(Contact(foot, (0.1, 0.0, 0.1), 300.0, 0.1, "ground") for foot in (5, 11))
    tick = 0
    for number in range(10**9):
        now = start + number * SECOND // _RATE
        steps = []
        while start + tick * _TICK <= now:
            state = joints[tick % 256]
            pose = BodyPose(np.array([0.0, 0.9, 0.0]), state[0], state[1:-1])
            steps.append((start + tick * _TICK, Snapshot(1 + tick // 1200, tick % 1200, pose, contacts)))
            tick += 1
        hand = CameraPose(np.array([0.001 * (number % 1000), -5.0, 1.6]), np.roll(joints[number % 256, -1], 1))
        axes = {"stick_x": 0.01 * (number % 100), "stick_y": 0.0}
        yield _Frame(tuple(steps), Sample(now, hand.position, hand.rotation, axes=axes), hand)


def _record(recorder: Recorder, frame: _Frame) -> None:
    for at_ns, snapshot in frame.steps:
        recorder.snapshot(at_ns, snapshot)
    recorder.camera(frame.sample)
    recorder.view(frame.sample.time_ns, frame.pose)
