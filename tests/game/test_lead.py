from __future__ import annotations

import numpy as np
import pytest

from game.lead import STRAIGHT, Lead
from models.attempt import MOST_TURN, SPEEDS
from models.reference import CONTROL_HZ


def test_nobody_turns_from_one_moment_to_the_next() -> None:
    wanted, lead, turns = Lead(MOST_TURN, 1.3), STRAIGHT, []
    for _ in range(CONTROL_HZ):
        before, lead = lead, lead.towards(wanted, 1.0 / CONTROL_HZ)
        turns.append(lead.turn - before.turn)
    assert max(turns) < 0.1 * MOST_TURN
    assert lead == wanted
    half = STRAIGHT.towards(Lead(-MOST_TURN), 0.25)
    assert half.turn == pytest.approx(-0.5 * MOST_TURN, abs=0.01)
    assert half.speed == 1.0


def test_it_is_led_only_as_it_has_learned_to_follow() -> None:
    assert Lead(9.0, 9.0).within_reach() == Lead(MOST_TURN, SPEEDS[1])
    assert Lead(-9.0, 0.0).within_reach() == Lead(-MOST_TURN, SPEEDS[0])
    assert Lead(0.1, 0.9).within_reach() == Lead(0.1, 0.9)
    steering = Lead(0.1, 0.9).steering()
    assert np.array_equal(steering.turn, [0.1])
    assert np.array_equal(steering.speed, [0.9])


def test_in_words() -> None:
    assert STRAIGHT.words == ""
    assert Lead(np.radians(30.0), 1.0).words == "left 30 deg/s"
    assert Lead(np.radians(-12.0), 0.8).words == "right 12 deg/s, speed 80 %"
    assert Lead(0.3, 1.1).words.isascii()
