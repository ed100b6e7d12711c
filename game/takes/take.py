"""A finished take as its take.json has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from game.camera.readout import RATE
from game.takes.edits import Edits, load_edits
from game.takes.facts import Facts, OtherSchemaError, from_json
from game.takes.folders import LOG, PARTIAL, SUMMARY
from game.takes.summary import SCHEMA, VERSION
from models.errors import InputError

_LARGEST = 64 << 20  # bytes; a summary is a few kilobytes


@dataclass(frozen=True)
class Take:
    """A folder, the facts of its summary, checked, and what people have said about it since."""

    folder: Path
    facts: Facts
    edits: Edits

    @property
    def id(self) -> str:
        """What people call it: ``park_001``."""
        return str(self.facts["id"])

    @property
    def duration(self) -> float:
        """Seconds."""
        return float(self.facts["duration"])

    @property
    def frames(self) -> int:
        """Number of pictures, `RATE` a second."""
        return max(int(self.duration * RATE), 1)

    @property
    def label(self) -> str:
        """What it says on the slate: as renamed, else the id."""
        return self.edits.label or self.id

    @property
    def flags(self) -> tuple[str, ...]:
        """What to beware of: recovered, cut_short, no_tracker, tracking_lost, origin_moved, dropped."""
        return tuple(self.facts["flags"])

    @property
    def log(self) -> Path:
        """The journal."""
        return self.folder / LOG

    @property
    def log_digest(self) -> str:
        """SHA-256 that the journal had when it was finished."""
        return str(self.facts["log"]["sha256"])


def load_take(folder: Path) -> Take:
    """Read a take's summary.

    Raises:
        InputError: no take, not finished, torn, or of another schema.
    """
    path = folder / SUMMARY
    if folder.name.endswith(PARTIAL) or ((folder / LOG).is_file() and not path.is_file()):
        raise InputError(f"{folder}: this take is not finished; if nothing records it, run `backflip takes recover`")
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        facts = from_json(path.read_bytes())
        _check_schema(path, facts)
        for name, holds in _FIELDS.items():
            if not holds(facts.get(name)):
                raise ValueError(f"'{name}' is missing or of the wrong type")
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{folder}: no take ({reason}); `backflip takes list` has those there are") from error
    except ValueError as error:
        raise InputError(f"{path}: damaged ({error}); delete it and run `backflip takes recover`") from error
    return Take(folder, facts, load_edits(folder))


def _check_schema(path: Path, facts: Facts) -> None:
    if facts.get("schema") != SCHEMA or facts.get("version") != VERSION:
        found = f"{facts.get('schema', 'no schema')} {facts.get('version', '')}".strip()
        raise OtherSchemaError(f"{path}: this program reads {SCHEMA} {VERSION}, the file is {found}; update it")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e12


def _whole(value: Any) -> bool:
    return type(value) is int


def _map_of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(holds(item) for item in value.values())


def _list_of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(holds(item) for item in value)


def _with(**fields: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(holds(value.get(name)) for name, holds in fields.items())


_FIELDS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("id", "created", "slate", "environment", "skill", "stage", "body"), _text),
    "seed": _whole,
    "versions": _map_of(_text),
    "duration": _number,
    "counts": _with(snapshots=_whole, samples=_whole, settings=_whole, events=_whole),
    "attempts": _list_of(_with(**{"attempt": _whole, "from": _number, "to": _number})),
    "events": _list_of(_with(seconds=_number, name=_text, detail=lambda value: isinstance(value, dict))),
    "flags": _list_of(_text),
    "log": _with(bytes=_whole, sha256=_text),
}
