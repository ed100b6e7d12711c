from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from game.environment.decompose import MOST_TRIANGLES, Triangles, convex_pieces, simplified, welded
from models.rotations import Array

SIDES = np.array(
    [(0, 2, 3), (0, 3, 1), (4, 5, 7), (4, 7, 6), (0, 1, 5), (0, 5, 4), (2, 6, 7), (2, 7, 3), (0, 4, 6), (0, 6, 2)]
    + [(1, 3, 7), (1, 7, 5)]
)


def blocks(*spans: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]) -> tuple[Array, Triangles]:
    """Blocks by their spans along x, y, z: points and triangles."""
    corners = [[(x, y, z) for x in xs for y in ys for z in zs] for xs, ys, zs in spans]
    points = np.array(corners, dtype=np.float64).reshape(-1, 3)
    return points, np.concatenate([SIDES + 8 * i for i in range(len(spans))])


def torus(around: int, across: int) -> tuple[Array, Triangles]:
    """A ring of 0.6 m about the upright, 0.2 m thick on either side."""
    a, b = np.meshgrid(*(np.arange(n) for n in (around, across)), indexing="ij")
    u, v = 2 * np.pi * a / around, 2 * np.pi * b / across
    reach = 0.6 + 0.2 * np.cos(v)
    points = np.stack((reach * np.cos(u), reach * np.sin(u), 0.2 * np.sin(v)), axis=-1).reshape(-1, 3)
    quads = [(a, b), ((a + 1) % around, b), ((a + 1) % around, (b + 1) % across), (a, (b + 1) % across)]
    i, j, k, m = ((p * across + q).ravel() for p, q in quads)
    return points, np.concatenate((np.stack((i, j, k), axis=1), np.stack((i, k, m), axis=1)))


def inside(pieces: tuple[Array, ...], point: tuple[float, float, float]) -> bool:
    hulls = [ConvexHull(piece) for piece in pieces]
    return any(bool(np.all(hull.equations @ (*point, 1.0) <= 1e-9)) for hull in hulls)


def test_every_part_of_a_table_is_a_piece_of_its_own() -> None:
    legs = [((x, x + 0.05), (y, y + 0.05), (0.0, 0.7)) for x in (0.0, 1.15) for y in (0.0, 0.75)]
    points, triangles = welded(*blocks(((0.0, 1.2), (0.0, 0.8), (0.72, 0.75)), *legs))
    pieces = convex_pieces(points, triangles)
    assert len(pieces) == 5
    assert sum(ConvexHull(piece).volume for piece in pieces) == pytest.approx(1.2 * 0.8 * 0.03 + 4 * 0.05**2 * 0.7)
    assert inside(pieces, (0.6, 0.4, 0.74))
    assert not inside(pieces, (0.6, 0.4, 0.3))  # one can crawl below it


def test_what_is_hollow_is_cut_and_stays_hollow() -> None:
    pieces = convex_pieces(*torus(16, 8))
    assert len(pieces) > 3
    assert not inside(pieces, (0.0, 0.0, 0.0))
    angles = np.linspace(0.0, 2.0 * np.pi, 13)
    assert all(inside(pieces, (0.6 * float(np.cos(a)), 0.6 * float(np.sin(a)), 0.0)) for a in angles)


def test_what_is_flat_gets_some_thickness_below() -> None:
    points = np.array([(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 1.0), (0.0, 1.0, 1.0)])
    (piece,) = convex_pieces(points, np.array([(0, 1, 2), (0, 2, 3)]))
    assert piece[:, 2].max() == pytest.approx(1.0)
    assert 0.9 < piece[:, 2].min() < 1.0


def test_a_fine_mesh_is_simplified_and_keeps_its_form() -> None:
    points, triangles = torus(80, 40)
    fewer, left = simplified(points, triangles)
    assert len(left) <= MOST_TRIANGLES
    off = np.hypot(np.hypot(fewer[:, 0], fewer[:, 1]) - 0.6, fewer[:, 2]) - 0.2
    assert np.abs(off).max() < 0.01


def test_points_that_are_one_are_welded_and_lines_are_gone() -> None:
    points = np.array([(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1e-6)])
    once, left = welded(points, np.array([(0, 1, 2), (0, 3, 1)]))
    assert (len(once), len(left)) == (3, 1)
