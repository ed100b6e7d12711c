from __future__ import annotations

import math

import numpy as np
import pytest
from panda3d.core import CardMaker, LQuaternion

from game.camera.depth_of_field import FEWEST, MOST, blur, exposed, view_count, views
from game.camera.framing import ray
from game.camera.lens import Lens, apply
from game.camera.pose import CameraPose
from game.still import still
from models.coords import hpr_to_wxyz

POSE = CameraPose(np.array([0.5, -3.0, 1.4]), hpr_to_wxyz(20.0, -5.0, 3.0))
LENS = Lens(50.0, focus_distance=3.0, aperture=1.4, depth_of_field=True)


def where(pose: CameraPose, lens: Lens, place: np.ndarray) -> np.ndarray:
    """A place in the frame, -1 … 1, from the ray that goes through it."""
    right, ahead, up = (ray(pose, Lens(50.0), point) for point in ((1.0, 0.0), (0.0, 0.0), (0.0, 1.0)))
    width, height = lens.gate
    way = place - pose.position
    depth = way @ ahead
    x_axis = (right / (right @ ahead) - ahead) / (0.5 * width / 50.0)
    z_axis = (up / (up @ ahead) - ahead) / (0.5 * height / 50.0)
    film = lens.focal_length * np.array([way @ x_axis, way @ z_axis]) / depth - np.array(lens.shift)
    return film / [0.5 * width, 0.5 * height]


@pytest.mark.parametrize("point", [(0.0, 0.0), (0.7, -0.8)])
def test_what_is_in_focus_stays_where_it_is_in_every_view(point):
    way = ray(POSE, LENS, point)
    ahead = ray(POSE, LENS, (0.0, 0.0))
    place = POSE.position + way * (LENS.focus_distance / (way @ ahead))
    for camera, lens in views(POSE, LENS, 16):
        assert where(camera, lens, place) == pytest.approx(point, abs=1e-9)


def test_views_fill_the_pupil_and_no_more():
    cameras = np.array([camera.position for camera, _ in views(POSE, LENS, 64)]) - POSE.position
    distances = np.linalg.norm(cameras, axis=1)
    assert distances.max() <= 0.5 * 0.050 / 1.4
    assert np.linalg.norm(cameras.mean(axis=0)) < 0.001
    # Even: half of the area lies within 0.71 of the radius.
    assert np.median(distances) == pytest.approx(math.sqrt(0.5) * 0.5 * 0.050 / 1.4, rel=0.02)


def test_the_circle_of_confusion_is_the_thin_lenses():
    """50 mm at f/1.4, focus at 3 m, a point at infinity: 35.7 mm of pupil by 50/3000."""
    assert blur(LENS, math.inf, 1998) == pytest.approx(35.714 * 50 / 3000 / 24.89 * 1998, rel=1e-4)
    assert blur(LENS, 3.0, 1998) == 0.0
    assert blur(LENS, 1.5, 1998) == pytest.approx(blur(LENS, math.inf, 1998))


def test_larger_circles_get_more_views_within_limits():
    assert view_count(0.0) == FEWEST
    assert view_count(15.0) == math.ceil(math.pi / 4 * 36)
    assert view_count(500.0) == MOST


def renderer(base):
    def render(pose: CameraPose, lens: Lens) -> np.ndarray:
        base.camera.set_pos(*pose.position)
        base.camera.set_quat(LQuaternion(*pose.rotation))
        apply(lens, base.cam)
        return still(base, lens.aspect)

    return render


@pytest.mark.parametrize("distance", [2.0, 3.0, 6.0])
def test_a_point_of_light_becomes_a_disc_of_that_size(base, distance):
    base.setBackgroundColor(0.0, 0.0, 0.0)
    maker = CardMaker("light")
    maker.set_frame(-0.004, 0.004, -0.004, 0.004)
    light = base.render.attach_new_node(maker.generate())
    light.set_pos(*(POSE.position + distance * ray(POSE, LENS, (0.0, 0.0))))
    light.look_at(*POSE.position)
    light.set_h(light, 180.0)
    light.set_two_sided(True)
    try:
        picture = exposed(POSE, LENS, 960, renderer(base))
    finally:
        base.setBackgroundColor(0.5, 0.5, 0.5)
    lit = picture.max(axis=2) > 8
    columns = np.nonzero(lit.any(axis=0))[0]
    own = 0.008 / distance * 50.0 / 24.89 * 960
    assert columns.max() - columns.min() + 1 == pytest.approx(blur(LENS, distance, 960) + own, abs=2.5)
    assert (columns.max() + columns.min()) / 2 == pytest.approx(479.5, abs=1.5)


def test_a_plain_picture_keeps_its_colours_and_a_clear_lens_draws_once():
    plain = np.tile(np.arange(256, dtype=np.uint8)[:, None, None], (1, 2, 3))
    drawn = []

    def render(pose: CameraPose, lens: Lens) -> np.ndarray:
        drawn.append(pose)
        return plain

    assert np.array_equal(exposed(POSE, LENS, 1998, render), plain)
    assert len(drawn) == view_count(blur(LENS, math.inf, 1998))
    drawn.clear()
    assert exposed(POSE, Lens(), 1998, render) is plain
    assert drawn == [POSE]
