"""What flips come down on: a landing in made-up steps, and the shipped mat under the shipped stage."""

from __future__ import annotations

import json

import numpy as np
import pytest

import backflip
from game.landing_command import Landing, first_landing
from game.performance import BodyPose, Snapshot
from models.contact import Contact

POSE = BodyPose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]), np.zeros((12, 4)))
FOOT, CHEST = 5, 1


def steps(*parts: tuple[int, list[tuple[int, str, float]]]) -> list[Snapshot]:
    """Each part for so many ticks, with link, surface and force of what touches."""
    touching = [contacts for count, contacts in parts for _ in range(count)]
    return [
        Snapshot(1, tick, POSE, tuple(Contact(link, (0.0, 0.0, 0.0), force, 0.0, on) for link, on, force in contacts))
        for tick, contacts in enumerate(touching)
    ]


ON_MAT = [(FOOT, "ground", 900.0), (FOOT, "mat", 200.0)]


def test_it_is_the_first_flight_that_counts_and_no_step() -> None:
    assert first_landing(steps((30, [(FOOT, "ground", 1.0)]), (20, []), (200, ON_MAT)), (FOOT,)) is None
    flown = steps((30, [(FOOT, "ground", 1.0)]), (50, []), (130, ON_MAT), (50, []), (130, [(CHEST, "box", 1.0)]))
    assert first_landing(flown, (FOOT,)) == Landing("mat", True)


def test_who_touches_with_something_else_within_a_second_does_not_stand() -> None:
    fallen = steps((50, []), (100, ON_MAT), (1, [*ON_MAT, (CHEST, "mat", 5.0)]), (200, ON_MAT))
    assert first_landing(fallen, (FOOT,)) == Landing("mat", False)
    assert first_landing(steps((50, []), (100, ON_MAT)), (FOOT,)) is None  # not over yet


def test_the_able_stage_comes_down_on_the_mat_and_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert backflip.main(["environment", "landings", "park_mat", "--attempts", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["landings"]
    assert sum(one == {"surface": "mat", "stands": True} for one in found) >= 3
