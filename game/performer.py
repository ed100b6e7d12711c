"""A body, a stage, a seed -> the performance, step by step.

An attempt is never ended early: who fails falls, really, and lies there for a moment. The same seed and stage give the
same attempt to the last bit on one machine, because every attempt gets a world that nothing has touched before; so
going back within an attempt is playing it again up to there. What hands did with the props is part of the attempt: it
is done again at its ticks, until hands do something else, which replaces all that was to follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from game.performance import BodyPose, Snapshot
from models import imitation
from models.attempt import Attempts, Perturbation, perturbed
from models.body import Body
from models.contact import Box, Contact, Hit
from models.imitation import Frame
from models.props import Handling, Prop, poses_of
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference
from models.rotations import Array
from models.stage import Stage
from models.world import World

_LIE_SECONDS = 2.0  # how long somebody is looked at who lies there
_UP_SHARE = 0.55  # of standing height: whose hips are lower lies, or sits; a grazed knee ends nothing
_LONGEST_SECONDS = 12.0


@dataclass(frozen=True)
class Mark:
    """Where attempts start: a point on the ground (m) and a heading about Y (rad), Bullet's frame."""

    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0


@dataclass(frozen=True)
class Event:
    """What happened at a tick: "attempt", "fall", "cycle", "rewind", or to a prop: "grab", "place", "throw"."""

    name: str
    attempt: int
    tick: int
    detail: dict[str, object]


class Performer:
    """Plays attempts of one stage, one physics tick at a time."""

    def __init__(
        self,
        body: Body,
        reference: Reference,
        stage: Stage,
        mark: Mark,
        boxes: Sequence[Box] = (),
        seed: int = 1,
        props: Sequence[Prop] = (),
    ) -> None:
        self.body = body
        self.reference = reference
        self.stage = stage
        self.mark = mark
        self.boxes = tuple(boxes)
        self.props = tuple(props)
        self.layout = poses_of(self.props)  # where props stand when the next attempt begins
        self.seed = seed
        self.attempt = 0
        self.events: list[Event] = []
        self._world: World | None = None
        self._script: dict[int, list[Handling]] = {}  # what hands do, by the tick before which they do it
        self._begin()

    def close(self) -> None:
        """Free the physics."""
        if self._world is not None:
            self._world.close()
            self._world = None

    def retry(self) -> None:
        """The same attempt again, from its start, with all that hands did to the props."""
        self._start()

    def next_attempt(self) -> None:
        """The next seed."""
        self.seed += 1
        self._begin()

    def play(self, stage: Stage) -> None:
        """Let another stage try, with the seed that the last one had."""
        self.stage = stage
        self._begin()

    def handle(self, handling: Handling) -> None:
        """Let hands do something before the next step; what was placed stands there in the attempts that follow."""
        now = self._tick
        due = self._script.get(now, [])
        if any(other.prop == handling.prop and other.name == "grab" for other in due) and handling.name == "carry":
            handling = replace(handling, name="grab")  # time stands: it has not been grabbed yet
        kept = [other for other in due if other.prop != handling.prop]
        self._script = {tick: done for tick, done in self._script.items() if tick < now} | {now: [*kept, handling]}
        if handling.name == "place":
            self.layout[handling.prop] = handling.pose

    def in_hand(self, poses: Array) -> Array:
        """``poses`` of the props ``(props, 7)``, but those that hands are about to put elsewhere there already."""
        shown = poses.copy()
        for handling in self._script.get(self._tick, ()):
            shown[handling.prop] = handling.pose
        return shown

    def look_along(self, start: Array, end: Array) -> Hit | None:
        """What a line of sight meets first, m, Bullet's frame."""
        return self._running.world.look_along(start, end)

    def rewind(self, ticks: int) -> None:
        """Go back ``ticks`` within the attempt; what follows is what followed."""
        to = max(self.snapshot.tick - ticks, 0)
        told = len(self.events)
        self._replace_world()
        for _ in range(to):
            self._advance()
        del self.events[told:]  # they were told the first time
        self._tell("rewind")
        self._look()

    def tick(self) -> Snapshot:
        """Advance by one physics step; begins the next attempt by itself when this one is over."""
        if self.over:
            self.next_attempt()
        else:
            self._advance()
            self._look()
        return self.snapshot

    @property
    def over(self) -> bool:
        """Whether there is nothing more to see: it has lain for a moment, or gone on for long."""
        lain = self._tick - self._last_up
        return lain > _LIE_SECONDS * TICKS_PER_SECOND or self._tick >= _LONGEST_SECONDS * TICKS_PER_SECOND

    def _begin(self) -> None:
        """A new attempt: props stand where they were placed last, and hands have done nothing yet."""
        self._laid = self.layout.copy()
        self._script = {}
        self._start()

    def _start(self) -> None:
        self.attempt += 1
        self._replace_world()
        self._tell("attempt", seed=self.seed, stage=self.stage.digest, iteration=self.stage.info.iteration)
        self._look()

    def _replace_world(self) -> None:
        self.close()
        self._world = World(self.body, 1, boxes=self.boxes, props=self.props)
        self._world.props.set_poses(self._laid)
        self._contacts: tuple[Contact, ...] = ()
        self._running = Attempts(self.body, self.reference, self._world, self.stage.info.policy.control)
        self._fallen = False
        self._tick = 0
        self._last_up = 0
        rng = np.random.default_rng(self.seed)
        start = np.zeros(1, dtype=np.int64)
        pose = perturbed(self.body, self.reference.at(start).pose, Perturbation(), rng)
        self._running.reset(start, start, pose, Frame(np.array([self.mark.origin]), np.array([self.mark.yaw])))

    def _advance(self) -> None:
        for handling in self._script.get(self._tick, ()):
            self._handle(handling)
        if self._tick % TICKS_PER_CONTROL == 0:
            self._running.aim(self.stage.policy.act(self._running.observation()))
        self._running.tick()
        self._tick += 1
        if self._tick % TICKS_PER_CONTROL == 0:
            over = self._running.settle()
            if self._running.motion.pose.root_pos[0, 1] > _UP_SHARE * self.body.standing_height:
                self._last_up = self._tick
            self._running.wrap(over)
            if over[0]:
                self._tell("cycle")
        touching, contacts = self._running.world.touches()
        self._contacts = tuple(contacts)
        if not self._fallen and imitation.fallen(touching[None], self._running.allowed)[0]:
            self._fallen = True
            self._tell("fall")

    def _handle(self, handling: Handling) -> None:
        self._running.world.props.handle(handling)
        if handling.name != "carry":
            motion = {"position": handling.pose[:3].tolist(), "velocity": list(handling.velocity)}
            self._tell(handling.name, prop=self.props[handling.prop].name, **motion)

    def _look(self) -> None:
        world = self._running.world
        pose = world.pose()
        seen = BodyPose(pose.root_pos[0], pose.root_rot[0], pose.joint_rot[0])
        self.snapshot = Snapshot(self.attempt, self._tick, seen, self._contacts, world.props.poses())

    def _tell(self, name: str, **detail: object) -> None:
        self.events.append(Event(name, self.attempt, self._tick, detail))

    def take_events(self) -> list[Event]:
        """What has happened since the last call."""
        happened, self.events = self.events, []
        return happened
