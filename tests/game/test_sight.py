from __future__ import annotations

import numpy as np
import pytest

from game.environment.geometry import box, ground, wall
from game.performance import BodyPose
from game.sight import Sight
from models import rotations
from models.body import Body

FLOOR = ground("floor", (0.0, 0.0, 0.0), (20.0, 20.0), 0.0, False)
WALL = wall("wall", (-5.0, 8.0), (5.0, 8.0), (0.0, 3.0), False)
BOX = box("box", (3.0, 4.0, 0.0), (1.0, 1.0, 1.0), 0.0, False)
EYE = np.array([0.0, 0.0, 1.5])


def ray(*way: float):
    vector = np.array(way)
    return vector / np.linalg.norm(vector)


def upright(body: Body) -> BodyPose:
    return BodyPose(np.array([0.0, 0.9, -4.0]), rotations.IDENTITY, np.tile(rotations.IDENTITY, (len(body.joints), 1)))


def test_rays_end_on_what_stands_nearest():
    sight = Sight(None, [FLOOR, WALL, BOX])
    assert sight.distance(EYE, ray(0, 1, -1)) == pytest.approx(1.5 * np.sqrt(2))
    assert sight.distance(np.array([3.0, 0.0, 0.5]), ray(0, 1, 0)) == pytest.approx(3.5)
    assert sight.distance(EYE, ray(0, 0, 1)) is None
    assert Sight().distance(EYE, ray(0, 1, 0)) is None


def test_a_wall_is_missing_for_a_camera_behind_it():
    sight = Sight(None, [WALL])
    assert sight.distance(np.array([0.0, 0.0, 1.0]), ray(0, 1, 0)) == pytest.approx(8.0)
    assert sight.distance(np.array([0.0, 16.0, 1.0]), ray(0, -1, 0)) is None


def test_the_body_is_in_the_way_once_it_is_seen(body: Body):
    sight = Sight(body, [FLOOR, WALL])
    assert sight.place_of("chest") is None
    sight.see(upright(body))
    chest = sight.place_of("chest")
    assert chest == pytest.approx([0.0, 4.0, 1.2], abs=0.15)
    level = np.array([chest[0], 0.0, chest[2]])
    assert sight.distance(level, ray(0, 1, 0)) == pytest.approx(4.0, abs=0.25)
    assert sight.distance(level, ray(0, 1, 0)) < 4.0
    assert sight.distance(level + [1.5, 0.0, 0.0], ray(0, 1, 0)) == pytest.approx(8.0)


def test_every_part_has_a_place_and_others_have_none(body: Body):
    sight = Sight(body)
    sight.see(upright(body))
    heights = {part: sight.place_of(part)[2] for part in sight.parts}
    assert len(heights) == len(body.links)
    assert heights["neck"] == max(heights.values())
    assert sight.place_of("tail") is None
