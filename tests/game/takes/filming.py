"""A performance and a camera to record, in the game's own types, and programs that record them elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from game.camera.pose import Sample, Tracking
from game.performance import BodyPose, Snapshot
from game.takes.facts import SECOND, TakeHeader
from game.takes.recorder import Recorder
from models import rotations
from models.contact import Contact

START = 7_000_000_000_000
TICK = SECOND // 120
JOINTS = 12
REPOSITORY = Path(__file__).resolve().parents[3]


def header(slate: str = "park", start_ns: int = START) -> TakeHeader:
    settings = {"lens": {"focal_length": 35.0}, "rig": {"scale": [1.0, 1.0, 1.0]}}
    return TakeHeader(slate, start_ns, "park", "backflip", "c0ffee", "b0d1e5", 3, settings, {"backflip": "0.1.0"})


def pose(angle: float, height: float = 0.9) -> BodyPose:
    joints = np.stack([rotations.about(joint % 3, angle / (1 + joint)) for joint in range(JOINTS)])
    return BodyPose(np.array([angle, height, 0.1]), rotations.about(2, angle), joints)


def snapshot(attempt: int = 1, tick: int = 0) -> Snapshot:
    touching = tuple(Contact(foot, (0.1, 0.0, foot / 7), 200.0 / 3, 0.25 * tick, "ground") for foot in range(tick % 3))
    return Snapshot(attempt, tick, pose(0.01 * tick), touching)


def sample(at_ns: int, tracking: Tracking = Tracking.OK) -> Sample:
    turn = np.roll(rotations.about(1, at_ns % 1000 / 1000), 1)
    return Sample(at_ns, np.array([1.0, 2.0 / 3, 1.6]), turn, tracking, frozenset({"trigger", "grip"}), {"zoom": 1 / 3})


def film(root: Path, ticks: int = 120, slate: str = "park") -> Path:
    recorder = Recorder(root, header(slate))
    recorder.event(START, "attempt", {"seed": 3})
    play(recorder, ticks)
    return recorder.close()


def play(recorder: Recorder, ticks: int, first: int = 0) -> None:
    """Two ticks and a sample a frame."""
    for tick in range(first, first + ticks):
        recorder.snapshot(START + tick * TICK, snapshot(1, tick))
        if tick % 2 == 1:
            recorder.camera(sample(START + tick * TICK))
            recorder.flush()


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a program that may import this module."""
    path = os.pathsep.join((str(REPOSITORY), str(Path(__file__).parent)))
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def tiny_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of a few kilobytes. Skips the test where none can be mounted."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root can mount a tiny disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
