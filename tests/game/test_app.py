from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from game.app import App
from game.camera.lens import Lens
from game.camera.pose import CameraPose, Sample
from game.camera.readout import Readout, ViewfinderSettings
from game.controls import CONTROLLER, CONTROLS, STEERING, Control
from game.screen import Screen
from game.takes.library import open_library
from models.errors import InputError
from tests.conftest import ASSETS
from tests.game.xserver import x_server


class Everything:
    """Stands for session, operator, scene and sound: whatever is asked of it is done and remembered."""

    lens = Lens()
    view = ViewfinderSettings()
    moment = (1, 0.0)
    last_take = None
    panel_open = lent = False
    controller = CONTROLLER
    steering = STEERING
    sample = Sample(0, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]))

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.operator = self
        self.owners = (self,)

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.done.append((name, *arguments))

    def advance(self, dt: float) -> str:
        return "pose"

    def film(self) -> CameraPose:
        return CameraPose(np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]))

    def readout(self, fps: float) -> Readout:
        return Readout(fps=fps)

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [one for one in self.done if one[0] == name]


@pytest.fixture
def rooms() -> Everything:
    return Everything()


@pytest.fixture
def app(base: Any, rooms: Any) -> Iterator[App]:
    app = App(base, rooms, rooms, rooms, seconds=0.0)
    yield app
    if not rooms.named("close"):
        app.close()


def press(base: Any, key: str) -> None:
    base.messenger.send(key)


def test_every_key_is_obeyed(base, app, rooms):
    own = {"toggle_viewfinder", "toggle_help", "quit", "point"}
    for control in CONTROLS:
        press(base, control.key)
    assert [name for name, *_ in rooms.done] == [c.action for c in CONTROLS if c.action not in own]


def test_what_is_done_as_long_as_a_key_is_held_ends_with_it(base, app, rooms):
    for event in ("1", "2", "1-up", "2-up"):
        press(base, event)
    assert rooms.done == [("lead_left",), ("lead_right",), ("leave_left",), ("leave_right",)]


def test_the_viewfinder_shows_what_the_operator_wants_to_see(base, app, rooms):
    rooms.view = ViewfinderSettings(thirds=True, mask=0.3)
    base.taskMgr.step()
    assert app.viewfinder.settings == rooms.view


class Typing:
    """A panel in which a text is being typed, or not, with the pointer over it."""

    def __init__(self, typing: bool) -> None:
        self.typing, self.under_pointer = typing, True
        self.shown: list[bool] = []

    def update(self, open: bool, dt: float, buttons: object) -> None:
        self.shown.append(open)

    def destroy(self) -> None:
        pass


@pytest.mark.parametrize("typing", [False, True])
def test_keys_that_the_open_panel_needs_do_nothing_else(base, app, rooms, typing):
    app._panel = Typing(typing)
    keys = {"space", "mouse1", "p", "tab", "f1"}
    assert not {key for key in keys if app.is_muted(key)}
    rooms.panel_open = True
    assert {key for key in keys if app.is_muted(key)} == (keys if typing else {"space", "mouse1"})
    app.toggle_viewfinder()  # everything off the picture: the keys are the game's again
    assert not {key for key in keys if app.is_muted(key)}


def test_one_key_takes_everything_off_the_picture_and_brings_it_back(base, app, rooms):
    panel = app._panel = Typing(False)
    rooms.panel_open = True
    for _ in range(2):
        base.taskMgr.step()
        press(base, "h")
    base.taskMgr.step()
    assert panel.shown == [True, False, True]


def test_the_panel_has_sticks_and_buttons_as_long_as_it_can_be_seen(base, app, rooms):
    app._panel = Typing(False)
    for wanted, hidden, lent in ((True, False, True), (True, True, False), (True, False, True), (False, False, False)):
        rooms.panel_open = wanted
        if hidden != app.hidden:
            press(base, "h")
        base.taskMgr.step()
        assert rooms.named("lend")[-1] == ("lend", lent)
        rooms.lent = lent
    assert len(rooms.named("lend")) == 4


def test_another_place_ends_the_run_and_one_that_there_is_not_does_not(base, app, rooms):
    app.go_to("atlantis")
    assert rooms.named("say")[0][1].startswith("atlantis: no such environment")
    assert app.next_place is None
    app.go_to("apartment")
    assert rooms.named("stop_take")
    app.run()
    assert app.next_place == "apartment"
    assert [name for name, *_ in rooms.done][-2:] == ["hand_on", "close"]  # the device stays in hand


def test_a_take_that_has_just_ended_gets_its_picture_once(base, app, rooms, tmp_path):
    rooms.last_take = tmp_path
    base.taskMgr.step()
    picture = tmp_path / "thumb.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    picture.unlink()
    base.taskMgr.step()
    assert not picture.exists()


def test_the_list_of_keys_comes_and_goes(base, app):
    assert all(column.is_hidden() for column in app._help)
    press(base, "f1")
    assert not any(column.is_hidden() for column in app._help)
    press(base, "f1")
    assert all(column.is_hidden() for column in app._help)


def test_keys_of_the_users_own_are_obeyed(base, rooms):
    app = App(base, rooms, rooms, rooms, seconds=0.0, controls=[Control("f5", "F5", "pause", "pause")])
    for key in ("p", "f5"):
        press(base, key)
    app.close()
    assert rooms.done[0] == ("pause",)
    assert rooms.named("pause") == [("pause",)]


def test_a_run_films_then_closes_everything_and_leaves_no_key_behind(base, app, rooms):
    app.run()
    assert rooms.named("show") == [("show", "pose")]
    assert len(rooms.named("aim")) == len(rooms.named("place")) == 1
    assert [name for name, *_ in rooms.done][-1] == "close"
    before = len(rooms.done)
    press(base, "enter")
    base.taskMgr.step()
    assert len(rooms.done) == before


def test_a_take_asked_for_begins_after_the_first_picture(base, rooms):
    App(base, rooms, rooms, rooms, seconds=0.0, record=True).run()
    names = [name for name, *_ in rooms.done]
    assert names.index("place") < names.index("start_take") < names.index("close")


def test_all_is_closed_whatever_ends_a_run(base, rooms):
    def torn() -> None:
        raise InputError("torn")

    app = App(base, rooms, rooms, rooms)
    app.each_frame(torn, 10)
    with pytest.raises(InputError, match="torn"):
        app.run()
    assert rooms.named("close")


def test_the_windows_own_button_ends_the_run_and_not_the_process(base):
    screen = Screen(base, (), (), ())
    window = SimpleNamespace(getProperties=lambda: SimpleNamespace(getOpen=lambda: False))
    real, base.win = base.win, window
    try:
        base.messenger.send("window-event", [window])
    finally:
        base.win = real
    screen.run()  # comes back


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own."""
    with x_server() as display:
        if display is None:
            pytest.skip("a window needs an X server here: install xvfb")
        yield display


class Keyboard:
    """Presses keys on an X server as a hand would; skips where X's test extension is not installed."""

    def __init__(self, display: str) -> None:
        try:
            self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        except OSError:
            pytest.skip("pressing keys needs libXtst: install libxtst6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._server = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._test.XTestFakeMotionEvent(self._server, -1, 100, 100, 0)  # into the window, which then has the keys

    def press(self, *keysyms: int) -> None:
        codes = [self._x.XKeysymToKeycode(self._server, ctypes.c_ulong(keysym)) for keysym in keysyms]
        for code, down in [*((code, 1) for code in codes), *((code, 0) for code in reversed(codes))]:
            self._test.XTestFakeKeyEvent(self._server, code, down, 0)
        self._x.XFlush(self._server)


SHIFT, RETURN = 0xFFE1, 0xFF0D


def test_a_take_is_filmed_in_a_real_window(display, tmp_path):
    keyboard = Keyboard(display)
    command = [sys.executable, str(ASSETS.parent / "backflip.py"), "play", "--seconds", "4", "--countdown", "0"]
    command += ["--size", "320x173"]
    with (tmp_path / "said").open("w+") as said:
        playing = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "DISPLAY": display}, stderr=said)
        end = time.monotonic() + 120
        while playing.poll() is None and time.monotonic() < end:
            time.sleep(0.9)
            keyboard.press(SHIFT, RETURN)
        if playing.poll() is None:
            playing.kill()
        said.seek(0)
        assert playing.wait() == 0, said.read()
    library = open_library(tmp_path / "takes")
    assert library.takes
    assert not library.cut_off
