"""The lens and the gate behind it: focal length in mm, angles derived, never kept on their own.

The default gate is Super 35, 24.89 mm wide, masked to 1.85:1 as such films are shot: the full width is kept and the
height is cropped to 13.45 mm. A gate that is wider than the mask keeps its height instead.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import InputError

PRIMES = (14.0, 18.0, 20.0, 21.0, 24.0, 25.0, 29.0, 35.0, 40.0, 50.0, 75.0, 85.0, 100.0, 105.0, 135.0)
SHORTEST, LONGEST = 8.0, 300.0  # mm
OPENEST, CLOSEST = 1.0, 22.0  # f-numbers
STOPS = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0, 22.0)
NEAREST, FARTHEST = 0.2, 1000.0  # m that can be focused on; further away is infinity
WIDEST_SHIFT = 20.0  # mm
FLAT = 1.85
NEAR, FAR = 0.05, 2000.0  # m
FILMBACKS: Mapping[str, tuple[float, float]] = {
    "8": (4.8, 3.5),
    "super 8": (5.79, 4.01),
    "16": (10.26, 7.49),
    "super 16": (12.52, 7.41),
    "35 2-perf": (21.95, 9.35),
    "35 academy": (21.0, 15.2),
    "super 35": (24.89, 18.66),
    "full frame": (36.0, 24.0),
    "65": (54.12, 25.59),
    "imax": (70.41, 52.63),
}
"""Widths and heights of gates in mm."""


@dataclass(frozen=True)
class Lens:
    """focal_length in mm, the name of a gate in `FILMBACKS`, and the aspect that its picture is masked to.

    focus_distance: m along the axis to what is sharp. aperture: f-number. depth_of_field: whether the rest is blurred;
    without it all is sharp. shift: mm by which the lens is moved to the right and up, so that more is seen there while
    verticals stay vertical.
    """

    focal_length: float = 35.0
    filmback: str = "super 35"
    aspect: float = FLAT
    focus_distance: float = 6.0
    aperture: float = 2.8
    depth_of_field: bool = False
    shift: tuple[float, float] = (0.0, 0.0)

    @property
    def gate(self) -> tuple[float, float]:
        """Width and height in mm of the masked picture on the film."""
        width, height = FILMBACKS[self.filmback]
        return (width, width / self.aspect) if width / height < self.aspect else (height * self.aspect, height)

    @property
    def hfov(self) -> float:
        """Horizontal angle of view of the masked picture in degrees."""
        return _angle(self.gate[0], self.focal_length)

    def zoomed(self, focal_length: float) -> Lens:
        """The same with another focal length, kept within `SHORTEST` and `LONGEST`."""
        return dataclasses.replace(self, focal_length=min(max(focal_length, SHORTEST), LONGEST))

    @property
    def pupil(self) -> float:
        """Diameter of the entrance pupil in m."""
        return 1e-3 * self.focal_length / self.aperture

    def next_prime(self) -> Lens:
        """The next longer prime of the kit; the longest stays."""
        longer = [prime for prime in PRIMES if prime > self.focal_length + 1e-6]
        return self.zoomed(longer[0] if longer else max(self.focal_length, PRIMES[-1]))

    def previous_prime(self) -> Lens:
        """The next shorter prime of the kit; the shortest stays."""
        shorter = [prime for prime in PRIMES if prime < self.focal_length - 1e-6]
        return self.zoomed(shorter[-1] if shorter else min(self.focal_length, PRIMES[0]))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "lens") -> Lens:
        """Read plain data; ``where`` names the source.

        Raises:
            InputError: no such gate, or a focal length or aspect that no lens has.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(data, Mapping) or not known.issuperset(data):
            raise InputError(f"{where}: not a lens; give {', '.join(sorted(known))} and nothing else")
        values = dict(data)
        if "shift" in values:
            values["shift"] = _pair(values["shift"], where)
        lens = cls(**values)
        lens._check(where)
        return lens

    def _check(self, where: str) -> None:
        if not isinstance(self.filmback, str) or self.filmback not in FILMBACKS:
            raise InputError(f"{where}: no gate is called {self.filmback!r}; choose one of {', '.join(FILMBACKS)}")
        if not isinstance(self.depth_of_field, bool):
            raise InputError(f"{where}: depth of field {self.depth_of_field!r}; give true or false")
        for name, value, low, high, unit in (
            ("focal length", self.focal_length, SHORTEST, LONGEST, "mm"),
            ("focus distance", self.focus_distance, NEAREST, FARTHEST, "m"),
            ("aperture", self.aperture, OPENEST, CLOSEST, "as f-number"),
            ("aspect", self.aspect, 0.5, 4.0, "width over height, such as 1.85"),
        ):
            if not _within(value, low, high):
                raise InputError(f"{where}: {name} {value!r}; give {low:g} to {high:g} {unit}")


def _pair(value: Any, where: str) -> tuple[float, float]:
    good = isinstance(value, (list, tuple)) and len(value) == 2
    if not good or not all(_within(number, -WIDEST_SHIFT, WIDEST_SHIFT) for number in value):
        told = f"give two numbers of mm, each {-WIDEST_SHIFT:g} to {WIDEST_SHIFT:g}"
        raise InputError(f"{where}: shift {value!r}; {told}")
    return float(value[0]), float(value[1])


def inscribed(aspect: float, window: float) -> tuple[float, float]:
    """Shares, 0 … 1, of a window's width and height that a frame of ``aspect`` takes when it just fits inside."""
    return (aspect / window, 1.0) if window > aspect else (1.0, window / aspect)


def apply(lens: Lens, panda_lens: Any, window_aspect: float | None = None) -> None:
    """Set a `panda3d.core.PerspectiveLens`, or the lens of a camera's NodePath.

    window_aspect: width over height of what is rendered; the masked picture just fits inside and whatever is left
    shows more of the place around it. None: the picture itself is rendered.
    """
    target = panda_lens.node().get_lens() if hasattr(panda_lens, "node") else panda_lens
    width, height = lens.gate
    across, down = inscribed(lens.aspect, window_aspect or lens.aspect)
    target.set_film_size(width / across, height / down)
    target.set_focal_length(lens.focal_length)
    target.set_film_offset(*lens.shift)
    target.set_near_far(NEAR, FAR)


def _angle(size: float, focal_length: float) -> float:
    return math.degrees(2.0 * math.atan(0.5 * size / focal_length))


def _within(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
