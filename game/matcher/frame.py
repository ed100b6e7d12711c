"""Where a photograph's pixels are in a window, at any zoom."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from game.environment.drawing import Pixel
from models.rotations import Array

_MOST = 32.0  # times the size at which the whole picture fits


@dataclass(frozen=True)
class Frame:
    """size of the picture in pixels; aspect of the window; zoom: 1 shows all of it; middle: what is in the middle, px.

    Window coordinates: x from -aspect to aspect, y from -1 to 1, upwards, as of Panda3D's `aspect2d`.
    """

    size: tuple[int, int]
    aspect: float
    zoom: float
    middle: Pixel

    @property
    def scale(self) -> float:
        """Window units in a pixel."""
        return self.zoom * min(2.0 * self.aspect / self.size[0], 2.0 / self.size[1])

    def to_window(self, pixels: Array) -> Array:
        """Pixels ``(..., 2)`` -> window coordinates ``(..., 2)``."""
        return np.asarray((pixels - np.array(self.middle)) * (self.scale, -self.scale))

    def to_pixel(self, x: float, y: float) -> Pixel:
        """The inverse of `to_window`, for one point."""
        return self.middle[0] + x / self.scale, self.middle[1] - y / self.scale

    def zoomed(self, factor: float, x: float, y: float) -> Frame:
        """Closer by ``factor``, while what is at x, y of the window stays there."""
        held = self.to_pixel(x, y)
        closer = replace(self, zoom=min(max(self.zoom * factor, 1.0), _MOST))
        if closer.zoom == 1.0:
            return fit(self.size, self.aspect)
        u, v = closer.to_pixel(x, y)
        return replace(closer, middle=(closer.middle[0] + held[0] - u, closer.middle[1] + held[1] - v))


def fit(size: tuple[int, int], aspect: float) -> Frame:
    """The whole picture in the middle."""
    return Frame(size, aspect, 1.0, (0.5 * size[0], 0.5 * size[1]))
