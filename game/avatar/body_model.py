"""People by their measures: PyPI `anny`, a model of bodies made of MakeHuman's shapes. The one place that imports it.

It is an optional extra, wanted only where a new person is made: ``pip install -e .[fit]``. Its first start reads a
thousand files, for minutes; after that a cache in the user's cache folder serves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from game.avatar.measures import Measures
from models.errors import InputError
from models.rotations import Array

DENSITY = 1030.0  # kg/m³ of a living body; the model's own figure leaves eyes and mouth open
_CHANGES = (
    "upperarm-length",
    "lowerarm-length",
    "upperleg-height",
    "lowerleg-height",
    "shoulder-dist",
    "napetowaist-dist",
)
_SLIGHT = 21.5  # kg/m²: below it a body is lean, with little muscle
_AGES = (10.0, 25.0, 90.0), (1.0 / 3.0, 2.0 / 3.0, 1.0)  # years, and what the model calls child, young and old
_STEP = 1e-3  # of a parameter, for a derivative
_CLOSE = (0.002, 0.002)  # m of height, share of the mass: near enough


@dataclass(frozen=True)
class Traits:
    """The model's parameters, 0 … 1 each. gender 0 is male, 1 female.

    changes: of upper arm, forearm, thigh, shin, shoulder width and trunk beside what the rest gives, -1 … 1.
    """

    height: float = 0.4654
    weight: float = 0.3937
    gender: float = 0.0
    age: float = 0.6282
    muscle: float = 1.0
    proportions: float = 0.5218
    changes: tuple[float, ...] = (0.3748, -0.2204, -0.5639, 0.0488, 0.0, 0.0)


DEFAULT = Traits()
"""The default person, as far as these parameters can tell: to 2.5 mm."""


@dataclass(frozen=True)
class Figure:
    """A body in its bind pose, metres, Z up, facing -Y, feet on the ground.

    vertices (V, 3); triangles (T, 3) of its closed skin; joints: where each bone begins (3,); owners (V,): which of
    `bones` moves a vertex most. parents: of the bones, -1 for the first.
    """

    vertices: Array
    triangles: NDArray[np.int64]
    joints: Mapping[str, Array]
    owners: NDArray[np.int64]
    bones: tuple[str, ...]
    parents: tuple[int, ...]

    @property
    def height(self) -> float:
        """Metres from sole to crown, barefoot."""
        return float(np.ptp(self.vertices[np.unique(self.triangles), 2]))

    @property
    def mass(self) -> float:
        """Kilograms."""
        corners = self.vertices[self.triangles]
        wedges = np.einsum("ij,ij->i", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2])
        return float(abs(wedges.sum()) / 6.0 * DENSITY)


class BodyModel:
    """The model, loaded.

    Raises:
        InputError: it is not installed.
    """

    def __init__(self) -> None:
        os.environ.setdefault("ANNY_CACHE_DIR", str(Path.home() / ".cache" / "backflip" / "anny"))
        try:
            import anny
        except ImportError as error:
            raise InputError(
                f"the body model is not installed ({error}); install it with: pip install -e '.[fit]'"
            ) from error
        changes = [f"measure-{change}-incr" for change in _CHANGES]
        self._model: Any = anny.Anny(rig="makehuman", topology="makehuman-full", local_changes=changes)
        self._changes = changes
        quads = self._model.faces.numpy()
        self._triangles = np.concatenate((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]])).astype(np.int64)
        self._parents = tuple(int(parent) for parent in self._model.bone_parents)
        strongest = self._model.vertex_bone_weights.argmax(dim=1, keepdim=True)
        self._owners = self._model.vertex_bone_indices.gather(1, strongest)[:, 0].numpy().astype(np.int64)

    def figure(self, traits: Traits) -> Figure:
        """The body with these traits."""
        kind = self._model.template_vertices.dtype
        names = ("height", "weight", "gender", "age", "muscle", "proportions")
        with torch.no_grad():
            made = self._model(
                phenotype_kwargs={name: torch.tensor([getattr(traits, name)], dtype=kind) for name in names},
                local_changes_kwargs={
                    name: torch.tensor([value], dtype=kind)
                    for name, value in zip(self._changes, traits.changes, strict=True)
                },
            )
        vertices = made["rest_vertices"][0].numpy().astype(np.float64)
        ground = np.array([0.0, 0.0, vertices[np.unique(self._triangles), 2].min()])
        heads = made["rest_bone_heads"][0].numpy().astype(np.float64) - ground
        bones = tuple(self._model.bone_labels)
        return Figure(
            vertices - ground, self._triangles, dict(zip(bones, heads, strict=True)), self._owners, bones, self._parents
        )

    def fit(self, measures: Measures) -> Traits:
        """Traits of somebody of these measures (Newton's method in height and mass).

        Raises:
            InputError: the model cannot make such a body.
        """
        return self.reach(_begin(measures), measures)

    def reach(self, traits: Traits, measures: Measures) -> Traits:
        """``traits`` with height and weight changed until the body is as tall and heavy as ``measures`` says.

        Raises:
            InputError: the model cannot make such a body.
        """
        height, mass = measures.height, measures.mass
        for _ in range(12):
            off = self._off(traits, height, mass)
            if (np.abs(off) < _CLOSE).all():
                return traits
            taller = self._off(replace(traits, height=traits.height + _STEP), height, mass)
            heavier = self._off(replace(traits, weight=traits.weight + _STEP), height, mass)
            slopes = np.stack(((taller - off) / _STEP, (heavier - off) / _STEP), axis=1)
            step = np.clip(-np.linalg.solve(slopes, off), -0.25, 0.25)
            traits = replace(
                traits,
                height=float(np.clip(traits.height + step[0], 0.0, 1.0 - _STEP)),
                weight=float(np.clip(traits.weight + step[1], 0.0, 1.0 - _STEP)),
            )
        figure = self.figure(traits)
        nearest = f"{figure.height:.2f} m and {figure.mass:.0f} kg"
        raise InputError(
            f"{height:g} m and {mass:g} kg: the body model makes nobody like that, the nearest is {nearest}; "
            "give the measures of a grown person"
        )

    def _off(self, traits: Traits, height: float, mass: float) -> Array:
        figure = self.figure(traits)
        return np.array([figure.height - height, np.log(figure.mass / mass)])


def _begin(measures: Measures) -> Traits:
    """The default person of this sex and age; of little muscle where the mass leaves no room for it."""
    slight = measures.mass / measures.height**2 < _SLIGHT
    muscle = measures.muscle if measures.muscle is not None else 0.0 if slight else DEFAULT.muscle
    age = float(np.interp(measures.age, *_AGES))
    weight = 0.2 if slight else DEFAULT.weight
    return replace(DEFAULT, gender=measures.sex, age=age, muscle=muscle, weight=weight)
