"""Watching a take in a window: play, pause, scrub. Neither physics nor torch runs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from direct.showbase.ShowBase import ShowBase
from direct.task import Task

from game.camera.readout import RATE, Readout
from game.camera.viewfinder import Viewfinder
from game.environment.description import Environment
from game.filming import Film
from game.scene import Scene
from game.takes.replay import Replay
from models.body import Body


@dataclasses.dataclass(frozen=True)
class Playhead:
    """Where a replay stands: seconds into a take of ``duration``, and whether it runs. At the end it begins again."""

    duration: float
    seconds: float = 0.0
    running: bool = True

    def advanced(self, dt: float) -> Playhead:
        """After ``dt`` seconds."""
        if not self.running:
            return self
        later = self.seconds + dt
        return dataclasses.replace(self, seconds=later if later < self.duration else 0.0)

    def toggled(self) -> Playhead:
        """Pause or go on."""
        return dataclasses.replace(self, running=not self.running)

    def stepped(self, frames: int) -> Playhead:
        """Stop on the picture ``frames`` later (negative: earlier)."""
        seconds = (round(self.seconds * RATE) + frames) / RATE
        return dataclasses.replace(self, running=False, seconds=min(max(seconds, 0.0), self.duration))


class ReplayApp:
    """A window that shows a take until it is closed."""

    def __init__(self, base: ShowBase, environment: Environment, person: Path, body: Body, replay: Replay) -> None:
        self._base: Any = base
        self._replay = replay
        self._film = Film(Scene(base, environment, person, body, capsules=False), replay)
        self._playhead = Playhead(replay.duration)
        self._aspect = base.getAspectRatio()
        self._viewfinder = Viewfinder(base.render2d, self._aspect)
        self._ended = False
        keys = {"space": self._toggle, "escape": self._quit}
        for key, handler in keys.items():
            base.accept(key, handler)
        for key, frames in {"arrow_left": -1, "arrow_right": 1, "page_up": -10, "page_down": 10}.items():
            base.accept(key, self._step, [frames])
            base.accept(f"{key}-repeat", self._step, [frames])
        base.accept("aspectRatioChanged", self._resized)
        base.taskMgr.add(self._show, "show", sort=45)

    def run(self) -> None:
        """Play until the window is closed."""
        while not self._ended and self._base.win is not None and not self._base.win.is_closed():
            self._base.taskMgr.step()

    def _show(self, task: Task.Task) -> int:
        self._playhead = self._playhead.advanced(self._base.clock.dt)
        seconds = self._playhead.seconds
        self._film.show(seconds, self._aspect)
        frame = self._replay.frame(seconds)
        hint = "Space plays and pauses, arrows step a frame, Page Up and Down ten"
        name = self._replay.take.id
        focal = float(frame.settings.get("lens", {}).get("focal_length", 0.0))
        readout = Readout(slate=name, frame=round(seconds * RATE), focal_length=focal, attempt=frame.attempt, hint=hint)
        self._viewfinder.update(dataclasses.replace(readout, fps=self._base.clock.get_average_frame_rate()))
        return int(task.cont)

    def _toggle(self) -> None:
        self._playhead = self._playhead.toggled()

    def _step(self, frames: int) -> None:
        self._playhead = self._playhead.stepped(frames)

    def _quit(self) -> None:
        self._ended = True

    def _resized(self) -> None:
        self._aspect = self._base.getAspectRatio()
        self._viewfinder.resize(self._aspect)
