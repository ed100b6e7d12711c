"""The pinhole camera that took a photograph, in numbers only, so that it can be checked without a window.

World: metres, Z up. Camera: X right, Y forward, Z up, as in Panda3D. Pixels: (0, 0) is the top left corner of the
picture, u to the right, v down. Matrices stand left of column vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.coords import hpr_to_wxyz, wxyz_to_xyzw
from models.rotations import Array, rotate

Vec3 = tuple[float, float, float]


@dataclass(frozen=True)
class Camera:
    """position in m; axes: right, forward, up as unit vectors; focal length, size and principal point in pixels.

    The principal point is where the lens looks straight ahead; near and far (m) bound what the camera can see.
    """

    position: Vec3
    axes: tuple[Vec3, Vec3, Vec3]
    focal: float
    size: tuple[int, int]
    principal_point: tuple[float, float]
    near: float = 0.1
    far: float = 1000.0

    @property
    def hfov(self) -> float:
        """Horizontal angle of view in degrees, as if the principal point were in the middle."""
        return float(np.degrees(2.0 * np.arctan(0.5 * self.size[0] / self.focal)))


def axes_of(heading: float, pitch: float, roll: float) -> tuple[Vec3, Vec3, Vec3]:
    """Right, forward and up of a node turned by Panda's heading, pitch, roll in degrees."""
    right, forward, up = rotate(wxyz_to_xyzw(hpr_to_wxyz(heading, pitch, roll)), np.eye(3))
    return vec3(right), vec3(forward), vec3(up)


def vec3(values: Array) -> Vec3:
    """Three floats that can be kept in frozen data."""
    return float(values[0]), float(values[1]), float(values[2])


def view_matrix(camera: Camera) -> Array:
    """World -> camera, ``(4, 4)``."""
    turn = np.array(camera.axes)
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = -turn @ np.array(camera.position)
    return matrix


def depth_terms(camera: Camera) -> tuple[float, float]:
    """a, b of the depth that OpenGL keeps, ``a + b / forward``, scaled to 0 (near) … 1 (far)."""
    span = camera.far - camera.near
    return camera.far / span, -camera.far * camera.near / span


def lens_matrix(camera: Camera) -> Array:
    """Camera -> OpenGL clip space, ``(4, 4)``; the picture fills -1 … 1 with v = 0 at the top.

    A principal point right of the middle moves everything to the right.
    """
    (width, height), (cx, cy) = camera.size, camera.principal_point
    a, b = depth_terms(camera)
    return np.array(
        [
            [2.0 * camera.focal / width, 2.0 * cx / width - 1.0, 0.0, 0.0],
            [0.0, 1.0 - 2.0 * cy / height, 2.0 * camera.focal / height, 0.0],
            [0.0, 2.0 * a - 1.0, 0.0, 2.0 * b],
            [0.0, 1.0, 0.0, 0.0],
        ]
    )


def texture_matrix(camera: Camera) -> Array:
    """World -> ``(s w, t w, depth w, w)`` with s, t, depth in 0 … 1 and t upwards, as a texture is looked up."""
    half = np.array([[0.5, 0, 0, 0.5], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0.5], [0, 0, 0, 1.0]])
    return np.asarray(half @ lens_matrix(camera) @ view_matrix(camera))


def to_pixels(camera: Camera, points: Array) -> Array:
    """World points ``(..., 3)`` -> pixels ``(..., 2)``; NaN for what lies behind the camera."""
    right, forward, up = np.moveaxis((points - np.array(camera.position)) @ np.array(camera.axes).T, -1, 0)
    depth = np.where(forward > 0.0, forward, np.nan)
    cx, cy = camera.principal_point
    return np.stack((cx + camera.focal * right / depth, cy - camera.focal * up / depth), axis=-1)


def rays(camera: Camera, pixels: Array) -> Array:
    """Pixels ``(..., 2)`` -> world directions ``(..., 3)``, one metre forward each."""
    cx, cy = camera.principal_point
    right = (pixels[..., 0] - cx) / camera.focal
    up = (cy - pixels[..., 1]) / camera.focal
    return np.asarray(np.stack((right, np.ones_like(right), up), axis=-1) @ np.array(camera.axes))
