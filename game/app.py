"""Opens live play on a screen and wires the rooms; holds no logic of its own."""

from __future__ import annotations

from direct.showbase.ShowBase import ShowBase

from game.controls import CONTROLS, help_lines
from game.scene import Scene
from game.screen import EARLY, LATE, Screen
from game.session import Session
from game.sound.foley_track import LiveSound


class App(Screen):
    """Live play in a window, until the user ends it or ``seconds`` are over; record: begin with a take."""

    def __init__(
        self,
        base: ShowBase,
        scene: Scene,
        session: Session,
        sound: LiveSound,
        seconds: float | None = None,
        record: bool = False,
    ) -> None:
        self._scene = scene
        self._session = session
        self._sound = sound
        self._record = record
        self._told: str | None = None
        super().__init__(base, CONTROLS, (session, session.operator), help_lines(), seconds)
        self.each_frame(self._advance, EARLY)
        self.each_frame(self._film, LATE)

    def begin(self) -> None:
        """Start the take, if one was asked for."""
        if self._record:
            self._session.start_take()

    def close(self) -> None:
        """Take everything off the window; a running take is kept."""
        super().close()
        self._session.close()

    def toggle_capsules(self) -> None:
        """Body or physics shapes."""
        self._scene.toggle_capsules()

    def zoom_in(self) -> None:
        """A longer lens, by one notch of the wheel."""
        self._session.operator.zoom(1.0)

    def zoom_out(self) -> None:
        """A shorter lens, by one notch of the wheel."""
        self._session.operator.zoom(-1.0)

    def _advance(self) -> None:
        self._scene.show(self._session.advance(self.base.clock.dt))

    def _film(self) -> None:
        camera = self._session.film()
        self._scene.aim(camera, self._session.operator.lens, self.aspect)
        self._sound.place(camera)
        self._tell_of_silence()
        self.viewfinder.update(self._session.readout(self.fps))

    def _tell_of_silence(self) -> None:
        """Say once why nothing is heard, whether from the beginning or since a device went away."""
        if self._sound.note != self._told:
            self._told = self._sound.note
            self._session.say(self._told or "")
