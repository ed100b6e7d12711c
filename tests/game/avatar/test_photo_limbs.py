"""Limbs from photographs, measured: known bodies rendered in clothes before a park, found by the real finder of points.

Prints how far each limb is off, in mm, beside how far the same measures without photographs are; `pytest -m slow -s`
shows it. Minutes long.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from game.avatar.body_model import DEFAULT, BodyModel, Figure
from game.avatar.glb import load_glb
from game.avatar.keypoints import Sighting, sight
from game.avatar.making import wear
from game.avatar.measures import Measures
from game.avatar.measuring import part_lengths, width
from game.avatar.person import Person
from game.avatar.photo_fit import fit_photos
from game.environment.optics import Camera, axes_of, vec3
from models.assets import ASSETS
from models.rotations import Array
from tests.game.avatar.photographs import photograph

pytest.importorskip("anny")
pytest.importorskip("mediapipe")
pytestmark = pytest.mark.slow

SIZE = (1200, 1600)
LIMBS = ("thigh", "shin", "upper arm", "forearm", "leg", "trunk", "shoulders")
LEG = LIMBS.index("leg")
BODIES = {
    "average": (Measures(1.78, 72.0), None),
    "long legs": (Measures(1.78, 72.0), (0.5, 0.2, 0.5, 0.6, 0.5, -0.4)),
    "short legs": (Measures(1.70, 75.0), (-0.6, -0.6, -0.9, -0.7, 0.3, 0.6)),
    "woman": (Measures(1.65, 58.0, 1.0), (-0.2, 0.3, 0.1, -0.3, -0.3, 0.2)),
    "tall": (Measures(1.92, 88.0), (0.8, 0.6, -0.2, 0.4, -0.2, 0.0)),
}
"""Measures, and changes of the limbs: legs up to three times as far from the mean as those of people of one height."""


@pytest.fixture(scope="module")
def model() -> BodyModel:
    return BodyModel()


def level(heading: float, millimetres: float, distance: float) -> Camera:
    """A level camera at 0.95 m; its lens as millimetres on film of 36 x 24 mm."""
    axes = axes_of(heading, 0.0, 0.0)
    focal = millimetres / 43.27 * float(np.hypot(*SIZE))
    position = np.array([0.0, 0.0, 0.95]) - distance * np.array(axes[1])
    return Camera(vec3(position), axes, focal, SIZE, (0.5 * SIZE[0], 0.5 * SIZE[1]))


def seen(base: Any, path: Path, known: Path, camera: Camera, millimetres: float | None) -> Sighting:
    """The figure before the park; without millimetres the photograph does not tell its lens."""
    park = Image.open(ASSETS / "environments" / "park" / "park.jpg").convert("RGB")
    park = park.crop((0, 0, round(0.75 * park.height), park.height)).resize(SIZE)
    figure = Image.fromarray(photograph(base, known, camera))
    park.paste(figure.convert("RGB"), mask=figure.getchannel("A"))
    notes = Image.Exif()
    if millimetres is not None:
        notes[0x8769] = {0xA405: round(millimetres)}
    park.save(path, exif=notes)
    return sight(path)


def limbs(figure: Figure, person: Person) -> Array:
    """Of `LIMBS`, mm."""
    lengths = part_lengths(figure, person.bones)
    found = [lengths[part] for part in ("hip", "knee", "shoulder", "elbow")]
    found += [lengths["hip"] + lengths["knee"], lengths["root"], width(figure, person.bones, "upper_arm")]
    return 1000.0 * np.array(found)


@pytest.mark.parametrize(("millimetres", "distance", "told"), [(50.0, 3.9, True), (26.0, 2.3, False)])
def test_limbs_of_known_people(
    base: Any, model: BodyModel, person: Person, tmp_path: Path, millimetres: float, distance: float, told: bool
) -> None:
    errors, guesses = [], []
    for name, (measures, changes) in BODIES.items():
        mean = model.fit(measures)
        known = model.figure(model.reach(replace(mean, changes=changes or mean.changes), measures))
        glb = load_glb(person.model)
        wear(glb, model.figure(DEFAULT), known, person.clothes)
        glb.save(tmp_path / "known.glb")
        sightings = [
            seen(base, tmp_path / f"{heading:g}.png", tmp_path / "known.glb", camera, millimetres if told else None)
            for heading, camera in ((h, level(h, millimetres, distance)) for h in (0.0, 90.0))
        ]
        traits, _ = fit_photos(model, person.bones, sightings, measures)
        errors.append(limbs(model.figure(traits), person) - limbs(known, person))
        guesses.append(limbs(model.figure(mean), person) - limbs(known, person))
        print(f"\n{name}, {millimetres:g} mm{'' if told else ', not told'}:", end="")
        for limb, error, guess in zip(LIMBS, errors[-1], guesses[-1], strict=True):
            print(f" {limb} {error:+.0f} ({guess:+.0f})", end="")
    table, before = np.array(errors), np.array(guesses)
    root = np.sqrt(np.mean(table**2, axis=0))
    print("\nroot mean square:", *(f"{limb} {error:.0f}" for limb, error in zip(LIMBS, root, strict=True)))
    assert np.abs(table.mean(axis=0)).max() < 20.0  # nothing is off for everybody
    assert root[LEG] < 30.0
    assert root[LEG] < 0.7 * np.sqrt(np.mean(before[:, LEG] ** 2))
