"""Where takes lie and what they are called: ``<root>/<YYYY-MM-DD>/<slate>_<number>/``.

While a take is being recorded, or after it was cut off, its folder ends in ``.partial``. What the filmmaker throws away
lies in ``<root>/.bin``. A number is never used twice for a slate, whatever became of its take.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError

LOG = "take.log"
SUMMARY = "take.json"
PARTIAL = ".partial"
BIN = ".bin"
_SLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FOLDER = re.compile(r"(?P<slate>.+)_(?P<number>[0-9]{3,9})(?P<partial>\.partial)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLAIMS = 100  # tries; each is lost only to another recorder that starts at the same moment


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
        if _DAY.fullmatch(day.name):
            for folder in sorted(_children(day)):
                name = parse_name(folder.name)
                if name is not None:
                    yield name, folder


def _children(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check its permissions") from error


def _used(root: Path, slate: str) -> list[int]:
    everywhere = (*take_folders(root), *take_folders(root / BIN))
    return [name.number for name, _ in everywhere if name.slate == slate]


def claim(root: Path, slate: str, day: str) -> Path:
    """Make the folder, still partial, of the slate's next take.

    Raises:
        InputError: no name for a slate, or the folder cannot be made.
    """
    if _SLATE.fullmatch(slate) is None:
        raise InputError(f"slate '{slate}': use up to 64 letters, digits, _ and -, a letter or digit first")
    for _ in range(_CLAIMS):
        name = TakeName(slate, max(_used(root, slate), default=0) + 1, partial=True)
        folder = root / day / name.folder
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise InputError(f"{folder}: cannot be made ({error.strerror}); choose another folder of takes") from error
        # Another recorder may have finished, or begun on another day, a take of this number since it was looked up.
        if _used(root, slate).count(name.number) == 1:
            return folder
        folder.rmdir()
    raise InputError(f"{root / day}: no free number for slate '{slate}'; choose another slate")
