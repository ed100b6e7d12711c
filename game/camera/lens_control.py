"""What drives the lens: hands on zoom and focus ring, or autofocus, each with its own weight. Pure functions."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from game.camera.lens import FARTHEST, LONGEST, NEAREST, SHORTEST, Lens
from game.camera.smoothing import damping_share
from models.errors import InputError

_SETTLED = 1e-4  # of the way in logarithms: nearer than that the ring has arrived


class FocusMode(StrEnum):
    """Who pulls focus."""

    CLEAR = "clear"  # nobody: all is sharp
    MANUAL = "manual"  # the hand on the ring
    RETICLE = "reticle"  # whatever is behind the reticle
    TRACKING = "tracking"  # the body part that the rig's settings name


@dataclass(frozen=True)
class LensControl:
    """How the lens is driven.

    focus: who pulls it. focus_offset: m that autofocus aims further than what it sees. focus_damping, zoom_damping:
    seconds until the ring has come within one per cent. reticle: where in the frame, -1 … 1 to the right and up.
    zoom_speed: by how many doublings a second the full stick zooms; 0 leaves the stick alone.
    """

    focus: FocusMode = FocusMode.CLEAR
    focus_offset: float = 0.0
    focus_damping: float = 0.4
    zoom_damping: float = 0.3
    reticle: tuple[float, float] = (0.0, 0.0)
    zoom_speed: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**dataclasses.asdict(self), "focus": str(self.focus), "reticle": list(self.reticle)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "lens control") -> LensControl:
        """Inverse of `to_dict`; what is left out has its default.

        Raises:
            InputError: an unknown name or a value that makes no sense; ``where`` names the source.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(data, Mapping) or not known.issuperset(data):
            raise InputError(f"{where}: not settings of a lens's drive; give {', '.join(sorted(known))} alone")
        try:
            numbers = {name: float(value) for name, value in data.items() if name not in ("focus", "reticle")}
            across, up = (float(part) for part in data.get("reticle", (0.0, 0.0)))
            control = cls(focus=FocusMode(data.get("focus", FocusMode.CLEAR)), reticle=(across, up), **numbers)
            finite = all(map(math.isfinite, (across, up, *numbers.values())))
            if not finite or min(control.focus_damping, control.zoom_damping, control.zoom_speed) < 0.0:
                raise ValueError("a number is out of range")
        except (TypeError, ValueError) as error:
            raise InputError(f"{where}: not settings of a lens's drive ({error}); correct them") from error
        return control


def driven(lens: Lens, wanted: Lens, control: LensControl, seen: float | None, dt: float) -> Lens:
    """The lens ``dt`` seconds later, on its way to ``wanted``.

    seen: m along the axis to what autofocus looks at; None: nothing, so the ring stays. Both rings move in logarithms:
    as much of the way from 2 to 4 m as from 4 to 8 m.
    """
    focus = wanted.focus_distance
    if control.focus in (FocusMode.RETICLE, FocusMode.TRACKING):
        focus = lens.focus_distance if seen is None else seen + control.focus_offset
    return dataclasses.replace(
        wanted,
        focal_length=_on_the_way(
            lens.focal_length, _held(wanted.focal_length, SHORTEST, LONGEST), control.zoom_damping, dt
        ),
        focus_distance=_on_the_way(lens.focus_distance, _held(focus, NEAREST, FARTHEST), control.focus_damping, dt),
        depth_of_field=control.focus is not FocusMode.CLEAR,
    )


def zoomed_by_stick(wanted: Lens, control: LensControl, stick: float, dt: float) -> Lens:
    """The lens that ``dt`` seconds of ``stick`` (-1 … 1, up is longer) ask for."""
    return wanted.zoomed(wanted.focal_length * 2.0 ** (control.zoom_speed * stick * dt)) if stick else wanted


def _on_the_way(now: float, wanted: float, seconds: float, dt: float) -> float:
    left = math.log(wanted / now)
    part = damping_share(seconds, dt)
    return wanted if abs(left) * (1.0 - part) < _SETTLED else now * math.exp(part * left)


def _held(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
