"""`backflip play --reshoot TAKE`: from its arguments to a performance that is filmed anew."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from game.casting import cast_of
from game.commands import STEP_NS, SimulatedClock, open_operator
from game.filming import open_film, place_of
from game.finding import parse_size
from game.keys import load_keys
from game.reshoot import Reshoot
from game.takes.facts import CHANNELS
from game.takes.library import find
from game.takes.replay import Replay
from game.window import has_display, open_base
from models.errors import InputError
from models.versions import versions


def reshoot(arguments: Namespace) -> int:
    """Film the performance of a take again; without a window, once along a camera path."""
    channels = _channels(arguments.channels)
    take = find(Path(arguments.takes), arguments.reshoot)
    replay = Replay.load(take.folder)
    if arguments.headless or not has_display():
        if not arguments.headless:
            print("no display: filming the performance once along a recorded camera path", file=sys.stderr)
        return _without_window(arguments, replay, channels)
    return _in_window(arguments, replay, channels)


def _channels(text: str) -> tuple[str, ...]:
    channels = tuple(part.strip() for part in text.split(","))
    wrong = [channel for channel in channels if channel not in CHANNELS]
    if wrong:
        raise InputError(f"--channels {text}: no channel is called '{wrong[0]}'; choose of {', '.join(CHANNELS)}")
    return channels


def _open(
    arguments: Namespace,
    replay: Replay,
    channels: tuple[str, ...],
    tracker: str,
    now_ns: Callable[[], int],
    base: Any = None,
) -> Reshoot:
    environment = place_of(replay)
    operator = open_operator(arguments, environment, tracker, now_ns, cast_of(replay)[1], base)
    return Reshoot(replay, operator, Path(arguments.takes), channels, versions(), now_ns, arguments.countdown)


def _in_window(arguments: Namespace, replay: Replay, channels: tuple[str, ...]) -> int:
    from game.reshoot_app import ReshootApp
    from game.sound.foley_track import LiveSound

    keys = load_keys()
    base = open_base(parse_size(arguments.size), offscreen=False)
    session = _open(arguments, replay, channels, arguments.tracker or "mouse_keys", time.monotonic_ns, base)
    scene = open_film(base, replay, arguments.capsules).scene
    environment = scene.place.environment
    sound = LiveSound(cast_of(replay)[1], environment.footsteps, environment.ambience, replay.props)
    session.hear = sound.hear
    session.controller = keys.controller
    try:
        ReshootApp(base, scene, session, sound, keys.play, arguments.seconds, arguments.record).run()
    finally:
        sound.close()
    return _told(session)


def _without_window(arguments: Namespace, replay: Replay, channels: tuple[str, ...]) -> int:
    clock = SimulatedClock()
    session = _open(arguments, replay, channels, arguments.tracker or "path", clock)
    try:
        session.start_take()
        while not session.ended and session.recording:
            session.film()
            clock.ns += STEP_NS
            session.advance(STEP_NS * 1e-9)
    finally:
        session.close()
    return _told(session)


def _told(session: Reshoot) -> int:
    if session.last_take is not None:
        print(f"take: {session.last_take}")
    if session.problem:
        raise InputError(session.problem)
    return 0
