"""Mouse, keys and gamepad of the operator, as Dear ImGui hears them."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from direct.showbase.DirectObject import DirectObject
from imgui_bundle import imgui
from panda3d.core import MouseButton

_MOUSE = (MouseButton.one(), MouseButton.three(), MouseButton.two())  # left, right, middle in ImGui's order
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
        for thrower in base.buttonThrowers or ():
            thrower.node().set_keystroke_event("keystroke")

    def listen(self) -> None:
        """Hear keys from now on."""
        io = imgui.get_io()
        self._ear.accept("keystroke", self._type)
        for name, way in _WHEEL.items():
            self._ear.accept(name, io.add_mouse_wheel_event, [0.0, way])
        for name, key in _KEYS.items():
            self._ear.accept(name, io.add_key_event, [key, True])
            self._ear.accept(f"{name}-up", io.add_key_event, [key, False])

    def stop(self) -> None:
        """Hear no more; what was held is let go."""
        self._ear.ignore_all()
        imgui.get_io().clear_input_keys()
        self._held = frozenset()

    def update(self, width: int, height: int, buttons: Set[str]) -> None:
        """Once a frame: where the mouse is in a window of so many pixels, and which buttons the tracker has down."""
        io = imgui.get_io()
        watcher = self._watcher
        if watcher is not None:  # without a window there is none
            if watcher.has_mouse():
                x, y = 0.5 * (1.0 + watcher.get_mouse_x()) * width, 0.5 * (1.0 - watcher.get_mouse_y()) * height
                io.add_mouse_pos_event(x, y)
            for index, button in enumerate(_MOUSE):
                io.add_mouse_button_event(index, watcher.is_button_down(button))
        for name in self._held ^ buttons:
            if name in _BUTTONS:
                io.add_key_event(_BUTTONS[name], name in buttons)
        self._held = frozenset(buttons)

    def _type(self, letter: str) -> None:
        if letter.isprintable():
            imgui.get_io().add_input_characters_utf8(letter)
