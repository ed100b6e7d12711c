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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="backflip", description=__doc__.splitlines()[0] if __doc__ else None)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    keys = "keys:\n  " + "\n  ".join(help_lines())
    play = verbs.add_parser(
        "play",
        help="play attempts in a place, and film them",
        epilog=keys,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_play(play)
    _add_takes(verbs.add_parser("takes", help="list, show, replay takes; make movies of them"))
    _add_learning(verbs)
    doctor = verbs.add_parser("doctor", help="what this machine has, and what each lack costs")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run="game.doctor:doctor")
    return parser


def _add_play(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--environment", default="park", help="a name in assets/environments, or a folder")
    verb.add_argument("--person", default="default", help="a name in assets/people, or a folder")
    verb.add_argument("--stage", help="a stage file; default: the latest")
    verb.add_argument(
        "--stages", help="a folder of stages that is watched while playing; default: runs/backflip/stages"
    )
    verb.add_argument("--seed", type=natural, default=1, help="of the first attempt")
    verb.add_argument("--tracker", default=None, help="mouse_keys, gamepad, openvr or path; default: mouse_keys")
    verb.add_argument("--device", help="openvr: the serial number or role of the device that is the camera")
    verb.add_argument("--camera-path", help="path: a recorded camera path; default: the shipped hand-held one")
    verb.add_argument("--focal", type=float, default=35.0, help="mm on 35 mm film")
    verb.add_argument("--slate", help="of the takes; default: the environment's name")
    verb.add_argument("--takes", default="takes", help="folder of the takes")
    verb.add_argument("--record", action="store_true", help="start a take at once")
    verb.add_argument("--seconds", type=positive, help="end by itself after so long")
    verb.add_argument("--headless", action="store_true", help="no window; a camera path holds the camera")
    verb.add_argument("--size", default="1280x692", help="of the window, in pixels")
    verb.add_argument("--capsules", action="store_true", help="show the physics shapes instead of the body")
    verb.add_argument("--operator", help="the operator's mark to start at; default: the place's first")
    verb.add_argument("--authoring", action="store_true", help="paint pink what no photograph reaches")
    verb.set_defaults(run="game.commands:play")


def _add_takes(verb: argparse.ArgumentParser) -> None:
    jobs = verb.add_subparsers(required=True, metavar="JOB")
    listing = jobs.add_parser("list", help="all takes, and those that were cut off")
    show = jobs.add_parser("show", help="what is known about one take")
    replay = jobs.add_parser("replay", help="watch a take in the place where it was filmed")
    movie = jobs.add_parser("movie", help="render a take: 25 fps, 1.85:1, H.264")
    recover = jobs.add_parser("recover", help="make takes of what was cut off")
    discard = jobs.add_parser("discard", help="move a take to the bin")
    for job in (listing, show, replay, movie, recover, discard):
        job.add_argument("--takes", default="takes", help="folder of the takes")
    for job in (show, replay, movie, discard):
        job.add_argument("take", help="an id such as park_001, the start of one, or a take's folder")
    for job in (listing, show, movie, recover):
        job.add_argument("--json", action="store_true")
    movie.add_argument("-o", "--output", required=True, help="the file to write, .mp4")
    movie.add_argument("--preview", action="store_true", help="1280x692 instead of 1998x1080")
    movie.add_argument("--capsules", action="store_true", help="show the physics shapes instead of the body")
    replay.add_argument("--size", default="1280x692")
    for job, name in (
        (listing, "list_takes"),
        (show, "show"),
        (replay, "replay"),
        (movie, "movie"),
        (recover, "recover_takes"),
        (discard, "discard_take"),
    ):
        job.set_defaults(run=f"game.take_commands:{name}")


def _add_learning(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = verbs.add_parser("train", help="learn a skill, publishing stages on the way")
    train.add_argument("skill", help="a motion in assets/motions, or a DeepMimic text file")
    train.add_argument("--samples", type=count, default=10_000_000, help="control steps to learn from")
    train.add_argument("--workers", type=count, default=6, help="processes that make attempts")
    train.add_argument("--bodies", type=count, default=8, help="copies of the body in each worker")
    train.add_argument("--seed", type=natural, default=1)
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
    ):
        job = what.add_parser(name, help=said)
        job.add_argument("--json", action="store_true")
        job.set_defaults(run=f"{module}:{name}")
    stages = verbs.add_parser("stages", help="list a ladder of stages")
    stages.add_argument("folder", nargs="?", help="default: the shipped backflip ladder")
    stages.add_argument("--json", action="store_true")
    stages.set_defaults(run="training.commands:stages")


if __name__ == "__main__":
    sys.exit(main())
