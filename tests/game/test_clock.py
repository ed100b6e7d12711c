from __future__ import annotations

from game.clock import SPEEDS, Clock


def run(clock: Clock, dt: float, frames: int) -> tuple[Clock, int]:
    total = 0
    for _ in range(frames):
        clock, ticks = clock.advance(dt)
        total += ticks
    return clock, total


def test_ticks_do_not_depend_on_the_frame_rate() -> None:
    for rate in (24, 25, 30, 60, 90, 144):
        _, total = run(Clock(), 1 / rate, rate * 10)
        assert abs(total - 1200) <= 1, rate


def test_slow_motion_is_slow() -> None:
    _, total = run(Clock(speed=0.25), 1 / 60, 600)
    assert abs(total - 300) <= 1


def test_pause_stops_and_a_step_is_one_step() -> None:
    clock, total = run(Clock(paused=True), 1 / 60, 100)
    assert total == 0
    clock, total = run(clock.stepped(), 1 / 60, 100)
    assert total == 1
    assert clock.paused


def test_a_hanging_frame_does_not_cost_more_than_a_quarter_second() -> None:
    _, ticks = Clock().advance(10.0)
    assert ticks == 30


def test_the_picture_stands_between_two_ticks() -> None:
    clock, _ = Clock().advance(1.5 / 120)
    assert abs(clock.part - 0.5) < 1e-9


def test_speeds_end_at_real_time_and_at_the_slowest() -> None:
    clock = Clock()
    assert clock.faster().speed == 1.0
    for _ in range(9):
        clock = clock.slower()
    assert clock.speed == SPEEDS[0]
    assert clock.faster().speed == SPEEDS[1]
