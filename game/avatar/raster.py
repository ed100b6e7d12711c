"""Triangles to pixels on the processor, a whole mesh at once: for textures and for what a photograph's camera sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.rotations import Array

_AT_ONCE = 4_000_000  # pixels of the frames of triangles that are tried together: bounds the memory


@dataclass(frozen=True)
class Fragments:
    """Pixels whose middle lies in a triangle: column and row (F,), number of the triangle (F,), shares (F, 3) of its
    corners. A pixel may occur more than once.
    """

    column: NDArray[np.int64]
    row: NDArray[np.int64]
    triangle: NDArray[np.int64]
    shares: Array

    def mix(self, values: Array, triangles: NDArray[np.int64]) -> Array:
        """Values ``(V, …)`` of vertices at the fragments ``(F, …)``."""
        corners = values[triangles[self.triangle]]
        return np.asarray(np.einsum("fk,fk...->f...", self.shares, corners))


def fragments(points: Array, triangles: NDArray[np.int64], size: tuple[int, int]) -> Fragments:
    """All fragments of a flat mesh.

    Args:
        points: ``(V, 2)`` in pixels, (0, 0) is the corner of the first pixel; triangles with NaN are left out.
        triangles: ``(T, 3)``. size: width and height of the picture.
    """
    parts = list(_parts(points[triangles], size))
    columns, rows, numbers, shares = zip(*parts, strict=True)
    return Fragments(np.concatenate(columns), np.concatenate(rows), np.concatenate(numbers), np.concatenate(shares))


def depth_map(points: Array, depth: Array, triangles: NDArray[np.int64], size: tuple[int, int]) -> Array:
    """The least ``depth`` ``(V,)`` of a mesh in each pixel ``(height, width)``, infinity where there is none."""
    found = fragments(points, triangles, size)
    nearest = np.full(size[0] * size[1], np.inf)
    # 1 / depth is what is linear in the picture
    np.minimum.at(nearest, found.row * size[0] + found.column, 1.0 / found.mix(1.0 / depth, triangles))
    return nearest.reshape(size[1], size[0])


def _parts(
    corners: Array, size: tuple[int, int]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]]:
    low = np.ceil(np.nan_to_num(corners.min(axis=1), nan=1e9) - 0.5).clip(0, size).astype(np.int64)
    high = np.floor(np.nan_to_num(corners.max(axis=1), nan=-1e9) + 0.5).clip(0, size).astype(np.int64)
    extent = np.maximum(high - low, 0)
    ends = np.cumsum(extent.prod(axis=1))
    start = 0
    while start < len(corners):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _AT_ONCE, side="right")))
        yield _within(corners[start:stop], low[start:stop], extent[start:stop], start)
        start = stop


def _within(
    corners: Array, low: NDArray[np.int64], extent: NDArray[np.int64], first: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]:
    """Every pixel of the frames of some triangles, and of these the ones inside (edge functions, Pineda 1988)."""
    count = extent.prod(axis=1)
    number = np.repeat(np.arange(len(corners)), count)
    place = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count)
    wide = np.maximum(extent[number, 0], 1)
    column, row = low[number, 0] + place % wide, low[number, 1] + place // wide
    a, b, c = np.moveaxis(corners, 1, 0)
    middle = np.stack((column + 0.5, row + 0.5), axis=1) - a[number]
    area = _cross(b - a, c - a)
    with np.errstate(divide="ignore", invalid="ignore"):
        second = _cross(middle, (c - a)[number]) / area[number]
        third = _cross((b - a)[number], middle) / area[number]
    shares = np.stack((1.0 - second - third, second, third), axis=1)
    inside = (shares >= -1e-9).all(axis=1)
    return column[inside], row[inside], number[inside] + first, shares[inside]


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
