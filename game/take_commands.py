"""The verbs of the command line that look after takes."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from game.takes.edits import Smoothing, change_edits
from game.takes.export.movie import MASTER, PREVIEW, Picture, write_movie
from game.takes.export.thumbnail import write_thumbnail
from game.takes.library import chosen, discard, find, find_folder, open_library, recover, recover_all, restore
from game.takes.listing import describe, describe_library, library_table, marks_of, smoothing_of, take_table
from game.takes.replay import Replay
from game.takes.take import load_take
from models.errors import InputError


def list_takes(arguments: Namespace) -> int:
    """`backflip takes list`."""
    library = chosen(open_library(Path(arguments.takes)), arguments.circled, arguments.starred)
    if arguments.json:
        print(json.dumps(describe_library(library)))
    elif not (library.takes or library.cut_off or library.notes):
        print(f"no such takes in {arguments.takes}; `backflip play` records some")
    else:
        Console().print(library_table(library))
    return 0


def show(arguments: Namespace) -> int:
    """`backflip takes show TAKE`."""
    take = find(Path(arguments.takes), arguments.take)
    if arguments.json:
        print(json.dumps(describe(take)))
    else:
        Console().print(take_table(take))
    return 0


def recover_takes(arguments: Namespace) -> int:
    """`backflip takes recover`: what was cut off, all that can be, then what cannot; or one take that is damaged."""
    root = Path(arguments.takes)
    takes, problems = ([recover(find_folder(root, arguments.take))], []) if arguments.take else recover_all(root)
    if arguments.json:
        print(json.dumps({"recovered": [describe(take) for take in takes], "problems": problems}))
    elif not takes and not problems:
        print("nothing was cut off")
    else:
        for take in takes:
            print(f"recovered: {take.folder}")
    for problem in problems:
        print(f"backflip: {problem}", file=sys.stderr)
    return 2 if problems else 0


def discard_take(arguments: Namespace) -> int:
    """`backflip takes discard TAKE`: asks first, unless told not to."""
    folder = find_folder(Path(arguments.takes), arguments.take)
    if not arguments.yes and not _agreed(f"move {folder} to the bin?"):
        print("left where it is")
        return 0
    print(f"moved to the bin: {discard(folder)}")
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError(f"{question} nobody is there to be asked; say so with --yes")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def restore_take(arguments: Namespace) -> int:
    """`backflip takes restore TAKE`."""
    print(f"out of the bin: {restore(Path(arguments.takes), arguments.take)}")
    return 0


def edit(arguments: Namespace) -> int:
    """`backflip takes edit TAKE`: circle, star, rename, add a note; the take itself stays as it was filmed."""
    take = find(Path(arguments.takes), arguments.take)
    wanted = {"circled": arguments.circle, "starred": arguments.star, "label": arguments.slate}
    changes = {name: value for name, value in wanted.items() if value is not None}
    if arguments.note is not None:
        changes["notes"] = lambda notes: (*notes, arguments.note)
    if arguments.clear_notes:
        changes["notes"] = lambda notes: () if arguments.note is None else (arguments.note,)
    if not changes:
        raise InputError(f"{take.id}: nothing to change; give --circle, --star, --slate or --note")
    change_edits(take.folder, **changes)
    _print_edited(take.folder, arguments.json)
    return 0


def resmooth(arguments: Namespace) -> int:
    """`backflip takes resmooth TAKE`: another camera movement from the same hand; what was recorded stays."""
    take = find(Path(arguments.takes), arguments.take)
    if arguments.reset == (arguments.damping is not None):
        raise InputError(f"{take.id}: give --damping SECONDS, or --reset to see it as it was filmed")
    if not arguments.reset and not take.facts["counts"]["samples"]:
        raise InputError(f"{take.id}: holds no movement of a hand; there is nothing to smooth")
    smoothing = None
    if not arguments.reset:
        aim = arguments.damping if arguments.aim_damping is None else arguments.aim_damping
        smoothing = Smoothing(arguments.damping, aim, arguments.zero_lag)
    change_edits(take.folder, smoothing=smoothing)
    _print_edited(take.folder, arguments.json)
    return 0


def _print_edited(folder: Path, as_json: bool) -> None:
    take = load_take(folder)
    if as_json:
        print(json.dumps(describe(take)))
        return
    notes = "; ".join(take.edits.notes)
    said = (take.id, take.edits.label, marks_of(take), smoothing_of(take), notes)
    print(" · ".join(part for part in said if part))


def movie(arguments: Namespace) -> int:
    """`backflip takes movie TAKE -o FILE`."""
    take = find(Path(arguments.takes), arguments.take)
    output = render_take(take.folder, Path(arguments.output), arguments.preview, arguments.capsules)
    print(json.dumps({"movie": str(output)}) if arguments.json else f"movie: {output}")
    return 0


def render_take(folder: Path, output: Path, preview: bool, capsules: bool = False) -> Path:
    """Render a take frame by frame, with its sound.

    Raises:
        InputError: the take, its place or its person is unusable, or the disk is full.
    """
    from game.casting import cast_of
    from game.filming import open_film, pictures
    from game.sound.foley_track import soundtrack
    from game.window import open_base

    if output.suffix.lower() != ".mp4":
        raise InputError(f"{output}: movies are .mp4; give the file a name that ends so")
    replay = Replay.load(folder)
    _, body = cast_of(replay)  # who cannot be filmed is told so before any window opens
    base = open_base(PREVIEW if preview else MASTER, offscreen=True)
    film = open_film(base, replay, capsules)
    environment = film.scene.place.environment
    steps = replay.snapshots(-1.0, replay.duration)
    sound = soundtrack(
        steps,
        replay.duration,
        body,
        environment.footsteps,
        environment.ambience,
        film.camera,
        replay.props,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"filming {replay.take.id}", total=film.frames)
        write_movie(
            output,
            _with_thumbnail(pictures(base, film), film.frames // 2, folder),
            film.frames,
            audio=sound,
            progress=lambda done, count: bar.update(task, completed=done),
        )
    base.destroy()
    return output


def _with_thumbnail(frames: Iterator[Picture], which: int, folder: Path) -> Iterator[Picture]:
    """The same pictures; number ``which`` also becomes the take's thumbnail, where the folder can be written."""
    for index, picture in enumerate(frames):
        if index == which:
            with suppress(InputError):  # takes may lie in an archive that cannot be written
                write_thumbnail(folder, picture)
        yield picture


def replay(arguments: Namespace) -> int:
    """`backflip takes replay TAKE`."""
    from game.casting import cast_of
    from game.filming import place_of
    from game.finding import parse_size
    from game.keys import load_keys
    from game.replay_app import ReplayApp
    from game.window import has_display, open_base

    take = find(Path(arguments.takes), arguments.take)
    recorded = Replay.load(take.folder)
    if not has_display():
        mend = f"render it instead: backflip takes movie {take.id} -o {take.id}.mp4"
        raise InputError(f"{take.id}: there is no display to replay it on; {mend}")
    environment = place_of(recorded)
    person, body = cast_of(recorded)
    keys = load_keys()
    base = open_base(parse_size(arguments.size), offscreen=False)
    ReplayApp(base, environment, person, body, recorded, arguments.speed, keys.replay).run()
    print(f"replayed {take.id}", file=sys.stderr)
    return 0
