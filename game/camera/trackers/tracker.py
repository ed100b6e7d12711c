"""What every source of camera movement offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from game.camera.pose import Sample

Clock = Callable[[], int]
"""Monotonic nanoseconds, such as `time.monotonic_ns`."""

ORIGIN_MOVED = "origin_moved"
"""Listed among a sample's buttons, for that one sample, when the tracking system has moved its own origin."""


class Tracker(Protocol):
    """A source of raw samples; ask for one as late as possible before a picture is drawn."""

    @property
    def name(self) -> str:
        """What to call it in the viewfinder."""
        ...

    def sample(self) -> Sample:
        """Where it is now, stamped with its clock. Never fails: what is lost says so in `Sample.tracking`."""
        ...

    def close(self) -> None:
        """Let go of the device; samples may not be asked for afterwards."""
        ...
