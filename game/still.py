"""One picture of what the camera of a window sees, without anything that lies over it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from game.camera.lens import inscribed


def still(base: Any, aspect: float) -> NDArray[np.uint8]:
    """RGB ``(h, w, 3)`` uint8, top row first: the frame of ``aspect`` that just fits into the window.

    It is drawn for this alone and costs as much as a frame and its way back from the graphics card.
    """
    over = [node for node in (base.render2d, base.pixel2d) if not node.is_hidden()]
    for node in over:
        node.hide()
    base.graphicsEngine.render_frame()
    shot = base.win.get_screenshot()
    for node in over:
        node.show()
    # Panda3D keeps the bottom row first.
    width, height = shot.get_x_size(), shot.get_y_size()
    whole = np.frombuffer(bytes(shot.get_ram_image_as("RGB")), dtype=np.uint8).reshape(height, width, 3)[::-1]
    across, down = inscribed(aspect, width / height)
    left, top = round(0.5 * (1.0 - across) * width), round(0.5 * (1.0 - down) * height)
    return np.ascontiguousarray(whole[top : height - top, left : width - left])
