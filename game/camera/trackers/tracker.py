"""What every source of camera movement offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from game.camera.pose import Sample
from models.errors import InputError

Clock = Callable[[], int]
"""Monotonic nanoseconds, such as `time.monotonic_ns`."""

ORIGIN_MOVED = "origin_moved"
"""Listed among a sample's buttons, for that one sample, when the tracking system has moved its own origin."""

NEW_DEVICE = "new_device"
"""Listed among a sample's buttons, for that one sample, when another device has begun to hold the camera."""

FOCAL_LENGTH, FOCUS_DISTANCE = "focal_length", "focus_distance"
"""Axes, in mm and m, of a tracker that knows its lens; all other axes run from -1 to 1."""


class Tracker(Protocol):
    """A source of raw samples; ask for one as late as possible before a picture is drawn."""

    @property
    def name(self) -> str:
        """What to call it in the viewfinder."""
        ...

    @property
    def note(self) -> str:
        """What is wrong with it, or has to be done, in one sentence; empty when all is well."""
        return ""

    def sample(self) -> Sample:
        """Where it is now, stamped with its clock. Never fails: what is lost says so in `Sample.tracking`."""
        ...

    def predicted(self, sample: Sample) -> Sample | None:
        """The newest ``sample`` as it will be when a picture that is begun now is seen, for the picture alone.

        None: nobody looks ahead.
        """
        return None

    def next_device(self) -> None:
        """Let another of the source's devices hold the camera.

        Raises:
            InputError: there is no other; the camera stays with the one that holds it.
        """
        raise InputError(f"{self.name}: there is no other device to choose; OpenVR alone offers several")

    def ignore_keys(self, on: bool) -> None:
        """While a text is typed, letters move nothing; a source without a keyboard has none to ignore."""
        return None

    def rest(self, on: bool) -> None:
        """While the panel has the sticks, a camera that they fly stays where it is and reports them as axes."""
        return None

    def close(self) -> None:
        """Let go of the device; samples may not be asked for afterwards."""
        ...
