"""A new person on disk: the default one, reshaped to somebody's measures, with a physics body to match."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tomlkit

from game.avatar.body_model import DEFAULT, BodyModel, Figure
from game.avatar.fit_picture import fit_picture
from game.avatar.glb import Glb, load_glb
from game.avatar.keypoints import Sighting
from game.avatar.measures import Measures
from game.avatar.measuring import physique_of
from game.avatar.person import load_person
from game.avatar.photo_fit import View, fit_photos
from game.avatar.projected_skin import project_skin
from game.avatar.reshaping import joint_places, reshape
from models.disk import write_whole
from models.errors import InputError
from models.physique import BODY_FILE, write_body
from models.rotations import Array


@dataclass(frozen=True)
class Made:
    """figure: the body; errors: of each photograph, pixels (root mean square); covered: share of the surface that
    photographs reach; pictures: of the fit, one for each photograph.
    """

    figure: Figure
    errors: tuple[float, ...] = ()
    covered: float = 0.0
    pictures: tuple[Path, ...] = ()


def make_person(folder: Path, name: str, measures: Measures, default: Path, sightings: Sequence[Sighting] = ()) -> Made:
    """Write the person ``name`` into ``folder``; `person.toml` comes last, so a folder cut short is no person.

    Args:
        default: folder of the person to begin with. sightings: the person in photographs, which refine the proportions
            and paint the skin.

    Raises:
        InputError: measures that nobody has, photographs that do not fit, no body model, or the disk is full.
    """
    template, model = load_person(default), BodyModel()
    views: list[View] = []
    if sightings:
        traits, views = fit_photos(model, template.bones, sightings, measures)
    else:
        traits = model.fit(measures)
    before, after = model.figure(DEFAULT), model.figure(traits)
    glb = load_glb(template.model)
    physique = physique_of(after, before, template.bones, template.height / stature(glb))
    offset = wear(glb, before, after, template.clothes)
    views = [view.moved(offset) for view in views]
    covered = project_skin(glb, views) if views else 0.0
    pictures = tuple(folder / f"fit_{number}_{view.sighting.path.stem}.jpg" for number, view in enumerate(views, 1))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, view in zip(pictures, views, strict=True):
            write_whole(path, fit_picture(glb, view))
        glb.save(folder / "person.glb")
        write_body(folder / BODY_FILE, physique)
        table = _table(default, name, stature(glb))
        write_whole(folder / "person.toml", table.encode())
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error
    return Made(after, tuple(view.error for view in views), covered, pictures)


def wear(model: Glb, before: Figure, after: Figure, clothes: Collection[str]) -> Array:
    """Make the model of the default person, whose body is ``before``, that of ``after``, clothes and all.

    clothes: names of the meshes that are.

    Returns:
        Where the body model's origin is in the model ``(3,)``, m, Z up.
    """
    places = joint_places(model)
    offset = np.mean([place - before.joints[bone] for bone, place in places.items()], axis=0)
    joints = _shifted(places, before.joints, after.joints)
    reshape(model, before.vertices + offset, after.vertices + offset, joints, clothes)
    return np.asarray(offset)


def stature(model: Glb) -> float:
    """Metres of a model from sole to crown, shoes and hair included."""
    heights = [
        model.array(primitive["attributes"]["POSITION"])[:, 1]
        for mesh in model.document["meshes"]
        for primitive in mesh["primitives"]
    ]
    return float(max(column.max() for column in heights) - min(column.min() for column in heights))


def _shifted(places: Mapping[str, Array], before: Mapping[str, Array], after: Mapping[str, Array]) -> dict[str, Array]:
    """The model's own joints, moved as the body model's are."""
    return {bone: place + after[bone] - before[bone] for bone, place in places.items()}


def _table(default: Path, name: str, height: float) -> str:
    """The default person's table with another name, height and body."""
    table = tomlkit.parse((default / "person.toml").read_text(encoding="utf-8"))
    table["name"], table["height"] = name, round(height, 4)
    table["height"].comment("metres, soles to hair")
    table["model"] = "person.glb"
    text = tomlkit.dumps(table)
    return text.replace('model = "person.glb"\n', f'model = "person.glb"\nbody = "{BODY_FILE}" # the physics\n', 1)
