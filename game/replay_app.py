"""Watching a take in a window, with its sound: play, pause, scrub. Neither physics nor torch runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from direct.showbase.ShowBase import ShowBase

from game.camera.readout import RATE, Readout
from game.controls import REPLAY_CONTROLS, Control, lines_of
from game.environment.description import Environment
from game.filming import Film
from game.props.hardest import HardestInTake
from game.scene import Scene
from game.screen import LATE, Screen
from game.sound.foley_track import LiveSound
from game.takes.replay import Replay
from models.body import Body

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""That keys go through; a replay may begin with any other."""
_HINT = "Space plays and pauses, arrows step a picture, Page Up and Down ten, F1 lists the keys"


@dataclasses.dataclass(frozen=True)
class Playhead:
    """Where a replay stands: seconds into a take of ``duration``, and whether it runs. At the end it begins again.

    speed: 1 is as it was filmed.
    """

    duration: float
    seconds: float = 0.0
    running: bool = True
    speed: float = 1.0

    def advanced(self, dt: float) -> Playhead:
        """After ``dt`` seconds."""
        if not self.running:
            return self
        later = self.seconds + self.speed * dt
        return dataclasses.replace(self, seconds=later if later < self.duration else 0.0)

    def toggled(self) -> Playhead:
        """Pause or go on."""
        return dataclasses.replace(self, running=not self.running)

    def stepped(self, frames: int) -> Playhead:
        """Stop on the picture ``frames`` later (negative: earlier)."""
        seconds = (round(self.seconds * RATE) + frames) / RATE
        return dataclasses.replace(self, running=False, seconds=min(max(seconds, 0.0), self.duration))

    def hurried(self, steps: int) -> Playhead:
        """``steps`` places faster (negative: slower) in `SPEEDS`, from whatever speed it has."""
        speed = self.speed
        for _ in range(abs(steps)):
            beyond = [each for each in SPEEDS if (each > speed if steps > 0 else each < speed)]
            speed = (min(beyond) if steps > 0 else max(beyond)) if beyond else speed
        return dataclasses.replace(self, speed=speed)


class ReplayApp(Screen):
    """A window that shows a take until it is closed; what happens is heard while the playhead runs."""

    def __init__(
        self,
        base: ShowBase,
        environment: Environment,
        person: Path,
        body: Body,
        replay: Replay,
        speed: float = 1.0,
        controls: Sequence[Control] = REPLAY_CONTROLS,
    ) -> None:
        super().__init__(base, controls, (), lines_of(controls))
        self.playhead = Playhead(replay.duration, speed=speed)
        self._replay = replay
        self._hardest = HardestInTake(replay.snapshots, body)
        self._film = Film(Scene(base, environment, person, body, capsules=False), replay)
        self._sound = LiveSound(body, environment.footsteps, environment.ambience, replay.props)
        self._hint = self._sound.note or _HINT
        self.each_frame(self._show, LATE)

    def close(self) -> None:
        """Take everything off the window and fall silent."""
        super().close()
        self._sound.close()

    def toggle_running(self) -> None:
        """Pause, go on."""
        self.playhead = self.playhead.toggled()

    def earlier_picture(self) -> None:
        """Stop on the picture before."""
        self.playhead = self.playhead.stepped(-1)

    def later_picture(self) -> None:
        """Stop on the picture after."""
        self.playhead = self.playhead.stepped(1)

    def ten_earlier(self) -> None:
        """Stop ten pictures before."""
        self.playhead = self.playhead.stepped(-10)

    def ten_later(self) -> None:
        """Stop ten pictures after."""
        self.playhead = self.playhead.stepped(10)

    def slower(self) -> None:
        """The next lower speed."""
        self.playhead = self.playhead.hurried(-1)

    def faster(self) -> None:
        """The next higher speed."""
        self.playhead = self.playhead.hurried(1)

    def _show(self) -> None:
        before, self.playhead = self.playhead, self.playhead.advanced(self.base.clock.dt)
        seconds = self.playhead.seconds
        # Paused, or begun again, there is nothing between the two.
        for _, snapshot in self._replay.snapshots(before.seconds, seconds):
            self._sound.hear(snapshot)
        self._sound.place(self._film.camera(seconds))
        self._film.show(seconds, self.aspect)
        self.viewfinder.update(self._readout(seconds))

    def _readout(self, seconds: float) -> Readout:
        frame = self._replay.frame(seconds)
        return Readout(
            slate=self._replay.take.id,
            frame=round(seconds * RATE),
            focal_length=float(frame.settings.get("lens", {}).get("focal_length", 0.0)),
            fps=self.fps,
            attempt=frame.attempt,
            hardest=self._hardest.words(seconds),
            stage="" if self.playhead.speed == 1.0 else f"{self.playhead.speed:g}x",
            hint=self._hint,
        )
