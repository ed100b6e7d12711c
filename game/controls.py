"""What to press. One table a screen: the screen obeys it, its help and `backflip play --help` print it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One key and what it does; action names a method, found by `find_action`. repeats: again while it is held."""

    key: str
    label: str
    action: str
    text: str
    repeats: bool = False


_VIEW = (
    Control("h", "H", "toggle_viewfinder", "viewfinder on and off"),
    Control("t", "T", "toggle_guides", "thirds and safe area on and off"),
    Control("f1", "F1", "toggle_help", "this list"),
)

CONTROLS = (
    Control("enter", "Enter", "toggle_take", "start and stop a take"),
    Control("space", "Space", "next_attempt", "next attempt (next seed)"),
    Control("r", "R", "retry", "the same attempt again (same seed)"),
    Control("arrow_left", "Left", "earlier_stage", "an earlier stage of learning"),
    Control("arrow_right", "Right", "later_stage", "a later stage of learning"),
    Control("n", "N", "newest_stage", "the newest stage"),
    Control("p", "P", "pause", "pause, go on"),
    Control("o", "O", "single_step", "one physics step"),
    Control("backspace", "Backspace", "rewind", "back half a second within the attempt"),
    Control("[", "[", "slower", "slower"),
    Control("]", "]", "faster", "faster, up to real time"),
    Control("f", "F", "hold_camera", "freeze the camera while you walk back, and go on from there"),
    Control("home", "Home", "home_camera", "camera back to the operator's mark"),
    Control("m", "M", "next_mark", "camera to the next operator's mark"),
    Control("-", "-", "wider_lens", "a shorter lens"),
    Control("=", "=", "longer_lens", "a longer lens"),
    Control("wheel_up", "Wheel up", "zoom_in", "zoom to a longer lens"),
    Control("wheel_down", "Wheel down", "zoom_out", "zoom to a shorter lens"),
    Control("k", "K", "kill_roll", "keep the horizon level, or not"),
    Control("c", "C", "toggle_capsules", "body or physics shapes"),
    *_VIEW,
    Control("escape", "Escape", "quit", "end; a running take is kept"),
)
"""Live play."""

REPLAY_CONTROLS = (
    Control("space", "Space", "toggle_running", "pause, go on"),
    Control("arrow_left", "Left", "earlier_picture", "a picture back", repeats=True),
    Control("arrow_right", "Right", "later_picture", "a picture on", repeats=True),
    Control("page_up", "Page Up", "ten_earlier", "ten pictures back", repeats=True),
    Control("page_down", "Page Down", "ten_later", "ten pictures on", repeats=True),
    *_VIEW,
    Control("escape", "Escape", "quit", "end"),
)
"""Watching a take."""

CONTROLLER = {
    "trigger": "toggle_take",
    "grip": "hold_camera",
    "a": "next_attempt",
    "b": "retry",
    "menu": "home_camera",
    "stick": "next_mark",
    "x": "pause",
    "y": "next_mark",
    "left": "earlier_stage",
    "right": "later_stage",
    "shoulder": "newest_stage",
}
"""What the buttons of whatever holds the camera do when they go down: actions of the session and its operator only.

No device has all of them. A Vive wand has neither a nor b: attempts follow each other by themselves, the keyboard picks
one. Touch and Index controllers have no menu: pressing the stick goes from mark to mark, and so home again. x, y, left
and right (of the cross) and shoulder (the right one; the left is the grip) are a gamepad's, whose menu is Start and
whose stick cannot be pressed. A tracker puck and a path have no buttons.
"""


def find_action(name: str, owners: Iterable[object]) -> Callable[[], None]:
    """The method ``name`` of the first of ``owners`` that has one.

    Raises:
        AttributeError: none has.
    """
    for owner in owners:
        action: Callable[[], None] | None = getattr(owner, name, None)
        if action is not None:
            return action
    raise AttributeError(f"nobody can {name}")


def lines_of(controls: Iterable[Control]) -> list[str]:
    """A table as text, one line a control."""
    return [f"{control.label:<10} {control.text}" for control in controls]


def help_lines() -> list[str]:
    """All there is to press in live play."""
    return [
        *lines_of(CONTROLS),
        "W A S D    move the camera; Q E down and up; Shift faster",
        "Mouse      look, with the right button held",
    ]
