"""The verbs of the command line that make persons."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import torch

from game.avatar.making import check_measures, make_person
from game.avatar.person import load_person
from models.assets import SHIPPED_SKILL, find_clip, ladder_folder
from models.body import load_humanoid
from models.borrowing import borrowed, retargeted
from models.errors import InputError
from models.paths import ASSETS
from models.physique import load_body
from models.reference import tabulate
from models.stage import Stage, list_stages, load_stage
from models.trial import turned_over

_DEFAULT = ASSETS / "people" / "default"


def fit(arguments: Namespace) -> int:
    """`backflip avatar fit --height M --mass KG`: a person of these measures, and how much skill is left."""
    torch.set_num_threads(1)
    check_measures(arguments.height, arguments.mass)
    folder = Path(arguments.out)
    if folder.exists() and not (folder / "person.toml").is_file() and any(folder.iterdir()):
        raise InputError(f"{folder}: something else lies there; choose a new folder with --out")
    figure = make_person(folder, folder.resolve().name, arguments.height, arguments.mass, _DEFAULT)
    told = {"person": str(folder), "height": round(figure.height, 3), "mass": round(figure.mass, 1)}
    if not arguments.json:
        print(f"person: {folder}, {figure.height:.2f} m and {figure.mass:.1f} kg")
        print(f"play: backflip play --person {folder}")
    if arguments.attempts:
        told |= _drop(folder, arguments.attempts, arguments.json)
    if arguments.json:
        print(json.dumps(told))
    return 0


def _drop(folder: Path, attempts: int, quiet: bool) -> dict[str, float]:
    """How many attempts of the last shipped stage turn over and stand, on the humanoid and on the person's body."""
    humanoid, own = load_humanoid(), load_person(folder).body
    body = humanoid if own is None else load_body(own)
    stage = _last_stage()
    clip = find_clip(SHIPPED_SKILL, humanoid)
    before = turned_over(stage, humanoid, tabulate(clip, humanoid), attempts)
    after = turned_over(borrowed(stage, body), body, tabulate(retargeted(clip, body), body), attempts)
    if not quiet:
        change = 100 * (after - before) / attempts
        print(f"of {attempts} attempts of {stage.path.stem} turn over and stand a second later:")
        print(f"  {before} on the humanoid, on which it was learned; {after} on this body ({change:+.0f} % of all)")
    return {"attempts": attempts, "humanoid": before, "own": after}


def _last_stage() -> Stage:
    shipped = list_stages(ladder_folder(SHIPPED_SKILL))
    if not shipped:
        raise InputError(f"{ladder_folder(SHIPPED_SKILL)}: no stages here; fit without measuring: --attempts 0")
    return load_stage(shipped[-1], load_humanoid())
