"""What holds the camera: a tracker in the hand, the rig it is mounted on, the lens before it, the marks of the place.

Whatever changes is told through ``on_change`` with the moment of the sample it first counts for, so that a take can
derive the very camera that was seen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from game.camera.lens import Lens
from game.camera.lens_control import FocusMode, LensControl
from game.camera.pose import CameraPose, Sample, Tracking, with_stick_as_cross, with_subject
from game.camera.rig import Rig, placed_at
from game.camera.rig_settings import RigSettings
from game.camera.trackers.tracker import Status, Tracker
from game.lens_drive import LensDrive
from game.sight import Sight
from game.takes.facts import Facts

Marks = Sequence[tuple[str, CameraPose]]


def _nobody(at_ns: int, name: str, value: Facts) -> None:
    """Nobody keeps a take."""


class Mount:
    """marks: where operators may start. sight: what look-at, follow and autofocus see. lent: see `lend`."""

    def __init__(
        self, tracker: Tracker, lens: Lens, marks: Marks, now_ns: Callable[[], int], sight: Sight | None = None
    ) -> None:
        self.sight = sight or Sight()
        self.lent = False
        self.on_change: Callable[[int, str, Facts], None] = _nobody
        self._tracker = tracker
        self._now_ns = now_ns
        self._marks = marks
        self._mark = 0
        self._handed_on = False
        self._rig = Rig(RigSettings())
        self._drive = LensDrive(lens)
        self.sample = tracker.sample()
        self.pose = marks[0][1]
        self.home_camera()

    @property
    def lens(self) -> Lens:
        """The lens as it is now."""
        return self._drive.lens

    @property
    def control(self) -> LensControl:
        """What drives it."""
        return self._drive.control

    @property
    def tracker(self) -> Tracker:
        """What holds the camera."""
        return self._tracker

    @property
    def room(self) -> RigSettings:
        """The rig's settings, their origin where the operator's own room stands in the environment now."""
        return self._rig.settled()

    @property
    def tracker_name(self) -> str:
        """What the tracker is called."""
        return self._tracker.name

    @property
    def note(self) -> str:
        """What is wrong with the tracker, or has to be done, in one sentence; empty when all is well."""
        return self._tracker.note

    @property
    def held(self) -> bool:
        """Whether the camera stands still while the operator walks."""
        return self._rig.settings.frozen

    @property
    def mark(self) -> str:
        """Name of the operator's mark."""
        return self._marks[self._mark][0]

    @property
    def marks(self) -> tuple[str, ...]:
        """Names of the operator's marks of this place."""
        return tuple(name for name, _ in self._marks)

    def add_mark(self, name: str, pose: CameraPose) -> None:
        """One more mark, on which the operator stands now."""
        self._marks = (*self._marks, (name, pose))
        self._mark = len(self._marks) - 1

    def settings(self) -> dict[str, Facts]:
        """Rig, lens and what drives it, as plain data."""
        return {
            "rig": self._rig.settings.to_dict(),
            "lens": self.lens.to_dict(),
            "lens_control": self.control.to_dict(),
        }

    def look(self) -> Sample:
        """Read the tracker, as late as possible before the picture. A device that has just appeared begins at home."""
        before = self.sample
        sample = self._tracker.sample()
        self.sample = self._with_subject(with_stick_as_cross(sample) if self.lent else sample)
        if before.tracking is Tracking.ABSENT and self.sample.tracking is not Tracking.ABSENT:
            self.home_camera()
        return self.sample

    def camera(self) -> CameraPose:
        """Where the picture is to be taken from; the camera itself is at `pose`, and the lens is driven on to there."""
        self.pose = self._rig.update(self.sample)
        if self._drive.update(self.sample, self.pose, self.sight):
            self.on_change(self.sample.time_ns, "lens", self.lens.to_dict())
        predicted = self._tracker.predicted(self.sample)
        return self.pose if predicted is None else self._rig.ahead(predicted)

    def choose_device(self, name: str) -> None:
        """Let one of the tracker's `devices` hold the camera, which goes on from where it stands.

        Raises:
            InputError: it is there no more.
        """
        self._tracker.choose_device(name)

    def next_device(self) -> None:
        """Let another of the tracker's devices hold the camera, which goes on from where it stands.

        Raises:
            InputError: there is no other.
        """
        self._tracker.next_device()

    def _with_subject(self, sample: Sample) -> Sample:
        rig = self._rig.settings
        if not (rig.look_at or rig.follow or self.control.focus is FocusMode.TRACKING):
            return sample
        place = self.sight.place_of(rig.subject)
        return sample if place is None else with_subject(sample, place)

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

    def hold_camera(self) -> None:
        """Freeze the camera, or let it go on from where it stands."""
        self._set_rig(dataclasses.replace(self._rig.settings, frozen=not self.held))

    def show(self, recording: bool) -> None:
        """Let the tracker show how its camera stands, if it has a screen. recording: a take is running."""
        self._tracker.show(Status(recording, self.held, round(self.lens.focal_length, 1)))

    def lend(self, on: bool) -> None:
        """While the panel is before the operator, sticks and buttons walk through it, and no stick moves the camera."""
        self.lent = on
        self._tracker.rest(on)

    def ignore_keys(self, on: bool) -> None:
        """While a text is typed, its letters move no camera."""
        self._tracker.ignore_keys(on)

    def hand_on(self) -> None:
        """Leave the tracker open at the end: another operator goes on with it, who decides anew what it rests from."""
        self.lend(False)
        self.ignore_keys(False)
        self._handed_on = True

    def close(self) -> None:
        """Let go of the tracker."""
        if not self._handed_on:
            self._tracker.close()

    def _set_rig(self, settings: RigSettings) -> None:
        self._rig.settings = settings
        self.on_change(self._now_ns(), "rig", settings.to_dict())
