"""Sudden deaths; the bench lets many more recorders die."""

from __future__ import annotations

import pytest

from game.bench.deaths import KILLS, killed


@pytest.mark.parametrize("times", [3, pytest.param(KILLS, marks=pytest.mark.slow)])
def test_recorders_that_die_lose_less_than_a_second_and_touch_nothing_else(times: int) -> None:
    done: list[None] = []
    rows = killed(times, lambda: done.append(None), seed=2)
    assert all(row.holds for row in rows), rows
    assert rows[0].value == len(done) == times
