"""One shoot: attempts being played, a camera following them, and takes being kept. It opens no window.

Each frame has two halves. `advance` moves the performance on, `film` reads the tracker and places the camera: last,
so that neither physics nor the policy lets the operator's hand grow old.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from game.camera.pose import CameraPose, Sample, Tracking
from game.camera.readout import RATE, Readout
from game.camera.trackers.tracker import NEW_DEVICE, ORIGIN_MOVED
from game.hud import with_camera
from game.operator import Operator
from game.performance import BodyPose, interpolate, interpolate_props
from game.performer import Performer
from game.props.hands import Hands
from game.props.hardest import Hardest
from game.props.told import tell
from game.shelf import Shelf
from game.shooting import Shooting
from game.slate import Countdown, shot_after, slate_of, toggle_mark
from game.takes.facts import SECOND, Facts, TakeHeader
from game.takes.recorder import Recorder, shown_at
from models.disk import free_bytes
from models.errors import InputError
from models.reference import TICKS_PER_SECOND
from models.rotations import Array

_LOOK_FOR_STAGES = 1.0  # s
_REWIND = TICKS_PER_SECOND // 2


@dataclass(frozen=True)
class SessionSettings:
    """takes: folder of the takes. slate: their name. environment, person: names or folders. versions: of what plays.

    face: file of the face track, empty without one. scene, shot: on the slate, or empty. countdown: s before a take.
    place: the environment's file, where its props are kept.
    """

    takes: Path
    slate: str
    environment: str
    person: str
    versions: dict[str, str]
    face: str = ""
    scene: str = ""
    shot: str = ""
    countdown: float = 0.0
    place: Path | None = None

    @property
    def full_slate(self) -> str:
        """What takes are called."""
        return slate_of(self.slate, self.scene, self.shot)

    @property
    def cast(self) -> Facts:
        """Who plays, as a take writes it down."""
        return {"folder": self.person, "face": self.face}


class Session(Shooting):
    """Performance and takes."""

    def __init__(
        self,
        performer: Performer,
        shelf: Shelf,
        operator: Operator,
        settings: SessionSettings,
        now_ns: Callable[[], int],
    ) -> None:
        super().__init__(operator, now_ns)
        self.performer = performer
        self.shelf = shelf
        self.settings = settings
        self._countdown = Countdown()
        self._take_began = 0
        self._newest: Path | None = None
        self._previous = self._latest = performer.snapshot
        self._since_looked = 0.0
        self._disk_left = free_bytes(settings.takes)
        self._hands = Hands(performer, self.say, settings.place)
        self._hardest = Hardest()
        operator.on_change = self._keep_change

    # -- the frame ------------------------------------------------------------------------------------------------

    def advance(self, dt: float) -> BodyPose:
        """Play on for ``dt`` seconds of frame time. Returns the pose to show."""
        self._look_for_stages(dt)
        self._count_down(dt)
        self._hands.carry()
        self.clock, ticks = self.clock.advance(dt)
        for at_ns in shown_at(self.clock, self._now_ns(), ticks):
            self._previous, self._latest = self._latest, self.performer.tick()
            self._keep_snapshot(at_ns)
            self.hear(self._latest)
            self._hardest.see(self._latest)
        pose = self._latest.pose
        if self._leads_on:
            pose = interpolate(self._previous.pose, self._latest.pose, self.clock.part)
        self.operator.sight.see(pose)
        return pose

    @property
    def _leads_on(self) -> bool:
        return (self._previous.attempt, self._previous.tick + 1) == (self._latest.attempt, self._latest.tick)

    @property
    def props(self) -> Array:
        """Poses ``(props, 7)`` of the props to show with the pose that `advance` returned."""
        props = self._latest.props
        if self._leads_on:
            props = interpolate_props(self._previous.props, self._latest.props, self.clock.part)
        return self.performer.in_hand(props)

    @property
    def moment(self) -> tuple[int, float]:
        """The attempt under way, and how many seconds of it have passed."""
        return self._latest.attempt, self._latest.tick / TICKS_PER_SECOND

    def film(self) -> CameraPose:
        """Read the tracker, obey its buttons, keep its word, place the camera."""
        before = self.operator.sample
        sample = self.operator.look()
        self._stamp = sample.time_ns  # what changes now counts for this sample
        self._notice(before, sample)
        self._stamp = None
        pose = self.operator.camera()
        self._hands.follow(pose)
        if self._recorder is not None:
            self._recorder.camera(sample)
            self._recorder.view(sample.time_ns, self.operator.pose)
            if self._recorder.flush().problem:
                self.stop_take()
        return pose

    def _look_for_stages(self, dt: float) -> None:
        self._fade_hint(dt)
        self._since_looked += dt
        if self._since_looked < _LOOK_FOR_STAGES:
            return
        self._since_looked = 0.0
        self._disk_left = free_bytes(self.settings.takes)
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
        if NEW_DEVICE in sample.buttons:
            self._keep_event(NEW_DEVICE, {"tracker": self.operator.tracker_name})
        self._obey(sample)

    def readout(self, fps: float) -> Readout:
        """What the viewfinder shows."""
        info = self.performer.stage.info
        judged = f", {100 * info.judged['success']:.0f} % succeed" if "success" in info.judged else ""
        seconds = self._latest.tick / TICKS_PER_SECOND
        if self.recording:
            seconds = (self._now_ns() - self._take_began) / SECOND
        readout = Readout(
            recording=self.recording,
            slate=self.settings.full_slate,
            take=self.take_number,
            frame=int(seconds * RATE),
            tracker=self.operator.tracker_name,
            tracking=self.operator.sample.tracking,
            fps=fps,
            attempt=self._latest.attempt,
            hardest=self._hardest.words(self.performer.body),
            stage=f"{info.attempts:,} JUMPS LEARNED{judged}{self.pace}",
            hint=self.hint or self.operator.note or ("camera held: F goes on from here" if self.operator.held else ""),
            disk_left=self._disk_left,
        )
        return with_camera(readout, self.operator)

    # -- takes ----------------------------------------------------------------------------------------------------

    def toggle_take(self) -> None:
        """Start a take, after a countdown if one is wanted, or stop it; while it counts, stay as before."""
        if self.recording:
            self.stop_take()
        elif self._countdown.running:
            self._countdown = Countdown()
            self.say("no take after all")
        else:
            self._countdown = Countdown(self.settings.countdown)
            self._count_down(0.0)

    def _count_down(self, dt: float) -> None:
        self._countdown, begin = self._countdown.advance(dt)
        if self._countdown.running:
            self.say(self._countdown.text)
        if begin:
            self.say("")
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
        self._countdown, self._markers = Countdown(), 0
        stage = self.performer.stage
        header = TakeHeader(
            slate=self.settings.full_slate,
            start_ns=now,
            environment=self.settings.environment,
            skill=stage.info.skill,
            stage=stage.digest,
            body=self.performer.body.digest,
            seed=self.performer.seed,
            settings=self.operator.settings() | {"person": self.settings.cast, "props": tell(self.performer.props)},
            versions=self.settings.versions,
            scene=self.settings.scene,
            shot=self.settings.shot,
        )
        self._recorder = Recorder(self.settings.takes, header)
        self._take_began = now
        self._keep_snapshot(now)

    def circle_take(self) -> None:
        """Circle the last take, or not."""
        self.say(toggle_mark(self.last_take, "circled"))

    def star_take(self) -> None:
        """Star the last take, or not."""
        self.say(toggle_mark(self.last_take, "starred"))

    def next_shot(self) -> None:
        """The next shot of the scene: its takes count from 1."""
        self.settings = replace(self.settings, shot=shot_after(self.settings.shot))
        self.say(f"slate: {self.settings.full_slate}, from the next take on")

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
        self._hands.let_go()
        self.performer.retry()
        self._cut()

    def rewind(self) -> None:
        """Half a second back within the attempt."""
        self._hands.let_go()
        self.performer.rewind(_REWIND)
        self._cut()

    def take_or_place(self) -> None:
        """Take the prop in the middle of the picture, or set down there what is in hand."""
        self._hands.take_or_place()

    def throw(self) -> None:
        """Throw what is in hand at the body."""
        self._hands.throw()

    def keep_props(self) -> None:
        """Write where the props stand into the place's file."""
        self._hands.keep_props()

    def earlier_stage(self) -> None:
        """The stage before."""
        self._change_stage(self.shelf.neighbour(self.performer.stage.path, -1))

    def later_stage(self) -> None:
        """The stage after."""
        self._change_stage(self.shelf.neighbour(self.performer.stage.path, 1))

    def newest_stage(self) -> None:
        """The stage that was published last while playing, or else the one that has learned longest."""
        self._change_stage(self._newest or self.shelf.paths[-1])

    def play_stage(self, path: Path) -> None:
        """A stage on the shelf."""
        self._change_stage(path)

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

    def next_device(self) -> None:
        """Let another of the tracker's devices hold the camera."""
        try:
            self.operator.next_device()
        except InputError as error:
            self.say(str(error))
            return
        self.say(f"{self.operator.tracker_name} holds the camera")

    def single_step(self) -> None:
        """One physics step."""
        self.clock = self.clock.stepped()

    def close(self) -> None:
        """End a running take and let go of tracker and physics."""
        super().close()
        self.performer.close()
