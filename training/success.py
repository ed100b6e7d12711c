"""Whether an attempt meets the criterion of its skill: one function for each kind, from a record to yes or no."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from models.body import Body
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND
from training.criteria import (
    Backflip,
    Cartwheel,
    Criterion,
    Gait,
    GetUp,
    Jump,
    Landing,
    Roll,
    SpinKick,
    Stand,
    Walk,
)
from training.record import Flight, Record, azimuth, feet_touch, first_fall, flights, others_touch, tilt

_THREE_QUARTERS = 270.0  # degrees: head above hips again


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
