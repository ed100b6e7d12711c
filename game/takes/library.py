"""The takes on disk: list, find, mend what was cut off, throw away.

Lists read take.json alone. Nothing here ever deletes: what is thrown away goes into the bin.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from game.takes.facts import OtherSchemaError
from game.takes.folders import BIN, LOG, SUMMARY, is_day, parse_name, take_folders
from game.takes.journal import Scan, fingerprint, is_being_written, scan, sole_use
from game.takes.summary import RECOVERED, finish_what_is_there
from game.takes.take import Take, load_take
from models.disk import sync_folder
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


def chosen(library: Library, circled: bool = False, starred: bool = False) -> Library:
    """The same with those takes only that are circled, or starred, or both, as asked."""
    takes = (take for take in library.takes if take.edits.circled or not circled)
    return replace(library, takes=tuple(take for take in takes if take.edits.starred or not starred))


def find(root: Path, wanted: str) -> Take:
    """The take called ``wanted``: an id, the start of just one id, or a take's folder.

    Raises:
        InputError: there is none, or more than one; the sentence says which there are. Or it cannot be read.
    """
    takes = open_library(root).takes
    found = [take for take in takes if take.id == wanted] or [take for take in takes if take.id.startswith(wanted)]
    if wanted and len(found) == 1:
        return found[0]
    folder = Path(wanted)
    if wanted and not found and folder.is_dir():
        return load_take(folder)
    unreadable = [folder for name, folder in take_folders(root) if name.id.startswith(wanted)] if wanted else []
    if not found and len(unreadable) == 1:
        return load_take(unreadable[0])  # which says why it cannot be read
    if wanted and len(found) > 1:
        raise InputError(f"'{wanted}' may be {_names(found)}; write more of the id, or give the take's folder")
    there = f"there are {_names(list(takes))}" if takes else f"{root} has none; `backflip play` records some"
    raise InputError(f"'{wanted}': no such take; {there}")


def find_folder(root: Path, wanted: str) -> Path:
    """The folder of the take, or of what was cut off, called ``wanted``: as `find`, without reading what is in it.

    Raises:
        InputError: there is none, or more than one.
    """
    for name, folder in take_folders(root):
        if name.id == wanted:
            return folder
    folder = Path(wanted)
    return folder if wanted and folder.is_dir() else find(root, wanted).folder


def _names(takes: list[Take], most: int = 8) -> str:
    shown = [take.id for take in takes[-most:]]
    return ("… " if len(takes) > most else "") + ", ".join(shown)


def recover(folder: Path) -> Take:
    """Make a take of what was cut off or damaged: whole records stay, the summary is made anew and says "recovered".

    What cannot be read is moved out of the journal into `TORN`, beside it. A folder whose journal has no whole record
    goes into the bin, so that it is told once.

    Raises:
        InputError: it is being recorded, it is whole, nothing was recorded, or the disk is full.
    """
    log = folder / LOG
    with sole_use(log) as descriptor:
        if _is_whole(folder):
            raise InputError(f"{folder}: this take is whole; there is nothing to recover")
        try:
            found = scan(log)
            if not found.records:
                told = "nothing was recorded that can be read"
                raise InputError(f"{folder}: {told}; it lies in the bin now, as {_to_bin(folder)}")
            _cut(log, descriptor, found)
            return load_take(finish_what_is_there(folder, frozenset({RECOVERED})))
        except OSError as error:
            raise InputError(f"{folder}: cannot be mended ({error.strerror}); make room on the disk") from error


def recover_all(root: Path) -> tuple[list[Take], list[str]]:
    """Recover everything below a folder of takes that was cut off.

    Returns the takes made of it, and a sentence for each folder that none could be made of.
    """
    takes, problems = [], []
    for folder in open_library(root).cut_off:
        try:
            takes.append(recover(folder))
        except InputError as error:
            problems.append(str(error))
    return takes, problems


def _is_whole(folder: Path) -> bool:
    try:
        take = load_take(folder)
    except OtherSchemaError:
        raise
    except InputError:
        return False
    return fingerprint(take.log).sha256 == take.log_digest


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


def restore(root: Path, wanted: str) -> Path:
    """Take what is called ``wanted`` out of the bin of a folder of takes again. Returns where it is now.

    Raises:
        InputError: the bin has none, or the disk will not have it.
    """
    for name, folder in take_folders(root / BIN):
        if name.id == wanted:
            target = root / folder.parent.name / folder.name
            if target.exists():
                raise InputError(f"{target}: is there already; rename one of the two folders")
            return _moved(folder, target)
    there = ", ".join(name.id for name, _ in take_folders(root / BIN)) or "nothing"
    raise InputError(f"'{wanted}': not in the bin; there is {there}")


def discard(folder: Path) -> Path:
    """Move a take, or what was cut off, into the bin of its folder of takes. Returns where it is now.

    Raises:
        InputError: it is no take, it is being recorded, or the disk will not have it.
    """
    folder = folder.resolve()
    in_the_bin = folder.parent.parent.name == BIN
    if parse_name(folder.name) is None or not is_day(folder.parent.name) or not (folder / LOG).exists() or in_the_bin:
        raise InputError(f"{folder}: no take outside the bin; `backflip takes list` has those there are")
    if is_being_written(folder / LOG):
        raise InputError(f"{folder}: is being recorded; stop the recording first")
    return _to_bin(folder)


def _to_bin(folder: Path) -> Path:
    folder = folder.resolve()
    day = folder.parent
    return _moved(folder, day.parent / BIN / day.name / folder.name)


def _moved(folder: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder, target)
        sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"{folder}: cannot be moved to {target} ({error.strerror}); check its permissions") from error
    return target
