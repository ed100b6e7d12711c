"""How late a movement of the hand comes into the picture: a known step, and the pictures until one shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from game.camera.lens import Lens
from game.camera.pose import IDENTITY_ROTATION, CameraPose, Sample
from game.camera.trackers.tracker import Clock, Tracker
from game.operator import Operator
from game.screen import LATE, Screen

_STEP = 0.3  # m to the right
_BEFORE = 5  # pictures until everything is loaded and stands still
_MOST = 10


@dataclass(frozen=True)
class Latency:
    """pictures: drawn from the step to the first that shows it; 1 is the very next one. milliseconds: from the sample
    that has the step to that picture, finished and read back.
    """

    pictures: int
    milliseconds: float


class SteppingTracker(Tracker):
    """Stands still until `step`, then stands a known way to the right."""

    name = "step"

    def __init__(self, now_ns: Clock = time.monotonic_ns) -> None:
        self._now_ns = now_ns
        self._x = 0.0

    def step(self) -> None:
        """Make the step."""
        self._x = _STEP

    def sample(self) -> Sample:
        """Where it stands."""
        return Sample(self._now_ns(), np.array([self._x, 0.0, 0.0]), IDENTITY_ROTATION)

    def close(self) -> None:
        """Nothing to let go of."""


def measure(
    base: Any, tracker: Tracker, mark: CameraPose, step: Callable[[], None], seen: Callable[[], bytes] | None = None
) -> Latency:
    """Film the scene of ``base`` from ``mark`` in the frame loop of live play, and let ``step`` move the device.

    seen: the picture that counts; None: the window's. The rig lets the hand through undamped, for damping is no
    lateness. The tracker is closed at the end.

    Raises:
        RuntimeError: the step never came into the picture.
    """
    seen = seen or (lambda: _window(base))
    operator = Operator(tracker, Lens(), [("mark", mark)], time.monotonic_ns)
    rig = replace(operator.setup.rig, jitter_cutoff=1e6, body_damping=0.0, aim_damping=0.0)
    operator.set_up(replace(operator.setup, rig=rig))
    screen = Screen(base, (), (), ())
    sampled = time.perf_counter()

    def film() -> None:
        nonlocal sampled
        sampled = time.perf_counter()
        operator.look()
        pose = operator.camera()
        base.camera.set_pos(*map(float, pose.position))
        base.camera.set_quat(tuple(map(float, pose.rotation)))

    screen.each_frame(film, LATE)
    try:
        for _ in range(_BEFORE):
            base.taskMgr.step()
        before = seen()
        step()
        for pictures in range(1, _MOST + 1):
            base.taskMgr.step()
            if seen() != before:
                return Latency(pictures, 1e3 * (time.perf_counter() - sampled))
    finally:
        screen.close()
        operator.close()
    raise RuntimeError("the step never came into the picture")


def _window(base: Any) -> bytes:
    return bytes(base.win.get_screenshot().get_ram_image())
