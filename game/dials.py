"""Every setting of rig, lens and viewfinder as a dial: one table that keys, buttons and the panel all turn.

A dial knows which values it steps through; what is set in between, by hand or by a tracker, steps to the next of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from game.camera.lens import FILMBACKS, PRIMES, STOPS, Lens
from game.camera.lens_control import FocusMode, LensControl
from game.camera.readout import ViewfinderSettings
from game.camera.rig_settings import RigSettings

_CLOSE = 1e-6  # nearer than that two values are the same step


@dataclass(frozen=True)
class Setup:
    """All that an operator sets: rig, lens as wanted, how the lens is driven, and what the viewfinder shows."""

    rig: RigSettings
    lens: Lens
    control: LensControl
    view: ViewfinderSettings


@dataclass(frozen=True)
class Dial:
    """One setting. group: a field of `Setup`, field: one of that, parts: which of several numbers (none: all of it).

    values: rising numbers, false and true, or names in their order; unit: what a number counts.
    """

    label: str
    group: str
    field: str
    values: Sequence[Any]
    unit: str = ""
    parts: tuple[int, ...] = ()

    def read(self, setup: Setup) -> Any:
        """The value now; of several numbers, the first."""
        value = getattr(getattr(setup, self.group), self.field)
        return value[self.parts[0]] if self.parts else value

    def write(self, setup: Setup, value: Any) -> Setup:
        """The setup with another value, as it is given."""
        settings = getattr(setup, self.group)
        if self.parts:
            old = getattr(settings, self.field)
            value = tuple(value if index in self.parts else number for index, number in enumerate(old))
        return dataclasses.replace(setup, **{self.group: dataclasses.replace(settings, **{self.field: value})})

    def turned(self, setup: Setup, steps: int) -> Setup:
        """``steps`` values further (negative: back); numbers stop at their ends, all else goes round."""
        now = self.read(setup)
        if isinstance(self.values[0], bool | str):
            at = self.values.index(now) if now in self.values else -1
            return self.write(setup, self.values[(at + steps) % len(self.values)])
        further = [value for value in self.values if (value - now) * steps > _CLOSE]
        if not further:
            return setup
        order = sorted(further, reverse=steps < 0)
        return self.write(setup, order[min(abs(steps), len(order)) - 1])

    def text(self, setup: Setup) -> str:
        """The value in words, such as ``0.15 s``."""
        value = self.read(setup)
        if isinstance(value, bool):
            return "on" if value else "off"
        return str(value) if isinstance(value, str) else f"{value:.4g} {self.unit}".rstrip()


_SECONDS = (0.0, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1.0, 1.5, 2.5, 4.0)
_SCALES = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 25.0)
_DISTANCES = (0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 25.0, 50.0, 1000.0)
_OFF_ON = (False, True)


def dials(parts: Sequence[str]) -> tuple[Dial, ...]:
    """All dials, in the order in which keys go through them. parts: names of the body's parts."""
    return (*_lens(), *_rig(parts), *_view())


def _lens() -> tuple[Dial, ...]:
    lens, control = "lens", "control"
    return (
        Dial("focal length", lens, "focal_length", (8.0, 10.0, 12.0, *PRIMES, 200.0, 300.0), "mm"),
        Dial("aperture f/", lens, "aperture", STOPS),
        Dial("focus", control, "focus", tuple(FocusMode)),
        Dial("focus distance", lens, "focus_distance", _DISTANCES, "m"),
        Dial("focus offset", control, "focus_offset", _steps(-0.3, 0.3, 0.05), "m"),
        Dial("focus damping", control, "focus_damping", _SECONDS, "s"),
        Dial("reticle across", control, "reticle", _steps(-0.9, 0.9, 0.1), parts=(0,)),
        Dial("reticle up", control, "reticle", _steps(-0.9, 0.9, 0.1), parts=(1,)),
        Dial("zoom damping", control, "zoom_damping", _SECONDS, "s"),
        Dial("zoom by stick", control, "zoom_speed", (0.0, 0.25, 0.5, 1.0, 2.0), "doublings/s"),
        Dial("filmback", lens, "filmback", tuple(FILMBACKS)),
        Dial("lens shift across", lens, "shift", _steps(-8.0, 8.0, 0.5), "mm", (0,)),
        Dial("lens shift up", lens, "shift", _steps(-8.0, 8.0, 0.5), "mm", (1,)),
    )


def _rig(parts: Sequence[str]) -> tuple[Dial, ...]:
    rig = "rig"
    return (
        Dial("body part", rig, "subject", tuple(parts)),
        Dial("look at it", rig, "look_at", _OFF_ON),
        Dial("look-at dead zone", rig, "dead_angle", (0.0, 1.0, 2.0, 4.0, 6.0, 10.0, 15.0), "degrees"),
        Dial("follow it", rig, "follow", _OFF_ON),
        Dial("follow dead zone", rig, "dead_distance", (0.0, 0.1, 0.2, 0.4, 0.8, 1.5), "m"),
        Dial("assistance damping", rig, "assist_damping", _SECONDS, "s"),
        Dial("motion scale", rig, "scale", _SCALES, "x", (0, 1, 2)),
        Dial("height scale", rig, "scale", _SCALES, "x", (2,)),
        Dial("stick travels at", rig, "fly_speed", (0.0, 0.25, 0.5, 1.0, 2.0, 4.0), "m/s"),
        Dial("stick booms", rig, "boom", _OFF_ON),
        Dial("lock x", rig, "lock_position", _OFF_ON, parts=(0,)),
        Dial("lock y", rig, "lock_position", _OFF_ON, parts=(1,)),
        Dial("lock height", rig, "lock_position", _OFF_ON, parts=(2,)),
        Dial("lock pan", rig, "lock_rotation", _OFF_ON, parts=(0,)),
        Dial("lock tilt", rig, "lock_rotation", _OFF_ON, parts=(1,)),
        Dial("lock roll", rig, "lock_rotation", _OFF_ON, parts=(2,)),
        Dial("kill roll", rig, "kill_roll", _OFF_ON),
        Dial("ergonomic tilt", rig, "tilt", _steps(-60.0, 60.0, 5.0), "degrees"),
        Dial("body damping", rig, "body_damping", _SECONDS, "s"),
        Dial("aim damping", rig, "aim_damping", _SECONDS, "s"),
        Dial("jitter cut-off", rig, "jitter_cutoff", (0.5, 1.0, 2.0, 4.0, 8.0, 100.0), "Hz"),
        Dial("jitter, moving", rig, "position_beta", (0.0, 5.0, 10.0, 15.0, 30.0), "Hz per m/s"),
        Dial("jitter, turning", rig, "rotation_beta", (0.0, 5.0, 10.0, 15.0, 30.0), "Hz per rad/s"),
        Dial("handheld noise", rig, "handheld", (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)),
    )


def _view() -> tuple[Dial, ...]:
    view = "view"
    return (
        Dial("mask", view, "mask", (0.0, 0.25, 0.5, 0.7, 0.85, 1.0)),
        Dial("frame line", view, "frame", _OFF_ON),
        Dial("thirds", view, "thirds", _OFF_ON),
        Dial("centre", view, "centre", _OFF_ON),
        Dial("safe areas", view, "safe_area", _OFF_ON),
        Dial("horizon", view, "horizon", _OFF_ON),
        Dial("texts", view, "text", _OFF_ON),
        Dial("depth of field live", view, "live_focus", _OFF_ON),
    )


def _steps(low: float, high: float, step: float) -> tuple[float, ...]:
    """From low to high; whole steps are exact, 0 among them."""
    first, last = round(low / step), round(high / step)
    return tuple(round(index * step, 6) for index in range(first, last + 1))
