"""Sudden deaths and long takes; the bench measures the same at full length."""

from __future__ import annotations

import subprocess
import sys

import pytest

from game.bench_camera import HOUR, KILLS, Row, killed, long_take
from tests.conftest import ASSETS


def figures(rows: list[Row]) -> dict[str, float]:
    assert all(row.holds for row in rows), rows
    return {row.name.strip(): row.value for row in rows}


def test_a_row_knows_its_limit():
    assert Row("a", 1.0, "s", 1.0).holds
    assert not Row("a", 1.1, "s", 1.0).holds
    assert Row("a", 1e9, "s").holds


def test_recorders_that_die_lose_less_than_a_second_and_touch_nothing_else():
    found = figures(killed(3, seed=2))
    assert found["killed while recording"] == 3
    assert found["not recovered"] == 0
    assert found["other takes changed"] == 0


@pytest.mark.slow
def test_the_hands_step_is_in_the_next_picture_of_a_place():
    """In a process of its own: the engine allows a single ShowBase in one."""
    code = "from game.bench_camera import hand_to_picture; print(all(row.holds for row in hand_to_picture()))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ASSETS.parent, capture_output=True, text=True, check=True)
    assert ran.stdout.split()[-1] == "True"


@pytest.mark.slow
def test_a_hundred_sudden_deaths():
    assert figures(killed(KILLS))["lost at most"] <= 1.0


@pytest.mark.slow
def test_an_hour_is_recorded_with_flat_memory_and_opens_at_once():
    rows = {row.name.strip(): row for row in long_take(HOUR)}
    assert rows["memory grows while recording"].holds
    assert rows["a take of 60 minutes"].value > 200


def test_recording_needs_no_more_memory_the_longer_it_takes():
    rows = {row.name.strip(): row for row in long_take(90.0)}
    assert rows["memory grows while recording"].value < 2.0
    assert rows["a take of 1.5 minutes"].value > 5
