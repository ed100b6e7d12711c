"""A window in which a recorded performance is filmed anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from direct.showbase.ShowBase import ShowBase

from game.camera.lens import FLAT
from game.controls import Control, lines_of
from game.reshoot import Reshoot
from game.scene import Scene
from game.screen import EARLY, LATE, Screen
from game.sound.foley_track import LiveSound
from game.still import still
from game.takes.export.thumbnail import write_thumbnail
from models.errors import InputError
from models.reference import TICKS_PER_SECOND


class ReshootApp(Screen):
    """Runs until the user ends it or ``seconds`` are over; of the keys of live play those work that mean something.

    record: begin with a take.
    """

    def __init__(
        self,
        base: ShowBase,
        scene: Scene,
        reshoot: Reshoot,
        sound: LiveSound,
        controls: Sequence[Control],
        seconds: float | None = None,
        record: bool = False,
    ) -> None:
        self._scene = scene
        self._reshoot = reshoot
        self._sound = sound
        self._record = record
        self._pictured = reshoot.last_take
        usable = [control for control in controls if reshoot.can(control.action) or hasattr(self, control.action)]
        super().__init__(base, usable, (reshoot, reshoot.operator), lines_of(usable), seconds)
        self.each_frame(self._advance, EARLY)
        self.each_frame(self._film, LATE)

    def begin(self) -> None:
        """Start the take, if one was asked for."""
        if self._record:
            self._reshoot.start_take()

    def close(self) -> None:
        """Take everything off the window; a running take is kept."""
        super().close()
        self._reshoot.close()

    def toggle_capsules(self) -> None:
        """Body or physics shapes."""
        self._scene.toggle_capsules()

    def toggle_guides(self) -> None:
        """Thirds and safe areas on and off."""
        self._reshoot.operator.toggle_guides()

    def _advance(self) -> None:
        frame = self._reshoot.advance(self.base.clock.dt)
        if frame.pose is not None:
            self._scene.live(frame.attempt, frame.tick / TICKS_PER_SECOND)
            self._scene.show(frame.pose)
            self._scene.show_props(frame.props)

    def _film(self) -> None:
        camera = self._reshoot.film()
        if self._reshoot.operator.view != self.viewfinder.settings:
            self.viewfinder.configure(self._reshoot.operator.view)
        self._scene.aim(camera, self._reshoot.lens, self.aspect)
        self._sound.place(camera)
        self.viewfinder.update(self._reshoot.readout(self.fps))
        self._picture_take()

    def _picture_take(self) -> None:
        """Keep the picture on which a take has just ended: lists of takes show it."""
        take = self._reshoot.last_take
        if take is not None and take != self._pictured:
            self._pictured = take
            with suppress(InputError):  # a full disk has been told already
                write_thumbnail(take, still(self.base, FLAT))
