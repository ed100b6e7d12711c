"""Shadows on props: from what is above them, and none from themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from game.environment.catalogue import load_environment
from game.environment.place import Place
from game.props.figures import PropFigures
from models.body import Body
from models.props import Prop, kind_named, poses_of
from tests.game.environment.conftest import aim

SIZE = (160, 120)
HEIGHT = 0.5  # m of the camera above the mattress, which fills the picture
LOOK_DOWN = aim(40.0, SIZE, (0.0, 0.0, 0.25 + HEIGHT), (0.0, -90.0, 0.0))


def test_a_prop_shades_another_and_not_itself(
    base: Any, body: Body, room: Callable[[], Path], shoot: Any, tmp_path: Path
) -> None:
    place = Place(base, load_environment(room()))  # the light shines straight down and takes away 0.6
    props = (Prop("mattress", kind_named("mattress"), (0.0, 0.0, 0.0)), Prop("box", kind_named("box"), (0.0, 2.0, 0.0)))
    figures = PropFigures(base, props, body)
    place.shadow_on(figures.root)

    def picture(x: float) -> np.ndarray:
        """The mattress from above, with the box over it, out of the picture, ``x`` m to the side."""
        poses = poses_of(props)
        poses[1, 0] = x
        figures.show(poses, None)
        place.update()
        return np.asarray(shoot(LOOK_DOWN, SIZE).mean(axis=2))

    unshaded = picture(0.0)
    place.cast_from(figures.casting)
    shaded, aside = picture(0.0), picture(2.5)
    figures.destroy()
    place.update()  # a receiver that is gone is no concern any more
    place.destroy()
    assert shaded[60, 80] < 0.55 * unshaded[60, 80]
    assert np.abs(aside - unshaded).max() < 3.0
