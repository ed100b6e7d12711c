"""Smoothing without delay."""

from __future__ import annotations

import numpy as np
import pytest

from game.takes.resmooth import zero_lag
from models import rotations
from models.rotations import Array

RATE = 60


def smoothed(values: Array, damping: float = 0.4, cuts: tuple[int, ...] = ()) -> tuple[Array, Array]:
    """Values (n,) as x of a position, and as an angle about z."""
    seconds = np.arange(len(values)) / RATE
    positions = np.stack((values, 0 * values, 0 * values), axis=-1)
    out, turns = zero_lag(seconds, positions, rotations.about(2, values), damping, damping, cuts)
    return out[:, 0], rotations.twist_angle(turns, 2)


def test_a_straight_way_stays_as_it_is_even_at_its_ends() -> None:
    way = np.linspace(0.0, 2.0, 5 * RATE)
    for out in smoothed(way):
        np.testing.assert_allclose(out, way, atol=1e-6)


def test_nothing_comes_late() -> None:
    """A wave keeps its phase exactly and loses height; live damping moves it."""
    time = np.arange(20 * RATE) / RATE
    wave = 0.5 * np.sin(2 * np.pi * 0.5 * time)
    for out in smoothed(wave):
        middle = slice(4 * RATE, 16 * RATE)
        sine = np.sum(out[middle] * np.sin(np.pi * time[middle]))
        cosine = np.sum(out[middle] * np.cos(np.pi * time[middle]))
        assert abs(np.degrees(np.arctan2(cosine, sine))) < 0.1
        assert 0.3 < np.abs(out[middle]).max() < 0.49


def test_tremor_goes_and_the_way_stays() -> None:
    rng = np.random.default_rng(3)
    way = np.linspace(0.0, 1.0, 10 * RATE)
    for out in smoothed(way + rng.normal(0.0, 0.01, len(way)), 0.6):
        assert np.std(np.diff(out, 2)) < 0.02 * np.std(np.diff(way + rng.normal(0.0, 0.01, len(way)), 2))
        assert np.abs(out - way)[RATE:-RATE].max() < 0.006


def test_a_cut_is_not_blurred() -> None:
    jump = np.concatenate((np.zeros(RATE), np.ones(RATE)))
    for out in smoothed(jump, cuts=(RATE,)):
        np.testing.assert_allclose(out, jump, atol=1e-12)
    assert 0.2 < smoothed(jump)[0][RATE - 3] < 0.5


def test_without_damping_nothing_changes() -> None:
    values = np.random.default_rng(1).normal(size=50)
    np.testing.assert_array_equal(smoothed(values, 0.0)[0], values)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_paths_come_back_whole(count: int) -> None:
    values = np.linspace(0.0, 0.1, count)
    np.testing.assert_allclose(smoothed(values, 5.0)[0], values, atol=1e-4)
