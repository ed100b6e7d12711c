"""Where takes lie and what they are called: ``<root>/<YYYY-MM-DD>/<slate>_<number>/``.

While a take is being recorded, or after it was cut off, its folder ends in ``.partial``. What the filmmaker throws away
lies in ``<root>/.bin``. A number is never used twice for a slate, whatever became of its take: ``<root>/.numbers.json``
holds the last of each slate.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from game.takes.facts import from_json, to_json
from models.disk import write_whole
from models.errors import InputError

LOG = "take.log"
SUMMARY = "take.json"
PARTIAL = ".partial"
BIN = ".bin"
NUMBERS = ".numbers.json"
_NUMBERS_SCHEMA = {"schema": "backflip.take_numbers", "version": 1}
_SLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FOLDER = re.compile(r"(?P<slate>.+)_(?P<number>[0-9]{3,9})(?P<partial>\.partial)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class TakeName:
    """A slate and a number; partial: not finished."""

    slate: str
    number: int
    partial: bool = False

    @property
    def id(self) -> str:
        """What people call the take: ``park_001``."""
        return f"{self.slate}_{self.number:03d}"

    @property
    def folder(self) -> str:
        """The folder's name."""
        return self.id + (PARTIAL if self.partial else "")


def parse_name(folder: str) -> TakeName | None:
    """Read a folder's name; None: it is no take's."""
    match = _FOLDER.fullmatch(folder)
    if match is None or _SLATE.fullmatch(match["slate"]) is None:
        return None
    return TakeName(match["slate"], int(match["number"]), match["partial"] is not None)


def take_folders(root: Path) -> Iterator[tuple[TakeName, Path]]:
    """Names and folders of all takes below ``root``, partial ones too, the bin not; by day, then by name."""
    for day in sorted(_children(root)):
        if is_day(day.name):
            for folder in sorted(_children(day)):
                name = parse_name(folder.name)
                if name is not None:
                    yield name, folder


def is_day(folder: str) -> bool:
    """Whether a folder is called as those of one day's takes are."""
    return _DAY.fullmatch(folder) is not None


def _children(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check its permissions") from error


def claim(root: Path, slate: str, day: str) -> Path:
    """Make the folder, still partial, of the slate's next take.

    Raises:
        InputError: no name for a slate, the folder cannot be made, or the numbers used so far cannot be read.
    """
    if _SLATE.fullmatch(slate) is None:
        raise InputError(f"slate '{slate}': use up to 64 letters, digits, _ and -, a letter or digit first")
    try:
        root.mkdir(parents=True, exist_ok=True)
        with alone_in(root):
            last = _last_numbers(root)
            number = max(last.get(slate, 0), *_seen(root, slate)) + 1
            # Written before the folder is made: a crash in between loses a number, never uses one twice.
            write_whole(root / NUMBERS, to_json({**_NUMBERS_SCHEMA, "last": {**last, slate: number}}))
            folder = root / day / TakeName(slate, number, partial=True).folder
            folder.mkdir(parents=True)
            return folder
    except OSError as error:
        mend = "make room or choose another folder of takes"
        raise InputError(f"{root}: a take's folder cannot be made ({error.strerror}); {mend}") from error


def _seen(root: Path, slate: str) -> list[int]:
    """0, and the slate's numbers among the folders: takes are carried here from elsewhere, too."""
    everywhere = (*take_folders(root), *take_folders(root / BIN))
    return [0, *(name.number for name, _ in everywhere if name.slate == slate)]


@contextmanager
def alone_in(root: Path) -> Iterator[None]:
    """Keep other processes out of a folder that they ask for too; the lock goes when the process does.

    Raises:
        OSError: there is no such folder.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _last_numbers(root: Path) -> dict[str, int]:
    path = root / NUMBERS
    try:
        facts = from_json(path.read_bytes())
        last = facts.get("last")
        if {name: facts.get(name) for name in _NUMBERS_SCHEMA} != _NUMBERS_SCHEMA or not isinstance(last, dict):
            raise ValueError("of another schema")
        if not all(type(number) is int for number in last.values()):
            raise ValueError("a number is none")
    except FileNotFoundError:
        return {}
    except ValueError as error:
        mend = "delete it, and numbers go on from the takes that are there"
        raise InputError(f"{path}: cannot be used ({error}); {mend}") from error
    return last
