"""The shipped places, as the software renderer draws them, beside pictures that were looked at and found right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from game.environment.catalogue import load_environment
from game.environment.geometry import box
from game.environment.mesh import draw_faces
from game.environment.place import Place
from tests.conftest import ASSETS
from tests.game.environment.conftest import aim, read_picture, write_picture

REFERENCES = Path(__file__).parent / "references"
SIZE = (480, 260)
MEAN = 1.0  # of 255; renderers differ in rounding and filtering
WORST = 24.0  # of 255, for 99 pixels in 100: grain of the shadow's edge and steps at silhouettes may differ more

# Where the first operator stands, and far away from where the photographs were taken.
AWAY = {"park": ((-6.0, -6.0, 2.5), (-40.0, -8.0, 0.0)), "apartment": ((-1.5, -2.2, 1.8), (-60.0, -10.0, 0.0))}


@pytest.mark.parametrize("name", ["park", "apartment"])
def test_a_place_looks_as_it_did(base: Any, shoot: Any, tmp_path: Path, name: str) -> None:
    environment = load_environment(ASSETS / "environments" / name)
    place = Place(base, environment)
    body = base.render.attachNewNode(
        draw_faces("body", box("body", environment.mark.position, (0.4, 0.4, 1.75), 20.0, False).faces)
    )
    place.cast_from(body)
    place.update()
    operator = environment.operators[0]
    views = {"operator": (operator.position, operator.hpr), "away": AWAY[name]}
    pictures = {view: shoot(aim(50.0, SIZE, *where), SIZE) for view, where in views.items()}
    place.destroy()
    for view, picture in pictures.items():
        write_picture(tmp_path / f"{name}_{view}.png", picture)
    for view, picture in pictures.items():
        reference = REFERENCES / f"{name}_{view}.png"
        told = f"compare {tmp_path / reference.name} with {reference}; if the new one is right, copy it there"
        assert reference.is_file(), told
        difference = np.abs(picture - read_picture(reference)).max(axis=2)
        assert difference.mean() < MEAN, told
        assert np.quantile(difference, 0.99) < WORST, told
