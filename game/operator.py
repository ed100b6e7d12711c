"""Who holds the camera: a tracker in the hand, the rig it is mounted on, the lens before it.

Whatever the operator changes is told through ``on_change`` with the moment of the sample it first counts for, so that a
take can derive the very camera that was seen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from game.camera.lens import Lens
from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.rig import Rig, placed_at
from game.camera.rig_settings import RigSettings
from game.camera.trackers.tracker import Tracker
from game.takes.facts import Facts

_ZOOM_STEP = 1.06  # focal length per notch of the wheel

Marks = Sequence[tuple[str, CameraPose]]


def _nobody(at_ns: int, name: str, value: Facts) -> None:
    """Nobody keeps a take."""


class Operator:
    """Every public method without arguments is something that a key can do; marks: where operators may start."""

    def __init__(self, tracker: Tracker, lens: Lens, marks: Marks, now_ns: Callable[[], int]) -> None:
        self.lens = lens
        self.on_change: Callable[[int, str, Facts], None] = _nobody
        self._tracker = tracker
        self._marks = marks
        self._mark = 0
        self._now_ns = now_ns
        self._rig = Rig(RigSettings())
        self.sample = tracker.sample()
        self.home_camera()

    @property
    def tracker_name(self) -> str:
        """What the tracker is called."""
        return self._tracker.name

    @property
    def held(self) -> bool:
        """Whether the camera stands still while the operator walks."""
        return self._rig.settings.frozen

    @property
    def mark(self) -> str:
        """Name of the operator's mark."""
        return self._marks[self._mark][0]

    def settings(self) -> dict[str, Facts]:
        """Rig and lens as plain data."""
        return {"rig": self._rig.settings.to_dict(), "lens": self.lens.to_dict()}

    def look(self) -> Sample:
        """Read the tracker, as late as possible before the picture. A device that has just appeared begins at home."""
        appeared = self.sample.tracking is Tracking.ABSENT
        self.sample = self._tracker.sample()
        if appeared and self.sample.tracking is not Tracking.ABSENT:
            self.home_camera()
        return self.sample

    def camera(self) -> CameraPose:
        """Where the camera is at the last sample."""
        return self._rig.update(self.sample)

    def begin(self) -> None:
        """Set the rig up anew where it stands: from here on, its settings and samples alone say where the camera is.

        A held camera is let go first, from where it stands.
        """
        if self.held:
            self._rig.settings = dataclasses.replace(self._rig.settings, frozen=False)
            self._rig.update(self.sample)
        self._rig = Rig(self._rig.settled())

    def home_camera(self) -> None:
        """Put the camera on the operator's mark."""
        self._set_rig(placed_at(self.sample, self._rig.settings, self._marks[self._mark][1]))

    def next_mark(self) -> None:
        """Go to the place's next operator's mark."""
        self._mark = (self._mark + 1) % len(self._marks)
        self.home_camera()

    def hold_camera(self) -> None:
        """Freeze the camera, or let it go on from where it stands."""
        self._set_rig(dataclasses.replace(self._rig.settings, frozen=not self.held))

    def kill_roll(self) -> None:
        """Keep the horizon level, or not."""
        self._set_rig(dataclasses.replace(self._rig.settings, kill_roll=not self._rig.settings.kill_roll))

    def wider_lens(self) -> None:
        """The next shorter prime."""
        self._set_lens(self.lens.previous_prime())

    def longer_lens(self) -> None:
        """The next longer prime."""
        self._set_lens(self.lens.next_prime())

    def zoom(self, steps: float) -> None:
        """Turn the lens by notches of the wheel; positive is longer."""
        self._set_lens(self.lens.zoomed(self.lens.focal_length * _ZOOM_STEP**steps))

    def close(self) -> None:
        """Let go of the tracker."""
        self._tracker.close()

    def _set_lens(self, lens: Lens) -> None:
        self.lens = lens
        self.on_change(self._now_ns(), "lens", lens.to_dict())

    def _set_rig(self, settings: RigSettings) -> None:
        self._rig.settings = settings
        self.on_change(self._now_ns(), "rig", settings.to_dict())
