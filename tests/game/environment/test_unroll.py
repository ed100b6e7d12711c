"""A made-up street on a cylinder that is tilted: what is straight in the world comes out straight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from game.environment.drawing import Drawing, Length, Line
from game.environment.optics import axes_of
from game.environment.unroll import Cylinder, View, measure, unroll, unrolled_drawing
from models.errors import InputError
from models.rotations import Array

SIZE = (4000, 1400)
TRUE = Cylinder(1500.0, 640.0, SIZE)
AXES = np.array(axes_of(12.0, 3.0, -2.0))  # of the cylinder, seen from its middle


def on_cylinder(points: Array) -> Array:
    """World points ``(N, 3)`` -> pixels of the panorama, taken from the origin."""
    right, forward, up = (points @ AXES.T).T
    phi = np.arctan2(right, forward)
    return np.column_stack(
        (0.5 * SIZE[0] + TRUE.focal * phi, TRUE.equator - TRUE.focal * up / np.hypot(right, forward))
    )


def edge(start: tuple[float, float, float], end: tuple[float, float, float], count: int = 9) -> Line:
    points = on_cylinder(np.linspace(start, end, count))
    return Line("x", tuple((float(u), float(v)) for u, v in points))


ARCS = Drawing(
    (edge((-5, 6, -1.6), (4, 6, -1.6)), edge((-9, 12, 5), (9, 12, 5)), edge((-3, 4, -1.6), (4, 7, -1.6))), height=1.6
)


def test_arcs_tell_how_far_round_a_panorama_goes() -> None:
    found, error = measure(ARCS, SIZE)
    assert found.focal == pytest.approx(TRUE.focal, rel=1e-3)
    assert found.equator == pytest.approx(TRUE.equator, abs=1.0)
    assert found.degrees == pytest.approx(np.degrees(4000 / 1500), abs=0.2)
    assert error < 0.1


@pytest.mark.parametrize("view", [View(100.0), View(60.0, 25.0)])
def test_edges_are_straight_in_the_view(view: View) -> None:
    lines = unrolled_drawing(ARCS, TRUE, view).lines
    assert lines
    for line in lines:
        points = np.array(line.points)
        away = points - points.mean(axis=0)
        assert np.linalg.svd(away, compute_uv=False)[-1] < 0.1  # no point lies off the line


def test_the_view_shows_in_its_pixels_what_its_lines_say() -> None:
    panorama = np.zeros((*reversed(SIZE), 3), np.uint8)
    u, v = np.round(on_cylinder(np.array([(-1.0, 5.0, 0.4)]))[0]).astype(int)
    panorama[v - 4 : v + 5, u - 4 : u + 5] = 255
    view = View(90.0, -8.0)
    seen = unroll(panorama, TRUE, view)
    assert seen.shape == (SIZE[1], view.size(TRUE)[0], 3)
    drawing = unrolled_drawing(Drawing(origin=(float(u), float(v))), TRUE, view)
    assert drawing.origin is not None
    middle = np.argwhere(seen[..., 0] > 128).mean(axis=0)
    np.testing.assert_allclose(middle[::-1], drawing.origin, atol=1.0)
    assert drawing.principal_point == (0.5 * seen.shape[1], TRUE.equator)
    assert drawing.focal == TRUE.focal


def test_what_falls_out_of_the_view_is_left_away() -> None:
    length = Length(((10.0, 700.0), (10.0, 600.0)), 2.0, upright=True)
    drawing = unrolled_drawing(replace(ARCS, origin=(3990.0, 700.0), length=length), TRUE, View(40.0))
    assert drawing.origin is None
    assert drawing.length is None
    assert drawing.height == 1.6


def test_too_few_arcs_and_a_view_that_is_too_wide_are_refused() -> None:
    with pytest.raises(InputError, match="too few arcs"):
        measure(Drawing(ARCS.lines[:1]), SIZE)
    with pytest.raises(InputError, match="too few arcs"):
        measure(Drawing(tuple(replace(line, points=line.points[:2]) for line in ARCS.lines)), SIZE)
    panorama = np.zeros((*reversed(SIZE), 3), np.uint8)
    with pytest.raises(InputError, match="goes beyond the panorama; at heading 50 give at most 53 degrees"):
        unroll(panorama, TRUE, View(100.0, 50.0))
    with pytest.raises(InputError, match="give 5 to 150"):
        unroll(panorama, TRUE, View(170.0))
