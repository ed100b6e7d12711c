"""What people decide about a take after it was filmed. The take itself is never rewritten.

`edits.json` stands beside the journal: ``{"schema": "backflip.take_edits", "version": 1, …}``. Without it a take is as
it was filmed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from game.camera.rig_settings import RigSettings
from game.takes.facts import Facts, OtherSchemaError, from_json, to_json
from game.takes.folders import alone_in
from models.disk import write_whole
from models.errors import InputError

EDITS = "edits.json"
LONGEST_TEXT = 2000  # characters
_SCHEMA, _VERSION = "backflip.take_edits", 1
_LARGEST = 4 << 20  # bytes


@dataclass(frozen=True)
class Smoothing:
    """How the camera of a take is smoothed instead of as it was live.

    body_damping, aim_damping: as in `RigSettings`, s. zero_lag: filter forwards and backwards in time, so that nothing
    comes late; then it takes the place of the filter against jitter too.
    """

    body_damping: float
    aim_damping: float
    zero_lag: bool = False


@dataclass(frozen=True)
class Edits:
    """label: what the slate says, if not the id. circled: to be printed. starred: a favourite. notes: as written."""

    label: str = ""
    circled: bool = False
    starred: bool = False
    notes: tuple[str, ...] = ()
    smoothing: Smoothing | None = None


def load_edits(folder: Path) -> Edits:
    """The edits of a take; a take without any has the defaults.

    Raises:
        OtherSchemaError: the file is damaged or of another version.
    """
    path = folder / EDITS
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        return _decode(path, from_json(path.read_bytes()))
    except FileNotFoundError:
        return Edits()
    except OSError as error:
        raise OtherSchemaError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    except (ValueError, TypeError) as error:
        mend = "restore it from a copy or delete it, the take itself is whole"
        raise OtherSchemaError(f"{path}: damaged ({error}); {mend}") from error


def change_edits(folder: Path, **changes: Any) -> Edits:
    """Set fields of a take's edits and write them down; a callable value is given the field as it was.

    Raises:
        InputError: a value makes no sense, or the file cannot be written.
    """
    try:
        with alone_in(folder):
            before = load_edits(folder)
            values = {
                name: value(getattr(before, name)) if callable(value) else value for name, value in changes.items()
            }
            edits = dataclasses.replace(before, **values)
            _check(edits)
            write_whole(folder / EDITS, to_json(_encode(edits), indent=1))
            return edits
    except ValueError as error:
        raise InputError(f"{folder.name}: {error}") from error
    except OSError as error:
        mend = "make room on the disk, or copy the take to where it can be written"
        raise InputError(f"{folder / EDITS}: cannot be written ({error.strerror}); {mend}") from error


def _encode(edits: Edits) -> Facts:
    return {"schema": _SCHEMA, "version": _VERSION, **dataclasses.asdict(edits)}


def _decode(path: Path, facts: Facts) -> Edits:
    if (facts.get("schema"), facts.get("version")) != (_SCHEMA, _VERSION):
        found = f"{facts.get('schema', 'no schema')} {facts.get('version', '')}".strip()
        raise OtherSchemaError(f"{path}: this program reads {_SCHEMA} {_VERSION}, the file is {found}; update it")
    smoothing, notes = facts.get("smoothing"), facts.get("notes", [])
    if not isinstance(notes, list):
        raise ValueError("'notes' is no list")
    edits = Edits(
        facts.get("label", ""),
        facts.get("circled", False),
        facts.get("starred", False),
        tuple(notes),
        None if smoothing is None else Smoothing(**smoothing),
    )
    _check(edits)
    return edits


def _check(edits: Edits) -> None:
    """Raises ValueError where a field cannot be."""
    fields: list[tuple[str, object, Callable[[Any], bool], str]] = [
        ("label", edits.label, _is_text, f"one line of at most {LONGEST_TEXT} characters"),
        ("circled", edits.circled, lambda value: isinstance(value, bool), "true or false"),
        ("starred", edits.starred, lambda value: isinstance(value, bool), "true or false"),
        ("notes", edits.notes, lambda notes: all(map(_is_text, notes)), f"lines of at most {LONGEST_TEXT} characters"),
    ]
    if edits.smoothing is not None:
        most = "between 0 and 60 seconds"
        fields += [
            ("body_damping", edits.smoothing.body_damping, _is_damping, most),
            ("aim_damping", edits.smoothing.aim_damping, _is_damping, most),
            ("zero_lag", edits.smoothing.zero_lag, lambda value: isinstance(value, bool), "true or false"),
        ]
    for name, value, holds, wanted in fields:
        if not holds(value):
            raise ValueError(f"'{name}' is {str(value)[:40]!r}; give {wanted}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()


def _is_damping(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    try:
        RigSettings.from_dict({"body_damping": value})
    except InputError:
        return False
    return True
