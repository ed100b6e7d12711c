"""The matcher's picture, rendered without a window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from panda3d.core import Texture

from game.environment.drawing import Drawing
from game.environment.new_place import level_camera
from game.environment.pictures import read_photograph
from game.matcher.keys import MATCHER_CONTROLS
from game.matcher.matcher import BLOCK_TOOLS, LINE_TOOLS, RESHAPE, Matcher
from game.matcher.overlay import COLOURS
from game.matcher.window import MatcherWindow
from models.errors import InputError
from tests.conftest import ASSETS

PARK = ASSETS / "environments" / "park" / "park.jpg"


@pytest.fixture
def window(base: Any) -> Iterator[MatcherWindow]:
    photo = read_photograph(PARK).pixels
    size = (photo.shape[1], photo.shape[0])
    matcher = Matcher(level_camera(size, 1457.0, 1.55), Drawing(), {})
    opened = MatcherWindow(base, matcher, photo, lambda _: "saved")
    opened.toggle_help()
    yield opened
    opened.close()
    base.setBackgroundColor(0.5, 0.5, 0.5)


def picture(window: MatcherWindow) -> Any:
    """``(H, W, 3)`` in 0 … 255, top row first."""
    window.show()
    for _ in range(2):
        window.base.graphicsEngine.renderFrame()
    shot: Texture = window.base.win.getScreenshot()
    data = np.frombuffer(memoryview(shot.getRamImageAs("RGB")), np.uint8)
    return data.reshape(shot.getYSize(), shot.getXSize(), 3)[::-1].astype(float)


def test_every_tool_has_a_key(window: MatcherWindow) -> None:
    tools = {c.action.removeprefix("tool_") for c in MATCHER_CONTROLS if c.action.startswith("tool_")}
    assert tools == {*LINE_TOOLS, *BLOCK_TOOLS, RESHAPE}
    window.tool_wall()
    assert window.matcher.tool == "wall"
    with pytest.raises(AttributeError):
        _ = window.wand


def test_keys_and_the_mouse_do_what_the_list_says(window: MatcherWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    send, matcher = window.base.messenger.send, window.matcher
    for at, event in [((300.0, 300.0), "mouse1"), ((900.0, 310.0), "mouse1-up")]:
        monkeypatch.setattr(window, "_pointer", lambda at=at: at)
        window.show()
        send(event)
    assert matcher.work.drawing.lines[0].points == ((300.0, 300.0), (900.0, 310.0))
    send("u")
    assert matcher.work.drawing.lines == ()
    height = matcher.camera.position[2]
    send("page_up")
    assert matcher.work.drawing.height == pytest.approx(height + 0.1)
    send("w")
    assert matcher.tool == "wall"
    send("]")
    assert matcher.depth == pytest.approx(0.35)


def test_a_wall_is_drawn_higher_with_the_mouse_and_comes_down_with_undo(
    window: MatcherWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, matcher = window.base.messenger.send, window.matcher

    def at(pixel: tuple[float, float], event: str) -> None:
        monkeypatch.setattr(window, "_pointer", lambda: pixel)
        window.show()
        send(event)

    send("w")
    for pixel in ((700.0, 750.0), (1000.0, 750.0), (1000.0, 600.0)):
        at(pixel, "mouse1")
        at(pixel, "mouse1-up")
    (before,) = matcher.work.blocks
    send("r")
    at((1000.0, 600.0), "mouse1")
    at((1000.0, 450.0), "mouse1-up")
    (after,) = matcher.work.blocks
    assert after["span"][1] == pytest.approx(2.0 * before["span"][1], rel=0.02)
    assert (after["start"], after["end"]) == (before["start"], before["end"])
    at((1000.0, 450.0), "mouse1")  # what stands there is taken, and let go where it was
    at((1000.0, 450.0), "mouse1-up")
    send("u")
    send("u")
    assert matcher.work.blocks == (before,)


def test_the_photograph_fills_the_window_and_a_line_is_drawn_where_it_is_dragged(window: MatcherWindow) -> None:
    empty = picture(window)
    matcher = window.matcher
    matcher.choose("y")
    matcher.press((300.0, 300.0), 8.0)
    matcher.drag((1100.0, 350.0))
    matcher.release()
    drawn = picture(window)
    height, width = drawn.shape[:2]
    (x, y) = window.frame.to_window(np.array([(700.0, 325.0)]))[0]
    row, column = round((1.0 - y) * height / 2), round((1.0 + x / window.aspect) * width / 2)
    around = drawn[row - 2 : row + 3, column]
    wanted = np.array(COLOURS["y"][:3]) * 255.0
    assert np.abs(around - wanted).max(axis=1).min() < 25.0
    assert np.abs(empty[row - 2 : row + 3, column] - wanted).max(axis=1).min() > 60.0
    sky = empty[20:60, width // 4].mean()
    assert sky > 120.0  # the photograph's sky, not the desk


def test_closer_shows_the_same_place_larger(window: MatcherWindow) -> None:
    whole = picture(window)
    for _ in range(4):
        window.closer()
    assert window.frame.zoom > 2.0
    assert np.abs(picture(window) - whole).mean() > 10.0
    for _ in range(6):
        window.further()
    np.testing.assert_allclose(picture(window), whole, atol=2.0)


def test_a_save_that_fails_is_told_in_the_window(window: MatcherWindow) -> None:
    def fails(_: Matcher) -> str:
        raise InputError("the disk is full; make room")

    window._save = fails
    window.save()
    window.show()
    assert "not saved: the disk is full; make room" in window._status.getText()
