"""Never above the ceiling, untouched below it."""

from __future__ import annotations

import numpy as np
import pytest

from game.sound.decode import RATE
from game.sound.limiter import CEILING_DB, DELAY, Limiter
from models.rotations import Array

CEILING = 10.0 ** (CEILING_DB / 20.0)


def tone(level: float, seconds: float = 0.5) -> Array:
    wave = level * np.sin(2.0 * np.pi * 220.0 * np.arange(round(seconds * RATE)) / RATE)
    return np.stack((wave, 0.5 * wave), axis=1)


def test_below_the_ceiling_nothing_changes() -> None:
    sound = tone(0.85)
    limited = Limiter().process(sound)
    np.testing.assert_allclose(limited[DELAY:], sound[:-DELAY], atol=1e-6)
    assert not limited[:DELAY].any()


@pytest.mark.parametrize("level", [1.0, 4.0, 100.0])
def test_above_it_every_sample_stays_below_and_sides_keep_their_balance(level: float) -> None:
    sound = np.concatenate((tone(0.1), tone(level), tone(0.1)))
    limited = Limiter().process(sound)
    assert np.abs(limited).max() <= CEILING + 1e-5
    assert np.abs(limited).max() > 0.9 * CEILING
    np.testing.assert_allclose(limited[:, 1], 0.5 * limited[:, 0], atol=1e-6)


def test_a_lone_peak_and_noise_do_not_pass() -> None:
    noise = np.random.default_rng(3).normal(0.0, 1.0, (RATE, 2))
    noise[5000] = 50.0
    assert np.abs(Limiter().process(noise)).max() <= CEILING + 1e-5


def test_gain_glides_down_before_the_peak() -> None:
    sound = np.full((4000, 2), 0.5)
    sound[2000:] = 4.0
    gain = Limiter().process(sound)[DELAY:, 0] / sound[: 4000 - DELAY, 0]
    steps = np.diff(gain)
    assert steps.min() >= -1.01 * (1.0 - CEILING / 4.0) / (DELAY + 1)
    assert gain[1900] == pytest.approx(1.0)
    assert gain[2000] == pytest.approx(CEILING / 4.0, rel=1e-4)


def test_it_lets_go_again() -> None:
    sound = np.concatenate((tone(4.0), tone(0.5, 1.0)))
    limited = Limiter().process(sound)
    np.testing.assert_allclose(limited[-4800:], sound[-4800 - DELAY : -DELAY], atol=1e-5)


def test_blocks_of_any_length_give_the_same() -> None:
    sound = np.random.default_rng(4).normal(0.0, 0.7, (9000, 2))
    whole = Limiter().process(sound)
    limiter, parts = Limiter(), []
    for block in np.split(sound, [1, 7, 70, 400, 912, 3000]):
        parts.append(limiter.process(block))
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)
