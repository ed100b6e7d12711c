"""What soft props look like under who lies on them.

The physics sinks rigid shapes into each other; on screen the cloth gives way instead. Its points go down to the
underside of what presses, and between they follow it as a stretched cover does. All of it comes from a step's poses, so
a take shows the same dents without physics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from game.avatar.shapes import Shape, read_shapes
from game.performance import BodyPose
from models import rotations
from models.body import Body
from models.rotations import Array

_SKIRT = 0.10  # m beyond its own width over which a dent runs out
_LEAST = 0.01  # m between cover and underside, however deep somebody lies
_DARK = 0.45  # how much less light comes in where something touches
_REACH = 0.15  # m over which that fades


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


def press(points: Array, normals: Array, half: Array, balls: Balls) -> tuple[Array, Array]:
    """A soft cover under balls.

    Args:
        points, normals: ``(V, 3)`` of the cover at rest, in the prop's frame, Y up. half: extents of the prop, m.
        balls: in that frame.

    Returns:
        The points pressed down ``(V, 3)``, and how much light they still get ``(V,)``, 0 … 1.
    """
    near = np.all(np.abs(balls.centres) < half + balls.radii[:, None] + _REACH, axis=1)
    light = np.ones(len(points))
    if not near.any():
        return points, light
    centres, radii = balls.centres[near].astype(np.float32), balls.radii[near].astype(np.float32)
    within = 2.0 * _SKIRT + float(radii.max()) + _REACH
    low, high = centres.min(axis=0) - within, centres.max(axis=0) + within
    some = np.flatnonzero(np.all((points > low) & (points < high), axis=1))
    cover = points[some].astype(np.float32)
    apart = (cover[:, None, 0] - centres[:, 0]) ** 2 + (cover[:, None, 2] - centres[:, 2]) ** 2  # squared, level
    under = centres[:, 1] - np.sqrt(np.maximum(radii**2 - apart, 0.0))
    exact = np.where(apart < radii**2, cover[:, 1:2] - under, 0.0)
    depth = np.maximum(half[1] - (centres[:, 1] - radii), 0.0)
    skirt = depth * np.exp(-apart / (np.sqrt(2.0 * depth * radii) + _SKIRT) ** 2)
    dent = np.maximum(exact, skirt).max(axis=1) * np.clip(normals[some, 1], 0.0, 1.0)
    pressed = points.copy()
    pressed[some, 1] = np.maximum(cover[:, 1] - dent, np.minimum(cover[:, 1], _LEAST - half[1]))
    gap = np.sqrt(apart + (pressed[some, 1:2] - centres[:, 1]) ** 2) - radii
    light[some] = 1.0 - _DARK * np.exp(-np.maximum(gap.min(axis=1), 0.0) / (0.4 * _REACH))
    return pressed, light
