"""One shoot: attempts being played, a camera following them, and takes being kept. It opens no window.

Each frame has two halves. `advance` moves the performance on, `film` reads the tracker and places the camera: last,
so that neither physics nor the policy lets the operator's hand grow old.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from game.camera.lens import Lens
from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.readout import RATE, Readout
from game.camera.rig import Rig, placed_at
from game.camera.rig_settings import RigSettings
from game.camera.trackers.tracker import ORIGIN_MOVED, Tracker
from game.clock import Clock
from game.performance import BodyPose, Snapshot, interpolate
from game.performer import Event, Performer
from game.shelf import Shelf
from game.takes.facts import SECOND, TakeHeader
from game.takes.recorder import Recorder, shown_at
from models.errors import InputError
from models.reference import TICKS_PER_SECOND

_LOOK_FOR_STAGES = 1.0  # s
_HINT_SECONDS = 5.0
_REWIND = TICKS_PER_SECOND // 2
# What the buttons of a tracked controller do, when they go down.
_BUTTONS = {"trigger": "toggle_take", "grip": "hold_camera", "a": "next_attempt", "b": "retry", "menu": "home_camera"}


@dataclass(frozen=True)
class SessionSettings:
    """takes: folder of the takes. slate: their name. environment: name of the place. versions: of what plays."""

    takes: Path
    slate: str
    environment: str
    lens: Lens
    home: CameraPose
    versions: dict[str, str]


class Session:
    """Performance, camera and takes; every public method without arguments is something that a key can do."""

    def __init__(
        self,
        performer: Performer,
        shelf: Shelf,
        tracker: Tracker,
        settings: SessionSettings,
        now_ns: Callable[[], int],
    ) -> None:
        self.performer = performer
        self.shelf = shelf
        self.settings = settings
        self.clock = Clock()
        self.lens = settings.lens
        self.hint = ""
        self.last_take: Path | None = None
        self._tracker = tracker
        self._now_ns = now_ns
        self.hear: Callable[[Snapshot], None] | None = None
        self._recorder: Recorder | None = None
        self._take_began = 0
        self._previous = self._latest = performer.snapshot
        self._sample = tracker.sample()
        self._rig = Rig(RigSettings())
        self._held_buttons: frozenset[str] = frozenset()
        self._looked_at = 0.0
        self._hint_left = 0.0
        self.home_camera()

    # -- the frame ------------------------------------------------------------------------------------------------

    def advance(self, dt: float) -> BodyPose:
        """Play on for ``dt`` seconds of frame time. Returns the pose to show."""
        self._look_for_stages(dt)
        self.clock, ticks = self.clock.advance(dt)
        for at_ns in shown_at(self.clock, self._now_ns(), ticks):
            self._previous, self._latest = self._latest, self.performer.tick()
            if self._recorder is not None:
                self._recorder.snapshot(at_ns, self._latest)
            self._tell_events(at_ns)
            if self.hear is not None:
                self.hear(self._latest)
        leads_on = (self._previous.attempt, self._previous.tick + 1) == (self._latest.attempt, self._latest.tick)
        if not leads_on:
            return self._latest.pose
        return interpolate(self._previous.pose, self._latest.pose, self.clock.part)

    def film(self) -> CameraPose:
        """Read the tracker, keep its word, place the camera."""
        sample = self._tracker.sample()
        self._notice(sample)
        self._sample = sample
        pose = self._rig.update(sample)
        if self._recorder is not None:
            self._recorder.camera(sample)
            state = self._recorder.flush()
            if state.problem:
                self.stop_take()
        return pose

    def _look_for_stages(self, dt: float) -> None:
        self._hint_left -= dt
        if self._hint_left < 0.0:
            self.hint = ""
        self._looked_at += dt
        if self._looked_at >= _LOOK_FOR_STAGES:
            self._looked_at = 0.0
            fresh = self.shelf.refresh()
            if fresh:
                info = self.shelf.info(fresh[-1])
                self.say(f"new stage after {info.attempts:,} jumps: press N to see it")
            if self.shelf.notes:
                self.say(self.shelf.notes.pop(0))

    def _tell_events(self, at_ns: int) -> None:
        for event in self.performer.take_events():
            if self._recorder is not None:
                self._recorder.event(at_ns, event.name, _detail(event))

    def _notice(self, sample: Sample) -> None:
        """Turn what the tracker reports into events, and its buttons into actions."""
        if sample.tracking is not self._sample.tracking:
            self._event("tracking_lost" if sample.tracking is not Tracking.OK else "tracking_found", {})
        if ORIGIN_MOVED in sample.buttons:
            self._event("origin_moved", {})
        for button in sample.buttons - self._held_buttons:
            if button in _BUTTONS:
                getattr(self, _BUTTONS[button])()
        self._held_buttons = sample.buttons

    def _event(self, name: str, detail: dict[str, object]) -> None:
        if self._recorder is not None:
            self._recorder.event(self._now_ns(), name, detail)

    def say(self, hint: str) -> None:
        """Show a sentence in the viewfinder for a while."""
        self.hint, self._hint_left = hint, _HINT_SECONDS

    def readout(self, fps: float) -> Readout:
        """What the viewfinder shows."""
        info = self.performer.stage.info
        judged = f", {100 * info.judged['success']:.0f} % succeed" if "success" in info.judged else ""
        speed = "" if self.clock.speed == 1.0 else f", {self.clock.speed:g}x"
        frame = (self._now_ns() - self._take_began) * RATE // SECOND if self.recording else self._latest.tick * RATE
        return Readout(
            recording=self.recording,
            slate=self.settings.slate,
            take=int(self._recorder.id.rsplit("_", 1)[-1]) if self._recorder else 0,
            frame=frame if self.recording else frame // TICKS_PER_SECOND,
            focal_length=self.lens.focal_length,
            tracker=self._tracker.name,
            tracking=self._sample.tracking,
            fps=fps,
            attempt=self._latest.attempt,
            stage=f"{info.attempts:,} JUMPS LEARNED{judged}{speed}{', paused' if self.clock.paused else ''}",
            hint=self.hint,
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
        else:
            try:
                self.start_take()
            except InputError as error:
                self.say(str(error))

    def start_take(self) -> None:
        """Start a take.

        The rig begins anew where it stands, so that the camera can be derived from what the take holds alone.

        Raises:
            InputError: the take cannot be written.
        """
        self._rig = Rig(dataclasses.replace(self._rig.settled(), frozen=False))
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
            settings={"rig": self._rig.settings.to_dict(), "lens": self.lens.to_dict()},
            versions=self.settings.versions,
        )
        self._recorder = Recorder(self.settings.takes, header)
        self._take_began = now
        self._recorder.snapshot(now, self._latest)
        self._tell_events(now)

    def stop_take(self) -> None:
        """End the take; it is on disk when this returns."""
        if self._recorder is None:
            return
        self.last_take = self._recorder.close()
        self.say(self._recorder.state.problem or f"kept {self._recorder.id}")
        self._recorder = None

    # -- attempts -------------------------------------------------------------------------------------------------

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
        """The last stage of all."""
        self._change_stage(self.shelf.paths[-1])

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
        now = self._now_ns()
        if self._recorder is not None:
            self._recorder.snapshot(now, self._latest)
        self._tell_events(now)

    # -- time -----------------------------------------------------------------------------------------------------

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

    # -- camera ---------------------------------------------------------------------------------------------------

    def home_camera(self) -> None:
        """Put the camera where operators start."""
        self._set_rig(placed_at(self._sample, self._rig.settings, self.settings.home))

    def hold_camera(self) -> None:
        """Freeze the camera, or let it go on from where it stands."""
        self._set_rig(dataclasses.replace(self._rig.settings, frozen=not self._rig.settings.frozen))
        self.say("camera held: F goes on from here" if self._rig.settings.frozen else "camera free")

    def kill_roll(self) -> None:
        """Keep the horizon level, or not."""
        self._set_rig(dataclasses.replace(self._rig.settings, kill_roll=not self._rig.settings.kill_roll))

    def wider_lens(self) -> None:
        """The next shorter prime."""
        self.set_lens(self.lens.previous_prime())

    def longer_lens(self) -> None:
        """The next longer prime."""
        self.set_lens(self.lens.next_prime())

    def set_lens(self, lens: Lens) -> None:
        """Change the lens."""
        self.lens = lens
        if self._recorder is not None:
            self._recorder.settings(self._now_ns(), "lens", lens.to_dict())

    def _set_rig(self, settings: RigSettings) -> None:
        self._rig.settings = settings
        if self._recorder is not None:
            self._recorder.settings(self._now_ns(), "rig", settings.to_dict())

    def close(self) -> None:
        """End a running take and let go of tracker and physics."""
        self.stop_take()
        self._tracker.close()
        self.performer.close()


def _detail(event: Event) -> dict[str, object]:
    return {"attempt": event.attempt, "tick": event.tick, **event.detail}
