"""`backflip play`: from its arguments to a running shoot."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.trackers.factory import HANDHELD, open_tracker
from game.environment.description import Environment
from game.finding import find_environment, parse_size, person_folder
from game.performer import Mark, Performer
from game.session import Session, SessionSettings
from game.shelf import Shelf
from game.takes.library import open_library
from game.window import has_display, open_base
from models.assets import ASSETS, find_clip, ladder_folder
from models.body import Body, load_humanoid
from models.coords import hpr_to_wxyz
from models.errors import InputError
from models.reference import tabulate
from models.versions import versions

_SKILL = "backflip"
_STEP_NS = 20_000_000  # headless, time runs in steps of 1/50 s
_ATTEMPT_SECONDS = 15.0  # no attempt lasts longer


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
    environment = find_environment(arguments.environment)
    takes = Path(arguments.takes)
    for folder in open_library(takes).cut_off:
        print(f"{folder}: this take was cut off; keep what is whole with: backflip takes recover", file=sys.stderr)
    if arguments.headless:
        return _play_headless(arguments, environment, film=False)
    if not has_display():
        print("no display: playing headless, filming one attempt along a recorded camera path", file=sys.stderr)
        return _play_headless(arguments, environment, film=True)
    return _play_in_window(arguments, environment)


def _session(
    arguments: Namespace, environment: Environment, tracker: str, now_ns: Callable[[], int], base: Any = None
) -> Session:
    body = load_humanoid()
    shelf = _shelf(arguments, body)
    path = Path(arguments.stage) if arguments.stage else shelf.paths[-1]
    origin, yaw = environment.mark_in_bullet()
    performer = Performer(
        body,
        tabulate(find_clip(_SKILL, body), body),
        shelf.load(path),
        Mark(origin, yaw),
        environment.boxes(),
        arguments.seed,
    )
    operator = environment.operators[0]
    settings = SessionSettings(
        takes=Path(arguments.takes),
        slate=arguments.slate or environment.folder.name,
        environment=str(environment.folder) if _is_foreign(environment) else environment.folder.name,
        lens=Lens.from_dict({"focal_length": arguments.focal}, "--focal"),
        home=CameraPose(np.array(operator.position), hpr_to_wxyz(*operator.hpr)),
        versions=versions(),
    )
    path = Path(arguments.camera_path) if arguments.camera_path else HANDHELD
    device = {"device": arguments.device} if arguments.device else {}
    return Session(
        performer, shelf, open_tracker(tracker, now_ns=now_ns, path=path, base=base, **device), settings, now_ns
    )


def _is_foreign(environment: Environment) -> bool:
    return environment.folder.parent.resolve() != (ASSETS / "environments").resolve()


def _shelf(arguments: Namespace, body: Body) -> Shelf:
    watched = Path(arguments.stages) if arguments.stages else Path("runs") / _SKILL / "stages"
    if arguments.stages and not watched.is_dir():
        raise InputError(f"{watched}: no such folder; give one that `backflip train` publishes stages to")
    shelf = Shelf([ladder_folder(_SKILL), watched], body)
    if not shelf.paths:
        raise InputError(f"{watched}: no stages here; learn some with `backflip train {_SKILL}`")
    return shelf


def _play_in_window(arguments: Namespace, environment: Environment) -> int:
    from game.app import App
    from game.scene import Scene
    from game.sound.foley_track import LiveSound

    base = open_base(parse_size(arguments.size), offscreen=False)
    session = _session(arguments, environment, arguments.tracker or "mouse", time.monotonic_ns, base)
    scene = Scene(base, environment, person_folder(arguments.person), session.performer.body, arguments.capsules)
    sound = LiveSound(session.performer.body, environment.footsteps, environment.ambience)
    session.hear = sound.hear
    if sound.note:
        print(sound.note, file=sys.stderr)
        session.say(sound.note)
    if arguments.record:
        session.start_take()
    try:
        App(base, scene, session, sound, arguments.seconds).run()
    finally:
        sound.close()
    if session.last_take is not None:
        print(f"last take: {session.last_take}")
    return 0


def _play_headless(arguments: Namespace, environment: Environment, film: bool) -> int:
    clock = SimulatedClock()
    session = _session(arguments, environment, arguments.tracker or "path", clock)
    try:
        if arguments.record or film:
            session.start_take()
        attempt = session.performer.attempt
        end = (arguments.seconds or _ATTEMPT_SECONDS) * 1e9
        while clock.ns < end and (arguments.seconds or session.performer.attempt == attempt):
            session.film()
            clock.ns += _STEP_NS
            session.advance(_STEP_NS * 1e-9)
    finally:
        session.close()
    if session.last_take is None:
        return 0
    print(f"take: {session.last_take}")
    if film:
        from game.take_commands import render_take

        print(f"movie: {render_take(session.last_take, session.last_take / 'movie.mp4', preview=True)}")
    return 0
