"""From what people write to what is meant: places, persons, sizes. Replay uses it, so nothing here knows physics."""

from __future__ import annotations

from pathlib import Path

from game.environment.catalogue import find_environments, load_environment
from game.environment.description import Environment
from models.errors import InputError
from models.paths import ASSETS


def find_environment(name: str) -> Environment:
    """A shipped place by its name, or any place by its folder.

    Raises:
        InputError: there is none, or it is unusable.
    """
    shipped = {folder.name: folder for folder in find_environments(ASSETS / "environments")}
    folder = shipped.get(name, Path(name))
    if not folder.is_dir():
        raise InputError(f"{name}: no such environment; choose one of {', '.join(shipped)}, or give a place's folder")
    return load_environment(folder)


def reference_to(environment: Environment) -> str:
    """What a take writes down to find the place again: the name of a shipped one, else where it lies."""
    folder = environment.folder.resolve()
    return folder.name if folder.parent == (ASSETS / "environments").resolve() else str(folder)


def person_folder(name: str) -> Path:
    """A shipped person by name, or any by folder."""
    shipped = ASSETS / "people" / name
    return shipped if shipped.is_dir() else Path(name)


def person_reference(name: str) -> str:
    """What a take writes down to find the person again."""
    folder = person_folder(name)
    return name if folder.parent == ASSETS / "people" else str(folder.resolve())


def parse_size(text: str) -> tuple[int, int]:
    """``1280x692`` -> width and height in pixels.

    Raises:
        InputError: it is no size.
    """
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        width, height = 0, 0
    if not (64 <= width <= 8192 and 64 <= height <= 8192):
        raise InputError(f"{text}: no size of a picture; write width x height in pixels, such as 1280x692")
    return width, height
