"""The verbs of the command line that make something of takes for other programs and other eyes."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from game.casting import cast_of, face_of
from game.takes.contact_sheet import contact_sheet
from game.takes.export.formats import check_path, write_file, write_motion
from game.takes.export.motion import Cast, sample_take
from game.takes.export.thumbnail import NAME
from game.takes.export.timeline import SUFFIXES, encode_timeline
from game.takes.library import chosen, find, open_library
from game.takes.listing import describe_library, library_table
from game.takes.replay import Replay
from game.takes.take import Take
from models.errors import InputError

THUMBNAIL = (768, 415)


def export(arguments: Namespace) -> int:
    """`backflip takes export TAKE --format FORMAT -o FILE`."""
    output = Path(arguments.output)
    check_path(arguments.format, output)
    take = find(Path(arguments.takes), arguments.take)
    replay = Replay.load(take.folder)
    person, body = cast_of(replay)
    motion = sample_take(replay, body, Cast(person, face_of(replay.header.settings)))
    write_motion(arguments.format, motion, output)
    _tell(arguments.format, output, arguments.json)
    return 0


def timeline(arguments: Namespace) -> int:
    """`backflip takes timeline -o FILE`: takes one after another, for an editing program."""
    output = Path(arguments.output)
    if output.suffix.lower() not in SUFFIXES:
        raise InputError(f"{output}: timelines are {' or '.join(SUFFIXES)}; give the file a name that ends so")
    library = chosen(open_library(Path(arguments.takes)), arguments.circled, arguments.starred)
    for note in library.notes:
        print(f"backflip: {note}", file=sys.stderr)
    write_file(output, encode_timeline(library.takes, output.stem, Path(arguments.media), output.suffix.lower()))
    _tell("timeline", output, arguments.json)
    return 0


def library(arguments: Namespace) -> int:
    """`backflip takes library`: the list of takes and, in a file, a picture of each."""
    output = Path(arguments.output)
    if output.suffix.lower() != ".png":
        raise InputError(f"{output}: contact sheets are .png; give the file a name that ends so")
    found = chosen(open_library(Path(arguments.takes)), arguments.circled, arguments.starred)
    if not found.takes:
        raise InputError(f"{output}: there is no take for it; `backflip play` records some")
    problems = _picture([take for take in found.takes if not (take.folder / NAME).is_file()])
    write_file(output, contact_sheet(found.takes))
    if arguments.json:
        print(json.dumps({**describe_library(found), "sheet": str(output), "problems": problems}))
        return 0
    Console().print(library_table(found))
    for problem in problems:
        print(f"no picture: {problem}", file=sys.stderr)
    print(f"contact sheet: {output}")
    return 0


def _picture(takes: Sequence[Take]) -> list[str]:
    """Keep a thumbnail beside each take. Returns a sentence for each that there is none of."""
    if not takes:
        return []
    from game.thumbnails import picture_takes
    from game.window import open_base

    try:
        base = open_base(THUMBNAIL, offscreen=True)
    except InputError as error:
        return [str(error)]
    problems = picture_takes(base, takes)
    base.destroy()
    return problems


def _tell(what: str, output: Path, as_json: bool) -> None:
    print(json.dumps({what: str(output)}) if as_json else f"{what}: {output}")
