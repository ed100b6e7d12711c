from __future__ import annotations

import ctypes
import os
import shutil
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
from game.camera.pose import CameraPose
from game.camera.readout import Readout
from game.controls import CONTROLS
from game.screen import Screen
from game.takes.library import open_library
from models.errors import InputError
from tests.conftest import ASSETS


class Everything:
    """Stands for session, operator, scene and sound: whatever is asked of it is done and remembered."""

    lens = Lens()

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.operator = self

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
    own = {"toggle_viewfinder", "toggle_guides", "toggle_help", "quit", "zoom_in", "zoom_out"}
    for control in CONTROLS:
        press(base, control.key)
    assert [name for name, *_ in rooms.done if name != "zoom"] == [c.action for c in CONTROLS if c.action not in own]


def test_the_wheel_zooms(base, app, rooms):
    press(base, "wheel_up")
    press(base, "wheel_down")
    assert rooms.named("zoom") == [("zoom", 1.0), ("zoom", -1.0)]


def test_t_shows_the_guides_and_hides_them_again(base, app):
    for on in (True, False):
        press(base, "t")
        assert (app.viewfinder.settings.thirds, app.viewfinder.settings.safe_area) == (on, on)
        assert app.viewfinder.settings.frame


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
    if not shutil.which("Xvfb"):
        pytest.skip("a window needs an X server here: install xvfb")
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writes,), stderr=subprocess.DEVNULL)
    os.close(writes)
    try:
        with os.fdopen(reads) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait(timeout=30)


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
    command = [sys.executable, str(ASSETS.parent / "backflip.py"), "play", "--seconds", "4", "--size", "320x173"]
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
