"""The lens in use and what turns its rings: the operator, autofocus, or a tracker that knows its own lens."""

from __future__ import annotations

import dataclasses
from typing import Any

from game.camera import framing
from game.camera.lens import CLOSEST, FARTHEST, LONGEST, NEAREST, OPENEST, SHORTEST, Lens
from game.camera.lens_control import FocusMode, LensControl, driven, zoomed_by_stick
from game.camera.pose import CameraPose, Sample, subject_of
from game.camera.trackers.tracker import APERTURE, ASKED_FOCAL_LENGTH, FOCAL_LENGTH, FOCUS_DISTANCE, ZOOM_RATE
from game.sight import Sight

_ZOOMING = LensControl(zoom_speed=1.0)  # of a stick that is there for zooming
_RINGS = {FOCAL_LENGTH: (SHORTEST, LONGEST), FOCUS_DISTANCE: (NEAREST, FARTHEST), APERTURE: (OPENEST, CLOSEST)}


class LensDrive:
    """lens: as it is; wanted: as it is to become, which the rings approach with their damping."""

    def __init__(self, lens: Lens) -> None:
        self.lens = lens
        self.wanted = lens
        self.control = LensControl()
        self._asked: float | None = None
        self._tracked: dict[str, float] = {}
        self._time_ns: int | None = None

    def update(self, sample: Sample, pose: CameraPose, sight: Sight) -> bool:
        """Drive the lens on to ``sample``, with the camera at ``pose``. Returns whether it has changed."""
        dt = 0.0 if self._time_ns is None else max(sample.time_ns - self._time_ns, 0) * 1e-9
        self._time_ns = sample.time_ns
        if self.control.zoom_speed:
            self.wanted = zoomed_by_stick(self.wanted, self.control, sample.axes.get("stick_y", 0.0), dt)
        self.wanted = zoomed_by_stick(self.wanted, _ZOOMING, sample.axes.get(ZOOM_RATE, 0.0), dt)
        before, start = self.lens, self._followed(sample)
        self.lens = driven(start, self.wanted, self.control, self._seen(sample, pose, sight), dt)
        return self.lens != before

    def change_prime(self, lens: Lens) -> None:
        """Another lens is put on: it is there at once."""
        self.wanted = lens
        self.lens = dataclasses.replace(self.lens, focal_length=lens.focal_length)

    def pull_focus(self, factor: float) -> None:
        """Turn the focus ring by hand to ``factor`` times the distance; from autofocus it goes on from where it is."""
        start = self.wanted if self.control.focus is FocusMode.MANUAL else self.lens
        distance = min(max(start.focus_distance * factor, NEAREST), FARTHEST)
        self.wanted = dataclasses.replace(self.wanted, focus_distance=distance)
        self.control = dataclasses.replace(self.control, focus=FocusMode.MANUAL)

    def _followed(self, sample: Sample) -> Lens:
        """Where the rings stand: a lens that is tracked has a weight of its own and is followed at once.

        As long as it stands still, keys set the lens.
        """
        tracked = {axis: sample.axes[axis] for axis in _RINGS if axis in sample.axes}
        asked = sample.axes.get(ASKED_FOCAL_LENGTH)
        if asked is not None and asked != self._asked:
            self._asked, self.wanted = asked, self.wanted.zoomed(asked)
        turned = {axis: value for axis, value in tracked.items() if value != self._tracked.get(axis)}
        self._tracked = tracked
        rings: dict[str, Any] = {axis: _within(value, *_RINGS[axis]) for axis, value in turned.items()}
        self.wanted = dataclasses.replace(self.wanted, **rings)
        return dataclasses.replace(self.lens, **rings)

    def _seen(self, sample: Sample, pose: CameraPose, sight: Sight) -> float | None:
        """Metres along the axis to what autofocus looks at; None: nothing that can be focused on."""
        if self.control.focus is FocusMode.TRACKING:
            place = subject_of(sample)
            away = 0.0 if place is None else framing.depth(pose, place)
            return away if away > NEAREST else None
        if self.control.focus is not FocusMode.RETICLE:
            return None
        ray = framing.ray(pose, self.lens, self.control.reticle)
        distance = sight.distance(pose.position, ray)
        return FARTHEST if distance is None else framing.depth(pose, pose.position + distance * ray)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
