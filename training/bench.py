"""Speed and steadiness of the physics at 120 and 240 Hz, side by side in one run."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from dataclasses import asdict, dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from models import imitation
from models.assets import SHIPPED_SKILL, find_clip
from models.attempt import STEADY, Attempts, perturbed
from models.body import Body, load_humanoid
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference, tabulate
from models.world import World, WorldSettings

_BODIES = 8
_STEPS = 120
_ROUNDS = 5


@dataclass(frozen=True)
class Rate:
    """Physics at one rate: control steps a second with observation and reward, and how far blind play gets.

    survived: mean control steps, from starts all over the clip, until a link is 0.7 m off with no action at all.
    """

    hertz: int
    loop: float
    survived: float


def physics(arguments: Namespace) -> int:
    """`backflip bench physics`."""
    body = load_humanoid()
    reference = tabulate(find_clip(SHIPPED_SKILL, body), body)
    rounds: list[list[Rate]] = []
    for _ in range(_ROUNDS):  # in turn, so that a busy moment of the machine meets both
        rounds.append([_measure(body, reference, substeps) for substeps in (1, 2)])
    rates = [_median(column) for column in zip(*rounds, strict=True)]
    ratio = float(np.median([low.loop / high.loop for low, high in rounds]))
    if arguments.json:
        print(json.dumps({"rates": [asdict(rate) for rate in rates], "loop_120_over_240": ratio}))
        return 0
    table = Table("physics", "control steps a second", "steps survived blindly")
    for rate in rates:
        table.add_row(f"{rate.hertz} Hz", f"{rate.loop:,.0f}", f"{rate.survived:.1f}")
    table.caption = f"120 Hz does {ratio:.2f} times the control steps of 240 Hz ({_ROUNDS} paired rounds, median)"
    Console().print(table)
    return 0


def _median(rates: tuple[Rate, ...]) -> Rate:
    return Rate(
        rates[0].hertz,
        *(float(np.median([getattr(rate, name) for rate in rates])) for name in ("loop", "survived")),
    )


def _measure(body: Body, reference: Reference, substeps: int) -> Rate:
    with World(body, _BODIES, WorldSettings(substeps=substeps)) as world:
        attempts = Attempts(body, reference, world)
        rng = np.random.default_rng(0)
        lengths: list[int] = []
        age = np.zeros(_BODIES, dtype=np.int64)
        nothing = np.zeros((_BODIES, body.dofs))
        _restart(attempts, np.arange(_BODIES), rng)
        began = time.perf_counter()
        for _ in range(_STEPS):
            attempts.observation()
            attempts.aim(nothing)
            attempts.tick(TICKS_PER_CONTROL)
            attempts.wrap(attempts.settle())
            imitation.reward(body, attempts.motion, attempts.wanted())
            world.touching()
            age += 1
            off = np.flatnonzero(imitation.furthest_link(attempts.motion, attempts.wanted()) > 0.7)
            lengths += age[off].tolist()
            age[off] = 0
            _restart(attempts, off, rng)
        loop = _BODIES * _STEPS / (time.perf_counter() - began)
    return Rate(TICKS_PER_SECOND * substeps, loop, float(np.mean(lengths)))


def _restart(attempts: Attempts, which: np.ndarray, rng: np.random.Generator) -> None:
    if len(which):
        ticks = rng.integers(attempts.reference.ticks, size=len(which))
        attempts.reset(which, ticks, perturbed(attempts.body, attempts.reference.at(ticks).pose, STEADY, rng))
