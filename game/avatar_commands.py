"""The verbs of the command line that make persons."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

import torch

from game.avatar.keypoints import sight
from game.avatar.making import Made, make_person
from game.avatar.measures import Measures
from models.assets import SHIPPED_SKILL, ladder_folder
from models.errors import InputError
from models.paths import ASSETS
from models.stage import list_stages

_MOST = 4  # photographs
_DEFAULT = ASSETS / "people" / "default"


def fit(arguments: Namespace) -> int:
    """`backflip avatar fit --height M --mass KG`: a person of these measures, as their photographs show them."""
    torch.set_num_threads(1)
    measures = Measures(arguments.height, arguments.mass, arguments.sex, arguments.age, arguments.muscle)
    folder = Path(arguments.out)
    if folder.exists() and not (folder / "person.toml").is_file() and any(folder.iterdir()):
        raise InputError(f"{folder}: something else lies there; choose a new folder with --out")
    photos = [Path(photo) for photo in arguments.photos]
    if len(photos) > _MOST:
        raise InputError(f"--photos: {len(photos)} photographs; give one to {_MOST}, from different sides")
    sightings = [sight(photo) for photo in photos]
    for note in (note for sighting in sightings for note in sighting.notes):
        print(note, file=sys.stderr)
    made = make_person(folder, folder.resolve().name, measures, _DEFAULT, sightings)
    if arguments.json:
        print(json.dumps(_figures(folder, made)))
        return 0
    print(f"person: {folder}, {made.figure.height:.2f} m and {made.figure.mass:.1f} kg")
    for sighting, error, picture in zip(sightings, made.errors, made.pictures, strict=True):
        share = 100.0 * error / sighting.height
        print(f"{sighting.path}: {error:.1f} px off, {share:.1f} % of the height in it; look at {picture}")
    if sightings:
        print(f"skin: photographs reach {100.0 * made.covered:.0f} % of it")
    print(f"play: backflip play --person {folder}")
    shipped = list_stages(ladder_folder(SHIPPED_SKILL))
    if shipped:
        print(f"how well this body flips: backflip judge {shipped[-1]} --person {folder}")
    return 0


def _figures(folder: Path, made: Made) -> dict[str, object]:
    return {
        "person": str(folder),
        "height": round(made.figure.height, 3),
        "mass": round(made.figure.mass, 1),
        "errors_px": [round(error, 2) for error in made.errors],
        "covered": round(made.covered, 3),
        "pictures": [str(path) for path in made.pictures],
    }
