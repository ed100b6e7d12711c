"""A new person on disk: the default one, reshaped to somebody's measures, with a physics body to match."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tomlkit

from game.avatar.body_model import DEFAULT, BodyModel, Figure
from game.avatar.glb import Glb, load_glb
from game.avatar.measuring import physique_of
from game.avatar.person import load_person
from game.avatar.reshaping import joint_places, reshape
from models.body import load_humanoid
from models.disk import write_whole
from models.errors import InputError
from models.physique import write_body
from models.rotations import Array

_HEIGHTS, _MASSES = (1.2, 2.2), (25.0, 200.0)  # m and kg of people whom the body model can make


def check_measures(height: float, mass: float) -> None:
    """Refuse what nobody measures, before anything is loaded.

    Raises:
        InputError: no grown person is like that.
    """
    for name, value, unit, (low, high) in (("height", height, "m", _HEIGHTS), ("mass", mass, "kg", _MASSES)):
        if not low <= value <= high:
            raise InputError(f"--{name} {value:g}: nobody measures that; give {name} in {unit}, {low:g} to {high:g}")


def make_person(folder: Path, name: str, height: float, mass: float, default: Path) -> Figure:
    """Write the person ``name`` into ``folder``; `person.toml` comes last, so a folder cut short is no person.

    Args:
        height: m, barefoot. mass: kg. default: folder of the person to begin with.

    Raises:
        InputError: impossible measures, no body model, or the disk is full.
    """
    check_measures(height, mass)
    template, model = load_person(default), BodyModel()
    before, after = model.figure(DEFAULT), model.figure(model.fit(height, mass))
    glb = load_glb(template.model)
    scale = template.height / stature(glb)
    places = joint_places(glb)
    offset = np.mean([place - before.joints[bone] for bone, place in places.items()], axis=0)
    reshape(glb, before.vertices + offset, after.vertices + offset, _shifted(places, before.joints, after.joints))
    physique = physique_of(after, before, template.bones, load_humanoid(), scale)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        glb.save(folder / "person.glb")
        write_body(folder / "body.urdf", physique)
        table = _table(default, name, stature(glb))
        write_whole(folder / "person.toml", table.encode())
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error
    return after


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
    return text.replace('model = "person.glb"\n', 'model = "person.glb"\nbody = "body.urdf" # the physics\n', 1)
