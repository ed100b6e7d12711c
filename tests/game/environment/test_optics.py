from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panda3d.core import NodePath

from game.environment.optics import Camera, axes_of, distort, rays, reach, straight, to_pixels, undistort

CAMERA = Camera((1.0, 2.0, 3.0), axes_of(25.0, -12.0, 4.0), 900.0, (1000, 700), (420.0, 380.0))
LENSES = [(0.0, 0.0), (-0.25, 0.06), (0.12, 0.0), (-0.2, 0.0)]


def test_axes_are_those_of_a_node_with_the_same_hpr() -> None:
    node = NodePath("turned")
    node.setHpr(25.0, -12.0, 4.0)
    turn = node.getQuat()
    axes = [[*turn.getRight()], [*turn.getForward()], [*turn.getUp()]]
    np.testing.assert_allclose(axes_of(25.0, -12.0, 4.0), axes, atol=1e-6)


@pytest.mark.parametrize("lens", LENSES)
def test_pixels_and_rays_are_inverse(lens: tuple[float, float]) -> None:
    camera = replace(CAMERA, distortion=lens)
    pixels = np.array([[0.0, 0.0], [999.0, 10.0], [420.0, 380.0]])
    away = np.array(camera.position) + 7.0 * rays(camera, pixels)
    np.testing.assert_allclose(to_pixels(camera, away), pixels, atol=1e-6)
    np.testing.assert_allclose(rays(camera, pixels)[2], camera.axes[1])


def test_barrel_distortion_pulls_the_corners_in() -> None:
    camera = replace(CAMERA, distortion=(-0.25, 0.0))
    (u, v), (plain_u, plain_v) = (
        to_pixels(each, np.array(CAMERA.position) + rays(CAMERA, np.array([0.0, 0.0]))) for each in (camera, CAMERA)
    )
    r2 = (420.0**2 + 380.0**2) / 900.0**2
    assert plain_u == pytest.approx(0.0, abs=1e-6)
    assert plain_v == pytest.approx(0.0, abs=1e-6)
    assert u == pytest.approx(420.0 * 0.25 * r2)
    assert v == pytest.approx(380.0 * 0.25 * r2)


def test_beyond_its_reach_a_lens_shows_nothing() -> None:
    camera = replace(CAMERA, distortion=(-0.3, 0.0))
    limit = reach(camera)
    assert limit == pytest.approx(np.sqrt(1.0 / 0.9))
    plane = np.array([[limit - 0.01, 0.0], [limit, 0.0], [limit + 0.01, 0.0]])
    inside, edge, outside = distort(camera, plane)[:, 0]
    assert inside < edge > outside  # it folds back, so there
    right, forward, _ = (np.array(axis) for axis in camera.axes)
    assert np.isnan(to_pixels(camera, np.array(camera.position) + forward + (limit + 0.01) * right)).all()
    assert np.isnan(undistort(camera, np.array([edge + 0.01, 0.0]))).all()


@pytest.mark.parametrize("lens", LENSES)
def test_the_pinhole_beside_a_lens_holds_all_that_it_sees(lens: tuple[float, float]) -> None:
    camera = replace(CAMERA, distortion=lens)
    pinhole = straight(camera)
    u, v = np.meshgrid(np.linspace(0.0, 1000.0, 21), np.linspace(0.0, 700.0, 15))
    seen = rays(camera, np.stack((u, v), axis=-1).reshape(-1, 2))
    pixels = to_pixels(pinhole, np.array(camera.position) + seen)
    assert pixels.min() > -1.0
    assert np.all(pixels < np.array(pinhole.size) + 1.0)
    assert pinhole.focal == camera.focal
