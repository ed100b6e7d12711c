"""The takes on disk: list, find, mend what was cut off, throw away.

Lists read take.json alone. Nothing here ever deletes: what is thrown away goes into the bin.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from game.takes.disk import sync_folder
from game.takes.folders import BIN, LOG, SUMMARY, parse_name, take_folders
from game.takes.journal import Scan, is_being_written, scan, sole_use
from game.takes.summary import RECOVERED, digest, finish
from game.takes.take import OtherSchemaError, Take, load_take
from models.errors import InputError

TORN = "take.log.torn"


@dataclass(frozen=True)
class Library:
    """What lies below a folder of takes, by day and name.

    cut_off: folders that `recover` can make takes of; those being recorded at this moment are left out. notes: one
    sentence for each take that cannot be read.
    """

    takes: tuple[Take, ...]
    cut_off: tuple[Path, ...]
    notes: tuple[str, ...]


def open_library(root: Path) -> Library:
    """Look through a folder of takes. One that is not there, or empty, has none."""
    takes, cut_off, notes = [], [], []
    for name, folder in take_folders(root):
        if name.partial or not (folder / SUMMARY).exists():
            if (folder / LOG).exists() and not is_being_written(folder / LOG):
                cut_off.append(folder)
            continue
        try:
            takes.append(load_take(folder))
        except InputError as error:
            notes.append(str(error))
    return Library(tuple(takes), tuple(cut_off), tuple(notes))


def find(root: Path, wanted: str) -> Take:
    """The take called ``wanted``: an id, the start of just one id, or a take's folder.

    Raises:
        InputError: there is none, or more than one; the sentence says which there are.
    """
    takes = open_library(root).takes
    found = [take for take in takes if take.id == wanted] or [take for take in takes if take.id.startswith(wanted)]
    if wanted and len(found) == 1:
        return found[0]
    folder = Path(wanted)
    if wanted and not found and folder.is_dir():
        return load_take(folder)
    if wanted and len(found) > 1:
        raise InputError(f"'{wanted}' may be {_names(found)}; write more of the id, or give the take's folder")
    there = f"there are {_names(list(takes))}" if takes else f"{root} has none; `backflip play` records some"
    raise InputError(f"'{wanted}': no such take; {there}")


def _names(takes: list[Take], most: int = 8) -> str:
    shown = [take.id for take in takes[-most:]]
    return ("… " if len(takes) > most else "") + ", ".join(shown)


def recover(folder: Path) -> Take:
    """Make a take of what was cut off or damaged: whole records stay, the summary is made anew and says "recovered".

    What cannot be read is moved out of the journal into `TORN`, beside it.

    Raises:
        InputError: it is being recorded, it is whole, nothing was recorded, or the disk is full.
    """
    log = folder / LOG
    with sole_use(log) as descriptor:
        if _is_whole(folder):
            raise InputError(f"{folder}: this take is whole; there is nothing to recover")
        try:
            _cut(log, descriptor, scan(log))
            return load_take(finish(folder, frozenset({RECOVERED})))
        except OSError as error:
            raise InputError(f"{folder}: cannot be mended ({error.strerror}); make room on the disk") from error


def _is_whole(folder: Path) -> bool:
    try:
        take = load_take(folder)
    except OtherSchemaError:
        raise
    except InputError:
        return False
    return digest(take.log) == take.log_digest


def _cut(log: Path, descriptor: int, found: Scan) -> None:
    if not found.lost_bytes:
        return
    with log.open("rb") as whole, log.with_name(TORN).open("ab") as torn:
        whole.seek(found.whole_bytes)
        while block := whole.read(1 << 20):
            torn.write(block)
        torn.flush()
        os.fsync(torn.fileno())
    os.ftruncate(descriptor, found.whole_bytes)
    os.fsync(descriptor)


def discard(folder: Path) -> Path:
    """Move a take, or what was cut off, into the bin of its folder of takes. Returns where it is now.

    Raises:
        InputError: it is no take, it is being recorded, or the disk will not have it.
    """
    folder = folder.resolve()
    if parse_name(folder.name) is None or not (folder / LOG).exists():
        raise InputError(f"{folder}: no take; `backflip takes list` has those there are")
    if is_being_written(folder / LOG):
        raise InputError(f"{folder}: is being recorded; stop the recording first")
    day = folder.parent
    target = day.parent / BIN / day.name / folder.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder, target)
        sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"{folder}: cannot be moved to the bin ({error.strerror}); check its permissions") from error
    return target
