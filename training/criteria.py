"""What counts as each skill done: measured on the performance, never on the training reward.

A criterion is a few numbers, and a function that says whether one attempt of a record meets them: in seconds, degrees,
metres, and shares of the root's standing height. A criterion asks for the deed, not for likeness with the clip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from models.body import Body
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference
from training.record import Flight, Record, azimuth, feet_touch, first_fall, flights, others_touch, tilt

_THREE_QUARTERS = 270.0  # degrees: head above hips again


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
class Push:
    """A push on the chest, from a random side: force in N for some seconds, first after half of ``every`` seconds."""

    force: float = 50.0
    seconds: float = 0.2
    every: float = 2.0


@dataclass(frozen=True)
class Stand:
    """All the time on the feet, not in the air as for a jump, not low, not so many metres off, whatever pushes."""

    seconds: float = 8.0
    height_share: float = 0.9
    strayed: float = 1.0
    flight_seconds: float = 0.2
    push: Push = Push()


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
    hold_seconds: float = 1.0
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
            return GetUp(within=reference.clip.duration + 1.0)
        case name:
            return _OF_NUMBERS_ALONE[name]


def _gait(reference: Reference, flights: float) -> Gait:
    clip = reference.clip
    x, _, z = (clip.root_pos[-1] - clip.root_pos[0]) / clip.duration
    return Gait((float(x), float(z)), _heading(reference), flights)


def _heading(reference: Reference) -> float:
    return float(azimuth(reference.table.pose.root_rot[: reference.ticks]).mean())


def succeeded(record: Record, attempt: int, body: Body, rule: Criterion) -> bool:
    """Whether one attempt meets ``rule`` in every clause."""
    match rule:
        case Backflip():
            return backflipped(record, attempt, body, rule)
        case Jump():
            return jumped(record, attempt, body, rule)
        case Roll():
            return rolled(record, attempt, body, rule)
        case Cartwheel():
            return cartwheeled(record, attempt, body, rule)
        case SpinKick():
            return spin_kicked(record, attempt, body, rule)
        case Stand():
            return stood(record, attempt, body, rule)
        case Walk():
            return walked(record, attempt, body, rule)
        case Gait():
            return went(record, attempt, body, rule)
        case GetUp():
            return got_up(record, attempt, body, rule)


def _ticks(seconds: float) -> int:
    return round(seconds * TICKS_PER_SECOND)


def _landed(record: Record, attempt: int, body: Body, tick: int, rule: Landing) -> bool:
    """Whether after a touch at ``tick`` only feet touch, and in the end it is up and has never fallen."""
    end = tick + _ticks(rule.clean_seconds)
    if end >= len(record.touching):
        return False
    return (
        not others_touch(record, attempt, body)[tick : end + 1].any()
        and first_fall(record, attempt) > end
        and float(record.root_pos[end, attempt, 1]) > rule.height_share * body.standing_height
    )


def _long(record: Record, attempt: int, rule: Jump | Stand | Gait) -> list[Flight]:
    return [flight for flight in flights(record, attempt) if flight.seconds >= rule.flight_seconds]


def is_flip(flight: Flight, rule: Backflip) -> bool:
    """Whether a flight by itself is a backward somersault."""
    return flight.seconds >= rule.flight_seconds and flight.degrees >= rule.flight_degrees


def backflipped(record: Record, attempt: int, body: Body, rule: Backflip) -> bool:
    """Whether the attempt's first flip is a backflip."""
    flip = next((flight for flight in flights(record, attempt) if is_flip(flight, rule)), None)
    if flip is None or not _landed(record, attempt, body, flip.end, rule):
        return False
    turned = math.degrees(float(np.sum(record.turn[: flip.end + _ticks(rule.clean_seconds), attempt])))
    return turned >= rule.total_degrees


def jumped(record: Record, attempt: int, body: Body, rule: Jump) -> bool:
    """Whether the attempt's first flight that is long and far enough is a jump."""
    facing = np.radians(azimuth(record.root_rot[:, attempt]))
    place = record.root_pos[:, attempt]
    for flight in _long(record, attempt, rule):
        if flight.end >= len(place):
            return False
        x, _, z = place[flight.end] - place[flight.first]
        if x * math.cos(facing[flight.first]) - z * math.sin(facing[flight.first]) >= rule.forward:
            return _landed(record, attempt, body, flight.end, rule)
    return False


def _came_round(record: Record, attempt: int, body: Body, rule: Roll | Cartwheel) -> int | None:
    """Tick at which it had got up again on its feet alone, nearly round; None if it stood nowhere long enough after."""
    turned = tilt(record.root_rot[:, attempt], rule.towards)
    up = record.root_pos[:, attempt, 1] > rule.height_share * body.standing_height
    up &= feet_touch(record, attempt, body).any(axis=1) & ~others_touch(record, attempt, body)
    ticks = np.flatnonzero(up & (np.maximum.accumulate(turned) >= _THREE_QUARTERS))
    if not len(ticks) or not _landed(record, attempt, body, int(ticks[0]), rule):
        return None
    return int(ticks[0]) if turned[ticks[0] + _ticks(rule.clean_seconds)] >= rule.degrees else None


def rolled(record: Record, attempt: int, body: Body, rule: Roll) -> bool:
    """Whether the attempt rolled over the ground and got up."""
    turned = tilt(record.root_rot[:, attempt], rule.towards)
    over = (turned > 90.0) & (turned < _THREE_QUARTERS)
    on_the_back = bool(others_touch(record, attempt, body)[over].any())  # else it is a somersault
    return on_the_back and _came_round(record, attempt, body, rule) is not None


def cartwheeled(record: Record, attempt: int, body: Body, rule: Cartwheel) -> bool:
    """Whether the attempt went over its two hands and came down on its feet."""
    up = _came_round(record, attempt, body, rule)
    hands = [link for link in body.end_effectors if link not in body.feet]
    return up is not None and bool(record.touching[:up, attempt, hands].any(axis=0).all())


def spin_kicked(record: Record, attempt: int, body: Body, rule: SpinKick) -> bool:
    """Whether the attempt kicked high, went round and came to stand."""
    kicks = np.flatnonzero(record.foot[:, attempt] >= rule.foot_height)
    if not len(kicks):
        return False
    both = np.flatnonzero(feet_touch(record, attempt, body).all(axis=1))
    down = both[both >= (kicks[0] + 1) * TICKS_PER_CONTROL]
    if not len(down) or not _landed(record, attempt, body, int(down[0]), rule):
        return False
    turned = azimuth(record.root_rot[:, attempt])
    return bool(turned[down[0] + _ticks(rule.clean_seconds)] - turned[0] >= rule.degrees)


def stood(record: Record, attempt: int, body: Body, rule: Stand) -> bool:
    """Whether the attempt did nothing but stand."""
    end = _ticks(rule.seconds)
    if first_fall(record, attempt) < end or len(record.touching) < end:
        return False
    place = record.root_pos[:end, attempt]
    high = bool((place[:, 1] > rule.height_share * body.standing_height).all())
    near = bool((np.hypot(*(place - place[0])[:, ::2].T) <= rule.strayed).all())
    return high and near and not any(flight.first < end for flight in _long(record, attempt, rule))


def walked(record: Record, attempt: int, body: Body, rule: Walk) -> bool:
    """Whether the attempt walked where it was led."""
    end = _ticks(rule.seconds)
    if first_fall(record, attempt) < end or len(record.touching) < end:
        return False
    led = record.led[: end // TICKS_PER_CONTROL, attempt]
    way = float(np.hypot(*np.diff(led[:, :2], axis=0).T).sum())
    off = float(np.hypot(*(record.root_pos[end - 1, attempt, ::2] - led[-1, :2])))
    return off <= rule.strayed_share * way and _facing(record, attempt, rule, end, math.degrees(float(led[-1, 2])))


def _facing(record: Record, attempt: int, rule: Walk | Gait, end: int, round_degrees: float) -> bool:
    heading = float(azimuth(record.root_rot[:end, attempt])[-TICKS_PER_SECOND:].mean())
    off = math.remainder(heading - rule.heading - round_degrees, 360.0)
    return abs(off) <= rule.heading_degrees


def went(record: Record, attempt: int, body: Body, rule: Gait) -> bool:
    """Whether the attempt ran, as fast and the way it should."""
    end = _ticks(rule.seconds)
    if first_fall(record, attempt) < end or len(record.touching) < end:
        return False
    velocity = (record.root_pos[end - 1, attempt] - record.root_pos[0, attempt])[::2] / rule.seconds
    wanted = math.hypot(*rule.velocity)
    speed = float(velocity @ rule.velocity) / wanted
    often = sum(flight.end <= end for flight in _long(record, attempt, rule)) >= rule.flights * rule.seconds
    return abs(speed - wanted) <= rule.speed_share * wanted and often and _facing(record, attempt, rule, end, 0.0)


def got_up(record: Record, attempt: int, body: Body, rule: GetUp) -> bool:
    """Whether the attempt got up from lying and stood."""
    height = record.root_pos[:, attempt, 1] / body.standing_height
    standing = (height > rule.height_share) & ~others_touch(record, attempt, body)
    hold = _ticks(rule.hold_seconds)
    if height[0] >= rule.lying_share or len(standing) < hold:
        return False
    held = np.flatnonzero(sliding_window_view(standing, hold).all(axis=1))
    return len(held) > 0 and bool(held[0] <= _ticks(rule.within))
