from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from game import replay_app
from game.camera.pose import CameraPose
from game.finding import find_environment, person_folder
from game.performance import Snapshot
from game.props.hardest import Hardest
from game.replay_app import Playhead, ReplayApp
from game.takes.replay import Replay
from tests.game.takes.filming import film


def test_a_playhead_runs_and_begins_again_at_the_end():
    head = Playhead(2.0).advanced(1.5)
    assert head.seconds == 1.5
    assert head.advanced(0.6) == Playhead(2.0)
    assert Playhead(0.0).advanced(0.1) == Playhead(0.0)


def test_a_paused_playhead_stands_and_goes_on():
    head = Playhead(2.0, 0.5).toggled()
    assert head.advanced(1.0) == head
    assert head.toggled().advanced(1.0).seconds == 1.5


def test_stepping_stops_on_whole_pictures_and_at_the_ends():
    head = Playhead(2.0, 0.51).stepped(1)
    assert (head.seconds, head.running) == (14 / 25, False)
    assert head.stepped(-3).seconds == 11 / 25
    assert head.stepped(-100).seconds == 0.0
    assert head.stepped(100).seconds == 2.0


def test_a_playhead_runs_at_any_speed():
    assert Playhead(9.0, speed=0.37).advanced(1.0).seconds == 0.37
    head = Playhead(9.0)
    assert [head.hurried(steps).speed for steps in (-9, -3, -1, 1, 3, 9)] == [0.1, 0.1, 0.5, 2.0, 8.0, 8.0]
    assert [Playhead(9.0, speed=0.37).hurried(steps).speed for steps in (-1, 1)] == [0.25, 0.5]


class Sound:
    """Remembers what there was to hear."""

    note = ""

    def __init__(self, *place: object) -> None:
        self.heard: list[int] = []
        self.ears: list[CameraPose] = []
        self.silent = False

    def hear(self, snapshot: Snapshot) -> None:
        self.heard.append(snapshot.tick)

    def place(self, camera: CameraPose) -> None:
        self.ears.append(camera)

    def close(self) -> None:
        self.silent = True


@pytest.fixture
def app(base: Any, body: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplayApp]:
    monkeypatch.setattr(replay_app, "LiveSound", Sound)
    replay = Replay.load(film(tmp_path))
    app = ReplayApp(base, find_environment("park"), person_folder("default"), body, replay)
    yield app
    app.close()


@pytest.fixture
def sound(app: ReplayApp) -> Sound:
    return app._sound


def pictures(base: Any, count: int) -> None:
    """Draw ``count`` pictures, a twentieth of a second apart."""
    clock = base.clock
    mode = clock.mode
    clock.mode, clock.dt = clock.M_non_real_time, 0.05
    for _ in range(count):
        base.taskMgr.step()
    clock.mode = mode


def test_what_happens_is_heard_once_while_the_playhead_runs(base, app, sound):
    pictures(base, 10)
    assert app.playhead.seconds == pytest.approx(0.5)
    assert sound.heard == list(range(1, 61))
    assert len(sound.ears) == 10


def test_paused_and_stepped_it_is_silent(base, app, sound):
    base.messenger.send("space")
    pictures(base, 2)
    for key in ("arrow_right", "arrow_right-repeat", "page_down", "arrow_left"):
        base.messenger.send(key)
    pictures(base, 2)
    assert app.playhead == Playhead(app.playhead.duration, 11 / 25, running=False)
    assert sound.heard == []


def test_escape_ends_it_and_it_falls_silent(base, app, sound):
    base.messenger.send("escape")
    app.run()
    assert sound.silent


def test_the_hardest_contact_is_told_as_in_live_play(app, body):
    live = Hardest()
    said = []
    for _, snapshot in app._replay.snapshots(-1.0, 0.5):
        live.see(snapshot)
        said.append(live.words(body))
    assert app._readout(0.5).hardest == said[-1] != ""
    assert app._readout(0.0).hardest == said[0]
