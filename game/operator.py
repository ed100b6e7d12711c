"""Who works the camera: every ring, dial and switch that a key or the panel turns, on the mount in the hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from game.camera.lens import Lens
from game.camera.lens_control import FocusMode
from game.camera.readout import ViewfinderSettings
from game.camera.trackers.tracker import Tracker
from game.dials import Dial, Setup, dials
from game.mount import Marks, Mount
from game.sight import Sight

_ZOOM_STEP = 1.06  # focal length per notch of the wheel
_FOCUS_STEP = 1.04  # focus distance per press
_TOLD_NS = 4_000_000_000  # how long a changed setting is shown


class Operator(Mount):
    """Every public method without arguments is something that a key can do.

    panel_open: whether the operator wants the panel before him.
    """

    def __init__(
        self, tracker: Tracker, lens: Lens, marks: Marks, now_ns: Callable[[], int], sight: Sight | None = None
    ) -> None:
        super().__init__(tracker, lens, marks, now_ns, sight)
        self.view = ViewfinderSettings()
        self.panel_open = False
        self.dials = dials(self.sight.parts)
        self._dial = 0
        self._told = ""
        self._told_until = 0

    @property
    def told(self) -> str:
        """The setting that was changed or chosen in the last seconds, and what it stands at; else nothing."""
        return self._told if self._now_ns() < self._told_until else ""

    @property
    def setup(self) -> Setup:
        """All that is set; `set_up` changes it."""
        return Setup(self._rig.settings, self._drive.wanted, self.control, self.view)

    def take_over(self, other: Operator) -> None:
        """Begin at the mark with all that ``other``, who is in this place no more, has set; the camera is not held."""
        self.view, self.panel_open, self._drive = other.view, other.panel_open, other._drive
        self._set_rig(dataclasses.replace(other._rig.settings, frozen=False))
        self.home_camera()

    def next_mark(self) -> None:
        """Go to the place's next operator's mark."""
        self.go_to_mark((self._mark + 1) % len(self._marks))

    def go_to_mark(self, index: int) -> None:
        """Go to one of `marks`."""
        self._mark = index
        self.home_camera()
        self._tell(f"mark: {self.mark}")

    def kill_roll(self) -> None:
        """Keep the horizon level, or not."""
        self._turn("kill roll")

    def look_at(self) -> None:
        """Turn after the body part, or not."""
        self._turn("look at it")

    def follow(self) -> None:
        """Go along with the body part, or not."""
        self._turn("follow it")

    def next_part(self) -> None:
        """Keep to another part of the body."""
        self._turn("body part")

    def tripod(self) -> None:
        """Lock all three ways to travel, or let them go."""
        on = not all(self._rig.settings.lock_position)
        self._set_rig(dataclasses.replace(self._rig.settings, lock_position=(on, on, on)))
        self._tell(f"tripod: {'on' if on else 'off'}")

    def wider_lens(self) -> None:
        """The next shorter prime: another lens, so it is there at once."""
        self._change_prime(self._drive.wanted.previous_prime())

    def longer_lens(self) -> None:
        """The next longer prime."""
        self._change_prime(self._drive.wanted.next_prime())

    def zoom(self, steps: float) -> None:
        """Turn the zoom ring by notches of the wheel; positive is longer."""
        wanted = self._drive.wanted
        self._drive.wanted = wanted.zoomed(wanted.focal_length * _ZOOM_STEP**steps)

    def zoom_in(self) -> None:
        """A longer lens, by one notch of the wheel."""
        self.zoom(1.0)

    def zoom_out(self) -> None:
        """A shorter lens, by one notch of the wheel."""
        self.zoom(-1.0)

    def next_focus(self) -> None:
        """Clear, manual, reticle or tracking focus."""
        self._turn("focus")

    def nearer_focus(self) -> None:
        """Pull focus nearer; from autofocus this takes over by hand."""
        self._pull_focus(1.0 / _FOCUS_STEP)

    def further_focus(self) -> None:
        """Pull focus further away."""
        self._pull_focus(_FOCUS_STEP)

    def open_aperture(self) -> None:
        """A stop wider: less is sharp."""
        self._turn("aperture f/", -1)

    def close_aperture(self) -> None:
        """A stop narrower: more is sharp."""
        self._turn("aperture f/")

    def next_filmback(self) -> None:
        """Another size of film."""
        self._turn("filmback")

    def point_reticle(self, across: float, up: float) -> None:
        """Focus on what is at a point of the frame, -1 … 1 to the right and up."""
        point = (round(min(max(across, -1.0), 1.0), 3), round(min(max(up, -1.0), 1.0), 3))
        control = dataclasses.replace(self.control, focus=FocusMode.RETICLE, reticle=point)
        self.set_up(dataclasses.replace(self.setup, control=control))

    def next_dial(self) -> None:
        """Choose the next setting."""
        self._choose_dial(1)

    def previous_dial(self) -> None:
        """Choose the setting before."""
        self._choose_dial(-1)

    def dial_up(self) -> None:
        """More of the chosen setting."""
        self.turn(self.dials[self._dial], 1)

    def dial_down(self) -> None:
        """Less of the chosen setting."""
        self.turn(self.dials[self._dial], -1)

    def toggle_guides(self) -> None:
        """Thirds and safe areas on and off."""
        on = not self.view.thirds
        self.view = dataclasses.replace(self.view, thirds=on, safe_area=on)

    def toggle_panel(self) -> None:
        """Open the panel, or close it."""
        self.panel_open = not self.panel_open

    def turn(self, dial: Dial, steps: int) -> None:
        """Turn a dial and say what it stands at now."""
        self.set_up(dial.turned(self.setup, steps))
        self._tell(f"{dial.label}: {dial.text(self.setup)}")

    def set_up(self, setup: Setup) -> None:
        """Change whatever differs; a take that is running keeps it."""
        old, self.view, self._drive.wanted = self.setup, setup.view, setup.lens
        if setup.control != old.control:
            self._drive.control = setup.control
            self.on_change(self._now_ns(), "lens_control", setup.control.to_dict())
        if setup.rig != old.rig:
            self._set_rig(setup.rig)

    def _turn(self, label: str, steps: int = 1) -> None:
        self.turn(next(dial for dial in self.dials if dial.label == label), steps)

    def _choose_dial(self, steps: int) -> None:
        self._dial = (self._dial + steps) % len(self.dials)
        dial = self.dials[self._dial]
        self._tell(f"{dial.label}: {dial.text(self.setup)}")

    def _pull_focus(self, factor: float) -> None:
        before = self.control
        self._drive.pull_focus(factor)
        if self.control != before:
            self.on_change(self._now_ns(), "lens_control", self.control.to_dict())

    def _change_prime(self, lens: Lens) -> None:
        self._drive.change_prime(lens)
        self.on_change(self._now_ns(), "lens", self.lens.to_dict())

    def _tell(self, note: str) -> None:
        self._told, self._told_until = note, self._now_ns() + _TOLD_NS
