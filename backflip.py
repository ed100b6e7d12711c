"""The front door: one `backflip` command, one verb for each job.

A wing is imported only when its verb is called, so that `backflip takes list` starts no physics and no torch.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence

from game.avatar.measures import sex_of
from game.controls import help_lines
from models.errors import InputError

# A small network and a small machine: torch and BLAS threads beyond one only spin, learning sets its own number.
os.environ.setdefault("OMP_NUM_THREADS", "1" if len(sys.argv) < 2 or sys.argv[1] != "train" else str(os.cpu_count()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit code: 0 done, 2 unusable input (told in one sentence), 130 interrupted."""
    parsed = _parser().parse_args(arguments)
    # Asked to end, end as by Ctrl-C: takes are closed, checkpoints written, half a movie is taken away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it otherwise
    module, function = parsed.run.split(":")
    try:
        return int(getattr(importlib.import_module(module), function)(parsed))
    except InputError as error:
        print(f"backflip: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def natural(text: str) -> int:
    """A whole number, 0 or more."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text}: give 0 or more")
    return number


def count(text: str) -> int:
    """A whole number, 1 or more."""
    if natural(text) == 0:
        raise argparse.ArgumentTypeError(f"{text}: give 1 or more")
    return int(text)


def positive(text: str) -> float:
    """A number above 0."""
    number = float(text)
    if not 0.0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"{text}: give a number above 0")
    return number


def amount(text: str) -> float:
    """A number of 0 or more."""
    number = float(text)
    if not 0.0 <= number < 1e9:
        raise argparse.ArgumentTypeError(f"{text}: give 0 or more")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="backflip", description=__doc__.splitlines()[0] if __doc__ else None)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    keyboard = "keys, as they ship (`backflip keys` changes them):\n  " + "\n  ".join(help_lines())
    play = verbs.add_parser(
        "play",
        help="play attempts in a place, and film them",
        epilog=keyboard,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_play(play)
    _add_takes(verbs.add_parser("takes", help="list, show, replay, mark takes; make movies and exports of them"))
    _add_learning(verbs)
    _add_environment(verbs.add_parser("environment", help="make places from photographs and video"))
    _add_avatar(verbs.add_parser("avatar", help="make a person"))
    doctor = verbs.add_parser("doctor", help="what this machine has, and what each lack costs")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run="game.doctor:doctor")
    keys = verbs.add_parser("keys", help="what every key does, and the file that changes it")
    keys.set_defaults(run="game.keys:keys")
    return parser


def _add_play(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--environment", default="park", help="a name in assets/environments, or a folder")
    verb.add_argument("--person", default="default", help="a name in assets/people, or a folder")
    verb.add_argument("--face", help="a face track that the face plays in every attempt: a CSV of Live Link Face")
    verb.add_argument("--skill", help="what to begin with: backflip (the default), walk, … or a clip of yours")
    verb.add_argument("--stage", help="a stage file; default: the latest")
    verb.add_argument("--stages", help="a folder of stages that is watched while playing; default: runs/SKILL/stages")
    verb.add_argument("--seed", type=natural, default=1, help="of the first attempt")
    verb.add_argument("--tracker", help="mouse_keys, gamepad, openvr, opentrackio, phone or path; default: mouse_keys")
    verb.add_argument("--device", help="openvr: the serial number or role of the device that is the camera")
    verb.add_argument(
        "--vr", choices=("background", "scene"), default="background", help="openvr: scene fills the headset too"
    )
    verb.add_argument("--listen", help="opentrackio, phone: address and port, such as 127.0.0.1:55555")
    verb.add_argument("--camera-path", help="path: a recorded camera path; default: the shipped hand-held one")
    verb.add_argument("--focal", type=float, default=35.0, help="mm on 35 mm film")
    verb.add_argument("--slate", help="of the takes; default: the environment's name")
    verb.add_argument("--scene", default="", help="on the slate: a number of the script")
    verb.add_argument("--shot", default="", help="on the slate: a letter; F5 goes to the next")
    verb.add_argument("--countdown", type=amount, default=3.0, help="s before a take that is asked for; default: 3")
    verb.add_argument("--takes", default="takes", help="folder of the takes")
    verb.add_argument("--record", action="store_true", help="start a take at once")
    verb.add_argument("--reshoot", metavar="TAKE", help="film the performance of a take anew, in the place it has")
    verb.add_argument("--channels", default="position,rotation,focal,focus", help="reshoot: which are filmed anew")
    verb.add_argument("--seconds", type=positive, help="end by itself after so long")
    verb.add_argument("--headless", action="store_true", help="no window; a camera path holds the camera")
    verb.add_argument("--size", default="1280x692", help="of the window, in pixels")
    verb.add_argument("--capsules", action="store_true", help="show the physics shapes instead of the body")
    verb.add_argument("--operator", help="the operator's mark to start at; default: the place's first")
    verb.add_argument(
        "--authoring",
        nargs="?",
        const="coverage",
        choices=("coverage", "grazing", "winner"),
        help="paint pink what no photograph reaches; grazing: how flat they fall; winner: which one is shown",
    )
    verb.set_defaults(run="game.commands:play")


def _add_avatar(verb: argparse.ArgumentParser) -> None:
    jobs = verb.add_subparsers(required=True, metavar="JOB")
    fit = jobs.add_parser("fit", help="a person with your measures, and a physics body to match")
    fit.add_argument("--height", type=positive, required=True, help="metres, barefoot")
    fit.add_argument("--mass", type=positive, required=True, help="kilograms")
    advice = "one to four of the whole person: legs and arms apart, the camera level at the height of the hips"
    fit.add_argument("--photos", nargs="+", default=[], metavar="PHOTO", help=advice)
    fit.add_argument("--out", default="person", help="folder of the person; default: person")
    fit.add_argument("--sex", type=sex_of, default=0.0, help="male, female, or a number between 0 and 1; default: male")
    fit.add_argument("--age", type=positive, default=25.0, help="years, 16 to 90; default: 25")
    fit.add_argument("--muscle", type=amount, help="0 to 1; default: as much as the mass suggests")
    fit.add_argument("--json", action="store_true")
    fit.set_defaults(run="game.avatar_commands:fit")


def _add_takes(verb: argparse.ArgumentParser) -> None:
    jobs = verb.add_subparsers(required=True, metavar="JOB")
    listing = jobs.add_parser("list", help="all takes, and those that were cut off")
    show = jobs.add_parser("show", help="what is known about one take")
    replay = jobs.add_parser("replay", help="watch a take in the place where it was filmed")
    movie = jobs.add_parser("movie", help="render a take: 25 fps, 1.85:1, H.264")
    recover = jobs.add_parser("recover", help="make takes of what was cut off")
    discard = jobs.add_parser("discard", help="move a take to the bin, after asking")
    restore = jobs.add_parser("restore", help="take a take out of the bin again")
    edit = jobs.add_parser("edit", help="circle, star or rename a take, or add a note")
    resmooth = jobs.add_parser("resmooth", help="smooth a take's camera anew; what was recorded stays")
    library = jobs.add_parser("library", help="the list of takes, and a page with a picture of each")
    export = jobs.add_parser("export", help="camera, body and props for other programs")
    timeline = jobs.add_parser("timeline", help="takes one after another for an editing program: .otio or .edl")
    every = (listing, show, replay, movie, recover, discard, restore, edit, resmooth, library, export, timeline)
    for job in every:
        job.add_argument("--takes", default="takes", help="folder of the takes")
    for job in (show, replay, movie, discard, restore, edit, resmooth, export):
        job.add_argument("take", help="an id such as park_001, the start of one, or a take's folder")
    recover.add_argument("take", nargs="?", default="", help="a take that is damaged; without it, all that was cut off")
    for job in (listing, show, movie, recover, edit, resmooth, library, export, timeline):
        job.add_argument("--json", action="store_true")
    for job in (listing, library, timeline):
        job.add_argument("--circled", action="store_true", help="circled takes only")
        job.add_argument("--starred", action="store_true", help="starred takes only")
    movie.add_argument("-o", "--output", required=True, help="the file to write, .mp4")
    movie.add_argument("--preview", action="store_true", help="1280x692 instead of 1998x1080")
    movie.add_argument("--capsules", action="store_true", help="show the physics shapes instead of the body")
    replay.add_argument("--size", default="1280x692")
    replay.add_argument("--speed", type=positive, default=1.0, help="1 is as it was filmed; [ and ] change it")
    discard.add_argument("--yes", action="store_true", help="do not ask")
    _add_edits(edit, resmooth)
    library.add_argument("-o", "--output", default="takes.png", help="the page to write, .png; default: takes.png")
    export.add_argument("--format", required=True, help="usd, gltf, bvh, csv or opentrackio")
    export.add_argument("-o", "--output", required=True, help="the file to write")
    timeline.add_argument("-o", "--output", required=True, help="the file to write, .otio or .edl")
    timeline.add_argument("--media", default=".", help="where the takes' movies are, each as TAKE.mp4; default: here")
    for job, name in (
        (listing, "take_commands:list_takes"),
        (show, "take_commands:show"),
        (replay, "take_commands:replay"),
        (movie, "take_commands:movie"),
        (recover, "take_commands:recover_takes"),
        (discard, "take_commands:discard_take"),
        (restore, "take_commands:restore_take"),
        (edit, "take_commands:edit"),
        (resmooth, "take_commands:resmooth"),
        (library, "export_commands:library"),
        (export, "export_commands:export"),
        (timeline, "export_commands:timeline"),
    ):
        job.set_defaults(run=f"game.{name}")


def _add_edits(edit: argparse.ArgumentParser, resmooth: argparse.ArgumentParser) -> None:
    edit.add_argument("--circle", action=argparse.BooleanOptionalAction, help="to be printed, or not")
    edit.add_argument("--star", action=argparse.BooleanOptionalAction, help="a favourite, or not")
    edit.add_argument("--slate", help="what the slate says in place of the id; empty: the id again")
    edit.add_argument("--note", help="a line to add")
    edit.add_argument("--clear-notes", action="store_true", help="take away the notes written so far")
    resmooth.add_argument("--damping", type=amount, help="seconds until the camera has come where the hand is; 0: none")
    resmooth.add_argument("--aim-damping", type=amount, help="the same for turning alone; default: as --damping")
    resmooth.add_argument("--zero-lag", action="store_true", help="filter forwards and backwards: nothing comes late")
    resmooth.add_argument("--reset", action="store_true", help="as it was filmed")


def _add_environment(verb: argparse.ArgumentParser) -> None:
    jobs = verb.add_subparsers(required=True, metavar="JOB")
    new = jobs.add_parser("new", help="a place from a photograph and its camera, to be played at once")
    new.add_argument("photo", help="PNG, JPEG or TIFF")
    new.add_argument("--out", required=True, help="the folder to write")
    camera = new.add_mutually_exclusive_group()
    camera.add_argument("--lines", help="lines drawn along the axes and a known length, as JSON")
    camera.add_argument("--fspy", help="an fSpy project, or the camera parameters that it exports as JSON")
    camera.add_argument("--calibration", help="a lens calibration, TOML in OpenCV's terms")
    camera.add_argument("--gltf", help="a .gltf or .glb with the camera")
    new.add_argument("--up", choices=("z", "y"), default="z", help="fSpy: which axis points up; default: z")
    new.add_argument("--height", type=positive, help="of the camera above the ground, in m; scales all the rest")
    new.add_argument("--name", help="of the place; default: the folder's")
    new.add_argument("--json", action="store_true")
    new.set_defaults(run="game.environment_commands:new")
    match = jobs.add_parser("match", help="drag lines over a place's photograph, block out what is in it")
    match.add_argument("folder", help="of the place")
    match.add_argument("--size", default="1280x692", help="of the window, in pixels")
    match.set_defaults(run="game.environment_commands:match_place")
    add = jobs.add_parser("add", help="rough geometry from a model or a room scan: blocks and meshes")
    add.add_argument("folder", help="of the place")
    add.add_argument("model", help=".glb, .gltf, .obj, or a room scan's .json")
    add.add_argument("--at", type=float, nargs=2, default=(0.0, 0.0), metavar=("X", "Y"), help="where its origin goes")
    add.add_argument("--turn", type=float, default=0.0, help="degrees, counter-clockwise")
    add.set_defaults(run="game.environment_commands:add_geometry")
    unroll = jobs.add_parser("unroll", help="a straight view out of a cylindrical panorama")
    unroll.add_argument("photo", help="the panorama")
    unroll.add_argument("--lines", required=True, help="edges that are straight in the world, drawn along as arcs")
    unroll.add_argument("-o", "--output", required=True, help="the file to write, .jpg or .png; its lines go beside it")
    unroll.add_argument("--width", type=positive, default=100.0, help="degrees; default: 100")
    unroll.add_argument("--heading", type=float, default=0.0, help="of its middle, degrees right of the panorama's")
    unroll.set_defaults(run="game.environment_commands:unroll_panorama")
    plate = jobs.add_parser("plate", help="a photograph without passers-by, from a video of a camera that stands still")
    plate.add_argument("video")
    plate.add_argument("-o", "--output", required=True, help="the file to write, .png")
    plate.add_argument("--moments", type=count, default=61, help="frames to look at, evenly spread; default: 61")
    plate.set_defaults(run="game.environment_commands:plate")
    land = jobs.add_parser("landings", help="what a stage's first flips come down on in a place, and who stands")
    land.add_argument("environment", help="a name in assets/environments, or a folder")
    land.add_argument("--stage", help="a stage's file; default: the last one that ships")
    land.add_argument("--attempts", type=count, default=16, help="how many seeds, from 1 on; default: 16")
    land.add_argument("--json", action="store_true")
    land.set_defaults(run="game.landing_command:landings")
    bake = jobs.add_parser("bake", help="a place with one baked texture, as glTF for other programs")
    bake.add_argument("environment", help="a name in assets/environments, or a folder")
    bake.add_argument("-o", "--output", required=True, help="the file to write, .glb")
    bake.add_argument("--size", type=int, choices=(512, 1024, 2048, 4096), default=2048, help="texels of a side")
    bake.add_argument("--json", action="store_true")
    bake.set_defaults(run="game.bake_command:bake_environment")


def _add_learning(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = verbs.add_parser("train", help="learn a skill, publishing stages on the way")
    train.add_argument("skill", help="a motion in assets/motions, or a DeepMimic text file")
    train.add_argument("--samples", type=count, default=10_000_000, help="control steps to learn from")
    train.add_argument("--workers", type=count, default=6, help="processes that make attempts")
    train.add_argument("--bodies", type=count, default=8, help="copies of the body in each worker")
    train.add_argument("--seed", type=natural, default=1)
    train.add_argument(
        "--target-kl", type=positive, default=0.04, help="how far an iteration may move the policy; default: 0.04"
    )
    train.add_argument(
        "--control",
        choices=("residual", "absolute"),
        default="residual",
        help="what the policy says: corrections of the clip, or whole poses, which flails first",
    )
    train.add_argument("--out", help="folder of the run; default: runs/SKILL")
    train.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    train.add_argument("--film", action="store_true", help="show the film's own count of jumps beside this run's")
    train.set_defaults(run="training.commands:train")
    judge = verbs.add_parser("judge", help="measure how well a stage does")
    judge.add_argument("stage", help="a stage file")
    judge.add_argument("--person", help="the folder of a person who is to do it, with a body of their own")
    judge.add_argument("--attempts", type=count, default=64)
    judge.add_argument("--seconds", type=positive, default=8.0, help="how long each attempt runs")
    judge.add_argument("--seed", type=natural, default=1)
    judge.add_argument("--json", action="store_true")
    judge.add_argument("--write", action="store_true", help="keep the figures in the stage")
    judge.set_defaults(run="training.commands:judge_stage")
    bench = verbs.add_parser("bench", help="measure speed as ratios, side by side")
    what = bench.add_subparsers(required=True, metavar="WHAT")
    for name, module, said in (
        ("physics", "training.bench", "120 Hz beside 240 Hz"),
        ("learning", "training.bench_learning", "bare physics, our world, learning, and PyBullet's DeepMimic"),
        ("scaling", "training.bench_scaling", "1, 2, 4 and 6 workers, and what that predicts for 64"),
        ("picture", "game.bench_picture", "projected photographs beside plain textures"),
        ("camera", "game.bench_camera", "what filming withstands and costs: deaths, a take of an hour, each picture"),
    ):
        job = what.add_parser(name, help=said)
        job.add_argument("--json", action="store_true")
        job.set_defaults(run=f"{module}:{name}")
    stages = verbs.add_parser("stages", help="what was learned: every skill, or a ladder from clumsy to able")
    stages.add_argument("ladder", nargs="?", help="a skill, or a folder of stages; default: the last of every skill")
    stages.add_argument("--json", action="store_true")
    stages.set_defaults(run="training.commands:stages")


if __name__ == "__main__":
    sys.exit(main())
