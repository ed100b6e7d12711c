"""The takes of live play: what is on their slate, the count before them, what they keep of the performance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from game.operator import Operator
from game.performer import Performer
from game.props.told import tell
from game.shooting import Shooting
from game.slate import Countdown, shot_after, slate_of
from game.takes.facts import Facts, TakeHeader
from game.takes.recorder import Recorder


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


class Taking(Shooting):
    """A performer, an operator, and takes of both."""

    def __init__(
        self, performer: Performer, operator: Operator, settings: SessionSettings, now_ns: Callable[[], int]
    ) -> None:
        super().__init__(operator, now_ns)
        self.performer = performer
        self.settings = settings
        self._latest = performer.snapshot
        self._take_began = 0
        operator.on_change = self._keep_change

    @property
    def countdown(self) -> float:
        """Seconds from asking for a take to its start."""
        return self.settings.countdown

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
