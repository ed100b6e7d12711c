"""One shoot: attempts being played, a camera following them, and takes being kept. It opens no window.

Each frame has two halves. `advance` moves the performance on, `film` reads the tracker and places the camera: last,
so that neither physics nor the policy lets the operator's hand grow old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from game.camera.pose import CameraPose
from game.camera.readout import RATE, Readout
from game.controls import CONTROLS, OF_THE_WINDOW, STEERING, Control
from game.hud import performed, with_camera
from game.marking import free_name, keep_mark
from game.operator import Operator
from game.performance import BodyPose, interpolate, interpolate_props
from game.performer import Performer
from game.props.hands import Hands
from game.props.hardest import Hardest
from game.reins import Reins, told
from game.repertoire import Repertoire
from game.shelf import Shelf
from game.takes.facts import SECOND
from game.takes.recorder import shown_at
from game.taking import SessionSettings, Taking
from models.disk import free_bytes
from models.errors import InputError
from models.reference import TICKS_PER_SECOND
from models.rotations import Array

_LOOK_ROUND = 1.0  # s
_REWIND = TICKS_PER_SECOND // 2


class Session(Taking):
    """Performance, camera and takes.

    controls: what keys do, to be named in hints. steering: what buttons do instead while a skill can be led. window:
    what else can be done where there is one.
    """

    def __init__(
        self,
        performer: Performer,
        shelf: Shelf,
        operator: Operator,
        settings: SessionSettings,
        now_ns: Callable[[], int],
    ) -> None:
        super().__init__(performer, operator, settings, now_ns)
        self.controls: Sequence[Control] = CONTROLS
        self.steering: Mapping[str, str] = STEERING
        self.window: object | None = None
        self.repertoire = Repertoire(performer, shelf, self.say, self._cut, self.introduction)
        self._previous = performer.snapshot
        self._since_looked = 0.0
        self._disk_left = free_bytes(settings.takes)
        self._hands = Hands(performer, self.say, settings.place)
        self._reins = Reins(performer, self.say)
        self._hardest = Hardest()

    # -- the frame ------------------------------------------------------------------------------------------------

    def advance(self, dt: float) -> BodyPose:
        """Play on for ``dt`` seconds of frame time. Returns the pose to show."""
        self._fade_hint(dt)
        self._look_round(dt)
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
        self.operator.show(self.recording)
        self._hands.follow(pose)
        if self._recorder is not None:
            self._recorder.camera(sample)
            self._recorder.view(sample.time_ns, self.operator.pose)
            if self._recorder.flush().problem:
                self.stop_take()
        return pose

    @property
    def owners(self) -> tuple[object, ...]:
        """Whose public methods keys and buttons call."""
        return (self, self.operator, self.repertoire, self._reins, self._hands, self.window)

    def can(self, action: str) -> bool:
        """Whether an action has a meaning here."""
        return self.window is not None or action not in OF_THE_WINDOW

    def action_of(self, button: str) -> str | None:
        """What a button of whatever holds the camera does now."""
        led = self.steering.get(button) if self.performer.skill.steerable else None
        return self._hands.action_of(button) or led or super().action_of(button)

    def introduction(self) -> str:
        """What there is to press for the skill that is played, beside what there always is."""
        return told(self.controls) if self.performer.skill.steerable else ""

    def _look_round(self, dt: float) -> None:
        self._since_looked += dt
        if self._since_looked >= _LOOK_ROUND:
            self._since_looked = 0.0
            self._disk_left = free_bytes(self.settings.takes)
            self.repertoire.look()

    @property
    def _standing_hint(self) -> str:
        """What is told as long as it is so, where nothing else is."""
        keys = [control.label for control in self.controls if control.action == "hold_camera"]
        held = f"camera held: {' or '.join(keys) or 'its button'} goes on from here" if self.operator.held else ""
        return self.operator.note or held or self.performer.led.words

    def readout(self, fps: float) -> Readout:
        """What the viewfinder shows."""
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
            stage=f"{performed(self.performer, self.repertoire)}{self.pace}",
            hint=self.hint or self._standing_hint,
            disk_left=self._disk_left,
        )
        return with_camera(readout, self.operator)

    # -- attempts and time ----------------------------------------------------------------------------------------

    def next_attempt(self) -> None:
        """The next seed."""
        self.performer.next_attempt()
        self._cut()

    def retry(self) -> None:
        """The same seed again, with all that was done in the attempt."""
        self._hands.let_go()
        self.performer.retry()
        self._cut()

    def rewind(self) -> None:
        """Half a second back within the attempt."""
        self._hands.let_go()
        self.performer.rewind(_REWIND)
        self._cut()

    def _cut(self) -> None:
        """The performance has jumped: nothing leads from the last snapshot to this one."""
        self._previous = self._latest = self.performer.snapshot
        self._keep_snapshot(self._now_ns())

    def next_device(self) -> None:
        """Let another of the tracker's devices hold the camera."""
        self._hand_over(self.operator.next_device)

    def choose_device(self, name: str) -> None:
        """Let one of the tracker's devices hold the camera."""
        self._hand_over(lambda: self.operator.choose_device(name))

    def _hand_over(self, change: Callable[[], None]) -> None:
        try:
            change()
        except InputError as error:
            self.say(str(error))
            return
        self.say(f"{self.operator.tracker_name} holds the camera")

    def keep_mark(self) -> None:
        """Keep where the camera stands as a mark of the place."""
        if self.settings.place is None:
            self.say("this place has no file to keep a mark in")
            return
        name, pose = free_name(self.operator.marks), self.operator.pose
        try:
            keep_mark(self.settings.place, name, pose)
        except InputError as error:
            self.say(str(error))
            return
        self.operator.add_mark(name, pose)
        self.say(f"kept as {name}: going through the marks leads back here")

    def single_step(self) -> None:
        """One physics step."""
        self.clock = self.clock.stepped()

    def close(self) -> None:
        """End a running take and let go of tracker and physics."""
        super().close()
        self.performer.close()
