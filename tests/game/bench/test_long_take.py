"""Long takes; the bench records a longer one."""

from __future__ import annotations

import pytest

from game.bench.long_take import MINUTES, long_take
from game.bench.rows import Row


def measured(minutes: float) -> dict[str, Row]:
    done: list[None] = []
    rows = long_take(minutes, lambda: done.append(None))
    assert len(done) == int(minutes)
    return {row.name.strip(): row for row in rows}


def test_recording_needs_no_more_memory_the_longer_it_takes() -> None:
    rows = measured(2.5)
    assert rows["memory grows while recording"].value < 2.0
    assert rows["a take of 2.5 minutes"].value > 10


@pytest.mark.slow
def test_an_hour_is_recorded_with_flat_memory_and_opens_at_once() -> None:
    rows = measured(MINUTES)
    assert rows["memory grows while recording"].holds
    assert rows["a take of 60 minutes"].value > 200
