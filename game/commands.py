"""`backflip play`: from its arguments to a running shoot."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from game.blocking import Mark
from game.borrowed_shelf import BorrowedShelf
from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.trackers.factory import HANDHELD, open_tracker
from game.camera.trackers.tracker import Tracker
from game.casting import body_of, face_reference
from game.clips import Clips
from game.environment.catalogue import FILE_NAME
from game.environment.description import Environment
from game.finding import find_environment, person_folder, person_reference, reference_to
from game.mount import Marks
from game.operator import Operator
from game.performer import Performer
from game.session import Session
from game.shelf import Shelf
from game.sight import Sight
from game.slate import check_scene
from game.takes.library import recover_all
from game.taking import SessionSettings
from game.window import has_display
from models.assets import SHIPPED_SKILL, find_clip, ladder_folder
from models.body import Body, load_humanoid
from models.coords import hpr_to_wxyz
from models.errors import InputError
from models.stage import Stage, load_info
from models.versions import versions

STEP_NS = 20_000_000  # headless, time runs in steps of 1/50 s
_ATTEMPT_SECONDS = 15.0  # no attempt lasts longer that nobody leads
_RUNS = Path("runs")  # where `backflip train` learns


class SimulatedClock:
    """Time that runs only when told: headless play is as fast as the machine, and always the same."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        """Monotonic nanoseconds."""
        return self.ns


def play(arguments: Namespace) -> int:
    """`backflip play`."""
    torch.set_num_threads(1)
    if arguments.vr == "scene" and (arguments.tracker != "openvr" or arguments.headless or arguments.reshoot):
        raise InputError("--vr scene fills the headset in live play; add --tracker openvr, no --headless or --reshoot")
    if arguments.reshoot:
        from game.reshoot_commands import reshoot

        return reshoot(arguments)
    _check_stage(arguments)
    environment = find_environment(arguments.environment)
    recovered, problems = recover_all(Path(arguments.takes))
    for take in recovered:
        print(f"recovered a take that was cut off: {take.folder}", file=sys.stderr)
    for problem in problems:
        print(f"backflip: {problem}", file=sys.stderr)
    if arguments.headless:
        return _play_headless(arguments, environment, film=False)
    if not has_display():
        print("no display: playing headless, filming one attempt along a recorded camera path", file=sys.stderr)
        return _play_headless(arguments, environment, film=True)
    from game.live import play_in_window

    return play_in_window(arguments, environment)


def open_session(
    arguments: Namespace, environment: Environment, tracker: str | Tracker, now_ns: Callable[[], int], base: Any = None
) -> Session:
    """A shoot in ``environment``, as arguments have it. tracker: what holds the camera, or its kind.

    Raises:
        InputError: an argument names what there is not.
    """
    body = body_of(person_folder(arguments.person))
    shelf, stage = _first_stage(arguments, body)
    origin, yaw = environment.mark_in_bullet()
    performer = Performer(
        body,
        shelf.reference(stage.info.skill),
        stage,
        Mark(origin, yaw),
        environment.solids(),
        arguments.seed,
        environment.props,
    )
    check_scene(arguments.scene, arguments.shot)
    settings = SessionSettings(
        takes=Path(arguments.takes),
        slate=arguments.slate or environment.folder.resolve().name,
        environment=reference_to(environment),
        person=person_reference(arguments.person),
        versions=versions(),
        face=face_reference(arguments.face),
        place=environment.folder / FILE_NAME,
        scene=arguments.scene,
        shot=arguments.shot,
        countdown=arguments.countdown,
    )
    operator = open_operator(arguments, environment, tracker, now_ns, body, base)
    return Session(performer, shelf, operator, settings, now_ns)


def open_operator(
    arguments: Namespace,
    environment: Environment,
    tracker: str | Tracker,
    now_ns: Callable[[], int],
    body: Body,
    base: Any = None,
) -> Operator:
    """Who holds the camera in ``environment``, as arguments have it. tracker: a kind, or one that is open already.

    Raises:
        InputError: there is no such tracker, mark or lens.
    """
    path = Path(arguments.camera_path) if arguments.camera_path else HANDHELD
    device = {"device": arguments.device} if arguments.device else {}
    lens = Lens.from_dict({"focal_length": arguments.focal}, "--focal")
    marks = _marks(environment, arguments.operator)
    scene = arguments.vr == "scene"
    if isinstance(tracker, str):
        listen = arguments.listen
        tracker = open_tracker(tracker, now_ns=now_ns, path=path, scene=scene, listen=listen, base=base, **device)
    return Operator(tracker, lens, marks, now_ns, Sight(body, environment.surfaces))


def _marks(environment: Environment, first: str | None) -> Marks:
    """The place's operators' marks, the wanted one first."""
    names = [operator.name for operator in environment.operators]
    if first is not None and first not in names:
        raise InputError(f"{first}: {environment.name} has no such operator's mark; choose one of {', '.join(names)}")
    marks = [(o.name, CameraPose(np.array(o.position), hpr_to_wxyz(*o.hpr))) for o in environment.operators]
    at = names.index(first) if first is not None else 0
    return marks[at:] + marks[:at]


def _check_stage(arguments: Namespace) -> None:
    """Make sure that a stage is of the skill that is named beside it."""
    if arguments.stage and arguments.skill:
        skill, info = find_clip(arguments.skill, load_humanoid()).name, load_info(Path(arguments.stage))
        if info.skill != skill:
            raise InputError(f"{arguments.stage}: a stage of {info.skill}, not of {skill}; leave out --skill")


def _first_stage(arguments: Namespace, body: Body) -> tuple[Shelf, Stage]:
    """All stages at hand, and the one to begin with."""
    clips = Clips(body)
    skill = clips.add(arguments.skill) if arguments.skill else None
    shelf = _shelf(arguments, clips)
    for note in shelf.take_notes():
        print(note, file=sys.stderr)
    if arguments.stage:
        return shelf, shelf.load(Path(arguments.stage))
    ladder = shelf.ladder(skill or SHIPPED_SKILL)
    if not ladder:
        others = f", or choose one of {', '.join(shelf.skills)} with --skill" if shelf.skills else ""
        raise InputError(
            f"{skill or SHIPPED_SKILL}: no stages of it here; "
            f"learn some with `backflip train {arguments.skill or SHIPPED_SKILL}`{others}"
        )
    return shelf, shelf.load(ladder[-1])


def _shelf(arguments: Namespace, clips: Clips) -> Shelf:
    watched = [Path(arguments.stages)] if arguments.stages else [_RUNS / skill / "stages" for skill in clips.skills]
    if arguments.stages and not watched[0].is_dir():
        raise InputError(f"{watched[0]}: no such folder; give one that `backflip train` publishes stages to")
    kind = Shelf if clips.body.digest == load_humanoid().digest else BorrowedShelf
    return kind([*map(ladder_folder, clips.skills), *watched], clips)


def _play_headless(arguments: Namespace, environment: Environment, film: bool) -> int:
    clock = SimulatedClock()
    session = open_session(arguments, environment, arguments.tracker or "path", clock)
    try:
        if arguments.record or film:
            session.start_take()
        attempt = session.performer.attempt
        end = (arguments.seconds or _ATTEMPT_SECONDS) * 1e9
        while clock.ns < end and (arguments.seconds or session.performer.attempt == attempt):
            session.film()
            clock.ns += STEP_NS
            session.advance(STEP_NS * 1e-9)
    finally:
        session.close()
    code = told(session)
    if film and session.last_take is not None and code == 0:
        from game.take_commands import render_take

        print(f"movie: {render_take(session.last_take, session.last_take / 'movie.mp4', preview=True)}")
    return code


def told(session: Session) -> int:
    """Name the last take. Returns the exit code.

    Raises:
        InputError: it ended early.
    """
    if session.last_take is not None:
        print(f"take: {session.last_take}")
    if session.problem:
        raise InputError(session.problem)
    return 0
