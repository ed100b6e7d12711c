"""Batched quaternion arithmetic.

Every quaternion is ``(..., 4)`` in **xyzw** order (Bullet's), unit length, float64 unless the caller
passes something else. Rotation vectors ("exponential maps") are ``(..., 3)``, axis times angle in radians.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Index = slice | NDArray[np.integer[Any]] | NDArray[np.bool_]

IDENTITY: Array = np.array([0.0, 0.0, 0.0, 1.0])
_CONJUGATE: Array = np.array([-1.0, -1.0, -1.0, 1.0])
_SMALL_ANGLE = 1e-8


def normalize(q: Array) -> Array:
    """Scale ``(..., 4)`` to unit length."""
    return np.asarray(q / np.linalg.norm(q, axis=-1, keepdims=True))


def multiply(a: Array, b: Array) -> Array:
    """Hamilton product ``a b``: rotate by ``b`` first, then by ``a``."""
    ax, ay, az, aw = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bx, by, bz, bw = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    x = aw * bx + ax * bw + ay * bz - az * by
    out = np.empty((*x.shape, 4), x.dtype)
    out[..., 0] = x
    out[..., 1] = aw * by - ax * bz + ay * bw + az * bx
    out[..., 2] = aw * bz + ax * by - ay * bx + az * bw
    out[..., 3] = aw * bw - ax * bx - ay * by - az * bz
    return out


def conjugate(q: Array) -> Array:
    """The inverse of a unit quaternion."""
    return np.asarray(q * _CONJUGATE)


def rotate(q: Array, v: Array) -> Array:
    """Turn vectors ``v`` ``(..., 3)`` by ``q`` ``(..., 4)``."""
    u, w = q[..., :3], q[..., 3:]
    t = 2.0 * _cross(u, v)
    return np.asarray(v + w * t + _cross(u, t))


def _cross(a: Array, b: Array) -> Array:
    # np.cross and np.stack spend most of their time on checks; this runs in the control loop.
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    x = ay * bz - az * by
    out = np.empty((*x.shape, 3), x.dtype)
    out[..., 0] = x
    out[..., 1] = az * bx - ax * bz
    out[..., 2] = ax * by - ay * bx
    return out


def _length(v: Array) -> Array:
    # np.linalg.norm, to the last bit, without its checks.
    return np.asarray(np.sqrt(np.add.reduce(v * v, axis=-1, keepdims=True)))


def exp(v: Array) -> Array:
    """Rotation vector ``(..., 3)`` -> quaternion."""
    angle = _length(v)
    # sin(x/2)/x tends to 1/2; np.sinc is sin(pi x)/(pi x).
    scale = 0.5 * np.sinc(angle / (2.0 * np.pi))
    return np.concatenate((v * scale, np.cos(0.5 * angle)), axis=-1)


def log(q: Array) -> Array:
    """Quaternion -> rotation vector of the shorter way round, angle in [0, pi]."""
    q = np.where(q[..., 3:] < 0.0, -q, q)
    sine = _length(q[..., :3])
    angle = 2.0 * np.arctan2(sine, q[..., 3:])
    scale: Array = np.where(sine > _SMALL_ANGLE, angle / np.maximum(sine, _SMALL_ANGLE), 2.0)
    return np.asarray(q[..., :3] * scale)


def angle_between(a: Array, b: Array) -> Array:
    """Angle in radians, [0, pi], of the rotation from ``a`` to ``b``."""
    dot = np.abs(np.sum(a * b, axis=-1))
    return np.asarray(2.0 * np.arccos(np.minimum(dot, 1.0)))


def slerp(a: Array, b: Array, t: Array | float) -> Array:
    """Interpolate along the shorter arc; ``t`` broadcasts against ``(...)``."""
    step = log(multiply(conjugate(a), b))
    return multiply(a, exp(step * np.asarray(t, dtype=np.float64)[..., None]))


def about(axis: int, angle: Array | float) -> Array:
    """Rotation by ``angle`` about coordinate axis 0, 1 or 2."""
    half = 0.5 * np.asarray(angle, dtype=np.float64)
    q = np.zeros((*half.shape, 4))
    q[..., axis] = np.sin(half)
    q[..., 3] = np.cos(half)
    return q


def twist_angle(q: Array, axis: int) -> Array:
    """Signed angle of the part of ``q`` that turns about coordinate axis ``axis`` (swing-twist split)."""
    angle = 2.0 * np.arctan2(q[..., axis], q[..., 3])
    return np.mod(angle + np.pi, 2.0 * np.pi) - np.pi


def to_tangent_normal(q: Array) -> Array:
    """The turned x and y axes, ``(..., 6)``: a continuous encoding (Zhou et al. 2019, arXiv 1812.07035)."""
    x, y, z, w = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    return np.stack(
        (
            1 - 2 * (y * y + z * z),
            2 * (x * y + z * w),
            2 * (x * z - y * w),
            2 * (x * y - z * w),
            1 - 2 * (x * x + z * z),
            2 * (y * z + x * w),
        ),
        axis=-1,
    )
