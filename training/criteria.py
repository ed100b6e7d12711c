"""What counts as each skill done: measured on the performance, never on the training reward.

A criterion is a few numbers, in seconds, degrees, metres, and shares of the root's standing height; `training.success`
says whether an attempt meets them. A criterion asks for the deed, not for likeness with the clip.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models.reference import Reference
from training.pushes import Push
from training.record import azimuth


@dataclass(frozen=True)
class Landing:
    """What must follow: clean_seconds on the feet alone, and then the root higher than height_share.

    seconds: how long an attempt must run.
    """

    seconds: float = 4.0
    clean_seconds: float = 1.0
    height_share: float = 0.7


@dataclass(frozen=True)
class Backflip(Landing):
    """So long in the air, so far round there and in all, and a landing."""

    flight_seconds: float = 0.3
    flight_degrees: float = 180.0
    total_degrees: float = 330.0


@dataclass(frozen=True)
class Jump(Landing):
    """So long in the air, so many metres forward there, and a landing."""

    flight_seconds: float = 0.2
    forward: float = 0.5


@dataclass(frozen=True)
class Roll(Landing):
    """So far over forward, something but the feet touching while upside down, then up, and a landing."""

    degrees: float = 330.0
    towards: tuple[float, float] = (1.0, 0.0)


@dataclass(frozen=True)
class Cartwheel(Landing):
    """So far over to the left, on both hands and with nothing but hands and feet, then up, and a landing."""

    degrees: float = 330.0
    towards: tuple[float, float] = (0.0, -1.0)


@dataclass(frozen=True)
class SpinKick(Landing):
    """So far round to the left, a foot so high (hips come to 1.1 m), then both feet down, and a landing."""

    degrees: float = 300.0
    foot_height: float = 1.2


@dataclass(frozen=True)
class Stand:
    """All the time on the feet, not in the air as for a jump, not low, not so many metres off, whatever pushes."""

    seconds: float = 8.0
    height_share: float = 0.9
    strayed: float = 1.0
    flight_seconds: float = 0.2
    push: Push = field(default_factory=Push)


@dataclass(frozen=True)
class Walk:
    """On the feet wherever it is led, at any speed it is led with.

    In the end it may be off by strayed_share of the way it was led, and by heading_degrees in the mean of the last
    second; heading: the clip's mean, degrees.
    """

    heading: float
    seconds: float = 8.0
    strayed_share: float = 0.2
    heading_degrees: float = 20.0


@dataclass(frozen=True)
class Gait:
    """Running.

    velocity: the clip's, x and z in m/s; along it, the mean speed may differ by speed_share. heading: the clip's mean;
    the mean of the last second may differ by heading_degrees. flights: so many a second, of flight_seconds or more.
    """

    velocity: tuple[float, float]
    heading: float
    flights: float
    seconds: float = 8.0
    speed_share: float = 0.2
    heading_degrees: float = 20.0
    flight_seconds: float = 0.05


@dataclass(frozen=True)
class GetUp:
    """From lying (lying_share), within so many seconds, to hold_seconds on the feet alone and above height_share."""

    within: float
    hold_seconds: float = 2.0
    height_share: float = 0.8
    lying_share: float = 0.4

    @property
    def seconds(self) -> float:
        """As in the others."""
        return self.within + self.hold_seconds


Criterion = Backflip | Jump | Roll | Cartwheel | SpinKick | Stand | Walk | Gait | GetUp

_OF_NUMBERS_ALONE: dict[str, Criterion] = {
    "backflip": Backflip(),
    "stand": Stand(),
    "jump": Jump(),
    "roll": Roll(),
    "cartwheel": Cartwheel(),
    "spinkick": SpinKick(),
}


def criterion(reference: Reference) -> Criterion:
    """The criterion of the skill that ``reference`` shows, one of `models.skills.SKILLS`."""
    match reference.clip.name:
        case "walk":
            return Walk(_heading(reference))
        case "run":
            return _gait(reference, flights=1.0)
        case "getup_facedown" | "getup_faceup":
            return GetUp(within=reference.clip.duration)  # which stands for a second at its end
        case name:
            return _OF_NUMBERS_ALONE[name]


def _gait(reference: Reference, flights: float) -> Gait:
    clip = reference.clip
    x, _, z = (clip.root_pos[-1] - clip.root_pos[0]) / clip.duration
    return Gait((float(x), float(z)), _heading(reference), flights)


def _heading(reference: Reference) -> float:
    return float(azimuth(reference.table.pose.root_rot[: reference.ticks]).mean())
