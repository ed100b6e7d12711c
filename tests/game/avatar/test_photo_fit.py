"""A body whose measures are known, seen by cameras that are known: the fit finds both again.

The body model reads for minutes when it first starts, hence slow.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backflip import main
from game.avatar.body_model import DEFAULT, BodyModel, Figure, Traits
from game.avatar.glb import load_glb
from game.avatar.keypoints import Sighting
from game.avatar.landmarks import landmarks_of
from game.avatar.making import wear
from game.avatar.measures import Measures
from game.avatar.measuring import part_lengths
from game.avatar.person import Person, load_person
from game.avatar.photo_fit import fit_photos
from game.avatar.posing import carried, joints_of
from game.avatar.reshaping import joint_places
from game.environment.optics import Camera, to_pixels
from models import rotations
from models.errors import InputError
from models.physique import load_body
from tests.game.avatar.photographs import around, photograph

pytest.importorskip("anny")
pytestmark = pytest.mark.slow

MEASURES = Measures(1.78, 72.0)
LONG_LEGS = (0.5, 0.2, 0.5, 0.6, 0.5, -0.4)
PARTS = ("hip", "knee", "shoulder", "elbow")


@pytest.fixture(scope="module")
def model() -> BodyModel:
    return BodyModel()


@pytest.fixture(scope="module")
def long_legged(model: BodyModel) -> Figure:
    return model.figure(model.reach(changed(model, LONG_LEGS), MEASURES))


def changed(model: BodyModel, changes: tuple[float, ...]) -> Traits:
    return replace(model.fit(MEASURES), changes=changes)


def seen_by(camera: Camera, figure: Figure, person: Person, name: str, rng: np.random.Generator) -> Sighting:
    """What a finder of points would say of a figure who stands a little askew; with errors of 3 pixels."""
    joints = joints_of(person.bones)
    marks = landmarks_of(figure, person.bones, joints)
    places = np.array([figure.joints[name] for name in joints.names])
    turns = rotations.exp(rng.normal(size=(len(places), 3)) * 0.4 * joints.freedom[:, None])
    at = carried(marks.places(figure), marks.owners, joints, places, turns)
    points, space, seen = np.zeros((33, 2)), np.zeros((33, 3)), np.zeros(33)
    points[marks.numbers] = to_pixels(camera, at) + rng.normal(size=(len(at), 2)) * 3.0
    space[marks.numbers] = ((at - at.mean(axis=0)) @ np.array(camera.axes).T)[:, [0, 2, 1]] * (1.0, -1.0, 1.0)
    seen[marks.numbers] = 1.0
    width, height = camera.size
    blank = np.zeros((height, width, 3), np.uint8)
    return Sighting(Path(name), blank, camera.focal, points, seen, space, np.zeros((height, width), np.float32), ())


def test_points_give_back_the_limbs_and_the_cameras(model: BodyModel, long_legged: Figure, person: Person) -> None:
    rng = np.random.default_rng(4)
    cameras = [around(heading, size=(1200, 1600)) for heading in (5.0, 85.0)]
    sightings = [seen_by(camera, long_legged, person, f"{i}.jpg", rng) for i, camera in enumerate(cameras)]
    traits, views = fit_photos(model, person.bones, sightings, MEASURES)
    found, known = part_lengths(model.figure(traits), person.bones), part_lengths(long_legged, person.bones)
    mean = part_lengths(model.figure(model.fit(MEASURES)), person.bones)
    for part in PARTS:
        assert found[part] == pytest.approx(known[part], abs=0.012), part
    legs, mean_legs = (sum(lengths[part] - known[part] for part in PARTS[:2]) for lengths in (found, mean))
    assert abs(legs) < 0.4 * abs(mean_legs)
    for view, camera in zip(views, cameras, strict=True):
        assert view.error < 8.0  # the points' own errors are 4.2 in two directions; those of the far side hardly pull
        # both hips turned alike by the posture's 0.1 rad cannot be told from a camera that went round as far
        np.testing.assert_allclose(view.camera.position, camera.position, atol=0.4)
        np.testing.assert_allclose(view.camera.axes, camera.axes, atol=0.1)


def test_two_different_people(model: BodyModel, long_legged: Figure, person: Person) -> None:
    rng = np.random.default_rng(5)
    short = model.figure(model.reach(changed(model, (-0.8, -0.8, -0.9, -0.9, 0.0, 0.8)), MEASURES))
    one = seen_by(around(0.0, size=(1200, 1600)), long_legged, person, "one.jpg", rng)
    other = seen_by(around(10.0, size=(1200, 1600)), short, person, "other.jpg", rng)
    with pytest.raises(InputError, match=r"jpg, .*jpg: show .*% of the height; give photographs of one person only"):
        fit_photos(model, person.bones, [one, other], MEASURES)


def test_photographs_of_a_painted_person_make_the_person_again(
    base: Any, model: BodyModel, long_legged: Figure, person: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mediapipe")
    glb = load_glb(person.model)
    wear(glb, model.figure(DEFAULT), long_legged, person.clothes)
    glb.save(tmp_path / "known.glb")
    for name, heading in (("front", 0.0), ("side", 90.0)):
        camera = around(heading, size=(1200, 1600))
        notes = Image.Exif()
        # the lens, as millimetres on film of 36 x 24 mm
        notes[0x8769] = {0xA405: round(camera.focal * 43.27 / np.hypot(*camera.size))}
        picture = photograph(base, tmp_path / "known.glb", camera)
        Image.fromarray(picture[..., :3]).save(tmp_path / f"{name}.png", exif=notes)
    out, photos = tmp_path / "me", [str(tmp_path / name) for name in ("front.png", "side.png")]
    assert main(["avatar", "fit", "--height", "1.78", "--mass", "72", "--photos", *photos, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.count("px off") == 2
    assert f"--person {out}" in told
    made = load_person(out)
    assert made.body is not None
    assert load_body(made.body).masses.sum() == pytest.approx(72.0, rel=0.01)
    places = joint_places(load_glb(made.model))
    known = joint_places(glb)
    for above, below in (("upperleg01.L", "foot.L"), ("upperarm01.L", "wrist.L")):
        lengths = [np.linalg.norm(joints[below] - joints[above]) for joints in (places, known)]
        # such legs are 0.07 m longer than the mean's, and photographs give back most of that, see test_photo_limbs
        assert lengths[0] == pytest.approx(lengths[1], abs=0.045)
    assert Image.open(out / "fit_1_front.jpg").size[1] == 1400


def test_both_sexes_and_any_age(model: BodyModel, person: Person) -> None:
    him, her = (model.figure(model.fit(Measures(1.7, 65.0, sex))) for sex in (0.0, 1.0))
    old = model.figure(model.fit(Measures(1.7, 65.0, 1.0, 75.0)))
    for figure in (him, her, old):
        assert figure.height == pytest.approx(1.7, abs=0.003)
        assert figure.mass == pytest.approx(65.0, rel=0.003)
    widths = [np.linalg.norm(f.joints["upperarm01.L"] - f.joints["upperarm01.R"]) for f in (him, her)]
    assert widths[0] > widths[1] + 0.01
    assert np.abs(old.vertices - her.vertices).max() > 0.01
