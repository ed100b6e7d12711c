"""The verbs of the command line that look after takes."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from game.takes.export.movie import MASTER, PREVIEW, Picture, write_movie
from game.takes.export.thumbnail import write_thumbnail
from game.takes.library import find, open_library, recover
from game.takes.listing import describe, describe_library, library_table, take_table
from game.takes.replay import Replay
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
    """`backflip takes recover`."""
    cut_off = open_library(Path(arguments.takes)).cut_off
    if not cut_off:
        print("nothing was cut off")
    for folder in cut_off:
        print(f"recovered: {recover(folder).folder}")
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
    from game.finding import find_environment, person_folder
    from game.scene import Scene
    from game.sound.foley_track import soundtrack
    from game.window import open_base
    from models.body import load_humanoid

    if output.suffix.lower() != ".mp4":
        raise InputError(f"{output}: movies are .mp4; give the file a name that ends so")
    replay = Replay.load(folder)
    environment = find_environment(replay.header.environment)
    body = load_humanoid()
    base = open_base(PREVIEW if preview else MASTER, offscreen=True)
    scene = Scene(base, environment, person_folder("default"), body, capsules)
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


def _with_thumbnail(frames: Iterator[Picture], which: int, folder: Path) -> Iterator[Picture]:
    """The same pictures; number ``which`` also becomes the take's thumbnail."""
    for index, picture in enumerate(frames):
        if index == which:
            write_thumbnail(folder, picture)
        yield picture


def replay(arguments: Namespace) -> int:
    """`backflip takes replay TAKE`."""
    from game.finding import find_environment, parse_size, person_folder
    from game.replay_app import ReplayApp
    from game.window import has_display, open_base
    from models.body import load_humanoid

    take = find(Path(arguments.takes), arguments.take)
    recorded = Replay.load(take.folder)
    if not has_display():
        mend = f"render it instead: backflip takes movie {take.id} -o {take.id}.mp4"
        raise InputError(f"{take.id}: there is no display to replay it on; {mend}")
    environment = find_environment(recorded.header.environment)
    base = open_base(parse_size(arguments.size), offscreen=False)
    ReplayApp(base, environment, person_folder("default"), load_humanoid(), recorded).run()
    print(f"replayed {take.id}", file=sys.stderr)
    return 0
