"""Triangles to pixels: each pixel once, shares that add up, the nearer one wins."""

from __future__ import annotations

import numpy as np

from game.avatar.raster import depth_map, fragments

SQUARE = np.array([[1.0, 1.0], [9.0, 1.0], [9.0, 7.0], [1.0, 7.0]])
HALVES = np.array([[0, 1, 2], [0, 2, 3]])


def test_a_square_of_two_triangles_covers_each_pixel() -> None:
    found = fragments(SQUARE, HALVES, (12, 10))
    covered = np.zeros((10, 12), dtype=int)
    np.add.at(covered, (found.row, found.column), 1)
    # a pixel whose middle lies on the common edge belongs to both
    assert (covered[1:7, 1:9] >= 1).all()
    assert covered.sum() <= 48 + 8
    assert (covered[0] == 0).all()
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0)
    np.testing.assert_allclose(found.mix(SQUARE, HALVES), np.stack((found.column, found.row), axis=1) + 0.5)


def test_what_lies_outside_or_nowhere_is_left_out() -> None:
    points = np.array([[-20.0, -20.0], [-10.0, -20.0], [-10.0, -10.0], [np.nan, 1.0], [4.0, 4.0], [4.0, 4.0]])
    assert len(fragments(points, np.array([[0, 1, 2], [3, 4, 0], [4, 5, 4]]), (8, 8)).row) == 0
    half = fragments(np.array([[-4.0, 0.0], [4.0, 0.0], [4.0, 8.0]]), np.array([[0, 1, 2]]), (8, 8))
    assert half.column.min() == 0
    assert half.row.max() == 7


def test_the_nearer_surface_is_seen_and_depth_is_right_in_perspective() -> None:
    points = np.concatenate((SQUARE, SQUARE))
    depth = np.array([2.0, 4.0, 4.0, 2.0, 5.0, 5.0, 5.0, 5.0])
    seen = depth_map(points, depth, np.concatenate((HALVES, HALVES + 4)), (12, 10))
    assert np.isinf(seen[0]).all()
    share = (np.arange(1, 9) + 0.5 - 1.0) / 8.0
    np.testing.assert_allclose(seen[4, 1:9], 1.0 / (0.5 + share * (0.25 - 0.5)))
    far = depth_map(points, depth[::-1], np.concatenate((HALVES, HALVES + 4)), (12, 10))
    assert (far[1:7, 1:9] < 5.0).all()
