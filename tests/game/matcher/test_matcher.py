"""The matcher's logic: a user's hand on a made-up photograph whose camera is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from game.environment.catalogue import load_environment
from game.environment.drawing import Drawing, Pixel, load_drawing
from game.environment.matching import Match
from game.environment.new_place import LINES, level_camera, make_place
from game.environment.optics import Camera
from game.environment.place_file import read_text
from game.matcher.frame import fit
from game.matcher.matcher import RESHAPE, Matcher
from game.matcher.overlay import COLOURS, ground_grid, strokes
from game.matcher.project import open_project
from game.matcher.status import status_lines
from models.errors import InputError
from tests.game.environment.conftest import write_picture
from tests.game.environment.test_matching import EDGES, SIZE, TRUE, draw, seen

GRASP = 8.0


def level() -> Camera:
    return level_camera(SIZE, 1200.0, 1.6)


def drag(matcher: Matcher, start: Pixel, end: Pixel) -> None:
    matcher.press(start, GRASP)
    matcher.drag(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    matcher.drag(end)
    matcher.release()


def draw_all(matcher: Matcher) -> None:
    """Every edge of the house, with a metre between its ends and others' so that nothing is taken by mistake."""
    for start, axis, length in EDGES:
        matcher.choose(axis)
        way = length * np.eye(3)["xyz".index(axis)]
        drag(matcher, *seen(TRUE, tuple(np.array(start) + 0.06 * way), tuple(np.array(start) + 0.94 * way)))


@pytest.fixture
def matched() -> Matcher:
    matcher = Matcher(level(), Drawing(), {})
    draw_all(matcher)
    matcher.choose("origin")
    drag(matcher, (300.0, 900.0), seen(TRUE, (0.0, 0.0, 0.0))[0])
    matcher.choose("upright")
    drag(matcher, *seen(TRUE, (1.5, 0.0, 0.0), (1.5, 0.0, 1.0)))
    return matcher


def test_lines_that_are_dragged_find_the_camera(matched: Matcher) -> None:
    assert matched.found is not None
    assert (matched.found.error or 0.0) < 1e-3
    np.testing.assert_allclose(matched.camera.position, TRUE.position, atol=5e-3)
    assert matched.camera.focal == pytest.approx(TRUE.focal, rel=1e-3)
    assert status_lines(matched)[0].startswith("error 0.00 px over 9 lines")


def test_before_there_are_lines_enough_it_says_what_to_draw_and_the_camera_stays() -> None:
    matcher = Matcher(level(), Drawing(), {})
    matcher.choose("x")
    drag(matcher, (200.0, 300.0), (700.0, 320.0))
    assert matcher.found is None
    assert matcher.camera == level()
    assert "1 along x" in matcher.problem
    assert matcher.problem in status_lines(matcher)


def test_a_slip_of_the_mouse_leaves_no_line() -> None:
    matcher = Matcher(level(), Drawing(), {})
    drag(matcher, (200.0, 300.0), (201.0, 300.0))
    assert matcher.work.drawing.lines == ()


def test_a_handle_that_is_taken_moves_the_camera_and_undo_brings_both_back(matched: Matcher) -> None:
    before, camera = matched.work, matched.camera
    (u, v) = before.drawing.lines[0].points[1]
    drag(matched, (u + 3.0, v), (u, v + 12.0))
    assert len(matched.work.drawing.lines) == len(before.drawing.lines)
    assert matched.work.drawing.lines[0].points[1] == (u, v + 12.0)
    assert matched.found is not None
    assert (matched.found.error or 0.0) > 0.5
    matched.undo()
    assert matched.work == before
    np.testing.assert_allclose(matched.camera.position, camera.position, atol=1e-6)


def test_a_longer_length_scales_the_place(matched: Matcher) -> None:
    height = matched.camera.position[2]
    matched.longer(1.0)
    assert matched.camera.position[2] == pytest.approx(2.0 * height, rel=1e-3)


def test_the_focal_length_can_be_held(matched: Matcher) -> None:
    focal = matched.camera.focal
    matched.hold_focal()
    assert matched.found is not None
    assert matched.found.focal_error == 0.0
    assert matched.camera.focal == focal


def test_a_point_is_put_into_the_line_under_the_mouse(matched: Matcher) -> None:
    lines = matched.work.drawing.lines
    (u0, v0), (u1, v1) = lines[1].points
    middle = (0.5 * (u0 + u1), 0.5 * (v0 + v1) + 2.0)
    matched.insert(middle, GRASP)
    assert matched.work.drawing.lines[1].points == ((u0, v0), middle, (u1, v1))
    matched.insert((5.0, 5.0), GRASP)
    assert matched.work.drawing.lines[1].points == ((u0, v0), middle, (u1, v1))
    drag(matched, middle, (middle[0], middle[1] + 5.0))
    assert matched.work.drawing.lines[1].points[1] == (middle[0], middle[1] + 5.0)


def test_removing_takes_the_line_under_the_mouse(matched: Matcher) -> None:
    lines = matched.work.drawing.lines
    matched.remove(lines[2].points[0], GRASP)
    assert matched.work.drawing.lines == lines[:2] + lines[3:]


def test_a_box_is_clicked_with_its_top_dragged_up(matched: Matcher) -> None:
    matched.choose("box")
    corners = [(-1.0, 2.0, 0.0), (0.0, 2.0, 0.0), (0.0, 2.8, 0.0)]
    for pixel in seen(TRUE, *corners):
        matched.press(pixel, GRASP)
    (top,) = seen(TRUE, (0.0, 2.8, 1.1))
    preview = matched.pending(top)
    assert preview is not None
    matched.press(top, GRASP)
    (block,) = matched.work.blocks
    assert block == preview
    np.testing.assert_allclose(block["size"], (1.0, 0.8, 1.1), atol=0.01)
    assert matched.work.clicks == ()
    matched.undo()
    assert matched.work.blocks == ()
    assert len(matched.work.clicks) == 3


def test_a_second_block_snaps_to_the_first(matched: Matcher) -> None:
    matched.choose("wall")
    for pixel in seen(TRUE, (-1.0, 2.0, 0.0), (0.0, 2.0, 0.0), (0.0, 2.0, 1.5)):
        matched.press(pixel, GRASP)
    near = seen(TRUE, (0.0, 2.0, 0.0))[0]
    for pixel in ((near[0] + 6.0, near[1] + 5.0), *seen(TRUE, (0.0, 4.0, 0.0), (0.0, 4.0, 1.5))):
        matched.press(pixel, GRASP)
    first, second = matched.work.blocks
    assert (first["name"], second["name"]) == ("wall 1", "wall 2")
    assert first["end"] in (second["start"], second["end"])


def test_a_cut_out_is_closed_by_the_user(matched: Matcher) -> None:
    matched.choose("outline")
    (u, v) = seen(TRUE, (0.0, 2.0, 0.0))[0]
    for pixel in ((u, v), (u - 40.0, v), (u + 40.0, v)):
        matched.press(pixel, GRASP)
    matched.close_outline()
    assert "three points" in matched.problem
    matched.press((u, v - 200.0), GRASP)
    matched.close_outline()
    assert matched.work.blocks[0]["outline"] == [
        [round(a, 1), round(b, 1)] for a, b in ((u - 40.0, v), (u + 40.0, v), (u, v - 200.0))
    ]


def test_a_click_into_the_sky_is_told_and_forgotten(matched: Matcher) -> None:
    matched.choose("wall")
    matched.press((800.0, 20.0), GRASP)
    assert "not on the ground" in matched.problem
    assert matched.work.clicks == ()


def test_the_grid_lies_on_the_ground() -> None:
    red = [stroke for stroke in ground_grid(TRUE) if stroke.colour == COLOURS["x"]]
    points = np.concatenate([stroke.points for stroke in red])
    for pixel in seen(TRUE, (0.0, 0.0, 0.0), (2.0, 0.0, 0.0)):
        assert np.linalg.norm(points - pixel, axis=1).min() < 1.0


def test_everything_that_is_drawn_is_shown(matched: Matcher) -> None:
    shown = strokes(matched, (800.0, 900.0))
    lines = [stroke for stroke in shown if stroke.dots]
    assert len(lines) == len(EDGES) + 2
    assert all(np.all(np.isfinite(stroke.points)) for stroke in shown)


def test_zooming_keeps_what_is_under_the_mouse() -> None:
    frame = fit(SIZE, 1.85)
    held = frame.to_pixel(0.4, -0.3)
    closer = frame.zoomed(3.0, 0.4, -0.3)
    np.testing.assert_allclose(closer.to_pixel(0.4, -0.3), held)
    np.testing.assert_allclose(closer.to_window(np.array(held)), (0.4, -0.3))
    assert closer.zoomed(0.01, 0.0, 0.0) == frame


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_picture(tmp_path / "yard.png", np.full((SIZE[1], SIZE[0], 3), 120.0))
    make_place(tmp_path / "yard", tmp_path / "yard.png", Match(level()), None, "Yard")
    return tmp_path / "yard"


def test_what_is_saved_is_a_place_that_opens_as_it_was(folder: Path) -> None:
    project = open_project(folder)
    project.matcher.work = Matcher(level(), draw(TRUE), {}).work
    project.matcher.longer(0.0)
    project.matcher.choose("wall")
    for pixel in seen(TRUE, (-1.0, 2.0, 0.0), (0.0, 2.0, 0.0), (0.0, 2.0, 1.5)):
        project.matcher.press(pixel, GRASP)
    assert project.save(project.matcher) == f"saved: {folder}, 3 pieces of geometry"
    place = load_environment(folder)
    assert [box.name for box in place.solids()] == ["wall 1"]
    assert isinstance(place.projectors[0].camera, Camera)
    assert place.projectors[0].camera.focal == pytest.approx(TRUE.focal, rel=1e-3)
    assert load_drawing(folder / LINES) == project.matcher.work.drawing
    again = open_project(folder)
    np.testing.assert_allclose(again.matcher.camera.position, project.matcher.camera.position, atol=1e-3)
    text = read_text(folder)
    again.save(again.matcher)
    assert read_text(folder) == text


def test_a_block_under_the_mouse_goes_from_the_place_too(folder: Path) -> None:
    project = open_project(folder)
    matcher = project.matcher
    matcher.remove((800.0, 480.0), GRASP)  # where the sky card is
    assert "sky card" not in matcher.all_faces()
    matcher.undo()
    assert "sky card" in matcher.all_faces()
    matcher.remove((800.0, 480.0), GRASP)
    project.save(matcher)
    assert [surface.name for surface in load_environment(folder).surfaces] == ["ground"]


def test_the_places_own_block_is_reshaped_undone_and_saved(folder: Path) -> None:
    project = open_project(folder)
    matcher = project.matcher
    matcher.choose("wall")
    for pixel in ((600.0, 900.0), (1000.0, 900.0), (1000.0, 700.0)):
        matcher.press(pixel, GRASP)
    project.save(matcher)
    height = load_environment(folder).surfaces[-1].faces[0][2][2]
    for opened in (project, open_project(folder)):
        opened.matcher.choose(RESHAPE)
        drag(opened.matcher, (1001.0, 699.0), (1000.0, 600.0))
        assert opened.matcher.work.blocks[0]["span"][1] > 1.3 * height
        opened.matcher.undo()
        assert opened.matcher.work.blocks == ()
    drag(matcher, (1001.0, 699.0), (1000.0, 600.0))
    assert project.save(matcher) == f"saved: {folder}, 3 pieces of geometry"
    assert load_environment(folder).surfaces[-1].faces[0][2][2] > 1.3 * height
    drag(matcher, (200.0, 200.0), (300.0, 300.0))
    assert "no corner or edge" in matcher.problem


def test_no_place_and_a_broken_drawing_are_told(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere"):
        open_project(tmp_path / "nowhere")
    (folder / LINES).write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        open_project(folder)
