"""A body, a stage, a seed -> the performance, step by step.

An attempt is never ended early: who fails falls, really, and lies there for a moment. The same seed and stage give the
same attempt to the last bit on one machine, because every attempt gets a world that nothing has touched before; so
going back within an attempt is playing it again up to there. What hands did with the props, and how it was led, is part
of the attempt: it is done again at its ticks, until something else is done, which replaces all that was to follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from game.blocking import Mark, start_of
from game.flips import Flips
from game.lead import STRAIGHT, Lead
from game.performance import BodyPose, Snapshot
from models import imitation, rotations
from models.attempt import Attempts, Perturbation, perturbed
from models.body import Body
from models.contact import Contact, Hit, Solid
from models.imitation import Frame
from models.props import Handling, Prop, poses_of
from models.reference import CONTROL_HZ, TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference
from models.rotations import Array
from models.skills import Skill, skill_named
from models.stage import Stage
from models.world import World

_LIE_SECONDS = 2.0  # how long somebody is looked at who lies there
_UP_SHARE = 0.55  # of standing height: whose hips are lower lies, or sits; a grazed knee ends nothing
_PREPARED_TICKS = 30  # into an attempt the next one's world is made: both in one frame would be too much for it
_DONE_SECONDS = 2.0  # how long the last frame of a clip is held that does not begin anew
_LONGEST_SECONDS = 12.0
_LONGEST_LED_SECONDS = 60.0  # who leads it decides when it has gone far enough


@dataclass(frozen=True)
class Event:
    """What happened at a tick: "attempt", "fall", "cycle", "rewind", "lead"; to a prop: "grab", "place", "throw"."""

    name: str
    attempt: int
    tick: int
    detail: dict[str, object]


class Performer:
    """Plays attempts of one stage, one physics tick at a time.

    fallen: something has touched that the skill may not touch with. led: how it is led now, on its way to `wanted`.
    """

    def __init__(
        self,
        body: Body,
        reference: Reference,
        stage: Stage,
        mark: Mark,
        solids: Sequence[Solid] = (),
        seed: int = 1,
        props: Sequence[Prop] = (),
    ) -> None:
        self.body = body
        self.reference = reference
        self.stage = stage
        self.mark = mark
        self.solids = tuple(solids)
        self.props = tuple(props)
        self.layout = poses_of(self.props)  # where props stand when the next attempt begins
        self.seed = seed
        self.attempt = 0
        self.events: list[Event] = []
        self._low = _UP_SHARE * body.standing_height
        self.led = STRAIGHT
        self._tick = 0
        self._world: World | None = None
        self._next_world: World | None = None
        self._script: dict[int, list[Handling]] = {}  # what hands do, by the tick before which they do it
        self._leads: dict[int, Lead] = {}  # how it is to be led from a tick on
        self._block()
        self._begin()

    def close(self) -> None:
        """Free the physics."""
        for world in (self._world, self._next_world):
            if world is not None:
                world.close()
        self._world = self._next_world = None

    def retry(self) -> None:
        """The same attempt again, from its start, with all that hands did to the props."""
        self._start()

    def next_attempt(self) -> None:
        """The next seed."""
        self.seed += 1
        self._begin()

    def play(self, stage: Stage, reference: Reference) -> None:
        """Let another stage try, with the clip of its skill and the seed that the last one had."""
        self.stage = stage
        self.reference = reference
        self._block()
        self._begin()

    def _block(self) -> None:
        """Find where attempts at this skill start."""
        self._start_mark = start_of(self.mark, self.reference, self.solids, self.props)

    @property
    def skill(self) -> Skill:
        """What is played."""
        return skill_named(self.reference.clip.name)

    @property
    def wanted(self) -> Lead:
        """How it is to be led, since the last time that somebody said so."""
        past = [tick for tick in self._leads if tick <= self._tick]
        return self._leads[max(past)] if past else STRAIGHT

    def lead(self, wanted: Lead) -> None:
        """Lead a steerable skill before the next step and from then on, also in the attempts that follow."""
        if self.skill.steerable and wanted != self.wanted:
            now = self._tick
            self._leads = {tick: lead for tick, lead in self._leads.items() if tick < now} | {now: wanted}

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
            if self._next_world is None and self._tick >= _PREPARED_TICKS:
                self._next_world = self._new_world()
        return self.snapshot

    @property
    def flips(self) -> int:
        """Backflips in the attempt under way."""
        return self._flips.count

    @property
    def over(self) -> bool:
        """Whether there is nothing more to see: it has lain for a moment, is done, or has gone on for long."""
        lain = self._tick - self._last_up
        longest = (_LONGEST_LED_SECONDS if self.skill.steerable else _LONGEST_SECONDS) * TICKS_PER_SECOND
        if not self.reference.loop:
            longest = self.reference.ticks + _DONE_SECONDS * TICKS_PER_SECOND
        return lain > _LIE_SECONDS * TICKS_PER_SECOND or self._tick >= longest

    def _begin(self) -> None:
        """A new attempt: props stand where they were placed last, hands have done nothing yet, it is led as before."""
        self._laid = self.layout.copy()
        self._script = {}
        self._leads = {0: self.wanted} if self.skill.steerable and self.wanted != STRAIGHT else {}
        self._start()

    def _start(self) -> None:
        self.attempt += 1
        self._replace_world()
        info = self.stage.info
        self._tell("attempt", seed=self.seed, skill=info.skill, stage=self.stage.digest, iteration=info.iteration)
        self._look()

    def _replace_world(self) -> None:
        if self._world is not None:
            self._world.close()
        self._world, self._next_world = self._next_world or self._new_world(), None
        self._world.props.set_poses(self._laid)
        self._contacts: tuple[Contact, ...] = ()
        self._running = Attempts(self.body, self.reference, self._world, self.stage.info.policy.control)
        self.fallen = False
        self.led = STRAIGHT
        self._tick = 0
        self._last_up = 0
        rng = np.random.default_rng(self.seed)
        start = np.zeros(1, dtype=np.int64)
        pose = perturbed(self.body, self.reference.at(start).pose, Perturbation(), rng)
        mark = self._start_mark
        self._running.reset(start, start, pose, Frame(np.array([mark.origin]), np.array([mark.yaw])))
        self._flips = Flips(self._root_rot())

    def _new_world(self) -> World:
        return World(self.body, 1, solids=self.solids, props=self.props)

    def _advance(self) -> None:
        for handling in self._script.get(self._tick, ()):
            self._handle(handling)
        wanted = self.wanted
        if self._tick in self._leads:
            self._tell("lead", turn=wanted.turn, speed=wanted.speed)
        if self._tick % TICKS_PER_CONTROL == 0:
            self._running.aim(self.stage.policy.act(self._running.observation()))
        self._running.tick()
        self._tick += 1
        if self._tick % TICKS_PER_CONTROL == 0:
            self._settle(wanted)
        touching, contacts = self._running.world.touches()
        self._contacts = tuple(contacts)
        if not self.fallen and imitation.fallen(touching[None], self._running.allowed)[0]:
            self.fallen = True
            self._tell("fall")
        if self._tick % TICKS_PER_CONTROL == 0:
            standing = not self.fallen and bool(touching[list(self.body.feet)].any())
            self._flips.see(self._root_rot(), standing)

    def _settle(self, wanted: Lead) -> None:
        """Close a control step; wanted: how it was to be led when its last tick began."""
        if self.skill.steerable:
            self.led = self.led.towards(wanted, 1.0 / CONTROL_HZ)
            self._running.steer(self.led.steering())
        over = self._running.settle()
        roots = (self._running.motion.pose.root_pos, self._running.wanted().pose.root_pos)
        # Who lies where the clip lies has not fallen: it may be about to get up.
        if roots[0][0, 1] > self._low or roots[1][0, 1] < self._low:
            self._last_up = self._tick
        self._running.wrap(over)
        if over[0]:
            self._tell("cycle")

    def _root_rot(self) -> Array:
        """How the root was turned in the world, ``(4,)``, when the control step was closed."""
        running = self._running
        return np.asarray(rotations.multiply(rotations.about(1, running.frame.yaw), running.motion.pose.root_rot)[0])

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
