from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panda3d.core import NodePath, PerspectiveLens

from game.environment.catalogue import MOST, load_environment
from game.environment.decompose import convex_pieces
from game.environment.description import Projector
from game.environment.geometry import box
from game.environment.mesh import draw_faces
from game.environment.mesh_file import rounded_mesh, save_mesh
from game.environment.optics import Camera, rays, to_pixels
from game.environment.panorama import to_srgb
from game.environment.place import Place
from game.environment.projection import lens_of, place_camera
from game.environment.shader import PINK, hue
from models.errors import InputError
from tests.conftest import ASSETS
from tests.game.environment.conftest import BLOCK, ROOM, read_picture, write_picture
from tests.game.environment.test_decompose import torus

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
    assert isinstance(projector.camera, Camera)
    look_through(camera, projector.camera)


def look_through(camera: NodePath, seen: Camera) -> None:
    camera.node().setLens(lens_of(seen))
    place_camera(camera, seen)


def block(parent: NodePath, x: float, y: float, z: float) -> NodePath:
    return parent.attachNewNode(draw_faces("body", box("body", (x, y, z), (0.5, 0.5, 1.7), 0.0, False).faces))


@pytest.mark.parametrize("name", ["park", "apartment"])
def test_from_its_projector_a_place_is_its_photograph(base: Any, shoot: Any, name: str) -> None:
    environment = load_environment(ASSETS / "environments" / name)
    place = Place(base, environment)
    projector = environment.projectors[0]
    assert isinstance(projector.camera, Camera)
    width, height = (side // 2 for side in projector.camera.size)
    seen = shoot(lambda camera: look_from(camera, projector), (width, height))
    place.destroy()
    photo = read_picture(projector.image)[: 2 * height, : 2 * width]
    halved = photo.reshape(height, 2, width, 2, 3).mean(axis=(1, 3))
    edge = int(max(each.border for each in environment.projectors) / 2) + 2  # all of them see nearly the same
    difference = np.abs(seen - halved)[edge:-edge, edge:-edge]
    assert difference.mean() < 2.0


MESH = """
[[geometry]]
kind = "mesh"
name = "ring"
file = "meshes/ring.json"
position = [0.5, 1.0, 1.0]
heading = 20.0
"""


def test_a_mesh_shows_the_photograph_and_keeps_it_off_what_lies_behind(base: Any, shoot: Any, room: Room) -> None:
    folder = room(MESH)
    points, triangles = torus(24, 12)
    # Upright, its hole towards the projector.
    points = points[:, [0, 2, 1]] * (1.0, -1.0, 1.0)
    save_mesh(folder / "meshes" / "ring.json", rounded_mesh(points, triangles, convex_pieces(points, triangles)))
    environment = load_environment(folder)
    place = Place(base, environment)
    projector = environment.projectors[0]
    assert isinstance(projector.camera, Camera)
    seen = shoot(lambda camera: look_from(camera, projector), projector.camera.size)
    place.destroy()
    assert np.abs(seen - read_picture(projector.image))[2:-2, 2:-2].mean() < 2.0
    bare = []
    for each in (environment, load_environment(room())):
        place = Place(base, each)
        place.view = "coverage"
        beside = shoot(from_(1.0, 2.5, 1.0))
        place.destroy()
        bare.append(int(np.all(np.abs(beside - 255.0 * np.array(PINK)) < 8.0, axis=-1).sum()))
    assert bare[0] > bare[1] + 1000  # on the wall, in the lee of the ring


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
    place.view = "coverage"
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
    half = 255.0 * to_srgb(np.array(0.5))  # they are mixed as light
    np.testing.assert_allclose(colours[0], (half, 0, half), atol=1)
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
    place.view = "coverage"
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


def test_the_lens_of_a_projector_is_kept(base: Any, shoot: Any, room: Room) -> None:
    """What a bent photograph shows at a pixel appears where the lens says, and what it hides stays hidden."""
    folder = room(BLOCK, ROOM.replace("border = 0", "border = 0\ndistortion = [-0.3, 0.05]"))
    pixels = np.zeros((240, 320, 3))
    pixels[..., 1] = 90.0
    spots = np.array([[30, 24], [290, 30], [60, 200], [160, 60]])  # near the corners, and on the wall
    for u, v in spots:
        pixels[v - 4 : v + 4, u - 4 : u + 4] = 255.0
    write_picture(folder / "photo.png", pixels)
    environment = load_environment(folder)
    camera = environment.projectors[0].camera
    assert isinstance(camera, Camera)
    place = Place(base, environment)
    eye = Camera(camera.position, camera.axes, 200.0, (400, 300), (200.0, 150.0))
    picture = shoot(lambda node: look_through(node, eye), eye.size)
    place.destroy()
    for spot in spots.astype(float):
        u, v = to_pixels(eye, np.array(camera.position) + 5.0 * rays(camera, spot)).round().astype(int)
        near = picture[v - 5 : v + 5, u - 5 : u + 5, 0]
        middle = np.argwhere(near > 128).mean(axis=0)
        np.testing.assert_allclose(middle, (4.5, 4.5), atol=1.2)


def test_a_mask_keeps_a_photograph_from_its_black_parts(base: Any, shoot: Any, room: Room) -> None:
    folder = room(text=ROOM.replace("border = 0", 'border = 0\nmask = "mask.png"'))
    mask = np.full((240, 320, 3), 255.0)
    mask[:120] = 0.0
    write_picture(folder / "mask.png", mask)
    place = Place(base, load_environment(folder))
    picture = shoot(from_(0.0, -5.0, 1.5))
    place.destroy()
    np.testing.assert_allclose(picture[80, 80], (0, 0, 255), atol=1)
    np.testing.assert_allclose(picture[180, 80], (255, 0, 0), atol=1)


AROUND = """
[[projector]]
name = "around"
kind = "equirectangular"
image = "around.png"
position = [-2.0, 0.0, 1.5]
priority = 1
"""


def test_a_projector_that_looks_all_around_is_stopped_by_what_stands_in_its_way(
    base: Any, shoot: Any, room: Room
) -> None:
    block = BLOCK.replace("position = [1.0, 2.0, 0.0]", "position = [0.0, 2.0, 0.0]").replace("30.0", "0.0")
    folder = room(AROUND + block)
    columns = np.full((64, 128, 3), 200.0)
    columns[:, 60:68] = (0.0, 255.0, 255.0)  # where it looks along +Y
    write_picture(folder / "around.png", columns)
    place = Place(base, load_environment(folder))
    ahead = shoot(from_(-2.0, -3.0, 1.5))
    # From above: the floor beside the block, and that behind it, which the block hides from the eye at (-2, 0).
    above = shoot(from_(0.0, 2.6, 9.0, pitch=-89.0))
    place.destroy()
    np.testing.assert_allclose(ahead[100, 160], (0, 255, 255), atol=2)
    open_, hidden = (round(159.5 + 320 / (2 * 9.0 * np.tan(np.radians(28))) * x) for x in (-1.2, 0.9))
    row = round(119.5 - 320 / (2 * 9.0 * np.tan(np.radians(28))) * (3.3 - 2.6))
    np.testing.assert_allclose(above[row, open_], (200, 200, 200), atol=2)
    assert np.abs(above[row, hidden] - 200.0).max() > 50.0


def test_in_hard_mode_one_photograph_has_the_whole_face(base: Any, shoot: Any, room: Room) -> None:
    folder = room(BLOCK, ROOM.replace("version = 1", 'version = 1\nmode = "hard"'))
    environment = load_environment(folder)
    place = Place(base, environment)
    picture = shoot(from_(2.2, 3.2, 1.2))  # behind the block, which does not stop it here
    place.destroy()
    np.testing.assert_allclose(picture[120, 160], (0, 255, 0), atol=1)


def test_bare_material_and_nearest_colour_fill_what_no_projector_saw(base: Any, shoot: Any, room: Room) -> None:
    wall = 'span = [0.0, 6.0]\nfill = "{}"\nmaterial = [1.0, 0.5, 0.0]'
    colours = []
    for fill in ("material", "nearest"):
        folder = room(BLOCK, ROOM.replace("span = [0.0, 6.0]", wall.format(fill)))
        place = Place(base, load_environment(folder))
        colours.append(shoot(from_(2.2, 3.2, 1.2))[120, 160])  # on the wall behind the block
        place.destroy()
    np.testing.assert_allclose(colours[0], (255, 127.5, 0), atol=1)
    np.testing.assert_allclose(colours[1], (0, 255, 0), atol=12)  # as the photograph shows the wall beside it


def test_a_surface_may_have_as_many_projectors_as_are_allowed(base: Any, shoot: Any, room: Room) -> None:
    """Each of them shows a column of its own through its mask."""
    text = ROOM[ROOM.index("[[projector]]") : ROOM.index("[[geometry]]")].replace("photo.png", "grey.png")
    more = [
        text.replace('"photograph"', f'"{i}"').replace("border = 0", f'border = 0\npriority = {i}\nmask = "{i}.png"')
        for i in range(1, MOST)
    ]
    folder = room("".join(more))
    write_picture(folder / "grey.png", np.full((240, 320, 3), 99.0))
    for i in range(1, MOST):
        mask = np.zeros((240, 320, 3))
        mask[:, 20 * i : 20 * i + 10] = 255.0
        write_picture(folder / f"{i}.png", mask)
    place = Place(base, load_environment(folder))
    picture = shoot(lambda camera: look_from(camera, place.environment.projectors[0]))
    place.destroy()
    for i in range(1, MOST):
        np.testing.assert_allclose(picture[150, 20 * i + 5], (99, 99, 99), atol=2)
        assert picture[150, 20 * i + 15].max() == 255.0  # and between them the photograph


def test_an_author_sees_angles_and_winners(base: Any, shoot: Any, room: Room) -> None:
    second = ROOM[ROOM.index("[[projector]]") : ROOM.index("[[geometry]]")].replace('"photograph"', '"floor only"')
    place = Place(base, load_environment(room(second + 'priority = 1\nonly = ["floor"]\n')))
    place.view = "winner"
    winner = shoot(from_(0.0, -5.0, 1.5))
    place.view = "grazing"
    grazing = shoot(from_(0.0, -5.0, 1.5))
    place.view = None
    again = shoot(from_(0.0, -5.0, 1.5))
    place.destroy()
    wall, floor = (60, 80), (230, 80)
    for pixel, index in ((wall, 0), (floor, 1)):
        np.testing.assert_allclose(winner[pixel], 0.4 * again[pixel] + 0.6 * 255 * np.array(hue(index)), atol=2)
    assert grazing[wall][1] > grazing[floor][1]  # it meets the wall squarely: green; the floor flatly: red
    np.testing.assert_allclose(again[wall], (255, 0, 0), atol=1)


def test_a_photograph_stays_on_what_it_was_projected_on(base: Any, shoot: Any, room: Room) -> None:
    place = Place(base, load_environment(room()))
    parent = base.render.attachNewNode("prop")
    prop = block(parent, 0.0, 0.0, 0.0)  # half of it left of the photograph's middle, half right
    parent.setPos(0.0, 1.0, 0.6)
    place.paint(parent, "prop", (0.0, 0.0, 0.5))
    before = shoot(from_(0.0, -3.0, 1.5))
    parent.setPosHpr(1.0, 1.0, 0.6, 0.0, 0.0, 0.0)
    moved = shoot(from_(1.0, -3.0, 1.5))
    assert prop.getParent() == parent
    parent.setH(180.0)
    behind = shoot(from_(1.0, -3.0, 1.5))
    place.destroy()
    for picture in (before, moved):
        np.testing.assert_allclose(picture[120, 150], (255, 0, 0), atol=1)
        np.testing.assert_allclose(picture[120, 170], (0, 255, 0), atol=1)
    np.testing.assert_allclose(behind[120, 160], (0, 0, 127.5), atol=2)  # its back was seen by nobody


def test_a_large_photograph_is_told_and_a_damaged_one_leaves_the_scene_alone(base: Any, room: Room) -> None:
    folder = room()
    environment = load_environment(folder)
    before = len(base.render.children), len(base.graphicsEngine.windows)
    whole = (folder / "photo.png").read_bytes()
    (folder / "photo.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        Place(base, environment)
    assert (len(base.render.children), len(base.graphicsEngine.windows)) == before
    write_picture(folder / "photo.png", np.zeros((30, 9000, 3)))
    place = Place(base, environment)
    place.destroy()
    assert ["9000 x 30" in note for note in place.notes] == [True]
