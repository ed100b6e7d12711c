"""Filming a recorded performance anew: the take plays, the operator films, and a new take is kept.

The new take holds the performance itself, to the last bit, so it needs the old one no more. Channels that are not
filmed anew (position, rotation, focal, focus) come from the old take's camera, moment by moment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.readout import RATE, Readout
from game.hud import with_camera
from game.operator import Operator
from game.shooting import Shooting
from game.slate import Countdown
from game.takes.facts import CHANNELS, FOCAL, FOCUS, POSITION, ROTATION, SECOND, Facts
from game.takes.recorder import Recorder
from game.takes.replay import Replay, ReplayFrame
from game.takes.shot import Shot

_BACK = 0.5  # s
_PERFORMED = ("attempt", "fall", "cycle", "rewind", "lead", "grab", "place", "throw")  # the performance's own events


class Reshoot(Shooting):
    """One take on show again and again, and an operator.

    takes: the folder of the new takes. channels: those of `CHANNELS` that are filmed anew. countdown: s before a take
    that is asked for. Time runs along the old take; starting a new one begins it again, and its end ends the new one
    too. ended: it has been filmed to its end.
    """

    def __init__(
        self,
        replay: Replay,
        operator: Operator,
        takes: Path,
        channels: tuple[str, ...],
        versions: dict[str, str],
        now_ns: Callable[[], int],
        countdown: float = 0.0,
    ) -> None:
        super().__init__(operator, now_ns)
        self._seconds_before = countdown
        self.ended = False
        self._replay = replay
        self._shot = Shot(replay)
        self._takes = takes
        self._channels = channels
        self._versions = versions
        self._seconds = 0.0  # of the old take
        self._began = 0
        self._kept_lens: Lens | None = None
        operator.on_change = self._keep_change

    # -- the frame ------------------------------------------------------------------------------------------------

    def advance(self, dt: float) -> ReplayFrame:
        """Play on for ``dt`` seconds. Returns the moment of the old take to show."""
        self._fade_hint(dt)
        self._count_down(dt)
        if not self.clock.paused:
            before = self._seconds
            self._seconds += dt * self.clock.speed
            self._keep_steps(before)
            if self._seconds >= self._replay.duration:
                self._end()
        frame = self._replay.frame(self._seconds)
        if frame.pose is not None:
            self.operator.sight.see(frame.pose)
        return frame

    def _keep_steps(self, before: float) -> None:
        now = self._now_ns()
        for seconds, snapshot in self._replay.snapshots(before, self._seconds):
            if self._recorder is not None:
                self._recorder.snapshot(self._shown_at(now, seconds), snapshot)
            self.hear(snapshot)
        for event in self._replay.events:
            if self._recorder is not None and before < event.seconds <= self._seconds and event.name in _PERFORMED:
                self._recorder.event(self._shown_at(now, event.seconds), event.name, event.detail)

    def _shown_at(self, now: int, seconds: float) -> int:
        """When a moment of the old take was on show, the clock standing at ``now``."""
        return max(now - round((self._seconds - seconds) / self.clock.speed * SECOND), self._began)

    def _end(self) -> None:
        if self._recorder is not None:
            self.stop_take()
            self.ended = True
        self._seconds = 0.0

    def film(self) -> CameraPose:
        """Read the tracker, obey its buttons, keep its word. Returns where the picture is to be taken from."""
        before, sample = self.operator.sample, self.operator.look()
        self._notice(before, sample)
        shown = self.merged(self.operator.camera())
        self.operator.show(self.recording)
        if self._recorder is not None:
            self._keep_lens(sample.time_ns)
            self._recorder.camera(sample)
            self._recorder.view(sample.time_ns, self.merged(self.operator.pose))
            if self._recorder.flush().problem:
                self.stop_take()
        return shown

    def can(self, action: str) -> bool:
        """Whether a key's action has a meaning here: there is nobody to perform anew, and no panel."""
        return action != "toggle_panel" and any(hasattr(owner, action) for owner in (self, self.operator))

    def merged(self, pose: CameraPose) -> CameraPose:
        """The operator's camera, with what is taken over from the old take."""
        old = self._shot.camera(self._seconds)
        return CameraPose(
            pose.position if POSITION in self._channels else old.position,
            pose.rotation if ROTATION in self._channels else old.rotation,
        )

    @property
    def lens(self) -> Lens:
        """The lens, as far as it is filmed anew the operator's, else the old take's."""
        lens, new = self._shot.lens(self._seconds), self.operator.lens
        if FOCAL in self._channels:
            kept = {name: getattr(new, name) for name in ("focal_length", "filmback", "aspect", "shift")}
            lens = dataclasses.replace(lens, **kept)
        if FOCUS in self._channels:
            kept = {name: getattr(new, name) for name in ("focus_distance", "aperture", "depth_of_field")}
            lens = dataclasses.replace(lens, **kept)
        return lens

    def readout(self, fps: float) -> Readout:
        """What the viewfinder shows."""
        frame = self._replay.frame(self._seconds)
        anew = "" if set(self._channels) == set(CHANNELS) else f", {' '.join(self._channels)} anew"
        readout = Readout(
            recording=self.recording,
            slate=self._replay.header.slate,
            take=self.take_number,
            frame=int(self._seconds * RATE),
            tracker=self.operator.tracker_name,
            tracking=self.operator.sample.tracking,
            fps=fps,
            attempt=frame.attempt,
            stage=f"PERFORMANCE OF {self._replay.take.id}{anew}{self.pace}",
            hint=self.hint or self.operator.note,
        )
        return dataclasses.replace(with_camera(readout, self.operator), focal_length=self.lens.focal_length)

    # -- takes ----------------------------------------------------------------------------------------------------

    @property
    def countdown(self) -> float:
        """Seconds from asking for a take to its start."""
        return self._seconds_before

    def start_take(self) -> None:
        """Start a take from the beginning of the performance.

        Raises:
            InputError: the take cannot be written.
        """
        self.operator.begin()
        self._countdown, self._seconds, self._began, self._markers = Countdown(), 0.0, self._now_ns(), 0
        old = self._replay
        self._kept_lens = self.lens
        performed = ("person", "props")
        kept = {name: value for name, value in old.header.settings.items() if name in performed}
        header = dataclasses.replace(
            old.header,
            start_ns=self._began,
            settings={**self.operator.settings(), **kept, "lens": self._kept_lens.to_dict()},
            versions=self._versions,
            reshoot={"take": old.take.id, "sha256": old.take.log_digest, "channels": list(self._channels)},
        )
        self._recorder = Recorder(self._takes, header)
        for _, snapshot in old.snapshots(-1.0, 0.0):
            self._recorder.snapshot(self._began, snapshot)
        for event in old.events:
            if event.seconds <= 0.0 and event.name in _PERFORMED:
                self._recorder.event(self._began, event.name, event.detail)

    def _keep_change(self, at_ns: int, name: str, value: Facts) -> None:
        if self._recorder is not None and name != "lens":  # the lens is kept as merged, see `_keep_lens`
            self._recorder.settings(at_ns, name, value)

    def _keep_lens(self, at_ns: int) -> None:
        lens = self.lens
        if self._recorder is not None and lens != self._kept_lens:
            self._kept_lens = lens
            self._recorder.settings(at_ns, "lens", lens.to_dict())

    # -- time -----------------------------------------------------------------------------------------------------

    def retry(self) -> None:
        """The performance again from its beginning; a running take is kept."""
        self.stop_take()
        self._seconds = 0.0

    def rewind(self) -> None:
        """Half a second back; not while a take is running, which goes on in one piece."""
        if self._recorder is None:
            self._seconds = max(self._seconds - _BACK, 0.0)
