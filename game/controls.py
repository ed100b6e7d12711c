"""What to press. One table a screen: the screen obeys it, its help and `backflip play --help` print it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One key and what it does; action names a method, found by `find_action`.

    repeats: again while it is held. window: only something with a window can do it.
    """

    key: str
    label: str
    action: str
    text: str
    repeats: bool = False
    window: bool = False


CAMERA_KEYS = "wasdqe"
"""Keys that move the camera as long as they are held: nothing else can be on them."""


PANEL_KEYS = frozenset(
    ("arrow_left", "arrow_right", "arrow_up", "arrow_down", "enter", "space", "escape", "backspace", "delete", "home")
) | frozenset(("end", "page_up", "page_down"))
"""Keys that walk through the panel while it is open, and do nothing else then."""

PANEL_BUTTONS = frozenset(("left", "right", "up", "down", "a", "b", "x", "y", "grip", "shoulder", "menu", "stick"))
"""Buttons of whatever holds the camera that do; trigger and back are left to the take and to closing the panel."""

_VIEW = (
    Control("h", "H", "toggle_viewfinder", "viewfinder on and off", window=True),
    Control("t", "T", "toggle_guides", "thirds and safe area on and off"),
    Control("f1", "F1", "toggle_help", "this list", window=True),
)

CONTROLS = (
    Control("enter", "Enter", "toggle_take", "start and stop a take"),
    Control("f2", "F2", "circle_take", "circle the last take, or not"),
    Control("f3", "F3", "star_take", "star the last take, or not"),
    Control("f4", "F4", "mark", "a marker in the running take"),
    Control("f5", "F5", "next_shot", "the next shot on the slate"),
    Control("space", "Space", "next_attempt", "next attempt (next seed)"),
    Control("r", "R", "retry", "the same attempt again (same seed)"),
    Control("arrow_left", "Left", "earlier_stage", "an earlier stage of learning"),
    Control("arrow_right", "Right", "later_stage", "a later stage of learning"),
    Control("n", "N", "newest_stage", "the newest stage"),
    Control("9", "9", "previous_skill", "the skill before"),
    Control("0", "0", "next_skill", "the next skill"),
    Control("1", "1", "lead_left", "walk to the left, as long as it is held"),
    Control("2", "2", "lead_right", "walk to the right"),
    Control("3", "3", "lead_slower", "walk slower"),
    Control("4", "4", "lead_faster", "walk faster"),
    Control("p", "P", "pause", "pause, go on"),
    Control("o", "O", "single_step", "one physics step"),
    Control("backspace", "Backspace", "rewind", "back half a second within the attempt"),
    Control("[", "[", "slower", "slower"),
    Control("]", "]", "faster", "faster, up to real time"),
    Control("f", "F", "hold_camera", "freeze the camera while you walk back, and go on from there"),
    Control("home", "Home", "home_camera", "camera back to the operator's mark"),
    Control("m", "M", "next_mark", "camera to the next operator's mark"),
    Control("end", "End", "keep_mark", "keep where the camera stands as a mark of this place"),
    Control("v", "V", "next_device", "another device of the same kind holds the camera"),
    Control("-", "-", "wider_lens", "a shorter lens"),
    Control("=", "=", "longer_lens", "a longer lens"),
    Control("wheel_up", "Wheel up", "zoom_in", "zoom to a longer lens"),
    Control("wheel_down", "Wheel down", "zoom_out", "zoom to a shorter lens"),
    Control(",", ",", "nearer_focus", "pull focus nearer, by hand", repeats=True),
    Control(".", ".", "further_focus", "pull focus further away", repeats=True),
    Control("x", "X", "next_focus", "focus: all sharp, by hand, at the reticle, on the body part"),
    Control("mouse1", "Left button", "point", "focus on what is there", window=True),
    Control(";", ";", "open_aperture", "a wider aperture: less is sharp"),
    Control("'", "'", "close_aperture", "a narrower aperture"),
    Control("b", "B", "next_filmback", "another size of film"),
    Control("k", "K", "kill_roll", "keep the horizon level, or not"),
    Control("z", "Z", "tripod", "lock the camera where it is, or let it go"),
    Control("l", "L", "look_at", "turn after the body part, or not"),
    Control("g", "G", "follow", "go along with the body part, or not"),
    Control("u", "U", "next_part", "keep to another part of the body"),
    Control("arrow_up", "Up", "previous_dial", "choose the setting before", repeats=True),
    Control("arrow_down", "Down", "next_dial", "choose the next setting, of all there are", repeats=True),
    Control("page_up", "Page Up", "dial_up", "more of the chosen setting", repeats=True),
    Control("page_down", "Page Down", "dial_down", "less of the chosen setting", repeats=True),
    Control("tab", "Tab", "toggle_panel", "the panel: slate, stages, places, camera, takes, keys"),
    Control("j", "J", "take_or_place", "take the prop in the middle of the picture; set it down there"),
    Control("mouse2", "Mid. button", "take_or_place", "take a prop, set it down"),
    Control("i", "I", "throw", "throw the prop in hand at the body"),
    Control("y", "Y", "keep_props", "keep the props where they stand with the place"),
    Control("c", "C", "toggle_capsules", "body or physics shapes", window=True),
    *_VIEW,
    Control("escape", "Escape", "quit", "end; a running take is kept", window=True),
)
"""Live play."""

OF_THE_WINDOW = frozenset(control.action for control in CONTROLS if control.window)
"""Actions that mean nothing where no window is."""

REPLAY_CONTROLS = (
    Control("space", "Space", "toggle_running", "pause, go on"),
    Control("arrow_left", "Left", "earlier_picture", "a picture back", repeats=True),
    Control("arrow_right", "Right", "later_picture", "a picture on", repeats=True),
    Control("page_up", "Page Up", "ten_earlier", "ten pictures back", repeats=True),
    Control("page_down", "Page Down", "ten_later", "ten pictures on", repeats=True),
    Control("[", "[", "slower", "slower"),
    Control("]", "]", "faster", "faster, up to eight times"),
    *_VIEW,
    Control("escape", "Escape", "quit", "end", window=True),
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
    "back": "toggle_panel",
    "look": "next_focus",
    "shift_trigger": "mark",
    "shift_grip": "slower",
    "shift_shoulder": "faster",
    "shift_a": "next_skill",
    "shift_b": "previous_skill",
    "shift_x": "single_step",
    "shift_y": "rewind",
    "shift_menu": "circle_take",
    "shift_back": "toggle_viewfinder",
    "shift_stick": "toggle_panel",
    "shift_look": "toggle_help",
    "shift_up": "previous_dial",
    "shift_down": "next_dial",
    "shift_left": "dial_down",
    "shift_right": "dial_up",
}
"""What the buttons of whatever holds the camera do when they go down.

No device has all of them. A Vive wand has neither a nor b: attempts follow each other by themselves, the keyboard picks
one. Touch and Index controllers have no menu: pressing the stick goes from mark to mark, and so home again. x, y, left
and right (of the cross), back and shoulder (the right one; the left is the grip) are a gamepad's, whose menu is Start,
whose stick is the left one pressed and whose look is the right one pressed; its left trigger is shift. In VR the other
hand is shift: its buttons begin with that, and its stick serves as a cross. With a tracker puck or the headset as the
camera either hand has the plain buttons. What is on no button is in the panel, under Keys. A path has no buttons.
"""

STEERING = {"left": "lead_left", "right": "lead_right", "y": "lead_slower", "shoulder": "lead_faster"}
"""What buttons do instead while a skill is played that can be led."""

REACHING = {"stick": "take_or_place", "y": "take_or_place"}
"""What buttons do instead while a prop is in the middle of the picture, within reach."""

IN_HAND = {**REACHING, "b": "throw", "a": "place_and_keep"}
"""What they do instead while a prop is in the operator's hands."""

RELEASES = {"lead_left": "leave_left", "lead_right": "leave_right"}
"""What is done when the key or button of an action goes up."""


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
    return [f"{control.label:<11} {control.text}" for control in controls]


def button_lines(controller: Mapping[str, str], controls: Iterable[Control] = CONTROLS) -> list[str]:
    """What the buttons of whatever holds the camera do, one line a button."""
    texts = {control.action: control.text for control in controls}
    known = {button: texts[action] for button, action in controller.items() if action in texts}
    return [f"{label_of_button(button):<16} {text}" for button, text in known.items()]


def label_of_button(button: str) -> str:
    """How a button is named to people."""
    return button.replace("shift_", "shift + ")


def help_lines(
    controls: Iterable[Control] = CONTROLS,
    controller: Mapping[str, str] = CONTROLLER,
    steering: Mapping[str, str] = STEERING,
) -> list[str]:
    """All there is to press in live play."""
    controls = tuple(controls)
    return [
        *lines_of(controls),
        "W A S D     move the camera; Q E down and up; Shift faster",
        "Mouse       look, with the right button held",
        "",
        "On a gamepad or VR controller (shift: its left trigger held; the other hand):",
        "sticks           move and turn the camera; shift + right stick zooms; up, down of the cross lift and lower",
        *button_lines(controller, controls),
        "",
        "While a skill can be led:",
        *button_lines(steering, controls),
    ]
