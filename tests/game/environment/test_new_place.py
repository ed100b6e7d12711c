from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from game.environment.catalogue import load_environment
from game.environment.drawing import Drawing, load_drawing
from game.environment.matching import Match
from game.environment.new_place import LINES, describe, follow_camera, level_camera, make_place
from game.environment.optics import Camera, axes_of, to_pixels
from game.environment.place_file import (
    camera_entry,
    hpr_of,
    read_text,
    replace_camera,
    replace_geometry,
    save_text,
)
from models.errors import InputError
from tests.game.environment.conftest import write_picture
from tests.game.environment.test_matching import TRUE, draw

BLOCK = {"kind": "box", "name": "crate", "position": [0.0, 1.0, 0.0], "size": [1.0, 1.0, 1.0], "collide": True}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    write_picture(tmp_path / "yard.png", np.full((1000, 1600, 3), 120.0))
    return tmp_path / "yard.png"


@pytest.fixture
def folder(tmp_path: Path, photo: Path) -> Path:
    make_place(tmp_path / "yard", photo, Match(TRUE), None, "Yard")
    return tmp_path / "yard"


def test_angles_are_those_of_the_axes() -> None:
    for hpr in [(28.0, -6.0, 1.5), (-170.0, 40.0, -80.0)]:
        camera = Camera((0.0, 0.0, 1.0), axes_of(*hpr), 900.0, (1600, 1000), (800.0, 500.0))
        np.testing.assert_allclose(hpr_of(camera), hpr, atol=1e-9)


@pytest.mark.parametrize("heading", [0.0, 28.0, -140.0])
@pytest.mark.parametrize("pitch", [-25.0, -4.0, 12.0])
def test_a_new_place_can_be_played_and_shows_its_mark(
    tmp_path: Path, photo: Path, heading: float, pitch: float
) -> None:
    camera = replace(TRUE, axes=axes_of(heading, pitch, 1.0), distortion=(-0.05, 0.0))
    place = make_place(tmp_path / "yard", photo, Match(camera), draw(TRUE), "Yard")
    projector = place.projectors[0]
    assert isinstance(projector.camera, Camera)
    np.testing.assert_allclose(projector.camera.axes, camera.axes, atol=1e-5)
    assert projector.camera.distortion == camera.distortion
    assert load_drawing(tmp_path / "yard" / LINES) == draw(TRUE)
    head = np.array(place.mark.position) + (0.0, 0.0, 1.8)
    u, v = to_pixels(camera, head)
    assert 0 < u < 1600
    if pitch > -20.0:
        assert v < 1000
    # Attempts go across the view.
    assert abs(np.dot(camera.axes[0][:2], [np.cos(np.radians(heading)), np.sin(np.radians(heading))])) > 0.99


def test_beyond_the_photograph_goes_on_what_is_along_its_upper_edge(tmp_path: Path) -> None:
    pixels = np.full((100, 200, 3), 90.0)
    pixels[:2] = (51.0, 102.0, 255.0)
    write_picture(tmp_path / "hill.png", pixels)
    camera = level_camera((200, 100), 150.0, 1.7)
    assert make_place(tmp_path / "hill", tmp_path / "hill.png", Match(camera), None, "Hill").fallback == (0.2, 0.4, 1.0)


def test_a_camera_without_lines_looks_level_from_its_height() -> None:
    entry = camera_entry(level_camera((1600, 1000), 1200.0, 1.7))
    assert entry["position"] == [0.0, 0.0, 1.7]
    assert entry["hpr"] == [0.0, 0.0, 0.0]


def test_a_folder_that_has_a_place_is_left_alone(folder: Path, photo: Path) -> None:
    before = read_text(folder)
    with pytest.raises(InputError, match="there is a place already"):
        make_place(folder, photo, Match(TRUE), None, "Other")
    assert read_text(folder) == before


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        (replace(TRUE, position=(0.0, 0.0, -0.5)), "lies -0.50 m above the ground"),
        (replace(TRUE, axes=axes_of(0.0, -90.0, 0.0)), "looks straight down"),
    ],
)
def test_a_camera_that_no_place_can_have_is_refused(camera: Camera, said: str) -> None:
    with pytest.raises(InputError, match=said):
        describe("yard.png", camera, "Yard")


def test_a_damaged_photograph_leaves_no_folder(tmp_path: Path, photo: Path) -> None:
    photo.write_bytes(photo.read_bytes()[:300])
    with pytest.raises(InputError, match=r"yard\.png"):
        make_place(tmp_path / "yard", photo, Match(TRUE), Drawing(), "Yard")
    assert not (tmp_path / "yard").exists()


def test_changes_keep_what_people_wrote(folder: Path) -> None:
    text = read_text(folder).replace("[mark]", "# where it happens\n[mark]")
    moved = replace(TRUE, position=(1.0, -5.0, 1.9), focal=1500.0)
    place = save_text(folder, replace_geometry(replace_camera(text, "photograph", moved), [BLOCK], []))
    assert "# where it happens\n[mark]" in read_text(folder)
    assert place.surfaces[-1].name == "crate"
    assert isinstance(place.projectors[0].camera, Camera)
    assert place.projectors[0].camera.focal == 1500.0
    larger = BLOCK | {"size": [2.0, 1.0, 1.0]}
    place = save_text(folder, replace_geometry(read_text(folder), [larger], ["sky card"]))
    assert [surface.name for surface in place.surfaces] == ["ground", "crate"]
    assert place.solids()[-1].half[0] == 1.0


def test_a_change_that_makes_no_place_is_taken_back(folder: Path) -> None:
    before = read_text(folder)
    with pytest.raises(InputError, match="'kind' is 'ball'"):
        save_text(folder, replace_geometry(before, [BLOCK | {"kind": "ball"}], []))
    assert read_text(folder) == before
    load_environment(folder)


def test_what_nobody_changed_follows_the_camera(folder: Path) -> None:
    moved = replace(TRUE, position=(1.0, -5.0, 1.9), axes=axes_of(40.0, -3.0, 0.0))
    mine = read_text(folder).replace('name = "sky card"', 'name = "facade"')
    save_text(folder, mine)
    place = save_text(folder, follow_camera(mine, TRUE, moved))
    fresh = describe("yard.png", moved, "Yard")
    assert place.mark.heading == pytest.approx(40.0)
    assert place.operators[1].position == tuple(fresh["operator"][1]["position"])
    assert place.surfaces[-1].name == "ground"
    np.testing.assert_allclose(place.surfaces[0].faces[0][0][:2], describe("", TRUE, "")["geometry"][1]["start"])
    text = read_text(folder)
    assert follow_camera(text, moved, moved) == text
