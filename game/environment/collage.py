"""Which projector paints which face where faces are not shared: the look of a collage, with hard seams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from game.environment.description import Face, Projector
from game.environment.geometry import normal_of
from game.environment.optics import Sphere, to_pixels
from models.rotations import Array

_SHOWN = 0.5  # part of a face that has to be in the photograph's frame


def winner(face: Face, projectors: Sequence[tuple[int, Projector]]) -> int | None:
    """The number of the projector that paints ``face``; None: no photograph shows half of it from its front.

    The highest priority wins; among equals, who meets the face most squarely.
    """
    best: tuple[float, float] | None = None
    chosen = None
    for number, projector in projectors:
        facing = _facing(face, projector)
        if facing <= 0.0 or _part_shown(face, projector) < _SHOWN:
            continue
        if best is None or (projector.priority, facing) > best:
            best, chosen = (projector.priority, facing), number
    return chosen


def _facing(face: Face, projector: Projector) -> float:
    """Cosine between the face's normal and the way to the camera, at the face's middle."""
    gaze = np.array(projector.camera.position) - np.array(face).mean(axis=0)
    return float(normal_of(face) @ gaze / max(float(np.linalg.norm(gaze)), 1e-9))


def _part_shown(face: Face, projector: Projector) -> float:
    camera = projector.camera
    if isinstance(camera, Sphere):
        return 1.0
    pixels = to_pixels(camera, _samples(face))
    return float(np.mean(np.all((pixels >= 0.0) & (pixels < camera.size), axis=-1)))


def _samples(face: Face) -> Array:
    """Points on the face: between its middle and its edges."""
    corners = np.array(face)
    edges = np.concatenate((corners, 0.5 * (corners + np.roll(corners, -1, axis=0))))
    middle = corners.mean(axis=0)
    return np.concatenate([middle + part * (edges - middle) for part in (0.0, 0.3, 0.6, 0.9)])
