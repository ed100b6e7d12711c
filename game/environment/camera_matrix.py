"""From the camera-to-world matrix of other programs to a camera of ours."""

from __future__ import annotations

import numpy as np

from game.environment.optics import Camera, vec3
from models.errors import InputError
from models.rotations import Array

_RIGID = 1e-3  # how far a matrix may be off a pure rotation

Y_UP_TO_Z_UP: Array = np.array([[1.0, 0, 0, 0], [0, 0, -1.0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
"""Turns a world with Y up so that Z is up, ``(4, 4)``, from the left."""


def camera_from(
    where: str,
    matrix: Array,
    focal: float,
    size: tuple[int, int],
    principal_point: tuple[float, float] | None = None,
    distortion: tuple[float, float] = (0.0, 0.0),
) -> Camera:
    """A camera from its matrix ``(4, 4)`` in OpenGL's manner: columns are right, up, back and position in m, Z up.

    ``where`` names the file in messages; focal length and principal point (None: the middle) in pixels.

    Raises:
        InputError: the focal length is zero, or the matrix is no pure rotation and position.
    """
    if not focal > 0.0 or not np.isfinite(focal):
        raise InputError(f"{where}: the focal length is zero; match the camera again and export it")
    turn = matrix[:3, :3]
    if not np.all(np.isfinite(matrix)) or not np.allclose(turn @ turn.T, np.eye(3), atol=_RIGID):
        raise InputError(f"{where}: the camera's matrix is singular or skewed; export a pure rotation and position")
    if np.linalg.det(turn) < 0.0:
        raise InputError(f"{where}: the camera's matrix is mirrored; take the scale of -1 away and export it again")
    middle = (0.5 * size[0], 0.5 * size[1])
    axes = (vec3(turn[:, 0]), vec3(-turn[:, 2]), vec3(turn[:, 1]))
    return Camera(vec3(matrix[:3, 3]), axes, focal, size, principal_point or middle, distortion=distortion)


def unscaled(matrix: Array) -> Array:
    """``matrix`` ``(4, 4)`` without the uniform scale that a node above the camera may carry; its position stays."""
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.all(lengths > 0.0) or np.ptp(lengths) > _RIGID * lengths.max():
        return matrix
    out = matrix.copy()
    out[:3, :3] /= lengths
    return out
