"""The panel over a real shoot, with mouse, keys and buttons as its hands hear them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from imgui_bundle import imgui

from game.controls import CONTROLS, OF_THE_WINDOW, PANEL_BUTTONS, PANEL_KEYS
from game.panel import hands, keys_tab
from game.panel.panel import Panel
from game.panel.stages_tab import success
from game.session import Session
from game.takes.edits import load_edits
from game.takes.export.thumbnail import write_thumbnail
from models.body import Body
from tests.game.conftest import publish
from tests.game.test_session import Hand as ShootsHand
from tests.game.test_session import Shoot, run, shoot  # noqa: F401

SLATE, STAGES, PLACE, CAMERA, TAKES, KEYS = range(6)
_TABS = (26, 70, 118, 170, 222, 265)  # pixels from the panel's left, in the tabs' row


class Hand:
    """Whoever uses the panel."""

    def __init__(self, base: Any, session: Session) -> None:
        self.went_to: list[str] = []
        self.base = base
        self.panel = Panel(base, session, self.went_to.append)
        self.frame()
        width, height = base.win.get_x_size(), base.win.get_y_size()
        self.left, self.top = 0.03 * width, 0.18 * height
        self.bottom = 0.9 * height

    def frame(self, *buttons: str, open: bool = True) -> None:
        self.panel.update(open, 0.04, frozenset(buttons))

    def click(self, x: float, y: float) -> None:
        """Pixels from the panel's left top."""
        io = imgui.get_io()
        io.add_mouse_pos_event(self.left + x, self.top + y)
        self.frame()
        for down in (True, False):
            io.add_mouse_button_event(0, down)
            self.frame()
        self.frame()

    def tab(self, index: int) -> None:
        self.click(_TABS[index], 39)

    def click_down(self, x: float, first: float = 60.0) -> Iterator[None]:
        """A click in every line from the top on."""
        for y in np.arange(first, self.bottom - self.top - 8.0, 9.0):
            self.click(x, float(y))
            yield

    def key(self, name: str) -> None:
        for event in (name, f"{name}-up"):
            self.base.messenger.send(event)
            self.frame()

    def type(self, text: str) -> None:
        for letter in text:
            self.base.messenger.send("keystroke", [letter])
            self.frame()

    def press(self, button: str) -> None:
        self.frame(button)
        self.frame()


class Window:
    """What there is to do where there is a window; tells what was done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def toggle_viewfinder(self) -> None:
        self.done.append("toggle_viewfinder")

    def toggle_help(self) -> None:
        self.done.append("toggle_help")

    def toggle_capsules(self) -> None:
        self.done.append("toggle_capsules")

    def quit(self) -> None:
        self.done.append("quit")


@pytest.fixture
def hand(base: Any, shoot: Shoot) -> Iterator[Hand]:  # noqa: F811
    hand = Hand(base, shoot[0])
    yield hand
    hand.panel.destroy()


def picture(base: Any) -> np.ndarray:
    base.graphicsEngine.render_frame()
    base.graphicsEngine.render_frame()
    shot = base.win.get_screenshot()
    return np.frombuffer(bytes(shot.get_ram_image_as("RGB")), dtype=np.uint8).reshape(shot.get_y_size(), -1, 3)[::-1]


def test_it_is_drawn_over_the_picture_and_gone_when_closed(base: Any, hand: Hand) -> None:
    hand.frame(open=False)
    plain = picture(base)
    hand.frame()
    hand.frame()
    drawn = (picture(base) != plain).any(axis=2)
    rows, columns = np.nonzero(drawn)
    left, right = columns.min(), columns.max()
    assert (left, right) == pytest.approx((0.03 * 960, (0.03 + 0.44) * 960), abs=4)
    assert rows.min() == pytest.approx(0.18 * 519, abs=2)
    assert (picture(base).max(axis=2) > 200).sum() > 300  # letters
    hand.frame(open=False)
    assert np.array_equal(picture(base), plain)


def test_every_tab_shows_something_of_its_own(base: Any, hand: Hand) -> None:
    seen = []
    for tab in range(6):
        hand.tab(tab)
        seen.append(picture(base)[142:].astype(int))
    for one, other in combinations(seen, 2):
        assert (np.abs(one - other).max(axis=2) > 40).sum() > 500


def test_a_click_between_two_pictures_counts(base: Any, hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    imgui.get_io().add_mouse_pos_event(hand.left + 40, hand.top + 64)
    hand.frame()
    for event in ("mouse1", "mouse1-up"):
        base.messenger.send(event)
    for _ in range(3):
        hand.frame()
    assert shoot[0].recording


def test_a_slate_counts_once_it_is_entered_and_is_a_name(hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    hand.click(120, 89)
    assert hand.panel.typing
    for text, slate in (("_s03", "park_s03"), (" !", "park_s03")):
        hand.key("end")
        hand.type(text)
        hand.key("enter")
        assert session.settings.slate == slate
        hand.click(120, 89)
    hand.key("escape")
    assert not hand.panel.typing


def test_scene_and_shot_are_on_the_slate_too(hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    for y, text in ((114, "12"), (139, "A")):
        hand.click(120, y)
        hand.type(text)
        hand.key("enter")
    assert session.settings.full_slate == "park_12A"
    hand.click(120, 114)
    hand.type("/")
    hand.key("enter")
    assert session.settings.scene == "12"


def test_a_note_is_kept_with_the_last_take(hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    session.start_take()
    run(shoot, 0.2)
    session.stop_take()
    assert session.last_take is not None
    for _ in hand.click_down(120, 200):
        if hand.panel.typing:
            break
    hand.type("Schön gelandet")
    hand.key("enter")
    assert load_edits(session.last_take).notes == ("Schön gelandet",)


def test_a_click_on_a_stage_plays_it(hand: Hand, shoot: Shoot, body: Body) -> None:  # noqa: F811
    session = shoot[0]
    first = session.performer.stage.path
    second = publish(first.parent, body, 70, seed=5)
    try:
        session.repertoire.shelf.refresh()
        hand.tab(STAGES)
        played = set()
        for _ in hand.click_down(200, 280):
            played.add(session.performer.stage.path)
        assert played == {first, second}
    finally:
        second.unlink()
    assert np.isnan(success(session.repertoire.shelf.info(first)))


def test_a_click_on_a_skill_plays_it_and_shows_its_ladder(base: Any, hand: Hand, shoot: Shoot, body: Body) -> None:  # noqa: F811
    session = shoot[0]
    folder = session.performer.stage.path.parent
    walk = [publish(folder, body, 80 + number, number, "walk", 0.45 * number) for number in range(3)]
    try:
        session.repertoire.shelf.refresh()
        hand.tab(STAGES)
        flips = picture(base)[172:].astype(int)
        for x in np.arange(110.0, 380.0, 15.0):
            hand.click(float(x), 64)
            if session.repertoire.skill == "walk":
                break
        assert session.performer.stage.path == walk[-1]
        assert session.performer.reference.clip.name == "walk"
        assert (np.abs(picture(base)[172:] - flips).max(axis=2) > 40).sum() > 500
    finally:
        for path in walk:
            path.unlink()


def test_another_place_is_gone_to(hand: Hand) -> None:
    hand.tab(PLACE)
    for _ in hand.click_down(60, 55):
        if hand.went_to:
            break
    assert hand.went_to == ["apartment"]


def test_dials_are_turned_with_the_mouse_and_a_running_take_keeps_them(hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session, changes = shoot[0], []
    hand.tab(CAMERA)
    session.operator.on_change = lambda at_ns, name, value: changes.append(name)
    before = session.operator.setup
    for _ in hand.click_down(150, 130):
        pass
    run(shoot, 0.1)
    after = session.operator.setup
    assert after.lens != before.lens
    assert "lens" in changes
    assert after.control != before.control
    assert "lens_control" in changes


def test_a_gamepad_walks_through_the_panel_and_presses(base: Any, hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    slate = picture(base)
    hand.press("down")
    hand.press("a")
    assert session.recording
    for button in ("up", "right", "a"):
        hand.press(button)
    stages = picture(base)
    hand.tab(SLATE)
    hand.tab(STAGES)
    close = (np.abs(picture(base)[122:].astype(int) - stages[122:]).max(axis=2) > 40).sum()
    far = (np.abs(slate[122:].astype(int) - stages[122:]).max(axis=2) > 40).sum()
    assert close < 0.5 * far


class Several(ShootsHand):
    """A tracker with two devices."""

    chosen = "1: left"
    devices = ("1: left", "2: right")
    note = "2: right is asleep"

    @property
    def device(self) -> str:
        return self.chosen

    def choose_device(self, name: str) -> None:
        self.chosen = name


def test_another_device_is_chosen_by_its_name(base: Any, hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    hand.tab(CAMERA)
    plain = picture(base)
    session.operator._tracker = several = Several(lambda: 0)
    hand.frame()
    assert (np.abs(picture(base).astype(int) - plain).max(axis=2) > 40).sum() > 500
    for button in ("down", "a", "down", "a"):  # to the list, open it, to the second, choose it
        hand.press(button)
    assert several.chosen == "2: right"
    assert session.hint == "hand holds the camera"


@pytest.mark.parametrize("arrows", [False, True])
def test_choosing_a_row_of_the_keys_does_what_it_says(hand: Hand, shoot: Shoot, arrows: bool) -> None:  # noqa: F811
    session = shoot[0]
    session.window = window = Window()
    seed = session.performer.seed
    down, choose = (
        ((hand.key, "arrow_down"), (hand.key, "space")) if arrows else ((hand.press, "down"), (hand.press, "a"))
    )
    hand.tab(KEYS)
    down[0](down[1])
    rows = {control.action for control in CONTROLS} - keys_tab._HELD
    for _ in rows:
        choose[0](choose[1])
        down[0](down[1])
    assert session.recording
    assert session.performer.seed == seed + 1
    assert session.operator.setup.rig.kill_roll
    assert session.operator.panel_open  # the row of the panel itself
    assert set(window.done) == rows & OF_THE_WINDOW


def test_takes_are_shown_circled_and_thrown_away_only_when_sure(base: Any, hand: Hand, shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    session.start_take()
    run(shoot, 0.2)
    session.stop_take()
    folder = session.last_take
    assert folder is not None
    write_thumbnail(folder, np.full((108, 200, 3), (250, 40, 20), dtype=np.uint8))
    hand.tab(TAKES)
    red = (picture(base) == (250, 40, 20)).all(axis=2)
    assert red.sum() == pytest.approx(160 * 86.5, rel=0.05)
    hand.click(20, 68)  # only the circled ones: there is none
    assert not (picture(base) == (250, 40, 20)).all(axis=2).any()
    hand.click(20, 68)
    for _ in hand.click_down(185, 90):
        if load_edits(folder).circled:
            break
    assert load_edits(folder).circled
    for x in np.arange(200, 420, 12.0):
        hand.click(float(x), 122)
        if not folder.exists():
            break
    assert not list((session.settings.takes).glob("*/park_001"))


def test_the_panel_hears_the_keys_and_buttons_that_it_takes_from_the_game() -> None:
    assert set(hands._KEYS) == PANEL_KEYS
    assert set(hands._BUTTONS) == PANEL_BUTTONS
