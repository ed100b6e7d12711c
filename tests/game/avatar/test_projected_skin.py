"""Photographs of a painted person, taken by known cameras, bring the paint back onto a person without it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from game.avatar.colour_match import exposures, matched
from game.avatar.glb import Glb, load_glb
from game.avatar.keypoints import Sighting
from game.avatar.person import Person
from game.avatar.photo_fit import View
from game.avatar.posing import Pose, joints_of
from game.avatar.projected_skin import project_skin
from game.avatar.raster import depth_map
from game.avatar.reshaping import joint_places
from game.avatar.surfaces import bone_owners, hidden_by, surfaces_of
from game.environment.optics import Camera, to_pixels
from models import rotations
from models.rotations import Array
from tests.game.avatar.photographs import around, paint, photograph

SIZE = 512
TURNS = {"upperarm01.L": rotations.exp(np.array([0.0, 0.35, 0.1])), "neck02": rotations.exp(np.array([0.0, 0.0, 0.25]))}


def view_of(model: Glb, person: Person, camera: Camera, picture: Array, turns: dict[str, Array]) -> View:
    """What a perfect fit would know about a photograph."""
    joints, places = joints_of(person.bones), joint_places(model)
    at = np.array([places[name] for name in joints.names])
    turned = np.array([turns.get(name, rotations.IDENTITY) for name in joints.names])
    numbers = np.arange(len(at))
    seen = np.ones(33)
    pixels = to_pixels(camera, at)
    found = np.zeros((33, 2))
    found[numbers] = pixels
    mask = (picture[..., 3] > 0).astype(np.float32)
    sighting = Sighting(Path("x"), picture[..., :3], camera.focal, found, seen, np.zeros((33, 3)), mask, ())
    return View(sighting, camera, Pose(joints, at, turned), numbers, at, pixels, pixels, 0.0)


@pytest.fixture(scope="module")
def painted(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, Array]]:
    model = load_glb(folder / "person.glb")
    pictures = paint(model)
    path = tmp_path_factory.mktemp("painted") / "painted.glb"
    model.save(path)
    return path, pictures


def test_our_skinning_is_the_renderers(base: Any, person: Person, painted: tuple[Path, dict[int, Array]]) -> None:
    camera = around(0.0, size=(480, 640))
    picture = photograph(base, painted[0], camera, TURNS)
    model = load_glb(painted[0])
    pose = view_of(model, person, camera, picture, TURNS).pose
    surfaces = surfaces_of(model)
    owners = bone_owners(model, pose)
    points, triangles = hidden_by(surfaces, [surface.posed(owners, pose)[0] for surface in surfaces])
    ahead = (points - np.array(camera.position)) @ np.array(camera.axes[1])
    covered = np.isfinite(depth_map(to_pixels(camera, points), ahead, triangles, camera.size))
    drawn = picture[..., 3] > 0
    # hair is drawn, but hides nothing here
    assert (covered & ~drawn).sum() < 0.01 * drawn.sum()
    assert (drawn & ~covered).sum() < 0.04 * drawn.sum()
    unlike = np.concatenate([surface.points for surface in surfaces if surface.solid])
    assert np.abs(points - unlike).max() > 0.1


def test_known_paint_comes_back(
    base: Any, person: Person, folder: Path, painted: tuple[Path, dict[int, Array]], tmp_path: Path
) -> None:
    cameras = [around(heading, size=(720, 960)) for heading in (0.0, 90.0, 180.0)]
    model = load_glb(folder / "person.glb")
    views = [view_of(model, person, c, photograph(base, painted[0], c, TURNS), TURNS) for c in cameras]
    share = project_skin(model, views, SIZE)
    assert 0.6 < share < 0.95
    body, shirt = surfaces_of(model)[:2]
    for surface, most in ((body, 0.06), (shirt, 0.05)):
        known = colours_at(painted[1][surface.image], surface.coordinates)
        found = colours_at(picture_in(model, surface.image), surface.coordinates)
        off = np.abs(known - found).mean(axis=1)
        # a third of the body's vertices lie in mouth and eyes, or are hidden by arms and cloth
        assert np.median(off) < 0.5 * most, surface.name
        assert np.quantile(off, 0.65) < most, surface.name
    eyes = next(surface for surface in surfaces_of(model) if surface.still)
    assert model.picture(eyes.image) == load_glb(folder / "person.glb").picture(eyes.image)
    model.save(tmp_path / "person.glb")
    again = photograph(base, tmp_path / "person.glb", cameras[0], TURNS)
    inside = (again[..., 3] > 0) & (views[0].sighting.mask > 0.5)
    difference = np.abs(again[..., :3].astype(float) - views[0].sighting.pixels)[inside].mean()
    assert difference < 10.0  # of 255, seen as the photograph was taken


def test_what_no_photograph_sees_keeps_its_paint_and_meets_the_new(
    base: Any, person: Person, folder: Path, painted: tuple[Path, dict[int, Array]]
) -> None:
    camera = around(0.0, size=(480, 640))
    old, model = load_glb(folder / "person.glb"), load_glb(folder / "person.glb")
    project_skin(model, [view_of(model, person, camera, photograph(base, painted[0], camera), {})], SIZE)
    shirt = surfaces_of(model)[1]
    known = colours_at(painted[1][shirt.image], shirt.coordinates)
    before = colours_at(picture_in(old, shirt.image), shirt.coordinates)
    after = colours_at(picture_in(model, shirt.image), shirt.coordinates)
    behind, ahead = shirt.normals[:, 1] > 0.8, shirt.normals[:, 1] < -0.8
    assert np.abs(after - known)[ahead].mean() < 0.4 * np.abs(before - known)[ahead].mean()
    # the cloth's own grain stays behind, only its colour moves
    moved = (after - before)[behind]
    assert np.abs(moved).max() > 0.02
    assert np.abs(after - known)[behind].mean() > 0.1


def test_a_darker_photograph_is_brought_to_the_first() -> None:
    rng = np.random.default_rng(2)
    colours = rng.uniform(0.1, 0.6, (500, 3))
    weights = rng.uniform(0.2, 1.0, (2, 500))
    gains = exposures(list(weights), [colours, colours * (0.8, 0.7, 0.6)])
    np.testing.assert_allclose(gains, [[1.0, 1.0, 1.0], [1 / 0.8, 1 / 0.7, 1 / 0.6]], rtol=1e-6)
    apart = [np.where(np.arange(500) < 250, 1.0, 0.0), np.where(np.arange(500) < 250, 0.0, 1.0)]
    np.testing.assert_array_equal(exposures(apart, [colours, 0.5 * colours]), np.ones((2, 3)))


def test_a_shift_fades_along_the_mesh_and_over_seams() -> None:
    # a strip of cells, cut in the middle: two vertices at one place on each side of the cut
    x = np.concatenate((np.arange(6.0), np.arange(5.0, 11.0)))
    points = np.concatenate([np.stack((x, np.full(12, y), np.zeros(12)), axis=1) for y in (0.0, 1.0)])
    cells = [k for k in range(11) if k != 5]
    triangles = np.array([t for k in cells for t in ((k, k + 1, k + 12), (k + 1, k + 13, k + 12))])
    share = np.tile(np.where(x == 0.0, 1.0, np.where(x == 10.0, 1.0, 0.0)), 2)
    shift = np.where(points[:, :1] == 0.0, 0.4, -0.2) * share[:, None]
    found = matched(points, triangles, shift, share)[:, 0]
    assert found[0] == pytest.approx(0.4, abs=0.02)
    assert found[11] == pytest.approx(-0.2, abs=0.02)
    assert found[5] == pytest.approx(found[6])
    assert (np.diff(found[:12]) <= 1e-9).all()


def picture_in(model: Glb, image: int) -> Array:
    return np.asarray(Image.open(io.BytesIO(model.picture(image))).convert("RGB"))


def colours_at(picture: Array, coordinates: Array) -> Array:
    """Colours ``(V, 3)``, 0 … 1, at texture coordinates."""
    height, width = picture.shape[:2]
    column = np.clip((coordinates[:, 0] * width).astype(int), 0, width - 1)
    row = np.clip((coordinates[:, 1] * height).astype(int), 0, height - 1)
    return np.asarray(picture[row, column] / 255.0)
