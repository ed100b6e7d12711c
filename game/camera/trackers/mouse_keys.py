"""Mouse and keyboard fly the camera: look with the right button held, travel with W A S D, down and up with Q E."""

from __future__ import annotations

import math
import time
from collections.abc import Set
from typing import Any

from panda3d.core import KeyboardButton, MouseButton

from game.camera.pose import Sample
from game.camera.trackers.fly import Drive, Flight, fly, looked
from game.camera.trackers.tracker import Clock, Tracker

SPEED = 1.2  # m/s, an operator's walk
HURRY = 3.0  # times faster with shift
LOOK = math.radians(0.15)  # rad per pixel
KEYS = {letter: KeyboardButton.ascii_key(letter) for letter in "wasdqe"} | {"shift": KeyboardButton.shift()}


def drive(keys: Set[str]) -> Drive:
    """Speeds for the held keys out of w, a, s, d, q, e and shift; two at once are no faster than one."""
    right = ("d" in keys) - ("a" in keys)
    ahead = ("w" in keys) - ("s" in keys)
    up = ("e" in keys) - ("q" in keys)
    speed = SPEED * (HURRY if "shift" in keys else 1.0) / max(math.sqrt(right**2 + ahead**2 + up**2), 1.0)
    return Drive(right * speed, ahead * speed, up * speed)


def look(flight: Flight, right: float, down: float) -> Flight:
    """Turned by the pointer's way in pixels to the right and down."""
    return looked(flight, -right * LOOK, -down * LOOK)


class MouseKeysTracker(Tracker):
    """Flies from the identity pose. The keys do nothing with control or alt held, so shortcuts stay shortcuts."""

    name = "mouse"

    def __init__(self, watcher: Any, window: Any, now_ns: Clock = time.monotonic_ns) -> None:
        """Take the `MouseWatcher` that hears the window, and the window."""
        self._watcher = watcher
        self._window = window
        self._now_ns = now_ns
        self._last_ns = now_ns()
        self._flight = Flight()
        self._grabbed: tuple[float, float] | None = None
        self._deaf = False

    def sample(self) -> Sample:
        """Where the camera has flown to."""
        now = self._now_ns()
        right, down = self._dragged()
        self._flight = fly(look(self._flight, right, down), drive(self._keys()), (now - self._last_ns) * 1e-9)
        self._last_ns = now
        return Sample(now, self._flight.position, self._flight.rotation)

    def ignore_keys(self, on: bool) -> None:
        """While a text is typed, letters move nothing."""
        self._deaf = on

    def close(self) -> None:
        """Nothing to let go of."""

    def _keys(self) -> set[str]:
        down = self._watcher.is_button_down
        if self._deaf or down(KeyboardButton.control()) or down(KeyboardButton.alt()):
            return set()
        return {name for name, button in KEYS.items() if down(button)}

    def _dragged(self) -> tuple[float, float]:
        """Pixels since the last sample while the right button is held; the pointer is put back where it was grabbed.

        Where the system will not move the pointer, the drag goes on from where it is.
        """
        if not self._watcher.has_mouse() or not self._watcher.is_button_down(MouseButton.three()):
            self._grabbed = None
            return 0.0, 0.0
        x = 0.5 * (1.0 + self._watcher.get_mouse_x()) * self._window.get_x_size()
        y = 0.5 * (1.0 - self._watcher.get_mouse_y()) * self._window.get_y_size()
        start = self._grabbed or (x, y)
        if self._grabbed is None or not self._put_back(start):
            self._grabbed = (x, y)
        return x - start[0], y - start[1]

    def _put_back(self, pointer: tuple[float, float]) -> bool:
        move = getattr(self._window, "move_pointer", None)  # a picture without a window has none
        return bool(move and move(0, round(pointer[0]), round(pointer[1])))
