from __future__ import annotations

import numpy as np
import pytest
from panda3d.core import CardMaker

from game.still import still


def test_a_still_is_the_frame_without_what_lies_over_it(base):
    base.setBackgroundColor(0.2, 0.6, 0.4)
    try:
        maker = CardMaker("over")
        maker.set_frame(-0.5, 0.5, -0.5, 0.5)
        base.render2d.attach_new_node(maker.generate()).set_color(1, 0, 0, 1)
        picture = still(base, 1.0)
        base.graphicsEngine.render_frame()
        seen = np.frombuffer(bytes(base.win.get_screenshot().get_ram_image_as("RGB")), dtype=np.uint8)
    finally:
        base.setBackgroundColor(0.5, 0.5, 0.5)
    assert picture.shape == pytest.approx((519, 519, 3), abs=1)
    assert np.abs(picture.reshape(-1, 3).astype(int) - [51, 153, 102]).max() <= 1
    assert (seen.reshape(-1, 3) == [255, 0, 0]).all(axis=1).any()  # and it is there again afterwards
