"""Opens live play on a screen and wires the rooms; holds no logic of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from direct.showbase.ShowBase import ShowBase

from game.camera.lens import FLAT, inscribed
from game.camera.live_focus import LiveFocus
from game.controls import CONTROLS, PANEL_KEYS, Control, help_lines
from game.finding import find_environment
from game.scene import Scene
from game.screen import EARLY, LATE, Screen
from game.session import Session
from game.sound.foley_track import LiveSound
from game.still import still
from game.takes.export.thumbnail import write_thumbnail
from models.errors import InputError

if TYPE_CHECKING:
    from game.panel.panel import Panel


class App(Screen):
    """Live play in a window, until the user ends it or ``seconds`` are over.

    record: begin with a take. controls: what the keys do. places: that can be gone to, beside those that ship.
    """

    def __init__(
        self,
        base: ShowBase,
        scene: Scene,
        session: Session,
        sound: LiveSound,
        seconds: float | None = None,
        record: bool = False,
        controls: Sequence[Control] = CONTROLS,
        places: Sequence[str] = (),
    ) -> None:
        self._places = places
        self._scene = scene
        self._session = session
        self._sound = sound
        self._record = record
        self._told: str | None = None
        self._panel: Panel | None = None
        self._focus = LiveFocus(base)
        self._pictured = session.last_take
        self.next_place: str | None = None
        help = help_lines(controls, session.controller, session.steering)
        super().__init__(base, controls, session.owners, help, seconds)
        session.window = self
        self.each_frame(self._advance, EARLY)
        self.each_frame(self._film, LATE)

    def begin(self) -> None:
        """Start the take, if one was asked for."""
        if self._record:
            self._session.start_take()

    def close(self) -> None:
        """Take everything off the window; a running take is kept."""
        super().close()
        self._focus.destroy()
        if self._panel is not None:
            self._panel.destroy()
        if self.next_place is not None:
            self._session.operator.hand_on()
        self._session.close()

    def is_muted(self, key: str) -> bool:
        """Keys belong to the open panel where it can use them, all of them while a text is typed."""
        panel = self._panel
        if panel is None or not self._session.operator.panel_open or self.hidden:
            return False
        of_mouse = key.startswith(("mouse", "wheel"))
        return panel.typing or (panel.under_pointer if of_mouse else key in PANEL_KEYS)

    def go_to(self, place: str) -> None:
        """End here and go on in another place, if that can be used."""
        try:
            find_environment(place)
        except InputError as error:
            self._session.say(str(error))
            return
        self._session.stop_take()
        self._picture_take()
        self._session.say(f"going to {place}, which takes some seconds to load")
        self.viewfinder.update(self._session.readout(self.fps))
        self.next_place = place
        self.quit()

    def toggle_capsules(self) -> None:
        """Body or physics shapes."""
        self._scene.toggle_capsules()

    def toggle_guides(self) -> None:
        """Thirds and safe areas on and off: they are the operator's, like all that dials turn."""
        self._session.operator.toggle_guides()

    def point(self) -> None:
        """Focus on what is below the pointer."""
        watcher = self.base.mouseWatcherNode
        if watcher is not None and watcher.has_mouse():
            across, up = inscribed(FLAT, self.aspect)
            self._session.operator.point_reticle(watcher.get_mouse_x() / across, watcher.get_mouse_y() / up)

    def _advance(self) -> None:
        pose = self._session.advance(self.base.clock.dt)
        self._scene.live(*self._session.moment)
        self._scene.show(pose)
        self._scene.show_props(self._session.props)

    def _film(self) -> None:
        camera = self._session.film()
        if self._session.operator.view != self.viewfinder.settings:
            self.viewfinder.configure(self._session.operator.view)
        self._scene.aim(camera, self._session.operator.lens, self.aspect)
        self._focus_live()
        self._sound.place(camera)
        self._tell_of_silence()
        self.viewfinder.update(self._session.readout(self.fps))
        self._picture_take()
        self._show_panel()

    def _focus_live(self) -> None:
        """Blur what is out of focus, if the operator wants to see that and the machine is fast enough."""
        operator = self._session.operator
        across = inscribed(FLAT, self.aspect)[0]
        self._focus.update(operator.view.live_focus, operator.lens, across, self.fps, self.base.clock.dt)
        if self._focus.too_slow:
            operator.view = dataclasses.replace(operator.view, live_focus=False)
            self._session.say(f"depth of field is in the movie alone: {self.fps:.0f} pictures a second are too few")

    def _picture_take(self) -> None:
        """Keep the picture on which a take has just ended: the list of takes shows it."""
        take = self._session.last_take
        if take is not None and take != self._pictured:
            self._pictured = take
            with suppress(InputError):  # a full disk has been told already
                write_thumbnail(take, still(self.base, FLAT))

    def _show_panel(self) -> None:
        """Draw the panel, if it is open; what it needs is loaded when it first is."""
        operator = self._session.operator
        open = operator.panel_open and not self.hidden
        if open and self._panel is None:
            from game.panel.panel import Panel

            self._panel = Panel(self.base, self._session, self.go_to, self._places)
        if open != operator.lent:
            operator.lend(open)
        if self._panel is not None:
            self._panel.update(open, self.base.clock.dt, operator.sample.buttons)
            operator.ignore_keys(self._panel.typing)

    def _tell_of_silence(self) -> None:
        """Say once why nothing is heard, whether from the beginning or since a device went away."""
        if self._sound.note != self._told:
            self._told = self._sound.note
            self._session.say(self._told or "")
