"""Live play in a window, from place to place: whoever goes on keeps the device in hand and all that was set on it."""

from __future__ import annotations

import dataclasses
import sys
import time
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from direct.showbase.ShowBase import ShowBase

from game.app import App
from game.casting import face_of
from game.clock import Clock
from game.commands import open_session, told
from game.environment.description import Environment
from game.environment.shader import legend
from game.finding import find_environment, parse_size, person_folder
from game.keys import Keys, load_keys
from game.scene import Scene
from game.session import Session
from game.sound.foley_track import LiveSound
from game.window import open_base
from models.errors import InputError

if TYPE_CHECKING:
    from game.vr.stereo import Stereo


@dataclass(frozen=True)
class Shoot:
    """A session in a place that can be seen."""

    session: Session
    scene: Scene


def play_in_window(arguments: Namespace, environment: Environment) -> int:
    """`backflip play` on a screen, beginning in ``environment``. Returns the exit code."""
    keys = load_keys()
    base = open_base(parse_size(arguments.size), offscreen=False, sync=arguments.vr != "scene")
    return Live(base, arguments, keys).play(environment)


class Live:
    """One window, in which the shoots of one place after another are played."""

    def __init__(self, base: ShowBase, arguments: Namespace, keys: Keys) -> None:
        self._base = base
        self._arguments = arguments
        self._keys = keys
        self._record = arguments.record
        self._seconds: float | None = arguments.seconds  # left, all places together
        self._places: tuple[str, ...] = ()  # of those that were gone to

    def play(self, environment: Environment) -> int:
        """From place to place until the operator ends it. Returns the exit code.

        Raises:
            InputError: the first place cannot be played in, or the last take ended early.
        """
        shoot = self._arrive(environment, None)
        while True:
            following = self._run(shoot)
            if following is None:
                return told(shoot.session)
            shoot.scene.destroy()
            shoot = self._go_on(following, shoot.session)

    def _go_on(self, place: str, last: Session) -> Shoot:
        """Where ``place`` turns out to be unusable only now, the operator is back in the last one and told why."""
        try:
            return self._arrive(find_environment(place), last)
        except InputError as error:
            print(f"backflip: {error}", file=sys.stderr)
            shoot = self._arrive(find_environment(last.settings.environment), last)
            shoot.session.say(str(error))
            return shoot

    def _arrive(self, environment: Environment, last: Session | None) -> Shoot:
        arguments = self._arguments
        tracker = arguments.tracker or "mouse_keys" if last is None else last.operator.tracker
        if last is not None:
            stage, seed = str(last.performer.stage.path), last.performer.seed
            arguments = Namespace(**vars(arguments) | {"operator": None, "stage": stage, "seed": seed})
        session = open_session(arguments, environment, tracker, time.monotonic_ns, self._base)
        try:
            person = person_folder(arguments.person)
            scene = Scene(self._base, environment, person, session.performer.body, arguments.capsules)
        except InputError:
            session.performer.close()
            raise
        scene.avatar.face_track = face_of({"person": session.settings.cast})
        scene.place.view = arguments.authoring
        for note in [*scene.place.notes, *(legend(environment) if arguments.authoring == "winner" else ())]:
            print(note, file=sys.stderr)
        keys = self._keys
        session.controller, session.steering, session.controls = keys.controller, keys.steering, keys.play
        if last is not None:
            _settle(session, last)
        return Shoot(session, scene)

    def _run(self, shoot: Shoot) -> str | None:
        """Play until the operator goes on. Returns to which place; None: nowhere."""
        session, environment, arguments = shoot.session, shoot.scene.place.environment, self._arguments
        self._places = tuple(dict.fromkeys((*self._places, session.settings.environment)))
        sound = LiveSound(session.performer.body, environment.footsteps, environment.ambience, environment.props)
        session.hear = sound.hear
        if sound.note:
            print(sound.note, file=sys.stderr)
        controls, places = self._keys.play, self._places
        app = App(self._base, shoot.scene, session, sound, self._seconds, self._record, controls, places)
        self._record = False  # a take that was asked for is one take
        began = time.monotonic()
        stereo = _fill_headset(app, session) if arguments.vr == "scene" else None
        try:
            app.run()
        finally:
            sound.close()
            if stereo is not None:
                stereo.close()
        if self._seconds is not None:
            self._seconds = max(self._seconds - (time.monotonic() - began), 0.0)
        return app.next_place


def _settle(session: Session, last: Session) -> None:
    """Go on as in the ``last`` session: with its slate, its pace, its camera, and its last take at hand."""
    kept, slate = last.settings, session.settings.slate
    if kept.slate != Path(kept.environment).name:  # a place's own name stays with that place
        slate = kept.slate
    session.settings = dataclasses.replace(
        session.settings, slate=slate, scene=kept.scene, shot=kept.shot, countdown=kept.countdown
    )
    session.clock = Clock(speed=last.clock.speed, paused=last.clock.paused)
    session.last_take, session.problem = last.last_take, last.problem
    session.operator.take_over(last.operator)


def _fill_headset(app: App, session: Session) -> Stereo:
    from game.vr.stereo import fill_headset  # nobody else needs OpenVR's library

    return fill_headset(app, session)
