"""How often somebody has turned over backwards and come down on the feet."""

from __future__ import annotations

import numpy as np

from models import rotations
from models.rotations import Array

_ROUND = 2.0 * np.pi
_NEARLY = np.radians(330.0)  # nearly right round: who lands leaning forward has turned over all the same
_LATERAL = np.array([0.0, 0.0, 1.0])  # the root's own axis to its right


class Flips:
    """Looks at one attempt from its start, a few hundredths of a second at a time; count: how many there have been."""

    def __init__(self, root_rot: Array) -> None:
        self.count = 0
        self._before = root_rot
        self._turned = 0.0  # rad backwards since the last flip

    def see(self, root_rot: Array, standing: bool) -> None:
        """The root is turned like this now, ``(4,)``; standing: the feet touch, and nothing else has touched so far."""
        step = rotations.log(rotations.multiply(root_rot, rotations.conjugate(self._before)))
        self._turned += float(np.dot(step, rotations.rotate(root_rot, _LATERAL)))
        self._before = root_rot
        if standing and self._turned >= _NEARLY:
            self.count += 1
            self._turned -= _ROUND
