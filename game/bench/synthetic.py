"""A performance and a hand to record without end, as large as real ones, that cost next to nothing to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from game.camera.pose import CameraPose, Sample
from game.performance import BodyPose, Snapshot
from game.takes.facts import SECOND, Facts, TakeHeader
from game.takes.recorder import Recorder
from models.contact import Contact
from models.reference import TICKS_PER_SECOND
from models.rotations import exp

RATE = 50
"""Pictures a second."""
_TICK = SECOND // TICKS_PER_SECOND
_JOINTS = 12


@dataclass(frozen=True)
class Frame:
    """A picture: the steps since the last one, each with its moment, the hand, and the lens, which never rests."""

    steps: tuple[tuple[int, Snapshot], ...]
    sample: Sample
    pose: CameraPose
    lens: Facts


def header(start_ns: int) -> TakeHeader:
    """Of a take that begins at ``start_ns``."""
    return TakeHeader("bench", start_ns, "park", "backflip", "none", "none", 1, {"lens": {"focal_length": 35.0}})


def frames(start_ns: int) -> Iterator[Frame]:
    """Pictures without end; the body and the hand go through a few hundred different states again and again."""
    rng = np.random.default_rng(0)
    joints = exp(rng.normal(0.0, 0.5, (256, _JOINTS + 2, 3)))
    contacts = tuple(Contact(foot, (0.1, 0.0, 0.1), 300.0, 0.1, "ground") for foot in (5, 11))
    tick = 0
    for number in range(10**9):
        now = start_ns + number * SECOND // RATE
        steps = []
        while start_ns + tick * _TICK <= now:
            state = joints[tick % 256]
            pose = BodyPose(np.array([0.0, 0.9, 0.0]), state[0], state[1:-1])
            steps.append((start_ns + tick * _TICK, Snapshot(1 + tick // 1200, tick % 1200, pose, contacts)))
            tick += 1
        hand = CameraPose(np.array([0.001 * (number % 1000), -5.0, 1.6]), np.roll(joints[number % 256, -1], 1))
        lens = {"focal_length": 35.0, "focus_distance": 2.0 + 0.001 * (number % 1000)}  # focus is kept on the body
        axes = {"stick_x": 0.01 * (number % 100), "stick_y": 0.0}
        yield Frame(tuple(steps), Sample(now, hand.position, hand.rotation, axes=axes), hand, lens)


def record(recorder: Recorder, frame: Frame) -> None:
    """Give all of a picture to ``recorder``."""
    at_ns = frame.sample.time_ns
    for shown_ns, snapshot in frame.steps:
        recorder.snapshot(shown_ns, snapshot)
    recorder.camera(frame.sample)
    recorder.settings(at_ns, "lens", frame.lens)
    recorder.view(at_ns, frame.pose)
    recorder.flush()
