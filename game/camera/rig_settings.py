"""What an operator sets on the rig, as plain data: takes record every change of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import InputError

Vector = tuple[float, float, float]
Flags = tuple[bool, bool, bool]

_FREE: Flags = (False, False, False)
_LONGEST_DAMPING = 60.0  # s
_ROUGHEST = 10.0
_COUNTS = {2: "two", 3: "three"}
_NOT_NEGATIVE = (
    "jitter_cutoff",
    "position_beta",
    "rotation_beta",
    "fly_speed",
    "body_damping",
    "aim_damping",
    "dead_angle",
    "dead_distance",
    "assist_damping",
    "handheld",
)


@dataclass(frozen=True)
class RigSettings:
    """The rig. Metres, seconds, degrees (turning left and up is positive), Panda's axes.

    The defaults are for filming by hand: true scale, no jitter at rest, a little weight.

    origin, origin_yaw: where the tracker's own origin stands in the environment. homings: counts up when the origin
    is set anew, so that setting the same one twice also puts the camera back.
    scale: metres in the environment for a metre walked, along the tracker's x, y and z; never turns anything.
    frozen: the camera stands still while the operator walks back; on release it goes on from where it stands.
    lock_position: x, y, z of the environment. lock_rotation: pan, tilt, roll. kill_roll: keep the horizon level.
    tilt: a constant pitch between the grip of the device and the lens.
    fly_speed: m/s at full stick; the stick ("stick_x", "stick_y") trucks and dollies level; 0 leaves the stick alone.
    boom: the stick's y raises and lowers instead of dollying.
    subject: the body part that look-at and follow (and the tracking autofocus) keep to, by its name in the body.
    look_at: turn after the subject once it is more than dead_angle off the middle. look_turn: pan and tilt that this
    has added when the rig begins. follow: go along with the subject once it is more than dead_distance (m) away from
    where it was. assist_damping: seconds until either has come within one per cent.
    handheld: how much a hand's sway and tremor are added, for a tracker that has none of its own; 1 is a calm hand.
    jitter_cutoff: Hz, One-Euro at rest; position_beta: Hz per m/s; rotation_beta: Hz per rad/s.
    body_damping, aim_damping: seconds until position and rotation have come within one per cent of the hand.
    """

    origin: Vector = (0.0, 0.0, 0.0)
    origin_yaw: float = 0.0
    homings: int = 0
    scale: Vector = (1.0, 1.0, 1.0)
    frozen: bool = False
    lock_position: Flags = _FREE
    lock_rotation: Flags = _FREE
    kill_roll: bool = False
    tilt: float = 0.0
    fly_speed: float = 0.0
    boom: bool = False
    subject: str = "chest"
    look_at: bool = False
    look_turn: tuple[float, float] = (0.0, 0.0)
    follow: bool = False
    dead_angle: float = 4.0
    dead_distance: float = 0.2
    assist_damping: float = 0.6
    handheld: float = 0.0
    jitter_cutoff: float = 2.0
    position_beta: float = 15.0
    rotation_beta: float = 10.0
    body_damping: float = 0.15
    aim_damping: float = 0.1

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `from_dict` reads it back exactly."""
        data = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "rig settings") -> RigSettings:
        """Read plain data; what is left out has its default.

        Raises:
            InputError: an unknown name, or a value of the wrong kind or out of range; ``where`` names the source.
        """
        defaults = {field.name: field.default for field in dataclasses.fields(cls)}
        values: dict[str, Any] = {}
        if not isinstance(data, Mapping):
            raise InputError(f"{where}: not rig settings; give names and values")
        for name, value in data.items():
            if name not in defaults:
                raise InputError(f"{where}: no rig setting is called '{name}'; choose one of {', '.join(defaults)}")
            values[name] = _like(value, defaults[name], name, where)
        settings = cls(**values)
        settings._check(where)
        return settings

    def _check(self, where: str) -> None:
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0.0:
                raise InputError(f"{where}: '{name}' is below 0; give 0 or more")
        if self.jitter_cutoff == 0.0:
            raise InputError(f"{where}: 'jitter_cutoff' is 0, which would never move; give a frequency such as 2")
        if max(self.body_damping, self.aim_damping, self.assist_damping) > _LONGEST_DAMPING:
            raise InputError(f"{where}: damping is longer than {_LONGEST_DAMPING:g} s; give a shorter one")
        if self.handheld > _ROUGHEST:
            raise InputError(f"{where}: 'handheld' is above {_ROUGHEST:g}; give less, 1 is a calm hand")


def _like(value: Any, default: Any, name: str, where: str) -> Any:
    if isinstance(default, tuple):
        if isinstance(value, (list, tuple)) and len(value) == len(default):
            return tuple(_like(v, d, name, where) for v, d in zip(value, default, strict=True))
    elif isinstance(default, (bool, int, str)):
        if type(value) is type(default):
            return value
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise InputError(f"{where}: '{name}' is {value!r}; give {_kind(default)}")


def _kind(default: Any) -> str:
    if isinstance(default, tuple):
        return f"{_COUNTS[len(default)]} values"
    return {bool: "true or false", str: "a text"}.get(type(default), "a number")
