"""The things that ship, by name."""

from __future__ import annotations

from pathlib import Path

from models.body import Body
from models.errors import InputError
from models.motion import Clip, load_clip
from models.paths import ASSETS
from models.skills import skill_named

__all__ = ["ASSETS", "SHIPPED_SKILL", "find_clip", "ladder_folder"]

SHIPPED_SKILL = "backflip"  # the skill whose stages ship, and the one that is meant where none is named


def find_clip(skill: str, body: Body) -> Clip:
    """The reference clip of ``skill``: a name among the shipped motions, or a path to a DeepMimic text file.

    Raises:
        InputError: there is no such clip, or it is unusable.
    """
    shipped = sorted((ASSETS / "motions").glob("*.txt"))
    path = next((path for path in shipped if path.stem == skill), Path(skill))
    if not path.is_file():
        names = ", ".join(path.stem for path in shipped)
        raise InputError(f"{skill}: no such skill; choose one of {names}, or give a path to a DeepMimic text clip")
    clip = load_clip(path, body)
    known = skill_named(clip.name)
    if known.bridge:
        clip = clip.bridged(known.bridge)
    if known.slow:
        clip = clip.slowed(*known.slow)
    return clip.rested(*known.rest) if known.rest else clip


def ladder_folder(skill: str) -> Path:
    """The shipped stages of ``skill``."""
    return ASSETS / "stages" / skill
