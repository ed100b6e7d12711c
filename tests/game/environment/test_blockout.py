"""Blocks that are clicked where a camera shows their corners come back as they are."""

from __future__ import annotations

import numpy as np
import pytest

from game.environment import blockout
from game.environment.optics import to_pixels
from models.errors import InputError
from tests.game.environment.test_matching import TRUE, seen


def click(*points: tuple[float, float, float]) -> list[tuple[float, float, float]]:
    """Ground points as they are found from their pixels."""
    return [blockout.on_ground(TRUE, pixel) for pixel in seen(TRUE, *points)]


def test_a_pixel_meets_the_ground_where_it_shows_it() -> None:
    np.testing.assert_allclose(click((0.5, 1.5, 0.0))[0], (0.5, 1.5, 0.0), atol=1e-9)


@pytest.mark.parametrize("pixel", [(800.0, 100.0), (800.0, seen(TRUE, (-900.0, 1500.0, 0.0))[0][1])])
def test_the_sky_and_what_is_too_far_are_not_the_ground(pixel: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="not on the ground"):
        blockout.on_ground(TRUE, pixel)


def test_a_height_is_measured_above_its_foot() -> None:
    (top,) = seen(TRUE, (0.5, 1.5, 2.2))
    assert blockout.height_at(TRUE, (0.5, 1.5, 0.0), top) == pytest.approx(2.2)
    beside = top[0] + 3.0, top[1]  # nobody drags exactly upwards
    assert blockout.height_at(TRUE, (0.5, 1.5, 0.0), beside) == pytest.approx(2.2, abs=0.01)
    with pytest.raises(InputError, match="not above the ground"):
        blockout.height_at(TRUE, (0.5, 1.5, 0.0), (top[0], 990.0))


def test_a_box_is_found_from_its_front_its_back_and_its_top() -> None:
    turned = np.radians(20.0)
    along, inward = np.array([np.cos(turned), np.sin(turned), 0.0]), np.array([-np.sin(turned), np.cos(turned), 0.0])
    left = np.array([-1.0, 1.0, 0.0])
    right, back = left + 2.0 * along, left + 0.3 * along + 1.5 * inward
    a, b, c = click(tuple(right), tuple(left), tuple(back))  # whichever end first
    entry = blockout.box("crate", TRUE, a, b, c, 1.2)
    np.testing.assert_allclose(entry["size"], (2.0, 1.5, 1.2), atol=2e-3)
    assert entry["heading"] == pytest.approx(20.0, abs=0.01)
    np.testing.assert_allclose(entry["position"], left + along + 0.75 * inward, atol=2e-3)
    corners = np.array(blockout.faces_of(entry, TRUE)).reshape(-1, 3)
    assert min(np.linalg.norm(corners - left, axis=1)) < 3e-3


def test_a_wall_shows_its_front_to_the_camera() -> None:
    a, b = click((2.0, 2.0, 0.0), (-2.0, 3.0, 0.0))
    entry = blockout.wall("fence", TRUE, a, b, 1.8)
    np.testing.assert_allclose(entry["start"], (-2.0, 3.0), atol=1e-3)
    (face,) = blockout.faces_of(entry, TRUE)
    (u0, _), (u1, _), *_ = to_pixels(TRUE, np.array(face))
    assert u0 < u1


def test_a_card_and_a_ground_lie_between_their_points() -> None:
    a, b = click((-1.0, 2.0, 0.0), (1.0, 2.0, 0.0))
    entry = blockout.card("sign", TRUE, a, b, 1.5)
    np.testing.assert_allclose(entry["size"], (2.0, 1.5), atol=1e-3)
    np.testing.assert_allclose(entry["position"], (0.0, 2.0, 0.0), atol=1e-3)
    lawn = blockout.ground("lawn", TRUE, *click((-2.0, 4.0, 0.0), (1.0, 0.0, 0.0)))
    face = np.array(blockout.faces_of(lawn, TRUE)[0])
    for corner in ((-2.0, 4.0, 0.0), (1.0, 0.0, 0.0)):
        assert min(np.linalg.norm(face - corner, axis=1)) < 2e-3


def test_a_cut_out_covers_its_outline_and_stands_on_its_foot() -> None:
    (foot,) = click((0.0, 2.0, 0.0))
    u, v = seen(TRUE, (0.0, 2.0, 0.0))[0]
    outline = [(u - 40.0, v), (u + 40.0, v), (u + 60.0, v - 300.0), (u, v - 200.0), (u - 60.0, v - 300.0)]
    for depth in (0.0, 0.4):
        entry = blockout.cut_out("figure", TRUE, "photograph", foot, outline, depth)
        shown = to_pixels(TRUE, np.array(blockout.faces_of(entry, TRUE)[0]))
        for pixel in outline:
            assert min(np.linalg.norm(shown - pixel, axis=1)) < 0.3


@pytest.mark.parametrize(
    ("outline", "said"),
    [
        ([(700.0, 700.0), (800.0, 700.0)], "three points"),
        ([(700.0, 700.0), (800.0, 600.0), (800.0, 700.0), (700.0, 560.0), (690.0, 800.0)], "crosses itself"),
    ],
)
def test_an_outline_that_is_no_shape_is_refused(outline: list[tuple[float, float]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        blockout.cut_out("figure", TRUE, "photograph", (0.0, 2.0, 0.0), outline, 0.0)


def test_points_on_one_spot_make_no_block() -> None:
    with pytest.raises(InputError, match="on one spot"):
        blockout.wall("fence", TRUE, (1.0, 2.0, 0.0), (1.0, 2.0, 0.0), 2.0)


def test_a_click_near_a_corner_takes_it() -> None:
    corners = [(0.0, 2.0, 0.0), (0.0, 2.0, 1.0)]
    (u, v) = seen(TRUE, corners[1])[0]
    assert blockout.corner_near(TRUE, corners, (u + 6.0, v - 6.0)) == corners[1]
    assert blockout.corner_near(TRUE, corners, (u + 60.0, v)) is None
    assert blockout.corner_near(TRUE, [], (u, v)) is None


def test_what_a_pixel_shows_first_is_picked() -> None:
    near = blockout.wall("near", TRUE, (-1.0, 2.0, 0.0), (1.0, 2.0, 0.0), 1.0)
    far = blockout.wall("far", TRUE, (-3.0, 6.0, 0.0), (3.0, 6.0, 0.0), 2.5)
    faces = {str(entry["name"]): blockout.faces_of(entry, TRUE) for entry in (far, near)}
    behind = ((-9.0, -9.0, 0.0), (9.0, -9.0, 0.0), (9.0, 9.0, 0.0), (-9.0, 9.0, 0.0))
    for point, name in [((0.0, 2.0, 0.5), "near"), ((0.0, 6.0, 2.2), "far"), ((0.0, 1.0, 0.0), None)]:
        assert blockout.pick(TRUE, faces | {"ground": (behind,)}, seen(TRUE, point)[0]) == name


def test_names_are_never_given_twice() -> None:
    assert blockout.free_name("wall", ["wall 1", "wall 3", "ground"]) == "wall 2"
