"""The cameras that took photographs, in numbers only, so that they can be checked without a window.

World: metres, Z up. Camera: X right, Y forward, Z up, as in Panda3D. Pixels: (0, 0) is the top left corner of the
picture, u to the right, v down. Matrices stand left of column vectors. They are those of the ideal pinhole; what the
lens bends besides is `distort`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from models.coords import hpr_to_wxyz, wxyz_to_xyzw
from models.rotations import Array, rotate

Vec3 = tuple[float, float, float]
_STEPS = 12  # of Newton's method; four do for any lens that is sold
_ALONG_EDGE = 33  # points on each side of a picture that bound what its lens sees


@dataclass(frozen=True)
class Camera:
    """position in m; axes: right, forward, up as unit vectors; focal length, size and principal point in pixels.

    The principal point is where the lens looks straight ahead; near and far (m) bound what the camera can see.
    distortion: k1, k2 of the radial model (Brown 1966), as OpenCV has them.
    """

    position: Vec3
    axes: tuple[Vec3, Vec3, Vec3]
    focal: float
    size: tuple[int, int]
    principal_point: tuple[float, float]
    near: float = 0.1
    far: float = 1000.0
    distortion: tuple[float, float] = (0.0, 0.0)

    @property
    def hfov(self) -> float:
        """Horizontal angle of view in degrees, as if the principal point were in the middle."""
        return float(np.degrees(2.0 * np.arctan(0.5 * self.size[0] / self.focal)))


@dataclass(frozen=True)
class Sphere:
    """A camera that sees all around: position in m; heading in degrees of its middle column, 0 is +Y.

    Its picture is equirectangular: u is longitude, v is latitude. near and far (m) bound what it can see.
    """

    position: Vec3
    heading: float
    near: float = 0.1
    far: float = 1000.0


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


def depth_terms(near: float, far: float) -> tuple[float, float]:
    """a, b of the depth that OpenGL keeps, ``a + b / forward``, scaled to 0 (near) … 1 (far)."""
    span = far - near
    return far / span, -far * near / span


def lens_matrix(camera: Camera) -> Array:
    """Camera -> OpenGL clip space, ``(4, 4)``; the picture fills -1 … 1 with v = 0 at the top.

    A principal point right of the middle moves everything to the right.
    """
    (width, height), (cx, cy) = camera.size, camera.principal_point
    a, b = depth_terms(camera.near, camera.far)
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


def distort(camera: Camera, plane: Array) -> Array:
    """Points ``(..., 2)`` on the plane one focal length ahead, in focal lengths -> where the lens really puts them."""
    k1, k2 = camera.distortion
    r2 = np.sum(plane * plane, axis=-1, keepdims=True)
    return np.asarray(plane * (1.0 + r2 * (k1 + r2 * k2)))


def undistort(camera: Camera, plane: Array) -> Array:
    """The inverse of `distort`, by Newton's method on the radius; NaN further out than the model reaches."""
    k1, k2 = camera.distortion
    bent = np.linalg.norm(plane, axis=-1, keepdims=True)
    limit = reach(camera)
    r = np.minimum(bent, limit)
    for _ in range(_STEPS):
        r2 = r * r
        error = r * (1.0 + r2 * (k1 + r2 * k2)) - bent
        slope = 1.0 + r2 * (3.0 * k1 + r2 * 5.0 * k2)
        r = np.clip(r - error / np.maximum(slope, 1e-6), 0.0, limit)
    found = np.abs(np.linalg.norm(distort(camera, r), axis=-1, keepdims=True) - bent) < 1e-6
    return np.where(found, plane * np.where(bent > 0.0, r / np.maximum(bent, 1e-12), 1.0), np.nan)


def reach(camera: Camera) -> float:
    """The radius on that plane, in focal lengths, up to which more angle is more distance from the middle.

    Beyond it the polynomial folds back and would show things in the picture that are far outside of it.
    """
    k1, k2 = camera.distortion
    roots = np.roots([5.0 * k2, 3.0 * k1, 1.0])
    real = [float(root.real) for root in roots if abs(root.imag) < 1e-9 and root.real > 0.0]
    return math.sqrt(min(real)) if real else math.inf


def straight(camera: Camera) -> Camera:
    """The pinhole with the smallest picture that holds all that ``camera`` sees, for depth maps."""
    if not any(camera.distortion):
        return camera
    (width, height), (cx, cy) = camera.size, camera.principal_point
    along = np.linspace(0.0, 1.0, _ALONG_EDGE)
    edges = [(along, 0.0 * along), (along, 0.0 * along + 1.0), (0.0 * along, along), (0.0 * along + 1.0, along)]
    pixels = np.concatenate([np.stack(edge, axis=-1) for edge in edges]) * (width, height)
    plane = undistort(camera, (pixels - (cx, cy)) / camera.focal)
    held = np.nan_to_num(plane, nan=0.0) * camera.focal
    low, high = np.floor(held.min(axis=0)), np.ceil(held.max(axis=0))
    size = int(high[0] - low[0]), int(high[1] - low[1])
    return replace(camera, size=size, principal_point=(-low[0], -low[1]), distortion=(0.0, 0.0))


def ahead_of(camera: Camera, points: Array) -> Array:
    """How far along the camera's view points ``(..., 3)`` lie before it, ``(...,)`` m."""
    return np.asarray((points - np.array(camera.position)) @ np.array(camera.axes[1]))


def to_pixels(camera: Camera, points: Array) -> Array:
    """World points ``(..., 3)`` -> pixels ``(..., 2)``; NaN for what lies behind the camera or beyond its `reach`."""
    right, forward, up = np.moveaxis((points - np.array(camera.position)) @ np.array(camera.axes).T, -1, 0)
    depth = np.where(forward > 0.0, forward, np.nan)
    plane = np.stack((right / depth, -up / depth), axis=-1)
    plane = np.where(np.linalg.norm(plane, axis=-1, keepdims=True) < reach(camera), distort(camera, plane), np.nan)
    return np.asarray(np.array(camera.principal_point) + camera.focal * plane)


def rays(camera: Camera, pixels: Array) -> Array:
    """Pixels ``(..., 2)`` -> world directions ``(..., 3)``, one metre forward each."""
    plane = undistort(camera, (pixels - np.array(camera.principal_point)) / camera.focal)
    right, down = plane[..., 0], plane[..., 1]
    return np.asarray(np.stack((right, np.ones_like(right), -down), axis=-1) @ np.array(camera.axes))
