"""What props look like: closed meshes, covers that give way, a picture with a ball in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from game.performance import BodyPose
from game.props.dents import Balls, BodyShape, Cover
from game.props.figures import PropFigures
from game.props.meshes import MATERIALS, mesh_of, normals_of
from models import rotations
from models.body import Body
from models.props import CATALOGUE, Kind, Prop, kind_named, poses_of
from models.rotations import Array


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_a_mesh_fills_its_block_and_faces_outwards(kind: Kind) -> None:
    mesh = mesh_of(kind)
    assert np.all(np.abs(mesh.points) <= np.array(kind.half) + 1e-6)
    assert np.allclose(np.abs(mesh.points).max(axis=0), kind.half, atol=0.02)
    a, b, c = mesh.points[mesh.triangles].transpose(1, 0, 2)
    volume = float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6.0
    solid = sum({"box": 8.0, "ball": 4.19, "cylinder": 6.28}[part.shape] * np.prod(part.half) for part in kind.parts)
    assert 0.6 * solid < volume < 1.02 * solid
    assert kind.name in MATERIALS


def press(points: Array, normals: Array, half: Array, balls: Balls) -> tuple[Array, Array]:
    """All points ``(V, 3)`` of a cover under balls, and how much light they get ``(V,)``."""
    pressed, moved, light = Cover(points, normals, half).press(balls), points.copy(), np.ones(len(points))
    moved[pressed.which, 1], light[pressed.which] = pressed.heights, pressed.light
    return moved, light


def test_a_cover_goes_down_under_what_lies_on_it_and_nowhere_else() -> None:
    kind = kind_named("mattress")
    mesh, half = mesh_of(kind), np.array(kind.half)
    normals = normals_of(mesh, mesh.points)
    ball = Balls(np.array([[0.3, half[1] + 0.05, 0.1]]), np.array([0.12]))
    pressed, light = press(mesh.points, normals, half, ball)
    assert 0 < np.count_nonzero(light < 1.0) < 0.3 * len(light)  # the rest is not even drawn anew
    assert np.array_equal(pressed[:, ::2], mesh.points[:, ::2])
    level = np.hypot(*(pressed[:, ::2] - ball.centres[0, ::2]).T)
    top = mesh.points[:, 1] > half[1] - 1e-6
    assert np.allclose(pressed[top & (level < 0.03), 1], half[1] - 0.07, atol=0.01)
    assert np.allclose(pressed[level > 0.8], mesh.points[level > 0.8], atol=1e-3)
    inside = np.linalg.norm(pressed - ball.centres[0], axis=1) < 0.12 - 2e-3
    assert not inside[top].any()  # the cover does not run through the ball
    assert light[top & (level < 0.03)].max() < 0.65
    assert light[level > 0.8].min() > 0.99


def test_nobody_near_presses_nothing() -> None:
    mesh = mesh_of(kind_named("cushion"))
    far = Balls(np.array([[0.0, 3.0, 0.0]]), np.array([0.2]))
    cover = Cover(mesh.points, normals_of(mesh, mesh.points), np.array((0.25, 0.08, 0.25)))
    assert len(cover.press(far).which) == 0


def test_normals_of_some_points_are_those_of_all() -> None:
    mesh = mesh_of(kind_named("cushion"))
    points = mesh.points * (1.0, 0.5, 1.0)
    some = np.arange(0, len(points), 7)
    np.testing.assert_allclose(normals_of(mesh, points, some), normals_of(mesh, points)[some], atol=1e-12)


def test_balls_fill_the_body(body: Body) -> None:
    still = np.tile(rotations.IDENTITY, (len(body.joints), 1))
    balls = BodyShape(body).balls(BodyPose(np.array([0.0, 0.9, 0.0]), rotations.IDENTITY, still))
    assert (balls.centres[:, 1] - balls.radii).min() == pytest.approx(0.9 - body.standing_height, abs=0.03)
    assert 1.4 < (balls.centres[:, 1] + balls.radii).max() < 1.8


def test_figures_stand_where_the_poses_say_and_cast_only_near_the_body(base: Any, body: Body) -> None:
    props = (
        Prop("ball", kind_named("ball"), (1.0, 0.0, -2.0)),
        Prop("mattress", kind_named("mattress"), (0.0, 0.0, 0.0)),
        Prop("far ball", kind_named("ball"), (9.0, 0.0, 0.0)),
    )
    figures = PropFigures(base, props, body)
    still = np.tile(rotations.IDENTITY, (len(body.joints), 1))
    lying = BodyPose(np.array([0.0, 0.28, 0.0]), rotations.about(2, 0.5 * np.pi), still)
    figures.show(poses_of(props), lying)
    assert [*figures.node(0).getPos(base.render)] == pytest.approx((1.0, 2.0, 0.11))
    low, high = figures.node(1).getTightBounds(base.render)
    figures.show(poses_of(props), None)
    assert high[2] == pytest.approx(0.25, abs=0.01)
    assert low[2] == pytest.approx(0.0, abs=0.01)
    figures.show(poses_of(props), lying)
    assert [figures.node(i).getParent() == figures.casting for i in range(3)] == [True, True, False]
    figures.destroy()


def test_a_cover_follows_who_rolls_on_it_and_comes_up_again_behind(base: Any, body: Body) -> None:
    props = (Prop("mattress", kind_named("mattress"), (0.0, 0.0, 0.0)),)
    figures = PropFigures(base, props, body)
    still = np.tile(rotations.IDENTITY, (len(body.joints), 1))

    def lowest(x: float) -> tuple[float, float]:
        """How far left and right of its middle the cover is pressed lowest, with the body lying across at ``x``."""
        lying = BodyPose(np.array([x, 0.3, 0.0]), rotations.about(0, 0.5 * np.pi), still)
        figures.show(poses_of(props), lying)
        data = figures.node(0).node().getGeom(0).getVertexData().getArrayHandle(0).getData()
        points = np.frombuffer(data, dtype="<f4").reshape(-1, 7)[:, :3]  # the colour's four bytes are the seventh
        inner = points[(np.abs(points[:, 0]) < 0.9) & (np.abs(points[:, 1]) < 0.35) & (points[:, 2] > -0.1)]
        return float(inner[inner[:, 0] < -0.5, 2].min()), float(inner[inner[:, 0] > 0.5, 2].min())

    left, right = lowest(-0.7), lowest(0.7)
    assert left[0] < right[0] - 0.03
    assert right[1] < left[1] - 0.03
    assert lowest(-0.7) == left
    assert lowest(-0.7 + 1e-4) == left  # who lies still costs nothing
    figures.destroy()
