"""The judge: lets a policy try, and says how often and how well it did its skill by the skill's own criterion.

An attempt starts at frame 0, perturbed, and runs for some seconds whatever happens in it; nothing is ended early. The
judge sees which links touched, where the root was and how it turned, at every physics step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from models import imitation, rotations
from models.attempt import Attempts, Perturbation, Steering, perturbed
from models.body import Body
from models.policy import Policy
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference
from models.rotations import Array
from models.world import World, WorldSettings
from training.criteria import Backflip, Criterion, Stand, Walk
from training.pushes import push, push_forces
from training.record import Flight, Record, first_fall, flights
from training.success import is_flip, succeeded

_BATCH = 32
_JUMP = 0.2  # s


@dataclass(frozen=True)
class Flips:
    """What is told of backflips alone.

    flips: mean number of flips in a row before the first fall. flight_degrees, flight_seconds: of the first jump,
    however it ends, mean.
    """

    flips: float
    flips_most: int
    flight_degrees: float
    flight_seconds: float


@dataclass(frozen=True)
class Verdict:
    """The judge's figures over all attempts.

    success: share of them that met the criterion, with its 95 % Wilson interval. joint_error in m and
    normalised_return (mean reward a step, 0 after a fall), both over the whole of an attempt's seconds.
    """

    attempts: int
    success: float
    success_low: float
    success_high: float
    joint_error: float
    normalised_return: float
    flips: Flips | None = None

    def figures(self) -> dict[str, float]:
        """As plain numbers, for a stage's header or JSON."""
        told = asdict(self)
        flips = told.pop("flips") or {}
        return {name: round(float(value), 4) for name, value in (told | flips).items()}


def perform(
    policy: Policy,
    body: Body,
    reference: Reference,
    rule: Criterion,
    attempts: int,
    seconds: float,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Record:
    """Run ``attempts`` tries of ``seconds`` with the policy's mean action; ``progress`` gets the number done.

    rule: what they will be judged by; where it says so they are pushed, or led to all sides, faster and slower.
    """
    rng = np.random.default_rng(seed)
    steps = round(seconds * TICKS_PER_SECOND) // TICKS_PER_CONTROL
    parts: list[Record] = []
    done = 0
    while done < attempts:
        count = min(_BATCH, attempts - done)
        with World(body, count, WorldSettings()) as world:
            for copy in range(count):
                world.set_friction(copy, float(rng.uniform(*Perturbation().friction)))
            running = Attempts(body, reference, world, policy.settings.control)
            start = np.zeros(count, dtype=np.int64)
            running.reset(np.arange(count), start, perturbed(body, reference.at(start).pose, Perturbation(), rng))
            forces = None
            if isinstance(rule, Stand):
                forces = push_forces(rule.push, steps * TICKS_PER_CONTROL, count, rng)
            if isinstance(rule, Walk):
                running.steer(Steering.drawn(count, rng))
            parts.append(_run(policy, running, steps, forces))
        done += count
        progress(done)
    names = Record.__dataclass_fields__
    return Record(**{name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in names})


def _run(policy: Policy, running: Attempts, steps: int, forces: Array | None) -> Record:
    rows: dict[str, list[np.ndarray]] = {name: [] for name in Record.__dataclass_fields__}
    for step in range(steps):
        running.aim(policy.act(running.observation()))
        for tick in range(step * TICKS_PER_CONTROL, (step + 1) * TICKS_PER_CONTROL):
            if forces is not None:
                push(running.world, forces[tick])
            running.tick()
            _look(running, rows)
        over = running.settle()
        wanted = running.wanted()
        rows["foot"].append(running.motion.link_pos[:, list(running.body.feet), 1].max(axis=1))
        rows["reward"].append(imitation.reward(running.body, running.motion, wanted))
        rows["error"].append(imitation.joint_error(running.motion, wanted))
        root = imitation.place_in_world(wanted.pose, running.frame).root_pos
        rows["led"].append(np.stack((root[:, 0], root[:, 2], running.frame.yaw), axis=1))
        running.wrap(over)
    return Record(**{name: np.array(row) for name, row in rows.items()})


def _look(running: Attempts, rows: dict[str, list[np.ndarray]]) -> None:
    touching, pose = running.world.touching(), running.world.pose()
    lateral = rotations.rotate(pose.root_rot, np.broadcast_to([0.0, 0.0, 1.0], pose.root_pos.shape))
    rows["touching"].append(touching)
    rows["fallen"].append(imitation.fallen(touching, running.allowed))
    rows["root_pos"].append(pose.root_pos)
    rows["root_rot"].append(pose.root_rot)
    rows["turn"].append(np.sum(pose.root_ang_vel * lateral, axis=1) / TICKS_PER_SECOND)


def judge(record: Record, body: Body, rule: Criterion) -> Verdict:
    """Sum up ``record``."""
    count = record.fallen.shape[1]
    wins = sum(succeeded(record, attempt, body, rule) for attempt in range(count))
    low, high = wilson(wins, count)
    falls = np.array([first_fall(record, attempt) for attempt in range(count)])
    steps = np.arange(len(record.reward))[:, None]
    standing = (steps + 1) * TICKS_PER_CONTROL <= falls[None, :]
    return Verdict(
        count,
        wins / count,
        low,
        high,
        float(record.error.mean()),
        float(np.mean(record.reward * standing)),
        _flips(record, falls, rule) if isinstance(rule, Backflip) else None,
    )


def _flips(record: Record, falls: np.ndarray, rule: Backflip) -> Flips:
    flown = [flights(record, attempt) for attempt in range(len(falls))]
    rows = [[f for f in each if is_flip(f, rule) and f.end < fall] for each, fall in zip(flown, falls, strict=True)]
    jumps = [_jump(each) for each in flown]
    return Flips(
        float(np.mean([len(row) for row in rows])),
        max(len(row) for row in rows),
        float(np.mean([jump.degrees for jump in jumps])),
        float(np.mean([jump.end - jump.first for jump in jumps])) / TICKS_PER_SECOND,
    )


def _jump(flown: list[Flight]) -> Flight:
    """The first flight that is more than a stumble: what the attempt's take-off came to."""
    return next((flight for flight in flown if flight.seconds >= _JUMP), Flight(0, 0, 0.0))


def wilson(wins: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927)."""
    share = wins / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(centre - half, 0.0), min(centre + half, 1.0)
