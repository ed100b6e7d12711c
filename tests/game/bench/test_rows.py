from __future__ import annotations

from game.bench.rows import Reading, Row, between, read, timed


def test_a_row_knows_its_limit() -> None:
    assert Row("a", 1.0, "s", 1.0).holds
    assert not Row("a", 1.1, "s", 1.0).holds
    assert Row("a", 1e9, "s").holds


def test_waiting_counts_but_not_for_a_processor_that_others_have() -> None:
    begin = Reading(came=9.0, went=10.0, busy=3.0, kept={"1": 7.0, "2": 5.0})
    assert between(begin, Reading(10.5, 12.0, 3.125, {"1": 7.0, "2": 5.0})) == 0.5
    assert between(begin, Reading(10.5, 12.0, 3.125, {"1": 7.25, "2": 5.0})) == 0.25
    assert between(begin, Reading(10.5, 12.0, 3.125, {"1": 7.0, "2": 5.25})) == 0.25
    assert between(begin, Reading(10.5, 12.0, 3.125, {"1": 7.4375, "2": 5.0})) == 0.125
    assert between(begin, Reading(10.5, 12.0, 3.125, {"1": 7.0, "3": 4.0})) == 0.5  # one ended, one began


def test_all_that_is_read_goes_forward() -> None:
    begin = read()
    total = sum(range(100_000))
    end = read()
    assert total == 4_999_950_000
    assert begin.came < begin.went < end.came < end.went
    assert end.busy > begin.busy
    assert all(end.kept[thread] >= begin.kept[thread] for thread in begin.kept.keys() & end.kept.keys())


def test_work_takes_time() -> None:
    total, seconds = timed(lambda: sum(range(100_000)))
    assert total == 4_999_950_000
    assert seconds > 0.0
