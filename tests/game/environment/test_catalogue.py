from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from game.environment.catalogue import MOST, find_environments, load_environment
from game.environment.geometry import triangulate
from game.environment.optics import Camera, Sphere, axes_of, to_pixels
from models.errors import InputError
from tests.conftest import ASSETS
from tests.game.environment.conftest import BLOCK, ROOM, write_picture

Room = Callable[..., Path]

BAD = [
    ('name = "Test room"', 'name = "Test room"\ncolour = 3', "unknown key 'colour'"),
    ('name = "Test room"', "name = 7", "'name' is 7"),
    ("version = 1", "version = 2", "version = 1"),
    ("focal_px = 300.0", "focal_px = 0", "focal length is zero"),
    ("focal_px = 300.0", "focal_px = nan", "'focal_px'"),
    ("focal_px = 300.0", "focal_px = 300.0\nhfov = 40.0", "focal_px, hfov"),
    ('image = "photo.png"', 'image = "lost.png"', "lost.png: this photograph cannot be read"),
    ('image = "photo.png"', 'image = "environment.toml"', "neither PNG, JPEG nor TIFF"),
    ("hpr = [0.0, 0.0, 0.0]\nfocal", "hpr = [0.0, 0.0]\nfocal", "3 numbers"),
    ("start = [-8.0, 5.0]\nend = [8.0, 5.0]", "start = [-8.0, -9.0]\nend = [8.0, -9.0]", "behind every projector"),
    ('kind = "wall"', 'kind = "ball"', "use ground, wall, box, card or mesh"),
    ('name = "end"', 'name = "floor"', "two entries of geometry are called 'floor'"),
    ("position = [1.0, 2.0, 0.0]\nheading", "position = [1.0, 2.0, 0.5]\nheading", "not on a ground at height 0"),
    ("border = 0", 'border = 0\nonly = ["cellar"]', "paints only 'cellar'"),
    ("direction = [0.0, 0.0, -1.0]", "direction = [0.0, 0.0, 1.0]", "does not point down"),
    ("[mark]", "[mark", "not TOML"),
    ("border = 0", "border = 0\ndistortion = [-3.0, 0.0]", "folds the picture over itself"),
    ("border = 0", "border = 0\nmask = 'lost.png'", "lost.png: this photograph cannot be read"),
    ("border = 0", "border = 0\nkind = 'fisheye'", "use perspective or equirectangular"),
    ("span = [0.0, 6.0]", "span = [0.0, 6.0]\nfill = 'panorama'", "use nearest, material or"),
    ("span = [0.0, 6.0]", "span = [0.0, 6.0]\nmaterial = [0.1, 2.0, 0.1]", "'material' is [0.1, 2.0, 0.1]"),
    ("version = 1", "version = 1\nmode = 'soft'", "use blend or hard"),
    ("ambient = [0.3, 0.3, 0.3]\n", "", "'ambient' is missing"),
]


@pytest.mark.parametrize(("good", "bad", "said"), BAD)
def test_a_bad_file_is_refused_in_one_sentence(room: Room, good: str, bad: str, said: str) -> None:
    assert ROOM.count(good) == 1
    with pytest.raises(InputError) as caught:
        load_environment(room(text=ROOM.replace(good, bad)))
    message = str(caught.value)
    assert said in message
    assert str(room()) in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "rows", ["[1,0,0,0],[0,0,-1,-5],[0,0,0,1.5],[0,0,0,1]", "[2,0,0,0],[0,0,-1,-5],[0,1,0,1],[0,0,0,1]"]
)
def test_a_singular_or_scaled_matrix_is_refused(room: Room, rows: str) -> None:
    with pytest.raises(InputError, match="singular or skewed"):
        load_environment(
            room(text=ROOM.replace("position = [0.0, -5.0, 1.5]\nhpr = [0.0, 0.0, 0.0]", f"matrix = [{rows}]"))
        )


def test_a_mirrored_matrix_is_refused(room: Room) -> None:
    rows = "[-1,0,0,0],[0,0,-1,-5],[0,1,0,1],[0,0,0,1]"
    text = ROOM.replace("position = [0.0, -5.0, 1.5]\nhpr = [0.0, 0.0, 0.0]", f"matrix = [{rows}]")
    with pytest.raises(InputError, match="mirrored"):
        load_environment(room(text=text))


def test_a_matrix_means_the_same_as_position_and_hpr(room: Room) -> None:
    rows = "[1, 0, 0, 0], [0, 0, -1, -5], [0, 1, 0, 1.5], [0, 0, 0, 1]"
    text = ROOM.replace("position = [0.0, -5.0, 1.5]\nhpr = [0.0, 0.0, 0.0]", f"matrix = [{rows}]")
    assert load_environment(room(text=text)).projectors == load_environment(room()).projectors


def test_focal_length_and_filmback_give_the_same_lens_as_pixels(room: Room) -> None:
    text = ROOM.replace("focal_px = 300.0", "focal_mm = 33.75\nfilm_mm = 36.0")
    assert load_environment(room(text=text)).projectors[0].camera.focal == pytest.approx(300.0)


def test_a_projector_can_look_all_around(room: Room) -> None:
    around = """
[[projector]]
name = "around"
kind = "equirectangular"
image = "photo.png"
position = [0.0, 1.0, 1.5]
heading = 30.0
"""
    assert load_environment(room(around)).projectors[1].camera == Sphere((0.0, 1.0, 1.5), 30.0)


def test_too_many_projectors_on_one_surface_are_refused(room: Room) -> None:
    text = ROOM[ROOM.index("[[projector]]") : ROOM.index("[[geometry]]")]
    more = [text.replace('"photograph"', f'"photograph {i}"') for i in range(MOST)]
    with pytest.raises(InputError, match=f"{MOST + 1} projectors paint 'floor'"):
        load_environment(room("".join(more)))
    elsewhere = more[-1].replace("border = 0", 'border = 0\nonly = ["end"]')
    narrowed = ROOM.replace("border = 0", 'border = 0\nonly = ["floor", "sky"]')
    assert len(load_environment(room("".join((*more[:-1], elsewhere)), narrowed)).projectors) == MOST + 1


def test_what_a_surface_says_about_its_fill_is_kept(room: Room) -> None:
    text = ROOM.replace("span = [0.0, 6.0]", 'span = [0.0, 6.0]\nfill = "nearest"')
    floor, end = load_environment(room(text=text)).surfaces
    assert (floor.fill, floor.material) == ("material", (0.0, 0.0, 1.0))  # the place's fallback
    assert end.fill == "nearest"


def test_ambient_light_comes_from_the_panorama(room: Room) -> None:
    """Half its rows are white, but those near the pole: they are a small part of all directions."""
    panorama = '\n[panorama]\nimage = "around.png"\nposition = [0.0, 0.0, 1.5]\n'
    folder = room(panorama, ROOM.replace("ambient = [0.3, 0.3, 0.3]\n", ""))
    pixels = np.zeros((64, 128, 3))
    pixels[:16] = pixels[-16:] = 255.0
    write_picture(folder / "around.png", pixels)
    part = 1.0 - np.sin(np.pi / 4.0)  # of the sphere, above and below 45 degrees
    shown = 1.055 * part ** (1 / 2.4) - 0.055
    np.testing.assert_allclose(load_environment(folder).light.ambient, [shown] * 3, atol=0.005)


def test_boxes_are_in_bullets_frame(room: Room) -> None:
    (box,) = load_environment(room(BLOCK)).solids()
    assert box.name == "block"
    np.testing.assert_allclose(box.centre, (1.0, 1.0, -2.0))  # Panda's (x, y, z) is Bullet's (x, z, -y)
    np.testing.assert_allclose(box.half, (0.5, 1.0, 0.3))
    assert box.yaw == pytest.approx(np.radians(30.0))


def test_the_mark_is_in_bullets_frame(room: Room) -> None:
    origin, yaw = load_environment(room()).mark_in_bullet()
    np.testing.assert_allclose(origin, (1.0, 0.0, -2.0))
    assert yaw == pytest.approx(np.pi / 2)


def test_a_traced_card_covers_its_outline_from_the_projector(room: Room) -> None:
    outline = [(100.0, 60.0), (220.0, 60.0), (160.0, 120.0), (200.0, 180.0), (120.0, 180.0)]
    card = f"""
[[geometry]]
kind = "card"
name = "figure"
traced_from = "photograph"
outline = {[list(p) for p in outline]}
position = [0.0, 1.0, 0.0]
depth = 0.5
collide = true
"""
    place = load_environment(room(card))
    face = place.surfaces[-1].faces[0]
    seen = to_pixels(place.projectors[0].camera, np.array(face))
    assert {tuple(np.round(pixel, 6)) for pixel in seen} == set(outline)
    assert len(triangulate(face)) == 3
    assert place.solids()[0].half[2] == pytest.approx(0.25)


@pytest.mark.parametrize(
    "outline",
    ["[[100, 60], [200, 160], [200, 60], [100, 180], [40, 100]]", "[[100, 100], [200, 200], [200, 100], [100, 200]]"],
)
def test_an_outline_that_crosses_itself_is_refused(room: Room, outline: str) -> None:
    card = f"""
[[geometry]]
kind = "card"
name = "knot"
traced_from = "photograph"
outline = {outline}
position = [0.0, 1.0, 0.0]
"""
    with pytest.raises(InputError, match=r"'knot'.*crosses itself"):
        load_environment(room(card))


def test_shipped_places_load_and_hold_the_performer() -> None:
    folders = find_environments(ASSETS / "environments")
    assert [folder.name for folder in folders] == ["apartment", "park", "park_mat", "street"]
    for folder in folders:
        place = load_environment(folder)
        origin, yaw = place.mark_in_bullet()
        for travel in np.linspace(-1.5, 0.5, 9):  # m along the flip; nothing may stand there
            x, z = origin[0] + travel * np.cos(yaw), origin[2] - travel * np.sin(yaw)
            for box in place.solids():
                dx, dz = x - box.centre[0], z - box.centre[2]
                along = dx * np.cos(box.yaw) - dz * np.sin(box.yaw)
                across = dx * np.sin(box.yaw) + dz * np.cos(box.yaw)
                assert abs(along) > box.half[0] + 0.3 or abs(across) > box.half[2] + 0.3, (folder.name, box.name)


@pytest.mark.parametrize("folder", ["park", "apartment"])
def test_the_operators_start_shows_all_of_the_jump(folder: str) -> None:
    place = load_environment(ASSETS / "environments" / folder)
    operator, mark = place.operators[0], place.mark
    width = 1000.0
    camera = Camera(
        operator.position, axes_of(*operator.hpr), width * 35.0 / 24.89, (1000, 540), (width / 2, width / 2 / 1.85)
    )
    c, s = np.cos(np.radians(mark.heading)), np.sin(np.radians(mark.heading))
    feet = np.array([np.array(mark.position) + d * np.array([c, s, 0.0]) for d in (0.4, -1.5)])
    u, v = to_pixels(camera, np.concatenate((feet, feet + np.array([0.0, 0.0, 2.2])))).T
    assert u.min() > 0
    assert u.max() < 1000
    assert v.min() > 0
    assert v.max() < 540
    assert abs(u[0] - u[1]) > 200  # from the side
