from __future__ import annotations

import numpy as np

from game.environment.bake import Patch, fill_gaps, fill_patches


def _picture(size: int = 32) -> np.ndarray:
    return np.zeros((size, size, 4), np.uint8)


def test_gaps_get_the_colours_around_them_and_the_rest_stays() -> None:
    picture = _picture()
    picture[:, :10] = (200, 0, 0, 255)
    picture[:, 22:] = (0, 0, 100, 255)
    filled = fill_gaps(picture)
    np.testing.assert_array_equal(filled[:, :10], picture[:, :10, :3])
    np.testing.assert_array_equal(filled[:, 22:], picture[:, 22:, :3])
    gap = filled[16, 10:22].astype(int)
    assert np.all(np.diff(gap[:, 0]) <= 0)  # from red to blue, step by step
    assert np.all(np.diff(gap[:, 2]) >= 0)
    assert gap[0, 0] > 120
    assert gap[-1, 2] > 60


def test_one_known_texel_colours_everything() -> None:
    picture = _picture()
    picture[3, 20] = (10, 120, 230, 255)
    np.testing.assert_allclose(fill_gaps(picture), np.broadcast_to((10, 120, 230), (32, 32, 3)), atol=1)


def _patch(left: float, right: float, corners: list[tuple[float, float, float]]) -> Patch:
    """Columns ``left`` to ``right`` of a picture of 32 texels, as high as it is."""
    return Patch(np.array([[left, 0.0], [right, 0.0], [right, 32.0], [left, 32.0]]) / 32, np.array(corners))


def test_a_surface_takes_its_colours_from_itself() -> None:
    picture = _picture()
    picture[:, :4] = (200, 0, 0, 255)  # the left surface is half seen, the right one beside it in full
    picture[:, 8:24] = (0, 200, 0, 255)
    left = _patch(0.0, 7.5, [(0, 0, 0), (1, 0, 0), (1, 0, 4), (0, 0, 4)])
    right = _patch(8.0, 24.0, [(1, 0, 0), (3, 0, 0), (3, 0, 4), (1, 0, 4)])
    filled = fill_patches(picture, [[left], [right]])
    np.testing.assert_allclose(filled[:, :8], np.broadcast_to((200, 0, 0), (32, 8, 3)), atol=1)
    np.testing.assert_array_equal(filled[:, 8:24], picture[:, 8:24, :3])


def test_a_side_carries_on_the_edge_that_it_meets_in_space() -> None:
    picture = _picture()
    picture[:16, :8] = (200, 0, 0, 255)  # a front, red above and green below; its side lies elsewhere in the picture
    picture[16:, :8] = (0, 200, 0, 255)
    front = _patch(0.0, 8.0, [(0, 0, 0), (1, 0, 0), (1, 0, 4), (0, 0, 4)])
    side = _patch(20.0, 28.0, [(1, 0, 0), (1, 1, 0), (1, 1, 4), (1, 0, 4)])
    filled = fill_patches(picture, [[front, side]])
    np.testing.assert_allclose(filled[:12, 20:28], np.broadcast_to((200, 0, 0), (12, 8, 3)), atol=30)
    np.testing.assert_allclose(filled[20:, 20:28], np.broadcast_to((0, 200, 0), (12, 8, 3)), atol=30)


def test_what_no_photograph_reaches_takes_the_colours_of_what_is_near() -> None:
    picture = _picture()
    picture[:, :8] = (0, 0, 200, 255)
    picture[:, 8:16] = (0, 200, 0, 255)
    far = _patch(0.0, 8.0, [(9, 0, 0), (10, 0, 0), (10, 0, 4), (9, 0, 4)])
    near = _patch(8.0, 16.0, [(1, 0, 0), (2, 0, 0), (2, 0, 4), (1, 0, 4)])
    couch = _patch(24.0, 32.0, [(0, 0, 0), (1, 0, 0), (1, 0, 4), (0, 0, 4)])
    filled = fill_patches(picture, [[far], [near], [couch]])
    np.testing.assert_allclose(filled[:, 24:], np.broadcast_to((0, 200, 0), (32, 8, 3)), atol=1)
