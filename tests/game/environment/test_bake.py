from __future__ import annotations

import numpy as np

from game.environment.bake import fill_gaps, fill_patches


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


def test_a_surface_takes_its_colours_from_itself() -> None:
    picture = _picture()
    picture[:, :4] = (200, 0, 0, 255)  # the left surface is half seen, the right one below it in full
    picture[:, 8:24] = (0, 200, 0, 255)
    left = np.array([[0.0, 0.0], [7.5, 0.0], [7.5, 32.0], [0.0, 32.0]]) / 32
    right = np.array([[8.0, 0.0], [24.0, 0.0], [24.0, 32.0], [8.0, 32.0]]) / 32
    filled = fill_patches(picture, [[left], [right]])
    np.testing.assert_allclose(filled[:, :8], np.broadcast_to((200, 0, 0), (32, 8, 3)), atol=1)
    np.testing.assert_array_equal(filled[:, 8:24], picture[:, 8:24, :3])
