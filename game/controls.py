"""What to press. One table: the app obeys it, the help screen and `backflip play --help` print it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One key and what it does; action names a method of the app."""

    key: str
    label: str
    action: str
    text: str


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
    Control("-", "-", "wider_lens", "a shorter lens"),
    Control("=", "=", "longer_lens", "a longer lens"),
    Control("k", "K", "kill_roll", "keep the horizon level, or not"),
    Control("c", "C", "toggle_capsules", "body or physics shapes"),
    Control("h", "H", "toggle_viewfinder", "viewfinder on and off"),
    Control("f1", "F1", "toggle_help", "this list"),
    Control("escape", "Escape", "quit", "end; a running take is kept"),
)


def help_lines() -> list[str]:
    """The table as text, one line a control."""
    return [f"{control.label:<10} {control.text}" for control in CONTROLS] + [
        "W A S D    move the camera; Q E down and up; Shift faster",
        "Mouse      look, with the right button held; wheel zooms",
    ]
