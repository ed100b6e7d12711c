"""Changing `environment.toml` while keeping what people wrote in it, comments and order included."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit
from tomlkit.exceptions import TOMLKitError

from game.environment.catalogue import FILE_NAME, load_environment
from game.environment.description import Environment
from game.environment.optics import Camera, Vec3, axes_of, vec3
from models.disk import write_whole
from models.errors import InputError

Entry = Mapping[str, Any]


def hpr_of(camera: Camera) -> Vec3:
    """Panda's heading, pitch, roll in degrees of a camera that looks neither straight up nor straight down."""
    right, forward, up = camera.axes
    heading = math.degrees(math.atan2(-forward[0], forward[1]))
    return heading, math.degrees(math.asin(max(-1.0, min(1.0, forward[2])))), math.degrees(math.atan2(-right[2], up[2]))


def camera_entry(camera: Camera) -> dict[str, Any]:
    """The keys of a ``[[projector]]`` that tell its camera."""
    entry: dict[str, Any] = {
        "position": rounded(camera.position, 4),
        "hpr": rounded(hpr_of(camera), 4),
        "focal_px": round(camera.focal, 2),
        "principal_point": rounded(camera.principal_point, 2),
    }
    if any(camera.distortion):
        entry["distortion"] = rounded(camera.distortion, 6)
    return entry


def as_written(camera: Camera) -> Camera:
    """The camera as it comes back from a file: its numbers rounded."""
    entry = camera_entry(camera)
    return replace(
        camera,
        position=vec3(np.array(entry["position"])),
        axes=axes_of(*entry["hpr"]),
        focal=entry["focal_px"],
        principal_point=(entry["principal_point"][0], entry["principal_point"][1]),
        distortion=tuple(entry.get("distortion", (0.0, 0.0))),
    )


def rounded(values: Iterable[float], digits: int = 3) -> list[float]:
    """Numbers as people can read them; never ``-0.0``."""
    return [round(float(value), digits) + 0.0 for value in values]


def dump(values: Entry) -> str:
    """A whole file: plain keys, tables, and lists of tables as ``[[…]]`` with a blank line before each."""
    document = tomlkit.document()
    for key, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            array = tomlkit.aot()
            for item in value:
                array.append(_table(item))
            document.append(key, array)
        else:
            document.append(key, _table(value) if isinstance(value, Mapping) else tomlkit.item(value))
    return _spaced(tomlkit.dumps(document))


def replace_camera(text: str, projector: str, camera: Camera) -> str:
    """The file with another camera for ``projector``.

    Raises:
        InputError: it has no such projector.
    """
    document = _parse(text)
    entry = next((p for p in document.get("projector", []) if p.get("name") == projector), None)
    if entry is None:
        raise InputError(f"there is no projector '{projector}'; name one that the place has")
    for key in ("matrix", "hfov", "focal_mm", "film_mm", "distortion"):
        if key in entry:
            entry.remove(key)
    entry.update(camera_entry(camera))
    return tomlkit.dumps(document)


def replace_geometry(text: str, entries: Sequence[Entry], gone: Iterable[str]) -> str:
    """The file without the geometry called ``gone``, and with ``entries`` at its end, each in place of its namesake."""
    document = _parse(text)
    array = document.get("geometry")
    if array is None:
        array = tomlkit.aot()
        document.append("geometry", array)
    names = {*gone, *(entry["name"] for entry in entries)}
    for at in reversed(range(len(array))):
        if array[at].get("name") in names:
            del array[at]
    for entry in entries:
        array.append(_table(entry))
    return _spaced(tomlkit.dumps(document))


def replace_values(text: str, values: Entry) -> str:
    """The file with other tables or lists of tables at its top level, for those that it has."""
    document = _parse(text)
    for key, value in values.items():
        if isinstance(value, list):
            array = tomlkit.aot()
            for item in value:
                array.append(_table(item))
            document[key] = array
        else:
            document[key] = _table(value)
    return _spaced(tomlkit.dumps(document))


def values_of(text: str) -> dict[str, Any]:
    """What a file says, as plain data.

    Raises:
        InputError: it is no TOML.
    """
    return dict(_parse(text).unwrap())


def read_text(folder: Path) -> str:
    """The place's file as it stands.

    Raises:
        InputError: there is none.
    """
    path = folder / FILE_NAME
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        made = "make the place first with `backflip environment new`"
        raise InputError(f"{path}: this place cannot be read; {made}") from error


def save_text(folder: Path, text: str) -> Environment:
    """Write the file, and read it as the game does; a place that cannot be read is put back as it was.

    Raises:
        InputError: what was written is no place, or the disk is full.
    """
    path = folder / FILE_NAME
    before = path.read_bytes() if path.is_file() else None
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room or choose another folder") from error
    try:
        return load_environment(folder)
    except InputError:
        if before is None:
            path.unlink()
        else:
            write_whole(path, before)
        raise


def _parse(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise InputError(f"{FILE_NAME}: not TOML ({error}); mend it there") from error


def _table(values: Entry) -> Any:
    table = tomlkit.table()
    for key, value in values.items():
        table.append(key, tomlkit.item(value))
    return table


def _spaced(text: str) -> str:
    """One blank line before each table."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and lines and lines[-1].strip() and not lines[-1].startswith("#"):
            lines.append("")
        lines.append(line)
    return "\n".join(lines).rstrip() + "\n"
