"""A skeleton in its bind pose, as plain arrays: what the retargeting needs to know of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models import rotations
from models.rotations import Array


@dataclass(frozen=True)
class Skeleton:
    """Bones, parents before children, in the model's own frame: metres of the model, Z up, facing -Y, left is +X.

    parents: index of each bone's parent, -1 for a root. offsets (B, 3) and turns (B, 4) xyzw: the bind pose of each
    bone in its parent's frame. vertices (V, 3): of all meshes, in the bind pose.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Array
    turns: Array
    vertices: Array

    @cached_property
    def index(self) -> dict[str, int]:
        """Bone number by name."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def sole(self) -> float:
        """Height of the lowest point of the meshes; 0 without any."""
        return float(self.vertices[:, 2].min()) if len(self.vertices) else 0.0

    @cached_property
    def crown(self) -> float:
        """Height of the highest point of the meshes; 0 without any."""
        return float(self.vertices[:, 2].max()) if len(self.vertices) else 0.0

    @cached_property
    def bind(self) -> tuple[Array, Array]:
        """Bind positions ``(B, 3)`` and rotations ``(B, 4)`` in the model's frame."""
        return compose(self.parents, self.offsets, self.turns)

    def place(self, name: str) -> Array:
        """Bind position ``(3,)`` of a bone in the model's frame."""
        return np.asarray(self.bind[0][self.index[name]])

    def path(self, start: str, end: str) -> list[int]:
        """The bones from the one after ``start`` down to ``end``, which hangs below it."""
        found: list[int] = []
        bone = self.index[end]
        while bone != self.index[start]:
            found.insert(0, bone)
            bone = self.parents[bone]
        return found

    def below(self, bone: int, names: Sequence[str]) -> bool:
        """Whether ``bone`` is one of ``names`` or hangs below one."""
        while bone >= 0 and self.names[bone] not in names:
            bone = self.parents[bone]
        return bone >= 0


def compose(parents: Sequence[int], offsets: Array, turns: Array) -> tuple[Array, Array]:
    """Local to model: positions ``(B, 3)`` and rotations ``(B, 4)`` of bones listed parents first."""
    positions, world = np.empty_like(offsets), np.empty_like(turns)
    for i, parent in enumerate(parents):
        if parent < 0:
            positions[i], world[i] = offsets[i], turns[i]
        else:
            positions[i] = positions[parent] + rotations.rotate(world[parent], offsets[i])
            world[i] = rotations.multiply(world[parent], turns[i])
    return positions, world


def shortest_arc(start: Array, end: Array) -> Array:
    """The rotation ``(4,)`` that turns direction ``start`` (3,) into ``end`` (3,) without twist."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    if np.dot(a, b) < -1.0 + 1e-9:  # opposite: any axis across will do
        across = np.cross(a, np.eye(3)[int(np.argmin(np.abs(a)))])
        return np.append(across / np.linalg.norm(across), 0.0)
    return rotations.normalize(np.append(np.cross(a, b), 1.0 + np.dot(a, b)))
