from __future__ import annotations

import numpy as np
import pytest
from panda3d.core import Camera, LQuaternion, NodePath, Point2, Point3

from game.camera.framing import depth, level, ray
from game.camera.lens import Lens, apply
from game.camera.pose import CameraPose
from models.coords import hpr_to_wxyz

LENS = Lens(35.0, shift=(2.0, -1.5))


def pose(pan=0.0, tilt=0.0, roll=0.0):
    return CameraPose(np.array([1.0, -2.0, 1.5]), hpr_to_wxyz(pan, tilt, roll))


def seen(camera: CameraPose, place: np.ndarray) -> np.ndarray:
    """Where Panda3D itself draws a place, in the frame."""
    root = NodePath("environment")
    node = root.attach_new_node(Camera("camera"))
    node.set_pos(*camera.position)
    node.set_quat(LQuaternion(*camera.rotation))
    apply(LENS, node)
    at = Point2()
    assert node.node().get_lens().project(node.get_relative_point(root, Point3(*place)), at)
    return np.array([at.x, at.y])


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.8, -0.6), (-0.3, 0.9)])
def test_a_ray_goes_through_its_point_of_the_picture(point):
    camera = pose(40.0, -10.0, 7.0)
    assert seen(camera, camera.position + 5.0 * ray(camera, LENS, point)) == pytest.approx(point, abs=1e-4)


@pytest.mark.parametrize(("pan", "tilt", "roll"), [(0, 0, 0), (30, 8, 0), (-70, -6, 5), (10, 4, -8)])
def test_the_horizon_is_where_far_away_places_at_eye_height_are_seen(pan, tilt, roll):
    camera = pose(pan, tilt, roll)
    horizon = level(camera, LENS)
    assert horizon is not None
    places = []
    for aside in (-4.0, 4.0):
        way = np.radians(pan + aside)
        places.append(seen(camera, camera.position + 100.0 * np.array([-np.sin(way), np.cos(way), 0.0])))
    # In units of half the frame's height, as the line is drawn.
    (x0, y0), (x1, y1) = (place * np.array([1.85, 1.0]) for place in places[::-1])
    assert np.arctan2(y0 - y1, x1 - x0) == pytest.approx(horizon.roll, abs=1e-3)
    along = np.array([np.sin(horizon.roll), np.cos(horizon.roll)])
    assert along @ [x0, y0] == pytest.approx(horizon.height, abs=1e-3)


def test_straight_up_there_is_no_horizon():
    assert level(pose(0.0, 85.0), LENS) is None


def test_depth_counts_along_the_axis():
    assert depth(pose(90.0), np.array([-3.0, 5.0, 9.0])) == pytest.approx(4.0)
    assert depth(pose(), np.array([1.0, -3.0, 1.5])) == pytest.approx(-1.0)
