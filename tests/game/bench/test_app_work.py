"""The app's work without drawing; the bench measures more pictures."""

from __future__ import annotations

from pathlib import Path

from direct.showbase.ShowBase import ShowBase
from panda3d.core import CallbackNode, NodePath, PythonCallbackObject

from game.bench.app_work import PLACE, Clock, app_work, open_session, recording
from game.finding import find_environment
from game.takes.library import open_library
from game.takes.replay import Replay


def test_recording_changes_nothing_in_any_picture() -> None:
    done: list[None] = []
    rows = recording(200, lambda: done.append(None))
    assert len(done) == 200
    assert rows[1].value == 0


def test_a_session_of_the_bench_plays_and_records_the_skill_that_ships(tmp_path: Path) -> None:
    clock = Clock()
    session = open_session(find_environment(PLACE), tmp_path, clock)
    session.start_take()
    for _ in range(90):
        clock.tick()
        session.advance(1.0 / 90)
        session.film()
    session.close()
    (take,) = open_library(tmp_path).takes
    replay = Replay.load(take.folder)
    assert take.facts["skill"] == "backflip"
    assert len(replay.samples) == 90
    assert len(replay.steps) in (119, 120, 121)
    assert len({sample.position.tobytes() for sample in replay.samples}) > 80  # the hand moves


def test_work_is_measured_without_drawing_and_drawing_goes_on_after_it(base: ShowBase) -> None:
    drawn: list[None] = []
    watcher = NodePath(CallbackNode("watcher"))
    watcher.node().setCullCallback(PythonCallbackObject(lambda data: drawn.append(None)))
    watcher.reparentTo(base.render)
    rows = app_work(base, 20, lambda: None)
    assert 0.0 < rows[0].value <= rows[1].value
    before = len(drawn)
    assert before < 20  # what loading a place draws
    base.taskMgr.step()
    assert len(drawn) > before
