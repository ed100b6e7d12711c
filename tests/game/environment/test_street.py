"""The street is made again by what its README says, and comes out as it ships."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

import backflip
from game.environment.catalogue import load_environment
from game.environment.optics import Camera
from game.environment.place import Place
from game.matcher.keys import MATCHER_CONTROLS
from game.matcher.project import open_project
from tests.conftest import ASSETS
from tests.game.environment.conftest import read_picture
from tests.game.environment.test_place import look_from

STREET = ASSETS / "environments" / "street"
README = (STREET / "README.md").read_text()


def commands() -> list[list[str]]:
    return [line.split()[1:] for line in README.splitlines() if line.startswith("    backflip environment")]


def clicks() -> list[tuple[str, list[tuple[float, float]]]]:
    rows = re.findall(r"^\| (\w) \| ([\d, ]+) \|$", README, re.MULTILINE)
    return [(key, [(float(u), float(v)) for u, v in (pair.split(",") for pair in row.split())]) for key, row in rows]


def make_again(folder: Path) -> Path:
    for command in commands():
        words = [str(folder / word) if Path(word).suffix else word for word in command]
        words = [str(folder / "street") if word == "street" else word for word in words]
        if command[1] != "match":
            assert backflip.main(words) == 0
    project = open_project(folder / "street")
    for key, pixels in clicks():
        tool = next(c.action for c in MATCHER_CONTROLS if c.label == key).removeprefix("tool_")
        project.matcher.choose(tool)
        for pixel in pixels:
            project.matcher.press(pixel, 8.0)
            assert project.matcher.problem == ""
        project.matcher.close_outline()
        assert project.matcher.problem == ""
        project.save(project.matcher)
    return folder / "street"


def test_the_street_is_what_its_readme_makes(tmp_path: Path) -> None:
    for name in ("charles-street.jpg", "arcs.json"):
        shutil.copyfile(STREET / name, tmp_path / name)
    made, shipped = load_environment(make_again(tmp_path)), load_environment(STREET)
    assert [command[1] for command in commands()] == ["unroll", "new", "match"]
    for one, other in zip(made.projectors, shipped.projectors, strict=True):
        assert isinstance(one.camera, Camera)
        assert isinstance(other.camera, Camera)
        assert abs(one.camera.focal - other.camera.focal) < 0.5
        np.testing.assert_allclose(one.camera.axes, other.camera.axes, atol=1e-3)
    assert [s.name for s in made.surfaces] == [s.name for s in shipped.surfaces]
    for a, b in zip(made.surfaces, shipped.surfaces, strict=True):
        np.testing.assert_allclose(np.concatenate(a.faces), np.concatenate(b.faces), atol=0.1)
    assert len(shipped.solids()) == len(clicks())
    assert made.mark == shipped.mark
    np.testing.assert_allclose(made.fallback, shipped.fallback, atol=0.02)
    assert [p.spill for p in made.projectors] == [p.spill for p in shipped.projectors]


def test_from_its_projector_the_street_is_its_photograph(base: Any, shoot: Any) -> None:
    environment = load_environment(STREET)
    place = Place(base, environment)
    projector = environment.projectors[0]
    assert isinstance(projector.camera, Camera)
    width, height = (side // 2 for side in projector.camera.size)
    seen = shoot(lambda camera: look_from(camera, projector), (width, height))
    place.destroy()
    photo = read_picture(projector.image)[: 2 * height, : 2 * width]
    halved = photo.reshape(height, 2, width, 2, 3).mean(axis=(1, 3))
    edge = int(projector.border / 2) + 2
    assert np.abs(seen - halved)[edge:-edge, edge:-edge].mean() < 2.0
