"""The one place that knows axes and quaternion orders.

- **Bullet** and DeepMimic: metres, Y up, the humanoid faces +X, quaternions xyzw.
- **Panda3D**, and with it every environment, camera and take: metres, Z up, +Y forward, quaternions wxyz.
- **OpenVR**: metres, Y up, devices look along -Z, poses as 3x4 row-major matrices.

Y up becomes Z up by a quarter turn about X: (x, y, z) -> (x, -z, y). OpenVR's -Z forward thereby becomes Panda's +Y.
"""

from __future__ import annotations

import numpy as np

from models import rotations
from models.rotations import Array

_Y_UP_TO_Z_UP: Array = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def bullet_to_panda(vector: Array) -> Array:
    """Vectors ``(..., 3)``, Y up -> Z up."""
    turned = vector[..., [0, 2, 1]]
    turned[..., 1] *= -1.0
    return turned


def panda_to_bullet(vector: Array) -> Array:
    """Vectors ``(..., 3)``, Z up -> Y up."""
    return np.stack((vector[..., 0], vector[..., 2], -vector[..., 1]), axis=-1)


def bullet_quat_to_panda(q: Array) -> Array:
    """Rotations ``(..., 4)`` xyzw, Y up -> wxyz, Z up (both the world and the turned part change axes)."""
    turned = q[..., [3, 0, 2, 1]]
    turned[..., 2] *= -1.0
    return turned


def panda_quat_to_bullet(q: Array) -> Array:
    """Rotations ``(..., 4)`` wxyz, Z up -> xyzw, Y up: inverse of `bullet_quat_to_panda`."""
    return np.stack((q[..., 1], q[..., 3], -q[..., 2], q[..., 0]), axis=-1)


def openvr_to_panda(matrix: Array) -> tuple[Array, Array]:
    """OpenVR device pose ``(3, 4)`` -> position ``(3,)`` and quaternion wxyz ``(4,)`` in Panda's axes."""
    turn = _Y_UP_TO_Z_UP @ matrix[:, :3] @ _Y_UP_TO_Z_UP.T
    return _Y_UP_TO_Z_UP @ matrix[:, 3], matrix_to_wxyz(turn)


def matrix_to_wxyz(m: Array) -> Array:
    """Rotation matrix ``(3, 3)``, columns are the turned axes -> quaternion wxyz (Shepperd's method)."""
    trace = np.trace(m)
    candidates = np.array([trace, m[0, 0], m[1, 1], m[2, 2]])
    largest = int(np.argmax(candidates))
    if largest == 0:
        q = np.array([1.0 + trace, m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]])
    else:
        i = largest - 1
        j, k = (i + 1) % 3, (i + 2) % 3
        q = np.empty(4)
        q[0] = m[k, j] - m[j, k]
        q[1 + i] = 1.0 + m[i, i] - m[j, j] - m[k, k]
        q[1 + j] = m[j, i] + m[i, j]
        q[1 + k] = m[k, i] + m[i, k]
    return np.asarray(q / np.linalg.norm(q))


def hpr_to_wxyz(heading: float, pitch: float, roll: float) -> Array:
    """Panda's heading, pitch, roll in degrees -> quaternion wxyz: roll about +Y first, then pitch about +X, then Z."""
    h, p, r = (rotations.about(axis, np.radians(angle)) for axis, angle in ((2, heading), (0, pitch), (1, roll)))
    return xyzw_to_wxyz(rotations.multiply(h, rotations.multiply(p, r)))


def wxyz_to_xyzw(q: Array) -> Array:
    """Reorder, same axes."""
    return np.asarray(q[..., [1, 2, 3, 0]])


def xyzw_to_wxyz(q: Array) -> Array:
    """Reorder, same axes."""
    return np.asarray(q[..., [3, 0, 1, 2]])
