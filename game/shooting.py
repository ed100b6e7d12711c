"""What live play and a reshoot have in common: time, hints, buttons, and the take that is running."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

from game.camera.pose import Sample, Tracking
from game.camera.trackers.tracker import NEW_DEVICE, ORIGIN_MOVED
from game.clock import Clock
from game.controls import CONTROLLER, PANEL_BUTTONS, RELEASES, find_action
from game.operator import Operator
from game.performance import Snapshot
from game.slate import Countdown, toggle_mark
from game.takes.facts import Facts
from game.takes.marks import MARKER
from game.takes.recorder import Recorder
from models.errors import InputError

_HINT_SECONDS = 5.0


class Shooting(ABC):
    """An operator and a take; every public method without arguments is something that a key can do.

    controller: what buttons do. hear: called with every physics step. problem: the sentence of a take that ended early,
    to be told at the end.
    """

    def __init__(self, operator: Operator, now_ns: Callable[[], int]) -> None:
        self.operator = operator
        self.clock = Clock()
        self.hint = ""
        self.problem = ""
        self.last_take: Path | None = None
        self.controller: Mapping[str, str] = CONTROLLER
        self.hear: Callable[[Snapshot], None] = lambda snapshot: None
        self._now_ns = now_ns
        self._stamp: int | None = None  # the time for which what happens now counts; None: the clock's
        self._recorder: Recorder | None = None
        self._markers = 0
        self._held_buttons: frozenset[str] = frozenset()
        self._releases: dict[str, str] = {}  # what is to be done when a held button goes up
        self._hint_left = 0.0
        self._countdown = Countdown()

    def say(self, hint: str) -> None:
        """Show a sentence in the viewfinder for a while."""
        self.hint, self._hint_left = hint, _HINT_SECONDS

    def _fade_hint(self, dt: float) -> None:
        self._hint_left -= dt
        if self._hint_left < 0.0:
            self.hint = ""

    def can(self, action: str) -> bool:
        """Whether an action has a meaning here. All have, in live play: one that nobody knows is a fault."""
        return True

    @property
    def owners(self) -> tuple[object, ...]:
        """Whose public methods keys and buttons call."""
        return (self, self.operator)

    def action_of(self, button: str) -> str | None:
        """What a button of whatever holds the camera does now."""
        return self.controller.get(button)

    def _notice(self, before: Sample, sample: Sample) -> None:
        """Keep what the tracker reports as events of the take, and do what its buttons say."""
        for name, detail in self._reported(before, sample).items():
            if self._recorder is not None:
                self._recorder.event(sample.time_ns, name, detail)
        self._obey(sample)

    def _reported(self, before: Sample, sample: Sample) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        if sample.tracking is not before.tracking:
            found["tracking_found" if sample.tracking is Tracking.OK else "tracking_lost"] = {}
        if ORIGIN_MOVED in sample.buttons:
            found[ORIGIN_MOVED] = {}
        if NEW_DEVICE in sample.buttons:
            found[NEW_DEVICE] = {"tracker": self.operator.tracker_name}
        return found

    def _obey(self, sample: Sample) -> None:
        """Do what the buttons of ``sample`` say that went down or up with it; an open panel keeps its own."""
        for button in sorted(self._held_buttons - sample.buttons):
            if button in self._releases:
                find_action(self._releases.pop(button), self.owners)()
        for button in sorted(sample.buttons - self._held_buttons):
            action = self.action_of(button)
            of_the_panel = self.operator.lent and button in PANEL_BUTTONS
            if action is not None and self.can(action) and not of_the_panel:
                find_action(action, self.owners)()
                if action in RELEASES:
                    self._releases[button] = RELEASES[action]
        self._held_buttons = sample.buttons

    @property
    def recording(self) -> bool:
        """Whether a take is running."""
        return self._recorder is not None

    @property
    def take_number(self) -> int:
        """Of the running take; 0: none is."""
        return int(self._recorder.id.rsplit("_", 1)[-1]) if self._recorder else 0

    @property
    def pace(self) -> str:
        """How time runs, where it does not as usual, as words to add to others."""
        speed = "" if self.clock.speed == 1.0 else f", {self.clock.speed:g}x"
        return f"{speed}{', paused' if self.clock.paused else ''}"

    @abstractmethod
    def start_take(self) -> None:
        """Start a take.

        Raises:
            InputError: the take cannot be written.
        """

    @property
    @abstractmethod
    def countdown(self) -> float:
        """Seconds from asking for a take to its start."""

    def toggle_take(self) -> None:
        """Start a take, after a countdown if one is wanted, or stop it; while it counts, stay as before."""
        if self.recording:
            self.stop_take()
        elif self._countdown.running:
            self._countdown = Countdown()
            self.say("no take after all")
        else:
            self._countdown = Countdown(self.countdown)
            self._count_down(0.0)

    def _count_down(self, dt: float) -> None:
        self._countdown, begin = self._countdown.advance(dt)
        if self._countdown.running:
            self.say(self._countdown.text)
        if begin:
            self.say("")
            self._try_take()

    def _try_take(self) -> None:
        """Start a take, or say why there is none."""
        try:
            self.start_take()
        except InputError as error:
            self.say(str(error))

    def stop_take(self) -> None:
        """End the take; it is on disk when this returns."""
        if self._recorder is None:
            return
        self.last_take = self._recorder.close()
        self.problem = self._recorder.state.problem
        self.say(self.problem or f"kept {self._recorder.id}")
        self._recorder = None

    def circle_take(self) -> None:
        """Circle the last take, or not."""
        self.say(toggle_mark(self.last_take, "circled"))

    def star_take(self) -> None:
        """Star the last take, or not."""
        self.say(toggle_mark(self.last_take, "starred"))

    def mark(self) -> None:
        """Put a marker into the running take."""
        if not self.recording:
            self.say("markers are for a running take")
            return
        self._markers += 1
        self._keep_event(MARKER, {"number": self._markers})
        self.say(f"marker {self._markers}")

    def _keep_event(self, name: str, detail: Facts) -> None:
        if self._recorder is not None:
            self._recorder.event(self._stamp or self._now_ns(), name, detail)

    def pause(self) -> None:
        """Pause, or go on."""
        self.clock = self.clock.toggled()

    def slower(self) -> None:
        """A slower motion."""
        self.clock = self.clock.slower()

    def faster(self) -> None:
        """A faster motion, up to real time."""
        self.clock = self.clock.faster()

    def close(self) -> None:
        """End a running take and let go of the tracker."""
        self.stop_take()
        self.operator.close()
