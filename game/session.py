"""One shoot: attempts being played, a camera following them, and takes being kept. It opens no window.

Each frame has two halves. `advance` moves the performance on, `film` reads the tracker and places the camera: last,
so that neither physics nor the policy lets the operator's hand grow old.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.readout import RATE, Readout
from game.camera.trackers.tracker import ORIGIN_MOVED
from game.clock import Clock
from game.controls import CONTROLLER, find_action
from game.operator import Operator
from game.performance import BodyPose, Snapshot, interpolate
from game.performer import Performer
from game.shelf import Shelf
from game.takes.facts import SECOND, Facts, TakeHeader
from game.takes.recorder import Recorder, shown_at
from models.errors import InputError
from models.reference import TICKS_PER_SECOND

_LOOK_FOR_STAGES = 1.0  # s
_HINT_SECONDS = 5.0
_REWIND = TICKS_PER_SECOND // 2


@dataclass(frozen=True)
class SessionSettings:
    """takes: folder of the takes. slate: their name. environment, person: names or folders. versions: of what plays."""

    takes: Path
    slate: str
    environment: str
    person: str
    versions: dict[str, str]


class Session:
    """Performance and takes; every public method without arguments is something that a key can do.

    hear: called with every physics step. problem: the sentence of a take that ended early, to be told at the end.
    """

    def __init__(
        self,
        performer: Performer,
        shelf: Shelf,
        operator: Operator,
        settings: SessionSettings,
        now_ns: Callable[[], int],
    ) -> None:
        self.performer = performer
        self.shelf = shelf
        self.operator = operator
        self.settings = settings
        self.clock = Clock()
        self.hint = ""
        self.problem = ""
        self.last_take: Path | None = None
        self.hear: Callable[[Snapshot], None] = lambda snapshot: None
        self._now_ns = now_ns
        self._recorder: Recorder | None = None
        self._take_began = 0
        self._newest: Path | None = None
        self._previous = self._latest = performer.snapshot
        self._held_buttons: frozenset[str] = frozenset()
        self._since_looked = 0.0
        self._hint_left = 0.0
        self._stamp: int | None = None
        operator.on_change = self._keep_change

    # -- the frame ------------------------------------------------------------------------------------------------

    def advance(self, dt: float) -> BodyPose:
        """Play on for ``dt`` seconds of frame time. Returns the pose to show."""
        self._look_for_stages(dt)
        self.clock, ticks = self.clock.advance(dt)
        for at_ns in shown_at(self.clock, self._now_ns(), ticks):
            self._previous, self._latest = self._latest, self.performer.tick()
            self._keep_snapshot(at_ns)
            self.hear(self._latest)
        leads_on = (self._previous.attempt, self._previous.tick + 1) == (self._latest.attempt, self._latest.tick)
        if not leads_on:
            return self._latest.pose
        return interpolate(self._previous.pose, self._latest.pose, self.clock.part)

    def film(self) -> CameraPose:
        """Read the tracker, obey its buttons, keep its word, place the camera."""
        before = self.operator.sample
        sample = self.operator.look()
        self._stamp = sample.time_ns  # what changes now counts for this sample
        self._notice(before, sample)
        self._stamp = None
        pose = self.operator.camera()
        if self._recorder is not None:
            self._recorder.camera(sample)
            if self._recorder.flush().problem:
                self.stop_take()
        return pose

    def _look_for_stages(self, dt: float) -> None:
        self._hint_left -= dt
        if self._hint_left < 0.0:
            self.hint = ""
        self._since_looked += dt
        if self._since_looked < _LOOK_FOR_STAGES:
            return
        self._since_looked = 0.0
        fresh = self.shelf.refresh()
        if fresh:
            self._newest = fresh[-1]
            self.say(f"new stage after {self.shelf.info(self._newest).attempts:,} jumps: press N to see it")
        for note in self.shelf.take_notes():
            self.say(note)

    def _notice(self, before: Sample, sample: Sample) -> None:
        """Turn what the tracker reports into events, and its buttons into actions."""
        if sample.tracking is not before.tracking:
            self._keep_event("tracking_lost" if sample.tracking is not Tracking.OK else "tracking_found", {})
        if ORIGIN_MOVED in sample.buttons:
            self._keep_event(ORIGIN_MOVED, {})
        for button in sorted(sample.buttons - self._held_buttons):
            if button in CONTROLLER:
                find_action(CONTROLLER[button], (self, self.operator))()
        self._held_buttons = sample.buttons

    def say(self, hint: str) -> None:
        """Show a sentence in the viewfinder for a while."""
        self.hint, self._hint_left = hint, _HINT_SECONDS

    def readout(self, fps: float) -> Readout:
        """What the viewfinder shows."""
        info = self.performer.stage.info
        judged = f", {100 * info.judged['success']:.0f} % succeed" if "success" in info.judged else ""
        speed = "" if self.clock.speed == 1.0 else f", {self.clock.speed:g}x"
        seconds = self._latest.tick / TICKS_PER_SECOND
        if self.recording:
            seconds = (self._now_ns() - self._take_began) / SECOND
        return Readout(
            recording=self.recording,
            slate=self.settings.slate,
            take=int(self._recorder.id.rsplit("_", 1)[-1]) if self._recorder else 0,
            frame=int(seconds * RATE),
            focal_length=self.operator.lens.focal_length,
            tracker=self.operator.tracker_name,
            tracking=self.operator.sample.tracking,
            fps=fps,
            attempt=self._latest.attempt,
            stage=f"{info.attempts:,} JUMPS LEARNED{judged}{speed}{', paused' if self.clock.paused else ''}",
            hint=self.hint or ("camera held: F goes on from here" if self.operator.held else ""),
        )

    # -- takes ----------------------------------------------------------------------------------------------------

    @property
    def recording(self) -> bool:
        """Whether a take is running."""
        return self._recorder is not None

    def toggle_take(self) -> None:
        """Start a take, or stop it."""
        if self.recording:
            self.stop_take()
            return
        try:
            self.start_take()
        except InputError as error:
            self.say(str(error))

    def start_take(self) -> None:
        """Start a take.

        Raises:
            InputError: the take cannot be written.
        """
        self.operator.begin()
        now = self._now_ns()
        stage = self.performer.stage
        header = TakeHeader(
            slate=self.settings.slate,
            start_ns=now,
            environment=self.settings.environment,
            skill=stage.info.skill,
            stage=stage.digest,
            body=self.performer.body.digest,
            seed=self.performer.seed,
            settings=self.operator.settings() | {"person": {"folder": self.settings.person}},
            versions=self.settings.versions,
        )
        self._recorder = Recorder(self.settings.takes, header)
        self._take_began = now
        self._keep_snapshot(now)

    def stop_take(self) -> None:
        """End the take; it is on disk when this returns."""
        if self._recorder is None:
            return
        self.last_take = self._recorder.close()
        self.problem = self._recorder.state.problem
        self.say(self.problem or f"kept {self._recorder.id}")
        self._recorder = None

    def _keep_snapshot(self, at_ns: int) -> None:
        """Keep the latest snapshot and the events that led to it, if a take is running."""
        events = self.performer.take_events()
        if self._recorder is None:
            return
        # The first pictures of a window come late; nothing is shown before the take begins.
        at_ns = max(at_ns, self._take_began)
        self._recorder.snapshot(at_ns, self._latest)
        for event in events:
            detail = {"attempt": event.attempt, "tick": event.tick, **event.detail}
            self._recorder.event(at_ns, event.name, detail)

    def _keep_event(self, name: str, detail: Facts) -> None:
        if self._recorder is not None:
            self._recorder.event(self._stamp or self._now_ns(), name, detail)

    def _keep_change(self, at_ns: int, name: str, value: Facts) -> None:
        if self._recorder is not None:
            self._recorder.settings(self._stamp or at_ns, name, value)

    # -- attempts and time ----------------------------------------------------------------------------------------

    def next_attempt(self) -> None:
        """The next seed."""
        self.performer.next_attempt()
        self._cut()

    def retry(self) -> None:
        """The same seed again."""
        self.performer.retry()
        self._cut()

    def rewind(self) -> None:
        """Half a second back within the attempt."""
        self.performer.rewind(_REWIND)
        self._cut()

    def earlier_stage(self) -> None:
        """The stage before."""
        self._change_stage(self.shelf.neighbour(self.performer.stage.path, -1))

    def later_stage(self) -> None:
        """The stage after."""
        self._change_stage(self.shelf.neighbour(self.performer.stage.path, 1))

    def newest_stage(self) -> None:
        """The stage that was published last while playing, or else the one that has learned longest."""
        self._change_stage(self._newest or self.shelf.paths[-1])

    def _change_stage(self, path: Path) -> None:
        if path == self.performer.stage.path:
            return
        try:
            self.performer.play(self.shelf.load(path))
        except InputError as error:
            self.say(str(error))
            return
        self._cut()

    def _cut(self) -> None:
        """The performance has jumped: nothing leads from the last snapshot to this one."""
        self._previous = self._latest = self.performer.snapshot
        self._keep_snapshot(self._now_ns())

    def pause(self) -> None:
        """Pause, or go on."""
        self.clock = self.clock.toggled()

    def single_step(self) -> None:
        """One physics step."""
        self.clock = self.clock.stepped()

    def slower(self) -> None:
        """A slower motion."""
        self.clock = self.clock.slower()

    def faster(self) -> None:
        """A faster motion, up to real time."""
        self.clock = self.clock.faster()

    def close(self) -> None:
        """End a running take and let go of tracker and physics."""
        self.stop_take()
        self.operator.close()
        self.performer.close()
