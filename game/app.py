"""Opens the window and wires the rooms; holds no logic of its own."""

from __future__ import annotations

import time
from typing import Any

from direct.gui.OnscreenText import OnscreenText
from direct.showbase.ShowBase import ShowBase
from direct.task import Task
from panda3d.core import TextNode

from game.camera.viewfinder import Viewfinder
from game.controls import CONTROLS, help_lines
from game.scene import Scene
from game.session import Session
from game.sound.foley_track import LiveSound

# Panda draws at 50. The tracker is read as late as that allows.
_ADVANCE, _FILM = 0, 45


class App:
    """Live play in a window, until the user ends it."""

    def __init__(self, base: ShowBase, scene: Scene, session: Session, sound: LiveSound, seconds: float | None) -> None:
        self._base: Any = base
        self._scene = scene
        self._session = session
        self._sound = sound
        self._seconds = seconds
        self._began = time.monotonic()
        self._hidden = False
        self._capsules = False
        self._aspect = base.getAspectRatio()
        self._viewfinder = Viewfinder(base.render2d, self._aspect)
        self._help = _help_text(base)
        for control in CONTROLS:
            base.accept(control.key, self._act, [control.action])
        base.accept("aspectRatioChanged", self._resized)
        base.accept("window-event", self._window_event)
        base.taskMgr.add(self._advance, "advance", sort=_ADVANCE)
        base.taskMgr.add(self._film, "film", sort=_FILM)

    def run(self) -> None:
        """Play until `quit`; a running take is kept whatever ends the loop."""
        try:
            while not self._ended():
                self._base.taskMgr.step()
        finally:
            self._session.close()

    def _ended(self) -> bool:
        if self._seconds is not None and time.monotonic() - self._began >= self._seconds:
            return True
        return bool(self._base.win is None or self._base.win.is_closed())

    def _act(self, action: str) -> None:
        getattr(self if hasattr(self, action) else self._session, action)()

    def _advance(self, task: Task.Task) -> int:
        self._scene.show(self._session.advance(self._base.clock.dt))
        return int(task.cont)

    def _film(self, task: Task.Task) -> int:
        camera = self._session.film()
        self._scene.aim(camera, self._session.lens, self._aspect)
        self._sound.place(camera)
        self._viewfinder.update(self._session.readout(self._base.clock.get_average_frame_rate()))
        return int(task.cont)

    def toggle_viewfinder(self) -> None:
        """Viewfinder on and off."""
        self._hidden = not self._hidden
        if self._hidden:
            self._viewfinder.hide()
        else:
            self._viewfinder.reveal()

    def toggle_capsules(self) -> None:
        """Body or physics shapes."""
        self._capsules = not self._capsules
        self._scene.show_capsules(self._capsules)

    def toggle_help(self) -> None:
        """The list of keys on and off."""
        if self._help.is_hidden():
            self._help.show()
        else:
            self._help.hide()

    def quit(self) -> None:
        """End."""
        self._seconds = 0.0

    def _resized(self) -> None:
        self._aspect = self._base.getAspectRatio()
        self._viewfinder.resize(self._aspect)

    def _window_event(self, window: Any) -> None:
        if window.is_closed():
            self.quit()
        else:
            self._base.windowEvent(window)


def _help_text(base: Any) -> Any:
    text = OnscreenText(
        "\n".join(help_lines()),
        parent=base.a2dTopLeft,
        pos=(0.1, -0.15),
        scale=0.045,
        fg=(0.95, 0.95, 0.92, 1.0),
        bg=(0.0, 0.0, 0.0, 0.6),
        align=TextNode.A_left,
        mayChange=False,
    )
    text.hide()
    return text
