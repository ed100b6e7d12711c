"""What soft props look like under who lies on them.

The physics sinks rigid shapes into each other; on screen the cloth gives way instead. Its points go down to the
underside of what presses, and between they follow it as a stretched cover does. All of it comes from a step's poses, so
a take shows the same dents without physics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from game.avatar.shapes import Shape, read_shapes
from game.performance import BodyPose
from models import rotations
from models.body import Body
from models.rotations import Array

_SKIRT = 0.10  # m beyond its own width over which a dent runs out
_LEAST = 0.01  # m between cover and underside, however deep somebody lies
_DARK = 0.45  # how much less light comes in where something touches
REACH = 0.15
"""Metres over which that fades: what is further away changes nothing."""
_DOWN = -0.2  # of a normal's height: below it, a point looks to the ground
_BRIGHT, _FLAT = 0.998, 1e-4  # light and m: what is changed by less is left as it is


@dataclass(frozen=True)
class Balls:
    """A body as balls for asking how near it is: centres (n, 3) m and radii (n,)."""

    centres: Array
    radii: Array


class BodyShape:
    """Balls that fill the collision shapes of ``body``, in the frames of their links."""

    def __init__(self, body: Body) -> None:
        self._body = body
        parts = [_fill(shape) for shape in read_shapes(body)]
        self._links = np.concatenate([np.full(len(radii), link) for link, _, radii in parts])
        self._centres = np.concatenate([centres for _, centres, _ in parts])
        self._radii = np.concatenate([radii for _, _, radii in parts])

    def balls(self, pose: BodyPose) -> Balls:
        """Where they are in a pose, Bullet's frame."""
        positions, turns = self._body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        centres = positions[self._links] + rotations.rotate(turns[self._links], self._centres)
        return Balls(centres, self._radii)


def _fill(shape: Shape) -> tuple[int, Array, Array]:
    if shape.kind == "sphere":
        offsets, radii = np.zeros((1, 3)), np.array(shape.size)
    elif shape.kind == "capsule":
        radius, length = shape.size
        along = np.linspace(-0.5, 0.5, max(int(np.ceil(length / radius)), 1) + 1) * length
        offsets = np.stack((np.zeros_like(along), np.zeros_like(along), along), axis=1)
        radii = np.full(len(along), radius)
    else:
        # A foot: balls of half its height along its sole.
        half = 0.5 * np.array(shape.size)
        radius = float(half.min())
        lines = [np.linspace(-(h - radius), h - radius, max(int(np.ceil(h / radius)), 1)) for h in half]
        offsets = np.stack([grid.ravel() for grid in np.meshgrid(*lines)], axis=1)
        radii = np.full(len(offsets), radius)
    return shape.link, shape.centre + rotations.rotate(np.broadcast_to(shape.turn, (len(offsets), 4)), offsets), radii


@dataclass(frozen=True)
class Pressed:
    """Which points of a cover have given way or got darker: indices (n,), heights (n,) m, and light (n,), 0 … 1."""

    which: NDArray[np.int64]
    heights: Array
    light: Array


class Cover:
    """A soft cover, in the prop's frame, Y up; only what looks up or sideways is asked whether something lies on it.

    points, normals: ``(V, 3)`` at rest. half: extents of the prop, m.
    """

    def __init__(self, points: Array, normals: Array, half: Array) -> None:
        self._which = np.flatnonzero(normals[:, 1] > _DOWN)
        self._points = points[self._which].astype(np.float32)
        self._gives = np.clip(normals[self._which, 1], 0.0, 1.0).astype(np.float32)
        self._half = half

    def press(self, balls: Balls) -> Pressed:
        """The cover under ``balls`` in that frame."""
        near = np.all(np.abs(balls.centres) < self._half + balls.radii[:, None] + REACH, axis=1)
        some = self._below(balls.centres[near], balls.radii[near])
        if not len(some):
            return Pressed(self._which[:0], np.zeros(0), np.zeros(0))
        centres, radii = balls.centres[near].astype(np.float32), balls.radii[near].astype(np.float32)
        cover, height = self._points[some], self._points[some, 1]
        apart = (cover[:, None, 0] - centres[:, 0]) ** 2 + (cover[:, None, 2] - centres[:, 2]) ** 2  # squared, level
        dent = self._dent(apart, height, centres, radii) * self._gives[some]
        pressed = np.maximum(height - dent, np.minimum(height, np.float32(_LEAST - self._half[1])))
        gap = (np.sqrt(apart + (pressed[:, None] - centres[:, 1]) ** 2) - radii).min(axis=1)
        light = 1.0 - _DARK * np.exp(-np.maximum(gap, 0.0) / (0.4 * REACH))
        changed = (light < _BRIGHT) | (dent > _FLAT)
        return Pressed(self._which[some[changed]], pressed[changed].astype(float), light[changed].astype(float))

    def _below(self, centres: Array, radii: Array) -> NDArray[np.int64]:
        """Which of the points that are asked lie near enough to balls to be moved."""
        if not len(radii):
            return np.zeros(0, np.int64)
        within = 2.0 * _SKIRT + float(radii.max()) + REACH
        low, high = centres.min(axis=0) - within, centres.max(axis=0) + within
        return np.flatnonzero(np.all((self._points > low) & (self._points < high), axis=1))

    def _dent(self, apart: NDArray[Any], height: NDArray[Any], centres: NDArray[Any], radii: NDArray[Any]) -> Any:
        """How far down ``(n,)`` the cover goes: to the balls' undersides, and around them as a stretched skirt."""
        inside = radii**2 - apart
        exact = np.where(inside > 0.0, height[:, None] - centres[:, 1] + np.sqrt(np.maximum(inside, 0.0)), 0.0)
        depth = np.float32(self._half[1]) - (centres[:, 1] - radii)
        sunk = depth > 0.0
        if not sunk.any():
            return exact.max(axis=1)
        depth = depth[sunk]
        width = (np.sqrt(2.0 * depth * radii[sunk]) + np.float32(_SKIRT)) ** 2
        skirt = depth * np.exp(-apart[:, sunk] / width)
        return np.maximum(exact.max(axis=1), skirt.max(axis=1))
