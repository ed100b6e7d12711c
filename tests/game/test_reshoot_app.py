"""The window in which a performance is filmed anew: real scene, hand and take; only the loudspeaker is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from game.camera.trackers.factory import HANDHELD
from game.camera.trackers.path import PathTracker, load_path
from game.commands import SimulatedClock
from game.controls import CONTROLS
from game.filming import Grabber, open_film
from game.operator import Operator
from game.reshoot import Reshoot
from game.reshoot_app import ReshootApp
from game.takes.export.thumbnail import NAME
from game.takes.facts import CHANNELS
from game.takes.replay import Replay
from models.body import Body
from tests.game.takes import export_take
from tests.game.test_replay_app import Sound
from tests.game.test_reshoot import HOME, Lens

STEP = 0.04


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def app(base: Any, body: Body, tmp_path: Path, clock: SimulatedClock) -> Iterator[ReshootApp]:
    replay = Replay.load(export_take.record(tmp_path, body))
    hand = PathTracker(load_path(HANDHELD), clock)
    operator = Operator(hand, Lens(24.0), [("home", HOME)], clock)
    reshoot = Reshoot(replay, operator, tmp_path, CHANNELS, {}, clock)
    scene = open_film(base, replay).scene
    sound: Any = Sound()
    reshoot.hear = sound.hear
    app = ReshootApp(base, scene, reshoot, sound, CONTROLS)
    yield app
    app.close()
    scene.destroy()


def pictures(base: Any, clock: SimulatedClock, count: int) -> None:
    """Draw ``count`` pictures, 25 a second."""
    mode = base.clock.mode
    base.clock.mode, base.clock.dt = base.clock.M_non_real_time, STEP
    for _ in range(count):
        clock.ns += round(STEP * 1e9)
        base.taskMgr.step()
    base.clock.mode = mode


def test_enter_films_the_performance_to_its_end(base: Any, app: ReshootApp, clock: SimulatedClock) -> None:
    reshoot = app._reshoot
    pictures(base, clock, 3)
    base.messenger.send("enter")
    assert reshoot.recording
    pictures(base, clock, 20)
    base.messenger.send("f4")
    first = Grabber(base).picture()
    assert first.std() > 20  # a place, not an empty window
    pictures(base, clock, 40)
    assert not reshoot.recording
    assert reshoot.last_take is not None
    new = Replay.load(reshoot.last_take)
    assert new.take.id == "park_002"
    assert [event.name for event in new.events] == ["marker"]
    assert len(app._sound.heard) > 200  # type: ignore[attr-defined]
    assert len(new.view_moments) == pytest.approx(50, abs=2)
    np.testing.assert_allclose(new.view_poses[0, :3], HOME.position, atol=0.2)
    base.messenger.send("f2")
    assert Replay.load(reshoot.last_take).take.edits.circled
    with Image.open(reshoot.last_take / NAME) as picture:
        assert np.asarray(picture.convert("RGB")).std() > 20


def test_keys_that_mean_nothing_here_do_nothing(base: Any, app: ReshootApp, clock: SimulatedClock) -> None:
    for key in ("space", "n", "tab", "arrow_right"):
        base.messenger.send(key)
    pictures(base, clock, 1)
    for key in ("c", "h", "f1", "p"):
        base.messenger.send(key)
    pictures(base, clock, 1)
    assert app._reshoot.clock.paused
    base.messenger.send("escape")
    app.run()
