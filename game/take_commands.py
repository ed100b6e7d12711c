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

from game.takes.export.movie import MASTER, PREVIEW, Picture, write_movie
from game.takes.export.thumbnail import write_thumbnail
from game.takes.library import discard, find, find_folder, open_library, recover_all
from game.takes.listing import describe, describe_library, library_table, take_table
from game.takes.replay import Replay
from models.body import Body, load_humanoid
from models.errors import InputError


def list_takes(arguments: Namespace) -> int:
    """`backflip takes list`."""
    library = open_library(Path(arguments.takes))
    if arguments.json:
        print(json.dumps(describe_library(library)))
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
    """`backflip takes recover`: all that can be, then what cannot."""
    takes, problems = recover_all(Path(arguments.takes))
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
    """`backflip takes discard TAKE`."""
    folder = find_folder(Path(arguments.takes), arguments.take)
    print(f"moved to the bin: {discard(folder)}")
    return 0


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
    from game.filming import Film, pictures
    from game.finding import find_environment
    from game.scene import Scene
    from game.sound.foley_track import soundtrack
    from game.window import open_base

    if output.suffix.lower() != ".mp4":
        raise InputError(f"{output}: movies are .mp4; give the file a name that ends so")
    replay = Replay.load(folder)
    environment = find_environment(replay.header.environment)
    person, body = _cast(replay)
    base = open_base(PREVIEW if preview else MASTER, offscreen=True)
    scene = Scene(base, environment, person, body, capsules)
    film = Film(scene, replay)
    steps = replay.snapshots(-1.0, replay.duration)
    sound = soundtrack(steps, replay.duration, body, environment.footsteps, environment.ambience, film.camera)
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


def _cast(replay: Replay) -> tuple[Path, Body]:
    """The folder of the person who was filmed, and the body."""
    from game.finding import person_folder

    header, body = replay.header, load_humanoid()
    if header.body != body.digest:
        told = f"filmed with another body ({header.body}), this one is {body.digest}"
        raise InputError(f"{replay.take.id}: {told}; use the version of this program that filmed it")
    return person_folder(str(header.settings.get("person", {}).get("folder", "default"))), body


def _with_thumbnail(frames: Iterator[Picture], which: int, folder: Path) -> Iterator[Picture]:
    """The same pictures; number ``which`` also becomes the take's thumbnail, where the folder can be written."""
    for index, picture in enumerate(frames):
        if index == which:
            with suppress(InputError):  # takes may lie in an archive that cannot be written
                write_thumbnail(folder, picture)
        yield picture


def replay(arguments: Namespace) -> int:
    """`backflip takes replay TAKE`."""
    from game.finding import find_environment, parse_size
    from game.replay_app import ReplayApp
    from game.window import has_display, open_base

    take = find(Path(arguments.takes), arguments.take)
    recorded = Replay.load(take.folder)
    if not has_display():
        mend = f"render it instead: backflip takes movie {take.id} -o {take.id}.mp4"
        raise InputError(f"{take.id}: there is no display to replay it on; {mend}")
    environment = find_environment(recorded.header.environment)
    person, body = _cast(recorded)
    base = open_base(parse_size(arguments.size), offscreen=False)
    ReplayApp(base, environment, person, body, recorded).run()
    print(f"replayed {take.id}", file=sys.stderr)
    return 0
