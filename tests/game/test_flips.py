from __future__ import annotations

import numpy as np

from game.flips import Flips
from models import rotations


def turned(degrees: float, sway: float = 0.0) -> np.ndarray:
    """A root turned over backwards so far, heading somewhere and leaning to its side by ``sway`` degrees."""
    side = rotations.about(0, np.radians(sway))
    over = rotations.multiply(rotations.about(1, 0.7), rotations.about(2, np.radians(degrees)))
    return rotations.multiply(over, side)


def seen(angles: np.ndarray, standing_at: tuple[float, ...], sway: float = 0.0) -> int:
    flips = Flips(turned(angles[0]))
    for angle in angles:
        flips.see(turned(float(angle), sway), bool(np.min(np.abs(angle - np.array(standing_at))) < 6.0))
    return flips.count


def test_a_flip_counts_once_it_stands_again() -> None:
    way = np.arange(0.0, 360.0, 12.0)
    assert seen(way, (0.0,)) == 0
    assert seen(way, (0.0, 340.0)) == 1
    assert seen(way, (0.0, 340.0), sway=10.0) == 1
    assert seen(np.arange(0.0, 730.0, 12.0), (0.0, 348.0, 708.0)) == 2


def test_who_turns_half_way_or_forwards_or_rocks_has_not_flipped() -> None:
    assert seen(np.arange(0.0, 320.0, 12.0), (0.0, 312.0)) == 0
    assert seen(-np.arange(0.0, 400.0, 12.0), (0.0, -360.0)) == 0
    rocking = 40.0 * np.sin(np.arange(0.0, 60.0, 0.3))
    assert seen(rocking, (0.0, 30.0, -30.0)) == 0
