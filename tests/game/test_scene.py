from __future__ import annotations

import pytest

from game.finding import find_environment, person_folder
from game.scene import Scene


@pytest.mark.parametrize("capsules", [False, True])
def test_each_toggle_shows_the_other_figure_and_only_that(base, body, capsules):
    scene = Scene(base, find_environment("park"), person_folder("default"), body, capsules)
    for seen in (capsules, not capsules, capsules):
        assert scene.capsules.root.isStashed() is not seen
        assert scene.avatar.root.isStashed() is seen
        scene.toggle_capsules()
    scene.place.destroy()
