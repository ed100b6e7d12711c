"""What a phone says, thirty times a second and more: how it is held, and what is touched on its page.

A message is a JSON object of at most `LARGEST` bytes: ``{"orientation": [alpha, beta, gamma] or null, "screen": angle,
"stick": [x, y], "lift": l, "buttons": [names], "focal_length": mm or null}``, all of it and nothing else.

Angles are degrees as browsers report them (W3C Device Orientation): the phone is turned by alpha about Z, then beta
about its X, then gamma about its Y, out of a pose in which it lies on its back. The camera looks out of its back, and
the picture is upright on its screen, whichever way that is held.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from models import rotations
from models.coords import xyzw_to_wxyz
from models.rotations import Array

LARGEST = 512  # bytes; a message has about 150
BUTTONS = frozenset(("trigger", "grip", "a", "b", "menu", "stick"))
_FIELDS = {"orientation", "screen", "stick", "lift", "buttons", "focal_length"}
_LONGEST_LENS = 1000.0  # mm


@dataclass(frozen=True)
class PhoneState:
    """rotation: of the camera, wxyz ``(4,)``; None while the browser reports none.

    stick: to the right and ahead, lift: up, all -1 … 1. buttons: those held, out of `BUTTONS`. focal_length in mm, None
    as long as nobody has touched the lens.
    """

    rotation: Array | None = None
    stick: tuple[float, float] = (0.0, 0.0)
    lift: float = 0.0
    buttons: frozenset[str] = frozenset()
    focal_length: float | None = None


def decode_state(text: str | bytes) -> PhoneState:
    """Read one message.

    Raises:
        ValueError: it is none; says why.
    """
    if len(text) > LARGEST:
        raise ValueError(f"it is longer than {LARGEST} bytes")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    if not isinstance(data, dict) or set(data) != _FIELDS:
        raise ValueError(f"it does not hold {', '.join(sorted(_FIELDS))}")
    buttons = data["buttons"]
    if not isinstance(buttons, list) or not all(isinstance(name, str) and name in BUTTONS for name in buttons):
        raise ValueError(f"its buttons are not among {', '.join(sorted(BUTTONS))}")
    x, y = _numbers(data["stick"], 2, 1.0, "stick")
    (lift,) = _numbers([data["lift"]], 1, 1.0, "lift")
    (screen,) = _numbers([data["screen"]], 1, 360.0, "screen")
    rotation = None
    if data["orientation"] is not None:
        alpha, beta, gamma = _numbers(data["orientation"], 3, 360.0, "orientation")
        rotation = camera_rotation(alpha, beta, gamma, screen)
    focal_length = None
    if data["focal_length"] is not None:
        (focal_length,) = _numbers([data["focal_length"]], 1, _LONGEST_LENS, "focal_length")
        if focal_length <= 0.0:
            raise ValueError("its focal_length is not above 0")
    return PhoneState(rotation, (x, y), lift, frozenset(buttons), focal_length)


def camera_rotation(alpha: float, beta: float, gamma: float, screen: float) -> Array:
    """Rotation wxyz ``(4,)`` of the camera; the phone's three angles, and its screen's angle, in degrees."""
    turns = ((2, alpha), (0, beta), (1, gamma), (2, -screen), (0, -90.0))  # the last: from its back to its top edge
    whole = rotations.IDENTITY
    for axis, angle in turns:
        whole = rotations.multiply(whole, rotations.about(axis, np.radians(angle)))
    return xyzw_to_wxyz(rotations.normalize(whole))


def _numbers(values: Any, count: int, largest: float, name: str) -> list[float]:
    usable = isinstance(values, list) and len(values) == count
    for value in values if usable else ():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        usable = usable and number and abs(value) <= largest
    if not usable:
        raise ValueError(f"its {name} is not {count} number{'s' * (count > 1)} within {largest:g}")
    return [float(value) for value in values]
