from __future__ import annotations

import dataclasses
import json
import math
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from models import rotations
from models.assets import find_clip, ladder_folder
from models.body import Body
from models.errors import InputError
from models.imitation import observation_size
from models.physique import BODY_FILE, write_body
from models.policy import Policy, PolicySettings
from models.reference import Reference, tabulate
from models.stage import StageInfo, list_stages, load_info, save_stage
from tests.models.test_physique import like
from training.commands import judge_stage
from training.criteria import Backflip, Stand, criterion
from training.judge import Verdict, judge, perform, wilson
from training.pushes import Push
from training.record import Record, flights

RULE = Backflip()
TICKS = 480
SHIN = 4
FLIPS = {"flips", "flips_most", "flight_degrees", "flight_seconds"}


def flip(flight: float = 0.5, degrees: float = 215.0, leaning: float = 140.0, height: float = 0.88) -> Record:
    """One attempt: stands 0.8 s, flies, lands on its feet and stands; the rest of the turn is spread on the ground."""
    first, end = 96, 96 + round(flight * 120)
    touching = np.zeros((TICKS, 1, 15), dtype=bool)
    touching[:, 0, [5, 11]] = True
    touching[first:end] = False
    turn = np.full((TICKS, 1), math.radians(leaning) / (first + 120))
    turn[first:end] = math.radians(degrees) / max(end - first, 1)
    place = np.tile([0.0, height, 0.0], (TICKS, 1, 1))
    steps = (TICKS // 4, 1)
    return Record(
        touching,
        np.zeros((TICKS, 1), dtype=bool),
        place,
        np.tile(rotations.IDENTITY, (TICKS, 1, 1)),
        turn,
        np.zeros(steps),
        np.full(steps, 0.8),
        np.full(steps, 0.05),
        np.zeros((*steps, 3)),
    )


def grazed(record: Record, tick: int) -> Record:
    """``record``, but that a shin touches at ``tick``."""
    touching, fallen = record.touching.copy(), record.fallen.copy()
    touching[tick, 0, SHIN] = fallen[tick] = True
    return dataclasses.replace(record, touching=touching, fallen=fallen)


def verdict(record: Record, body: Body) -> Verdict:
    return judge(record, body, RULE)


def test_a_backflip_is_one(body: Body) -> None:
    found = verdict(flip(), body)
    assert found.success == 1.0
    assert found.normalised_return == pytest.approx(0.8)
    assert found.flips is not None
    assert found.flips.flips == 1.0
    assert found.flips.flight_degrees == pytest.approx(215, abs=1)
    assert found.flips.flight_seconds == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    "attempt",
    [flip(flight=0.25), flip(degrees=170.0, leaning=200.0), flip(degrees=-215.0), flip(leaning=60.0)],
    ids=["hop", "half a turn in the air", "frontflip", "not around"],
)
def test_what_is_no_backflip(attempt: Record, body: Body) -> None:
    assert verdict(attempt, body).success == 0.0


def test_shins_hands_and_heads_spoil_it(body: Body) -> None:
    for tick in (50, 200, 250):  # pushing off with the shins, landing, stumbling
        assert verdict(grazed(flip(), tick), body).success == 0.0
    assert verdict(grazed(flip(), 400), body).success == 1.0  # long after: that was the next thing it tried


def test_a_fall_ends_the_return(body: Body) -> None:
    assert verdict(grazed(flip(), 240), body).normalised_return == pytest.approx(0.4)


def test_a_crouch_is_no_standing(body: Body) -> None:
    assert verdict(flip(height=0.5), body).success == 0.0


def test_flights_are_found() -> None:
    assert [(flight.first, flight.end) for flight in flights(flip(), 0)] == [(96, 156)]


def test_flips_are_told_of_backflips_alone(body: Body) -> None:
    figures = judge(flip(), body, RULE).figures()
    assert set(figures) - set(judge(flip(), body, Stand()).figures()) == FLIPS
    assert all(isinstance(value, float) for value in figures.values())


def test_wilson_interval_as_tabulated() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson(64, 64)[1] == 1.0


def nothing_learned(body: Body) -> Policy:
    return Policy(PolicySettings(observation_size(body), body.dofs, (16,)))


def order(folder: Path, body: Body, skill: str, seconds: float) -> Namespace:
    """What the command line asks of the judge, of a stage of ``skill`` that knows nothing."""
    policy, path = nothing_learned(body), folder / "stage.safetensors"
    save_stage(path, StageInfo(skill, 0, 0, 0, body.digest, policy.settings, {}, {}), policy)
    return Namespace(stage=str(path), attempts=1, seconds=seconds, seed=1, json=True, write=True, person=None)


def test_stages_of_any_skill_are_judged(body: Body, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge_stage(order(tmp_path, body, "getup_facedown", 6.1)) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["success"] == 0.0
    assert not FLIPS & set(figures)
    assert load_info(tmp_path / "stage.safetensors").judged["attempts"] == 1.0


@pytest.mark.parametrize(
    ("skill", "seconds", "says"),
    [("walk", 7.9, r"--seconds 7\.9: walk takes 8\.00"), ("levitation", 8.0, "knows backflip, stand, walk")],
)
def test_what_cannot_be_judged_is_refused(skill: str, seconds: float, says: str, body: Body, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        judge_stage(order(tmp_path, body, skill, seconds))


def test_a_larger_person_flies_longer_with_what_the_humanoid_learned(
    body: Body, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_body(tmp_path / BODY_FILE, like(body, 1.2, 1.2**3))
    stage = str(list_stages(ladder_folder("backflip"))[-1])
    asked = Namespace(stage=stage, attempts=2, seconds=4.2, seed=1, json=True, write=False, person=None)
    flown = []
    for asked.person in (None, str(tmp_path)):
        assert judge_stage(asked) == 0
        flown.append(json.loads(capsys.readouterr().out)["flight_seconds"])
    assert 1.02 < flown[1] / flown[0] < 1.2  # the square root of 1.2 is 1.095


def test_a_person_s_figures_are_not_kept_in_the_humanoid_s_stage(body: Body, tmp_path: Path) -> None:
    asked = order(tmp_path, body, "backflip", 4.0)
    asked.person = str(tmp_path)
    with pytest.raises(InputError, match="leave it out, or --person"):
        judge_stage(asked)
    asked.write = False
    with pytest.raises(InputError, match=r"body\.urdf: cannot be read .*; fit the person again"):
        judge_stage(asked)


def test_a_policy_that_knows_nothing_fails_and_the_same_seed_fails_the_same(body: Body, reference: Reference) -> None:
    policy = nothing_learned(body)
    first = perform(policy, body, reference, RULE, attempts=3, seconds=2.5, seed=4)
    again = perform(policy, body, reference, RULE, attempts=3, seconds=2.5, seed=4)
    for name in Record.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(again, name)), name
    found = judge(first, body, RULE)
    assert found.success == 0.0
    assert found.attempts == 3


def test_who_stands_is_pushed(body: Body) -> None:
    policy, reference = nothing_learned(body), tabulate(find_clip("stand", body), body)
    rule = criterion(reference)
    assert isinstance(rule, Stand)
    unpushed = dataclasses.replace(rule, push=Push(force=0.0))
    ways = [perform(policy, body, reference, each, attempts=2, seconds=1.3, seed=4) for each in (rule, unpushed)]
    apart = np.linalg.norm(ways[0].root_pos - ways[1].root_pos, axis=2)
    assert not apart[:120].any()
    assert (apart[-1] > 0.01).all()
