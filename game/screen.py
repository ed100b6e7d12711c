"""A window with a viewfinder in it: frame loop, keys, resizing, closing. Live play and replay are both screens."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from direct.gui.OnscreenText import OnscreenText
from direct.showbase.DirectObject import DirectObject
from direct.showbase.ShowBase import ShowBase
from direct.task import Task
from panda3d.core import FontPool, TextNode

from game.camera.viewfinder import Viewfinder
from game.controls import RELEASES, Control, find_action

# Panda takes in keys before 0 and draws at 50.
EARLY, LATE = 0, 45
"""When in a frame something is done: LATE is as shortly before drawing as can be."""


_FONT = "cmtt12"  # comes with Panda3D; equally wide letters keep the columns in line
_HELP = 0.038  # height of the letters of the list of keys, of half the window's
_TALLEST = 1.7  # height of the list: longer ones have smaller letters


class Screen:
    """Runs until `quit`, the window's own button, or ``seconds`` after the first picture (None: no such end).

    Keys do what ``controls`` say: methods of the screen itself, or else of ``owners``. help: the list that F1 shows.
    """

    def __init__(
        self,
        base: ShowBase,
        controls: Iterable[Control],
        owners: Sequence[object],
        help: Sequence[str],
        seconds: float | None = None,
    ) -> None:
        self.base: Any = base
        self.aspect: float = base.getAspectRatio()
        self.viewfinder = Viewfinder(base.render2d, self.aspect)
        self._help = _help_text(base, help)
        self.hidden = False
        self._ended = False
        self._seconds = math.inf if seconds is None else seconds
        self._tasks: list[Any] = []
        self._keys = DirectObject()
        for control in controls:
            action = find_action(control.action, (self, *owners))
            for event in (control.key, f"{control.key}-repeat") if control.repeats else (control.key,):
                self._keys.accept(event, self._press, [control.key, action])
            if control.action in RELEASES:
                self._keys.accept(f"{control.key}-up", find_action(RELEASES[control.action], (self, *owners)))
        self._keys.accept("aspectRatioChanged", self._resized)
        # Left to Panda3D, the window's own button would end the process at once, whatever is still open.
        base.accept("window-event", self._window_event)

    def is_muted(self, key: str) -> bool:
        """Whether a key does something else at the moment than the controls say."""
        return False

    def _press(self, key: str, action: Callable[[], None]) -> None:
        if not self.is_muted(key):
            action()

    def each_frame(self, do: Callable[[], None], when: int) -> None:
        """Call ``do`` in every frame, ``when`` is `EARLY` or `LATE`."""

        def task(task: Task.Task) -> int:
            do()
            return int(task.cont)

        self._tasks.append(self.base.taskMgr.add(task, do.__name__, sort=when))

    def run(self) -> None:
        """Draw frame after frame until the end; `close` is called whatever ends it."""
        try:
            self.base.taskMgr.step()
            began = time.monotonic()
            self.begin()
            while not self._ended and time.monotonic() - began < self._seconds:
                self.base.taskMgr.step()
        finally:
            self.close()

    def begin(self) -> None:
        """Called once, when the first picture has been drawn: that one takes long, because everything is loaded."""

    def close(self) -> None:
        """Take everything off the window."""
        for task in self._tasks:
            self.base.taskMgr.remove(task)
        self._keys.ignoreAll()
        self.base.accept("window-event", self.base.windowEvent)
        for column in self._help:
            column.destroy()
        self.viewfinder.destroy()

    @property
    def fps(self) -> float:
        """Pictures a second, on average."""
        return float(self.base.clock.get_average_frame_rate())

    def toggle_viewfinder(self) -> None:
        """Everything over the picture off, and on again."""
        self.hidden = not self.hidden
        if self.hidden:
            self.viewfinder.hide()
            self._show_help(False)
        else:
            self.viewfinder.reveal()

    def toggle_guides(self) -> None:
        """Thirds and safe area on and off."""
        settings = self.viewfinder.settings
        on = not settings.thirds
        self.viewfinder.configure(dataclasses.replace(settings, thirds=on, safe_area=on))

    def toggle_help(self) -> None:
        """The list of keys on and off."""
        self._show_help(any(column.is_hidden() for column in self._help))

    def _show_help(self, on: bool) -> None:
        for column in self._help:
            if on:
                column.show()
            else:
                column.hide()

    def quit(self) -> None:
        """End after this frame."""
        self._ended = True

    def _resized(self) -> None:
        self.aspect = self.base.getAspectRatio()
        self.viewfinder.resize(self.aspect)

    def _window_event(self, window: Any) -> None:
        if window == self.base.win and not window.getProperties().getOpen():
            self.quit()
        else:
            self.base.windowEvent(window)


def _help_text(base: Any, lines: Sequence[str]) -> list[Any]:
    """The list in two columns, each hidden at first."""
    half = (len(lines) + 1) // 2
    columns = [
        OnscreenText(
            "\n".join(part),
            parent=parent,
            pos=(x, -0.15),
            scale=min(_HELP, _TALLEST / max(half, 1)),
            font=FontPool.load_font(_FONT),
            fg=(0.95, 0.95, 0.92, 1.0),
            bg=(0.0, 0.0, 0.0, 0.7),
            align=TextNode.A_left,
            mayChange=False,
        )
        for part, parent, x in ((lines[:half], base.a2dTopLeft, 0.08), (lines[half:], base.a2dTopCenter, 0.02))
    ]
    for column in columns:
        column.hide()
    return columns
