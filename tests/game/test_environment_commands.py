"""The verbs that make places, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import backflip
from game.environment.catalogue import load_environment
from game.environment.drawing import save_drawing
from models.contact import Hull
from tests.game.environment.conftest import write_picture
from tests.game.environment.test_matching import SIZE, TRUE, draw
from tests.game.environment.test_model_import import SCAN


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    write_picture(tmp_path / "yard.png", np.full((SIZE[1], SIZE[0], 3), 120.0))
    save_drawing(tmp_path / "lines.json", draw(TRUE, noise=0.3))
    return tmp_path / "yard.png"


def run(*arguments: object) -> int:
    return backflip.main(["environment", *(str(argument) for argument in arguments)])


def test_lines_make_a_place_and_the_error_is_told(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = photo.parent / "yard"
    assert run("new", photo, "--out", folder, "--lines", photo.parent / "lines.json") == 0
    said = capsys.readouterr().out
    assert "px over 9 lines" in said
    assert f"backflip play --environment {folder}" in said
    place = load_environment(folder)
    assert place.name == "Yard"
    assert place.projectors[0].camera.position[2] == pytest.approx(1.7, abs=0.02)


def test_json_gives_the_figures(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = photo.parent / "lines.json"
    assert run("new", photo, "--out", photo.parent / "yard", "--lines", lines, "--height", 3.4, "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert 0.1 < figures["error_px"] < 0.5
    assert figures["position"][2] == 3.4
    assert figures["focal_px"] == pytest.approx(TRUE.focal, rel=0.03)


def test_a_height_alone_makes_a_level_camera(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", photo, "--out", photo.parent / "yard", "--height", 1.5) == 0
    said = capsys.readouterr()
    assert "26 mm (35 mm film) is assumed" in said.err
    assert "no lines are drawn" in said.out
    assert load_environment(photo.parent / "yard").operators[1].position == (0.0, 0.0, 1.5)


def test_a_scan_is_added_without_what_lies_behind_the_camera(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, scan = photo.parent / "yard", photo.parent / "room.json"
    scan.write_text(json.dumps(SCAN))
    run("new", photo, "--out", folder, "--height", 1.5)
    assert run("add", folder, scan, "--at", 0.0, -1.0) == 0
    said = capsys.readouterr().out
    assert f"added: 2 blocks and 0 meshes to {folder}" in said
    assert "left out, behind the camera: table" in said
    assert [box.name for box in load_environment(folder).solids()] == ["wall face"]
    assert run("add", folder, scan, "--at", 0.0, -40.0) == 2
    assert "all of it lies behind the camera" in capsys.readouterr().err


STEPS = """
o Steps
v -1 0 -6
v 1 0 -6
v 1 1 -8
v -1 1 -8
v 1 0 -8
v -1 0 -8
f 1 2 3 4
f 2 5 3
f 1 4 6
f 6 4 3 5
f 1 6 5 2
"""


def test_a_ramp_is_added_as_a_mesh_that_bodies_feel(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, model = photo.parent / "yard", photo.parent / "ramp.obj"
    model.write_text(STEPS)
    run("new", photo, "--out", folder, "--height", 1.5)
    assert run("add", folder, model) == 0
    assert "Steps: 8 triangles, felt as 1 convex pieces" in capsys.readouterr().out
    (ramp,) = load_environment(folder).solids()
    assert isinstance(ramp, Hull)
    np.testing.assert_allclose(ramp.box.half, (1.0, 0.5, 1.0))
    assert run("add", folder, model) == 2  # its name is taken
    assert (folder / "meshes" / "steps.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "lost.png", "--out", "place"), "lost.png"),
        (("plate", "lost.mp4", "-o", "plate.png"), "lost.mp4: no such file"),
        (("plate", "lost.mp4", "-o", "plate.jpg"), "plates are .png"),
        (("match", "nowhere"), "nowhere"),
        (("add", "nowhere", "set.obj"), "nowhere"),
        (("unroll", "lost.jpg", "--lines", "lost.json", "-o", "view.jpg"), "lost.json"),
        (("unroll", "lost.jpg", "--lines", "lost.json", "-o", "view.gif"), ".jpg or .png"),
    ],
)
def test_what_is_not_there_is_told_in_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    (error,) = capsys.readouterr().err.strip().splitlines()
    assert error.startswith("backflip: ")
    assert said in error


def test_without_a_display_the_matcher_says_how_to_go_on(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    run("new", photo, "--out", photo.parent / "yard", "--height", 1.5)
    assert run("match", photo.parent / "yard") == 2
    assert "no display" in capsys.readouterr().err
