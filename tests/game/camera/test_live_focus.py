from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from panda3d.core import CardMaker

from game.camera.depth_of_field import blur
from game.camera.lens import Lens, apply
from game.camera.live_focus import TOO_SLOW, LiveFocus
from game.still import still

SHARP = Lens(50.0, focus_distance=4.0, aperture=2.8, depth_of_field=True)


@pytest.fixture
def edge(base: Any) -> Iterator[Any]:
    """A white half-plane 4 m before the camera, black behind; it can be moved."""
    base.setBackgroundColor(0.0, 0.0, 0.0)
    maker = CardMaker("white")
    maker.set_frame(0.0, 50.0, -50.0, 50.0)
    card = base.render.attach_new_node(maker.generate())
    card.set_y(4.0)
    base.camera.set_pos_hpr(0, 0, 0, 0, 0, 0)
    apply(SHARP, base.cam, 960 / 519)
    yield card
    base.setBackgroundColor(0.5, 0.5, 0.5)


@pytest.fixture
def live(base: Any) -> Iterator[LiveFocus]:
    live = LiveFocus(base)
    yield live
    live.destroy()


def width_of_edge(base: Any) -> int:
    """Pixels of the middle row that are neither black nor white."""
    row = still(base, 960 / 519)[260, :, 1]
    return int(((row > 20) & (row < 235)).sum())


def test_only_what_is_out_of_focus_is_blurred_as_far_as_the_lens_says(base, edge, live):
    live.update(True, SHARP, 1.0, 60.0, 0.02)
    assert live.on
    assert width_of_edge(base) <= 2
    near = Lens(50.0, focus_distance=2.0, aperture=2.8, depth_of_field=True)
    live.update(True, near, 1.0, 60.0, 0.02)
    # White before a black that is far away spreads by its own circle, whose rim is soft by a pixel either way.
    assert 0.5 * blur(near, 4.0, 960) < width_of_edge(base) < blur(near, 4.0, 960) + 3.0


def test_a_clear_lens_and_being_switched_off_leave_the_picture_alone(base, edge, live):
    plain = still(base, 960 / 519)
    near = Lens(50.0, focus_distance=2.0, aperture=1.4, depth_of_field=True)
    live.update(True, near, 1.0, 60.0, 0.02)
    assert not np.array_equal(still(base, 960 / 519), plain)
    live.update(True, Lens(50.0), 1.0, 60.0, 0.02)
    assert np.array_equal(still(base, 960 / 519), plain)
    live.update(True, near, 1.0, 60.0, 0.02)
    live.update(False, near, 1.0, 60.0, 0.02)
    assert not live.on
    assert np.array_equal(still(base, 960 / 519), plain)


def test_a_machine_that_is_too_slow_is_let_alone_until_asked_anew(edge, live):
    for _ in range(10):
        live.update(True, SHARP, 1.0, TOO_SLOW - 1, 0.3)
    assert live.too_slow
    assert not live.on
    live.update(False, SHARP, 1.0, 60.0, 0.02)
    live.update(True, SHARP, 1.0, 60.0, 0.02)
    assert live.on
    for fps in (TOO_SLOW - 1, 60.0) * 6:  # a hitch now and then is no reason
        live.update(True, SHARP, 1.0, fps, 0.5)
    assert live.on
