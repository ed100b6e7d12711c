"""What the app does for each picture besides drawing it, and what recording adds to that."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from panda3d.core import ClockObject

from game.app import App
from game.bench.rows import Row, Tick, between, read, timed
from game.blocking import Mark
from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.trackers.factory import HANDHELD
from game.camera.trackers.path import PathTracker, load_path
from game.clips import Clips
from game.environment.description import Environment
from game.finding import find_environment, person_folder
from game.operator import Operator
from game.performance import BodyPose
from game.performer import Performer
from game.scene import Scene
from game.session import Session
from game.shelf import Shelf
from game.sight import Sight
from game.sound.foley_track import LiveSound
from game.takes.facts import SECOND
from game.taking import SessionSettings
from models.assets import SHIPPED_SKILL, ladder_folder
from models.body import load_humanoid
from models.coords import hpr_to_wxyz
from models.rotations import Array

FRAMES = 4000
RATE = 90  # pictures a second
PLACE = "park"
_PERSON = "default"
_FIRST = 100  # pictures that are not counted: much is loaded when it is first needed


class Clock:
    """Time that runs a picture at a time."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        """Monotonic nanoseconds."""
        return self.ns

    def tick(self) -> None:
        """On to the next picture."""
        self.ns += SECOND // RATE


def open_session(environment: Environment, takes: Path, clock: Clock) -> Session:
    """A shoot of the last stage that ships, held by the hand that ships."""
    body = load_humanoid()
    shelf = Shelf([ladder_folder(SHIPPED_SKILL)], Clips(body))
    stage = shelf.load(shelf.ladder(SHIPPED_SKILL)[-1])
    mark, solids, props = Mark(*environment.mark_in_bullet()), environment.solids(), environment.props
    performer = Performer(body, shelf.reference(SHIPPED_SKILL), stage, mark, solids, 1, props)
    marks = [(o.name, CameraPose(np.array(o.position), hpr_to_wxyz(*o.hpr))) for o in environment.operators]
    hand = PathTracker(load_path(HANDHELD), clock)
    operator = Operator(hand, Lens(), marks, clock, Sight(body, environment.surfaces))
    return Session(performer, shelf, operator, SessionSettings(takes, "bench", PLACE, _PERSON, {}), clock)


def app_work(base: Any, frames: int, done: Tick) -> list[Row]:
    """Play and record ``frames`` pictures as `backflip play` does, with everything but the drawing."""
    environment, clock = find_environment(PLACE), Clock()
    with tempfile.TemporaryDirectory() as folder, _undrawn(base):
        session = open_session(environment, Path(folder), clock)
        scene = Scene(base, environment, person_folder(_PERSON), session.performer.body, capsules=False)
        sound = LiveSound(session.performer.body, environment.footsteps, environment.ambience, environment.props)
        session.hear = sound.hear
        app = App(base, scene, session, sound)
        session.start_take()
        spent = []
        for frame in range(-_FIRST, frames):
            clock.tick()
            base.clock.tick()
            _, seconds = timed(base.taskMgr.step)
            if frame >= 0:
                spent.append(seconds)
                done()
        app.close()
        sound.close()
        scene.destroy()
    return [
        Row(f"work for each picture at {RATE} Hz, median", 1e3 * float(np.median(spent)), "ms", 4.0),
        Row("  at 99.9 %", 1e3 * float(np.quantile(spent, 0.999)), "ms", 8.0),
    ]


def recording(frames: int, done: Tick) -> list[Row]:
    """Play the same ``frames`` pictures side by side, in one session a take is running; compare bit for bit."""
    environment, clock = find_environment(PLACE), Clock()
    added, changed = [], 0
    with tempfile.TemporaryDirectory() as folder:
        filmed, played = (open_session(environment, Path(folder), clock) for _ in range(2))
        filmed.start_take()
        played.operator.begin()  # as a take does: the rig goes on as if set up anew
        for frame in range(frames):
            clock.tick()
            pair = (filmed, played) if frame % 2 else (played, filmed)  # whoever comes second finds memory warm
            found = {session: _picture(session) for session in pair}
            added.append(found[filmed][0] - found[played][0])
            changed += found[filmed][1] != found[played][1]
            done()
        filmed.close()
        played.close()
    return [
        Row("recording adds to that, median", 1e3 * float(np.median(added)), "ms", 0.2),
        Row(f"  pictures of {frames} that differ from those without", changed, "pictures", 0),
    ]


def _picture(session: Session) -> tuple[float, bytes]:
    """Seconds that a picture takes, and every bit of what is to be seen in it."""
    begin = read()
    pose = session.advance(1.0 / RATE)
    camera = session.film()
    return between(begin, read()), _bits(pose, session.props, camera)


def _bits(pose: BodyPose, props: Array, camera: CameraPose) -> bytes:
    parts = (pose.root_pos, pose.root_rot, pose.joint_rot, props, camera.position, camera.rotation)
    return b"".join(part.tobytes() for part in parts)


@contextmanager
def _undrawn(base: Any) -> Iterator[None]:
    """Let the frame loop of ``base`` do everything but draw, and its clock run a picture at a time."""
    base.taskMgr.remove("igLoop")
    base.clock.mode, base.clock.dt = ClockObject.M_non_real_time, 1.0 / RATE
    try:
        yield
    finally:
        base.clock.mode = ClockObject.M_normal
        base.restart()
