"""What counts as a backflip: measured on the performance, never on the training reward.

An attempt starts at frame 0, perturbed, and runs for some seconds whatever happens in it; nothing is ended early. The
judge sees which links touched, how high the root was and how it turned, at every physics step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from models import imitation, rotations
from models.attempt import Attempts, Perturbation, perturbed
from models.body import Body
from models.policy import Policy
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference
from models.world import World, WorldSettings

_BATCH = 32
_JUMP = 0.2  # s


@dataclass(frozen=True)
class Criterion:
    """A backflip. Seconds, degrees, share of standing height."""

    flight_seconds: float = 0.3
    flight_degrees: float = 180.0
    total_degrees: float = 330.0
    clean_seconds: float = 1.0
    height_share: float = 0.7


@dataclass(frozen=True)
class Record:
    """What attempts did, one row a physics step: ``(ticks, n)``.

    feet, others: whether a foot, or anything else, touched. height: of the root, m. turn: backward rotation about
    the root's lateral axis in that step, rad. Per control step ``(steps, n)``: reward, error (mean joint distance, m).
    """

    feet: np.ndarray
    others: np.ndarray
    height: np.ndarray
    turn: np.ndarray
    reward: np.ndarray
    error: np.ndarray


@dataclass(frozen=True)
class Verdict:
    """The judge's figures over all attempts.

    success: share of backflips, with its 95 % Wilson interval. flips: mean number of flips in a row before the first
    fall. flight_degrees, flight_seconds: of the first jump, however it ends, mean. joint_error in m and
    normalised_return (mean reward a step, 0 after a fall), both over the whole of an attempt's seconds.
    """

    attempts: int
    success: float
    success_low: float
    success_high: float
    flips: float
    flips_most: int
    flight_degrees: float
    flight_seconds: float
    joint_error: float
    normalised_return: float

    def figures(self) -> dict[str, float]:
        """As plain numbers, for a stage's header or JSON."""
        return {name: round(float(value), 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Flight:
    """Ticks first … end - 1 with nothing touching, and the backward rotation in them in degrees."""

    first: int
    end: int
    degrees: float


def perform(
    policy: Policy,
    body: Body,
    reference: Reference,
    attempts: int,
    seconds: float,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Record:
    """Run ``attempts`` tries of ``seconds`` with the policy's mean action; ``progress`` gets the number done."""
    rng = np.random.default_rng(seed)
    parts: list[Record] = []
    done = 0
    while done < attempts:
        count = min(_BATCH, attempts - done)
        with World(body, count, WorldSettings()) as world:
            for copy in range(count):
                world.set_friction(copy, float(rng.uniform(*Perturbation().friction)))
            running = Attempts(body, reference, world)
            start = np.zeros(count, dtype=np.int64)
            running.reset(np.arange(count), start, perturbed(body, reference.at(start).pose, Perturbation(), rng))
            parts.append(_run(policy, running, round(seconds * TICKS_PER_SECOND) // TICKS_PER_CONTROL))
        done += count
        progress(done)
    names = Record.__dataclass_fields__
    return Record(**{name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in names})


def _run(policy: Policy, running: Attempts, steps: int) -> Record:
    rows: dict[str, list[np.ndarray]] = {name: [] for name in Record.__dataclass_fields__}
    feet = list(running.body.feet)
    lateral = np.array([0.0, 0.0, 1.0])
    for _ in range(steps):
        running.aim(policy.act(running.observation()))
        for _ in range(TICKS_PER_CONTROL):
            running.tick()
            touching, pose = running.world.touching(), running.world.pose()
            axis = rotations.rotate(pose.root_rot, np.broadcast_to(lateral, pose.root_pos.shape))
            rows["feet"].append(np.any(touching[:, feet], axis=1))
            rows["others"].append(imitation.fallen(touching, running.body))
            rows["height"].append(pose.root_pos[:, 1])
            rows["turn"].append(np.sum(pose.root_ang_vel * axis, axis=1) / TICKS_PER_SECOND)
        over = running.settle()
        wanted = running.wanted()
        rows["reward"].append(imitation.reward(running.body, running.motion, wanted))
        rows["error"].append(imitation.joint_error(running.motion, wanted))
        running.wrap(over)
    return Record(**{name: np.array(row) for name, row in rows.items()})


def flights(record: Record, attempt: int) -> list[Flight]:
    """Every time that an attempt was in the air, however short."""
    air = ~(record.feet[:, attempt] | record.others[:, attempt])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], air, [False])).astype(np.int8)))
    degrees = np.degrees(np.cumsum(np.concatenate(([0.0], record.turn[:, attempt]))))
    return [Flight(int(a), int(b), float(degrees[b] - degrees[a])) for a, b in edges.reshape(-1, 2)]


def first_fall(record: Record, attempt: int) -> int:
    """Tick at which something other than a foot touched, or the number of ticks."""
    fallen = np.flatnonzero(record.others[:, attempt])
    return int(fallen[0]) if len(fallen) else len(record.others)


def is_flip(flight: Flight, rule: Criterion) -> bool:
    """Whether a flight by itself is a backward somersault."""
    long_enough = flight.end - flight.first >= rule.flight_seconds * TICKS_PER_SECOND
    return long_enough and flight.degrees >= rule.flight_degrees


def succeeded(record: Record, attempt: int, body: Body, rule: Criterion) -> bool:
    """Whether the attempt's first flip is a backflip by every clause of ``rule``."""
    flip = next((flight for flight in flights(record, attempt) if is_flip(flight, rule)), None)
    if flip is None:
        return False
    end = flip.end + round(rule.clean_seconds * TICKS_PER_SECOND)
    if end >= len(record.feet):
        return False
    turned = math.degrees(float(np.sum(record.turn[:end, attempt])))
    feet_first = bool(record.feet[flip.end, attempt]) and not bool(record.others[flip.end, attempt])
    return (
        feet_first
        and first_fall(record, attempt) > end
        and turned >= rule.total_degrees
        and float(record.height[end, attempt]) > rule.height_share * body.standing_height
    )


def _jump(record: Record, attempt: int) -> Flight:
    """The first flight that is more than a stumble: what the attempt's take-off came to."""
    jumps = (flight for flight in flights(record, attempt) if flight.end - flight.first >= _JUMP * TICKS_PER_SECOND)
    return next(jumps, Flight(0, 0, 0.0))


def judge(record: Record, body: Body, rule: Criterion = Criterion()) -> Verdict:
    """Sum up ``record``."""
    count = record.feet.shape[1]
    wins = sum(succeeded(record, attempt, body, rule) for attempt in range(count))
    low, high = wilson(wins, count)
    falls = np.array([first_fall(record, attempt) for attempt in range(count)])
    rows = [[f for f in flights(record, a) if is_flip(f, rule) and f.end < falls[a]] for a in range(count)]
    jumps = [_jump(record, attempt) for attempt in range(count)]
    steps = np.arange(len(record.reward))[:, None]
    standing = (steps + 1) * TICKS_PER_CONTROL <= falls[None, :]
    return Verdict(
        count,
        wins / count,
        low,
        high,
        float(np.mean([len(row) for row in rows])),
        max(len(row) for row in rows),
        float(np.mean([jump.degrees for jump in jumps])),
        float(np.mean([jump.end - jump.first for jump in jumps])) / TICKS_PER_SECOND,
        float(record.error.mean()),
        float(np.mean(record.reward * standing)),
    )


def wilson(wins: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927)."""
    share = wins / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(centre - half, 0.0), min(centre + half, 1.0)
