from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from models.body import Body
from models.imitation import observation_size
from models.policy import Policy, PolicySettings
from models.reference import Reference
from training.judge import Criterion, Record, flights, judge, perform, wilson

RULE = Criterion()
TICKS = 480


def flip(flight: float = 0.5, degrees: float = 215.0, leaning: float = 140.0) -> Record:
    """One attempt: stands 0.8 s, flies, lands on its feet and stands; the rest of the turn is spread on the ground."""
    first, end = 96, 96 + round(flight * 120)
    feet = np.ones((TICKS, 1), dtype=bool)
    feet[first:end] = False
    turn = np.full((TICKS, 1), math.radians(leaning) / (first + 120))
    turn[first:end] = math.radians(degrees) / max(end - first, 1)
    others = np.zeros((TICKS, 1), dtype=bool)
    steps = (TICKS // 4, 1)
    return Record(feet, others, np.full((TICKS, 1), 0.88), turn, np.full(steps, 0.8), np.full(steps, 0.05))


def success(record: Record, body: Body) -> float:
    return judge(record, body, RULE).success


def test_a_backflip_is_one(body: Body) -> None:
    verdict = judge(flip(), body)
    assert verdict.success == 1.0
    assert verdict.flips == 1.0
    assert verdict.flight_degrees == pytest.approx(215, abs=1)
    assert verdict.flight_seconds == pytest.approx(0.5, abs=0.01)
    assert verdict.normalised_return == pytest.approx(0.8)


@pytest.mark.parametrize(
    "attempt",
    [flip(flight=0.25), flip(degrees=170.0, leaning=200.0), flip(degrees=-215.0), flip(leaning=60.0)],
    ids=["hop", "half a turn in the air", "frontflip", "not around"],
)
def test_what_is_no_backflip(attempt: Record, body: Body) -> None:
    assert success(attempt, body) == 0.0


def test_shins_hands_and_heads_spoil_it(body: Body) -> None:
    good = flip()
    for tick in (50, 200, 250):  # pushing off with the shins, landing, stumbling
        others = good.others.copy()
        others[tick] = True
        assert success(dataclasses.replace(good, others=others), body) == 0.0
    others = good.others.copy()
    others[400] = True  # long after: that was the next thing it tried
    assert success(dataclasses.replace(good, others=others), body) == 1.0


def test_a_crouch_is_no_standing(body: Body) -> None:
    assert success(dataclasses.replace(flip(), height=np.full((TICKS, 1), 0.5)), body) == 0.0


def test_flights_are_found(body: Body) -> None:
    found = flights(flip(), 0)
    assert [(flight.first, flight.end) for flight in found] == [(96, 156)]


def test_wilson_interval_as_tabulated() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson(64, 64)[1] == 1.0


def test_a_policy_that_knows_nothing_fails_and_the_same_seed_fails_the_same(body: Body, reference: Reference) -> None:
    policy = Policy(PolicySettings(observation_size(body), body.dofs, (16,)))
    first = perform(policy, body, reference, attempts=3, seconds=2.5, seed=4)
    again = perform(policy, body, reference, attempts=3, seconds=2.5, seed=4)
    for name in Record.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(again, name)), name
    verdict = judge(first, body)
    assert verdict.success == 0.0
    assert verdict.attempts == 3
