"""What a tracker says and what a camera is, in Panda's axes: metres, Z up, +Y forward, quaternions wxyz."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from models.rotations import Array


class Tracking(StrEnum):
    """How far a sample can be believed."""

    OK = "ok"
    LOST = "lost"  # the pose is the last good one
    ABSENT = "absent"  # there never was one


@dataclass(frozen=True)
class Sample:
    """A tracker's raw word. time_ns: monotonic clock when it was taken; position (3,) m; rotation (4,) wxyz.

    buttons: names of those held down; axes: analogue controls by name, -1 … 1. What the camera is to follow is kept
    among them too, see `with_subject`: a sample says all that its camera is derived from.
    """

    time_ns: int
    position: Array
    rotation: Array
    tracking: Tracking = Tracking.OK
    buttons: frozenset[str] = frozenset()
    axes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CameraPose:
    """Where the camera is: position (3,) m and rotation (4,) wxyz in the environment."""

    position: Array
    rotation: Array


IDENTITY_ROTATION: Array = np.array([1.0, 0.0, 0.0, 0.0])

_SUBJECT = ("subject_x", "subject_y", "subject_z")


def with_subject(sample: Sample, place: Array) -> Sample:
    """The sample, with the place ``(3,)`` m in the environment of the body part that the operator keeps to."""
    axes = sample.axes | dict(zip(_SUBJECT, map(float, place), strict=True))
    return dataclasses.replace(sample, axes=axes)


_STICK = {"left": ("stick_x", -1.0), "right": ("stick_x", 1.0), "down": ("stick_y", -1.0), "up": ("stick_y", 1.0)}
_PUSHED = 0.5  # of the stick's way


def stick_as_cross(axes: Mapping[str, float]) -> frozenset[str]:
    """Which buttons of a cross a stick holds: it must be pushed half way."""
    return frozenset(name for name, (axis, way) in _STICK.items() if way * axes.get(axis, 0.0) > _PUSHED)


def with_stick_as_cross(sample: Sample) -> Sample:
    """The sample of a device whose stick serves as a cross and is no axis."""
    axes = {name: value for name, value in sample.axes.items() if name not in ("stick_x", "stick_y")}
    return dataclasses.replace(sample, buttons=sample.buttons | stick_as_cross(sample.axes), axes=axes)


def subject_of(sample: Sample) -> Array | None:
    """The place that `with_subject` has put in, or None."""
    if not all(name in sample.axes for name in _SUBJECT):
        return None
    return np.array([sample.axes[name] for name in _SUBJECT])
