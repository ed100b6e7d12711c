"""What every source of camera movement offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from game.camera.pose import Sample
from models.errors import InputError

Clock = Callable[[], int]
"""Monotonic nanoseconds, such as `time.monotonic_ns`."""

ORIGIN_MOVED = "origin_moved"
"""Listed among a sample's buttons, for that one sample, when the tracking system has moved its own origin."""

NEW_DEVICE = "new_device"
"""Listed among a sample's buttons, for that one sample, when another device has begun to hold the camera."""

SHIFT = "shift_"
"""Begins the name of a button that went down on the second layer: with a gamepad's left trigger, in the other hand."""

FOCAL_LENGTH, FOCUS_DISTANCE, APERTURE = "focal_length", "focus_distance", "aperture"
"""Axes, in mm, in m and as f-number, of a tracker that knows its lens; all other axes run from -1 to 1."""

ZOOM_RATE = "zoom_rate"
"""Axis, -1 … 1, of a stick that zooms and does nothing else."""

ASKED_FOCAL_LENGTH = "asked_focal_length"
"""Axis, in mm, of a tracker on which a hand asks for a focal length: the zoom goes there with its damping."""


@dataclass(frozen=True)
class Status:
    """What a device with a screen of its own shows of the camera that it holds.

    recording: a take is running. held: the camera stands still. focal_length: mm.
    """

    recording: bool = False
    held: bool = False
    focal_length: float = 35.0


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

    @property
    def devices(self) -> tuple[str, ...]:
        """Different names of all that are switched on and could hold the camera; none where there is no choice."""
        return ()

    @property
    def device(self) -> str:
        """That of `devices` which holds the camera; empty: none of them."""
        return ""

    def choose_device(self, name: str) -> None:
        """Let one of `devices` hold the camera.

        Raises:
            InputError: it is there no more; the camera stays with the one that holds it.
        """
        raise InputError(f"{self.name}: there is no other device to choose; OpenVR and gamepads alone offer several")

    def next_device(self) -> None:
        """Let another of the source's devices hold the camera.

        Raises:
            InputError: there is no other; the camera stays with the one that holds it.
        """
        raise InputError(f"{self.name}: there is no other device to choose; OpenVR and gamepads alone offer several")

    def ignore_keys(self, on: bool) -> None:
        """While a text is typed, letters move nothing; a source without a keyboard has none to ignore."""
        return None

    def rest(self, on: bool) -> None:
        """While the panel has the sticks, a camera that they fly stays where it is and reports them as axes."""
        return None

    def show(self, status: Status) -> None:
        """Told once a picture; a source without a screen shows nothing."""
        return None

    def close(self) -> None:
        """Let go of the device; samples may not be asked for afterwards."""
        ...
