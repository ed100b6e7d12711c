"""Mouse, keys and gamepad of the operator, as Dear ImGui hears them."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from direct.showbase.DirectObject import DirectObject
from imgui_bundle import imgui

_MOUSE = ("mouse1", "mouse3", "mouse2")  # left, right, middle in ImGui's order
_WHEEL = {"wheel_up": 1.0, "wheel_down": -1.0}
_KEYS = {
    "arrow_left": imgui.Key.left_arrow,
    "arrow_right": imgui.Key.right_arrow,
    "arrow_up": imgui.Key.up_arrow,
    "arrow_down": imgui.Key.down_arrow,
    "enter": imgui.Key.enter,
    "space": imgui.Key.space,
    "escape": imgui.Key.escape,
    "backspace": imgui.Key.backspace,
    "delete": imgui.Key.delete,
    "home": imgui.Key.home,
    "end": imgui.Key.end,
    "page_up": imgui.Key.page_up,
    "page_down": imgui.Key.page_down,
}
_BUTTONS = {
    "left": imgui.Key.gamepad_dpad_left,
    "right": imgui.Key.gamepad_dpad_right,
    "up": imgui.Key.gamepad_dpad_up,
    "down": imgui.Key.gamepad_dpad_down,
    "a": imgui.Key.gamepad_face_down,
    "b": imgui.Key.gamepad_face_right,
    "x": imgui.Key.gamepad_face_left,
    "y": imgui.Key.gamepad_face_up,
    "grip": imgui.Key.gamepad_l1,
    "shoulder": imgui.Key.gamepad_r1,
    "menu": imgui.Key.gamepad_start,
    "stick": imgui.Key.gamepad_l3,
}


class Hands:
    """Tells ImGui's current context what is pressed, as long as it `listens`."""

    def __init__(self, base: Any) -> None:
        self._watcher = base.mouseWatcherNode
        self._ear = DirectObject()
        self._held: Set[str] = frozenset()
        self._size = 1, 1
        for thrower in base.buttonThrowers or ():
            thrower.node().set_keystroke_event("keystroke")

    def listen(self) -> None:
        """Hear keys from now on."""
        io = imgui.get_io()
        self._ear.accept("keystroke", self._type)
        for name, way in _WHEEL.items():
            self._ear.accept(name, io.add_mouse_wheel_event, [0.0, way])
        for index, name in enumerate(_MOUSE):  # told one by one: a click may begin and end between two pictures
            self._ear.accept(name, self._click, [index, True])
            self._ear.accept(f"{name}-up", self._click, [index, False])
        for name, key in _KEYS.items():
            self._ear.accept(name, io.add_key_event, [key, True])
            self._ear.accept(f"{name}-up", io.add_key_event, [key, False])

    def stop(self) -> None:
        """Hear no more; what was held is let go."""
        self._ear.ignore_all()
        imgui.get_io().clear_input_keys()
        imgui.get_io().clear_input_mouse()
        self._held = frozenset()

    def update(self, width: int, height: int, buttons: Set[str]) -> None:
        """Once a frame: the window's size in pixels, and which buttons the tracker has down."""
        self._size = width, height
        io = imgui.get_io()
        self._point()
        for name in self._held ^ buttons:
            if name in _BUTTONS:
                io.add_key_event(_BUTTONS[name], name in buttons)
        self._held = frozenset(buttons)

    def _point(self) -> None:
        """Where the mouse is; without a window there is none."""
        watcher = self._watcher
        if watcher is not None and watcher.has_mouse():
            (width, height), x, y = self._size, watcher.get_mouse_x(), watcher.get_mouse_y()
            imgui.get_io().add_mouse_pos_event(0.5 * (1.0 + x) * width, 0.5 * (1.0 - y) * height)

    def _click(self, index: int, down: bool) -> None:
        self._point()
        imgui.get_io().add_mouse_button_event(index, down)

    def _type(self, letter: str) -> None:
        if letter.isprintable():
            imgui.get_io().add_input_characters_utf8(letter)
