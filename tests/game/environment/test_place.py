from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panda3d.core import NodePath, PerspectiveLens

from game.environment.catalogue import load_environment
from game.environment.description import Projector
from game.environment.geometry import box
from game.environment.optics import to_pixels
from game.environment.place import Place, draw_faces
from game.environment.projection import lens_of, place_camera
from game.environment.shader import PINK
from tests.conftest import ASSETS
from tests.game.environment.conftest import BLOCK, ROOM, read_picture, write_picture

Room = Callable[..., Path]


def from_(x: float, y: float, z: float, pitch: float = 0.0, fov: float = 56.0) -> Callable[[NodePath], None]:
    def aim(camera: NodePath) -> None:
        lens = PerspectiveLens()
        lens.setFov(fov)
        lens.setAspectRatio(4 / 3)
        camera.node().setLens(lens)
        camera.setPosHpr(x, y, z, 0.0, pitch, 0.0)

    return aim


def look_from(camera: NodePath, projector: Projector) -> None:
    """Give ``camera`` the standpoint and lens of a projector: the picture is then its photograph."""
    camera.node().setLens(lens_of(projector.camera))
    place_camera(camera, projector.camera)


def block(parent: NodePath, x: float, y: float, z: float) -> NodePath:
    return parent.attachNewNode(draw_faces("body", box("body", (x, y, z), (0.5, 0.5, 1.7), 0.0, False).faces))


@pytest.mark.parametrize("name", ["park", "apartment"])
def test_from_its_projector_a_place_is_its_photograph(base: Any, shoot: Any, name: str) -> None:
    environment = load_environment(ASSETS / "environments" / name)
    place = Place(base, environment)
    projector = environment.projectors[0]
    width, height = (side // 2 for side in projector.camera.size)
    seen = shoot(lambda camera: look_from(camera, projector), (width, height))
    place.destroy()
    photo = read_picture(projector.image)[: 2 * height, : 2 * width]
    halved = photo.reshape(height, 2, width, 2, 3).mean(axis=(1, 3))
    edge = int(projector.border / 2) + 2
    difference = np.abs(seen - halved)[edge:-edge, edge:-edge]
    assert difference.mean() < 2.0


def test_the_principal_point_moves_the_picture_the_right_way(base: Any, shoot: Any, room: Room) -> None:
    folder = room(text=ROOM.replace("border = 0", "border = 0\nprincipal_point = [200.0, 90.0]"))
    pixels = np.zeros((240, 320, 3))
    pixels[86:94, 196:204] = 255.0  # what the lens sees straight ahead
    write_picture(folder / "photo.png", pixels)
    environment = load_environment(folder)
    place = Place(base, environment)
    straight = shoot(from_(0.0, -5.0, 1.5))
    through = shoot(lambda camera: look_from(camera, environment.projectors[0]))
    place.destroy()
    bright = np.argwhere(straight.sum(axis=2) > 600).mean(axis=0)
    np.testing.assert_allclose(bright, (119.5, 159.5), atol=1.0)
    np.testing.assert_allclose(np.argwhere(through.sum(axis=2) > 600).mean(axis=0), (89.5, 199.5), atol=1.0)


def test_a_box_hides_the_wall_behind_it(base: Any, shoot: Any, room: Room) -> None:
    folder = room(BLOCK)
    environment = load_environment(folder)
    place = Place(base, environment)
    # From the right one looks behind the block: the wall that it hides gets the fallback, blue, not the photograph.
    picture = shoot(from_(2.2, 3.2, 1.2))
    place.authoring = True
    pink = shoot(from_(2.2, 3.2, 1.2))
    place.destroy()
    shaded = np.array([2.2, 5.0, 1.2])  # on the line from the projector through the block
    u, v = to_pixels(environment.projectors[0].camera, shaded)
    assert 160 < u < 320  # in the picture
    assert 0 < v < 240
    np.testing.assert_allclose(picture[120, 160], (0, 0, 255), atol=1)
    np.testing.assert_allclose(pink[120, 160], np.array(PINK) * 255, atol=1)


def test_the_sky_beyond_the_photograph_is_the_panorama(base: Any, shoot: Any, room: Room) -> None:
    folder = room('\n[panorama]\nimage = "around.png"\nposition = [0.0, 0.0, 1.5]\nheading = 90.0\n')
    columns = np.zeros((64, 128, 3))
    columns[:, 60:68] = (255.0, 255.0, 0.0)  # its middle, which looks to -X at heading 90
    columns[:, 30:34] = (0.0, 255.0, 255.0)  # a quarter to the left: -Y
    write_picture(folder / "around.png", columns)
    place = Place(base, load_environment(folder))

    def aim(heading: float) -> Callable[[NodePath], None]:
        def turned(camera: NodePath) -> None:
            from_(0.0, -7.0, 1.6)(camera)
            camera.setHpr(heading, 0.0, 0.0)

        return turned

    left, back = shoot(aim(90.0)), shoot(aim(180.0))
    place.destroy()
    np.testing.assert_allclose(left[100, 160], (255, 255, 0), atol=2)
    np.testing.assert_allclose(back[100, 160], (0, 255, 255), atol=2)


def test_higher_priority_covers_and_equals_blend(base: Any, shoot: Any, room: Room) -> None:
    second = ROOM[ROOM.index("[[projector]]") : ROOM.index("[[geometry]]")]
    blue = second.replace("photograph", "blue").replace("photo.png", "blue.png")
    folder = room(blue)
    pixels = np.zeros((240, 320, 3))
    pixels[..., 2] = 255.0
    write_picture(folder / "blue.png", pixels)
    text = (folder / "environment.toml").read_text()
    colours = []
    for change in ("border = 0", "border = 0\npriority = 1"):
        (folder / "environment.toml").write_text(text.replace("border = 0", change, 1))
        place = Place(base, load_environment(folder))
        colours.append(shoot(from_(0.0, -5.0, 1.5))[60, 80])
        place.destroy()
    np.testing.assert_allclose(colours[0], (127.5, 0, 127.5), atol=1)
    np.testing.assert_allclose(colours[1], (255, 0, 0), atol=1)


def test_a_body_darkens_the_ground_and_stays_out_of_the_projectors_way(base: Any, shoot: Any, room: Room) -> None:
    place = Place(base, load_environment(room()))
    body = block(base.render, -0.8, 0.0, 0.6)  # between the projector and the floor and wall behind it
    view = from_(0.0, -5.0, 4.0, pitch=-40.0)
    body.hide()
    empty = shoot(view)
    body.show()
    place.cast_from(body)
    place.update()
    shaded = shoot(view)
    body.removeNode()
    place.update()
    again = shoot(view)
    place.destroy()
    darker = (shaded[..., 0] / np.maximum(empty[..., 0], 1.0))[empty[..., 0] > 200]
    assert darker.min() == pytest.approx(0.4, abs=0.03)  # 1 - the light's shadow
    assert np.mean(darker > 0.99) > 0.8  # everywhere else nothing has changed
    np.testing.assert_array_equal(again, empty)


@pytest.mark.parametrize("away", [NodePath.stash, NodePath.hide])
def test_a_body_that_is_not_shown_leaves_the_others_shadow_alone(
    base: Any, shoot: Any, room: Room, away: Callable[[NodePath], None]
) -> None:
    place = Place(base, load_environment(room()))
    body, other = block(base.render, -0.8, 0.0, 0.6), block(base.render, 3.0, 3.5, 0.0)

    def picture() -> Any:
        place.update()
        return shoot(from_(0.0, -5.0, 4.0, pitch=-40.0))

    away(other)
    place.cast_from(body)
    alone = picture()
    place.cast_from(other)
    beside = picture()
    away(body)
    gone = picture()
    place.destroy()
    empty_place = Place(base, load_environment(room()))
    empty = shoot(from_(0.0, -5.0, 4.0, pitch=-40.0))
    empty_place.destroy()
    np.testing.assert_array_equal(beside, alone)
    np.testing.assert_array_equal(gone, empty)


def test_what_no_projector_sees_is_pink_from_the_first_picture_on(base: Any, shoot: Any, room: Room) -> None:
    place = Place(base, load_environment(room(BLOCK)))
    place.authoring = True
    pink = shoot(from_(2.2, 3.2, 1.2))
    place.destroy()
    np.testing.assert_allclose(pink[120, 160], np.array(PINK) * 255, atol=1)


def test_two_places_after_each_other_leave_nothing_behind(base: Any, room: Room) -> None:
    environment = load_environment(room(BLOCK))
    before = len(base.render.children), len(base.graphicsEngine.windows)
    for _ in range(2):
        place = Place(base, environment)
        base.graphicsEngine.renderFrame()
        place.destroy()
    assert (len(base.render.children), len(base.graphicsEngine.windows)) == before
