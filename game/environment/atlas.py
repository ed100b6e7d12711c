"""Texture coordinates for geometry: every face gets its own patch of one square picture, by how much photographs show.

Patches are rectangles, packed on shelves. A face that a camera sees from near to far is first split, so that its near
part gets the texels that the photograph has there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from game.environment.description import Face
from game.environment.geometry import normal_of
from game.environment.optics import Camera, to_pixels, vec3
from models.errors import InputError
from models.rotations import Array

_GRID = 8  # cells along each side of a face, where its size in photographs is measured
_GAP = 2.0  # texels between patches
_LEAST = 4.0  # texels of a patch's side
_UNEVEN = 8.0  # times as many pixels for a square metre in one part of a face as in another: it is split
_SMALL = 64.0  # pixels of a photograph; a face that is seen smaller is not split
_HALVINGS = 24  # of the search for the scale; the packing is then full to a millionth


def room_for(faces: int, least: int) -> int:
    """The side in texels of a picture that has room for so many faces: ``least`` or a multiple by 2, 4, 8 …"""
    size = least
    while (size // (2 * _LEAST)) ** 2 < faces:
        size *= 2
    return size


def unwrap(faces: Sequence[Face], cameras: Sequence[Camera], size: int) -> list[Array]:
    """Texture coordinates ``(corners, 2)`` of each face in a picture of ``size`` by ``size`` texels, v upwards.

    Raises:
        InputError: there is no room for so many faces.
    """
    flats = [_flatten(face) for face in faces]
    extents = np.array([np.maximum(flat.max(axis=0), 1e-9) for flat in flats])
    areas = np.array([_areas(face, cameras).sum() for face in faces])
    # As many texels as pixels, in the shape that the face has in the world, if not longer than 8 times its width.
    shape = np.clip(extents[:, 0] / extents[:, 1], 0.125, 8.0)
    wanted = np.stack((np.sqrt(areas * shape), np.sqrt(areas / shape)), axis=1)
    sides, corners = _fit(wanted, size)
    return [
        (corner + 0.5 + flat / extent * (side - 1.0)) / size
        for corner, flat, extent, side in zip(corners, flats, extents, sides, strict=True)
    ]


def split(face: Face, cameras: Sequence[Camera], depth: int = 6) -> list[Face]:
    """The face in quarters, and quarters of quarters, until photographs show each evenly; only four corners split."""
    areas = _areas(face, cameras)
    even = areas.max() <= _UNEVEN * areas.min()
    if even or depth == 0 or len(face) != 4 or areas.sum() < _SMALL**2:
        return [face]
    a, b, c, d = (np.array(corner) for corner in face)
    ab, bc, cd, da, middle = 0.5 * (a + b), 0.5 * (b + c), 0.5 * (c + d), 0.5 * (d + a), 0.25 * (a + b + c + d)
    quarters = ((a, ab, middle, da), (ab, b, bc, middle), (middle, bc, c, cd), (da, middle, cd, d))
    return [part for quarter in quarters for part in split(tuple(vec3(p) for p in quarter), cameras, depth - 1)]


def _axes(face: Face) -> Array:
    """Right along the first edge, and up, as unit vectors ``(2, 3)`` in the face's plane."""
    right = np.array(face[1]) - np.array(face[0])
    right /= np.linalg.norm(right)
    return np.stack((right, np.cross(normal_of(face), right)))


def _flatten(face: Face) -> Array:
    flat = np.array(face) @ _axes(face).T
    return np.asarray(flat - flat.min(axis=0))


def _areas(face: Face, cameras: Sequence[Camera]) -> Array:
    """Pixels ``(_GRID, _GRID)`` that cells of a grid over the face cover in the photograph that shows each best."""
    axes = _axes(face)
    points = np.array(face)
    flat = points @ axes.T
    low, high = flat.min(axis=0), flat.max(axis=0)
    step = np.linspace(0.0, 1.0, _GRID + 1)
    u, v = np.meshgrid(*(low[k] + (high[k] - low[k]) * step for k in range(2)))
    off = points[0] - flat[0] @ axes
    grid = off + u[..., None] * axes[0] + v[..., None] * axes[1]
    best = np.zeros((_GRID, _GRID))
    for camera in cameras:
        pixels = to_pixels(camera, grid)
        middle = 0.5 * (pixels[:-1, :-1] + pixels[1:, 1:])
        shown = np.all((middle >= 0.0) & (middle <= camera.size), axis=-1)
        across, along = pixels[1:, 1:] - pixels[:-1, :-1], pixels[:-1, 1:] - pixels[1:, :-1]
        area = 0.5 * np.abs(across[..., 0] * along[..., 1] - across[..., 1] * along[..., 0])
        best = np.maximum(best, np.where(shown, np.nan_to_num(area), 0.0))
    return best


def _fit(wanted: Array, size: int) -> tuple[Array, Array]:
    """The largest common scale with which all patches find room: their sides and lower left corners ``(N, 2)``."""
    low, high = 0.0, 4.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _pack(np.clip(wanted * middle, _LEAST, size), size) is None:
            high = middle
        else:
            low = middle
    sides = np.clip(wanted * low, _LEAST, size)
    corners = _pack(sides, size)
    if corners is None:
        raise InputError(f"{len(wanted)} faces find no room in a texture of {size} x {size}; choose a larger one")
    return sides, corners


def _pack(sides: Array, size: int) -> Array | None:
    """Lower left corners ``(N, 2)``, high patches first, row above row; None if there is no room for all."""
    corners = np.zeros_like(sides)
    x = y = shelf = 0.0
    for index in np.argsort(-sides[:, 1], kind="stable"):
        width, height = sides[index] + _GAP
        if x + width > size:
            x, y, shelf = 0.0, y + shelf, 0.0
        if x + width > size + _GAP or y + height > size + _GAP:
            return None
        corners[index] = x, y
        x, shelf = x + width, max(shelf, height)
    return corners
