"""The face in Panda3D: sliders by name, all copies of a name together.

Body, hair, eyes, teeth and brows are meshes of their own, and each brings its own slider for every expression. Panda3D
finds only the first of a name, which would leave teeth and brows behind; here every copy moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from panda3d.core import CharacterSlider


class Face:
    """The sliders of a Character; one that is not told is at 0."""

    def __init__(self, character: Any) -> None:
        self._copies: dict[str, list[Any]] = defaultdict(list)
        self._now: dict[str, float] = {}
        _collect(character.getBundle(0), self._copies)

    @property
    def names(self) -> frozenset[str]:
        """The expressions that this face can make."""
        return frozenset(self._copies)

    def show(self, weights: Mapping[str, float]) -> None:
        """Make an expression: ``weights`` by name, 0 … 1. What the model has no slider for is passed over."""
        for name in self._now.keys() - weights.keys():
            self._set(name, 0.0)
        for name in weights.keys() & self._copies.keys():
            self._set(name, float(weights[name]))

    def _set(self, name: str, weight: float) -> None:
        if self._now.get(name, 0.0) == weight:
            return
        self._now[name] = weight
        for slider in self._copies[name]:
            slider.applyFreezeScalar(weight)


def _collect(part: Any, copies: dict[str, list[Any]]) -> None:
    if isinstance(part, CharacterSlider):
        copies[part.name].append(part)
    for index in range(part.getNumChildren()):
        _collect(part.getChild(index), copies)
