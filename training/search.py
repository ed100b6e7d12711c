"""The search for a rehearsal: model predictive control.

A clip shows what a motion looks like, not how to push. The search finds that out: for every tenth of a
second, hundreds of random corrections of the clip are tried for the half second ahead, the best are narrowed down by
the cross-entropy method (Rubinstein 1999), and only the first tenth is kept. One pass is one performance that obeys the
physics, with the correction that made it at every moment. Learning then starts from that performance instead of groping
for it. Sampling-based control (SAMCON, Liu et al. 2010) found the same motions open loop.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models import imitation
from models.attempt import Attempts
from models.body import SPHERICAL, Body
from models.motion import Pose, join_poses
from models.reference import LINK_FIELDS, TICKS_PER_CONTROL, Motion, Reference
from models.rotations import Array
from models.world import World
from training.rehearsal import Rehearsal, cost


@dataclass(frozen=True)
class RehearsalSettings:
    """The search.

    window: control steps that share one correction. horizon: windows ahead. sequences: tried a round, of which the
    best elite share makes the next. rounds: per window, and more for the first, which has nothing to start from.
    reach: spread of the first round, as a share of what a joint's torque limit lets its PD control reach.
    easy: cost from which on the first round uses all of its spread. finest: share below which no spread falls.
    touch: cost of a control step in which something touches that may not. effort: of a squared radian of correction.
    """

    window: int = 3
    horizon: int = 6
    sequences: int = 384
    elite: float = 0.1
    rounds: int = 4
    first_rounds: int = 7
    reach: float = 0.8
    easy: float = 0.5
    finest: float = 0.1
    touch: float = 1.0
    effort: float = 0.02


@dataclass(frozen=True)
class Try:
    """Sequences to try from one state: pose ``(1,)`` at ``tick``, action ``(n, windows, dofs)``.

    window: control steps that one action is held.
    touch: cost of a control step in which something touches that may not.
    afresh: in a world just made, so that nothing tried before can matter.
    """

    pose: Pose
    tick: int
    action: Array
    window: int
    touch: float
    afresh: bool = False


@dataclass(frozen=True)
class Sketch:
    """A search under way: action ``(windows, dofs)`` decided on, plan ``(horizon, dofs)`` for what follows.

    generator: state of its random numbers, JSON. samples: control steps it has taken.
    """

    action: Array
    plan: Array
    generator: str
    samples: int


def try_out(attempts: Attempts, order: Try) -> Array:
    """Mean cost a control step ``(n,)`` of every sequence."""
    copies = np.arange(attempts.world.count)
    total = len(order.action)
    costs = np.zeros(total)
    for first in range(0, total, len(copies)):
        rows = np.minimum(first + copies, total - 1)
        attempts.reset(copies, np.full(len(copies), order.tick), order.pose[np.zeros(len(copies), dtype=np.int64)])
        for window in range(order.action.shape[1]):
            for _ in range(order.window):
                attempts.aim(order.action[rows, window])
                attempts.tick(TICKS_PER_CONTROL)
                attempts.settle()
                touching = imitation.fallen(attempts.world.touching(), attempts.allowed)
                step = cost(attempts.body, attempts.motion, attempts.wanted(), attempts.allowed)
                costs[rows] = costs[rows] + (step + order.touch * touching)
    return np.asarray(costs / (order.action.shape[1] * order.window))


def spread(body: Body, reach: float) -> Array:
    """Standard deviation ``(dofs,)`` in rad of the first round. Bending counts for more than twisting and splaying."""
    rows: list[float] = []
    for joint in body.joints:
        bend = reach * joint.torque_limit / joint.kp
        rows += [0.4 * bend, 0.4 * bend, bend] if joint.dofs == SPHERICAL else [bend]
    return np.array(rows)


def mirrored(body: Body, action: Array) -> Array:
    """``action`` ``(…, dofs)`` with the left side doing what the right does; the middle only bends."""
    result = action.copy()
    at = np.concatenate(([0], np.cumsum([joint.dofs for joint in body.joints])))
    begin = {joint.name: int(at[i]) for i, joint in enumerate(body.joints)}
    across = np.array([-1.0, -1.0, 1.0])
    for joint in body.joints:
        here = begin[joint.name]
        if joint.name.startswith("right_"):
            there = begin[joint.name.replace("right_", "left_")]
            own = action[..., here : here + joint.dofs]
            result[..., there : there + joint.dofs] = own * across if joint.dofs == SPHERICAL else own
        elif not joint.name.startswith("left_"):
            result[..., here : here + 2] = 0.0
    return result


class Search:
    """One pass over a clip.

    symmetric: share of the tries that do the same left and right. evaluate: runs a `Try` on the workers.
    """

    def __init__(
        self,
        body: Body,
        reference: Reference,
        symmetric: float,
        settings: RehearsalSettings,
        evaluate: Callable[[Try], Array],
        seed: int,
    ) -> None:
        self._body = body
        self._reference = reference
        self._symmetric = symmetric
        self._settings = settings
        self._evaluate = evaluate
        self._rng = np.random.default_rng(seed)
        self._spread = spread(body, settings.reach)
        self.samples = 0

    def run(
        self,
        report: Callable[[float], None] = lambda share: None,
        keep: Callable[[Sketch], None] = lambda sketch: None,
        begun: Sketch | None = None,
    ) -> Rehearsal:
        """Find a rehearsal.

        Args:
            report: gets the share of the clip done. keep: gets every sketch, to go on from if this is broken off.
            begun: the last of them; what it decided on is performed again, and all comes out as it would have.
        """
        settings, ticks = self._settings, self._reference.ticks
        sketch = begun or self._blank()
        self._rng.bit_generator.state = json.loads(sketch.generator)
        self.samples = sketch.samples
        with World(self._body) as world:
            stage = Attempts(self._body, self._reference, world)
            start = np.zeros(1, dtype=np.int64)
            stage.reset(start, start, self._reference.at(start).pose)
            motions = [stage.motion]
            for action in sketch.action:
                motions += self._perform(stage, action)
            while len(motions) <= ticks:
                sketch = self._drawn_on(sketch, stage)
                keep(sketch)
                motions += self._perform(stage, sketch.action[-1])
                report(min(len(motions) / ticks, 1.0))
        fields = [motions[min(i, len(motions) - 1)] for i in range(ticks + TICKS_PER_CONTROL + 1)]
        actions = sketch.action.repeat(settings.window * TICKS_PER_CONTROL, axis=0)
        return Rehearsal(Reference(self._reference.clip, ticks, _stack(fields)), actions[:ticks])

    def _blank(self) -> Sketch:
        dofs = self._body.dofs
        generator = json.dumps(self._rng.bit_generator.state)
        return Sketch(np.zeros((0, dofs)), np.zeros((self._settings.horizon, dofs)), generator, 0)

    def _drawn_on(self, sketch: Sketch, stage: Attempts) -> Sketch:
        """``sketch`` with one window more, for ``stage`` stands where it ends."""
        rounds = self._settings.rounds if len(sketch.action) else self._settings.first_rounds
        plan = self._plan(stage, sketch.plan, rounds)
        following = np.concatenate((plan[1:], np.zeros_like(plan[:1])))
        generator = json.dumps(self._rng.bit_generator.state)
        return Sketch(np.concatenate((sketch.action, plan[:1])), following, generator, self.samples)

    def _perform(self, stage: Attempts, action: Array) -> list[Motion]:
        """Hold ``action`` ``(dofs,)`` for a window; every tick of it."""
        seen = []
        for _ in range(self._settings.window):
            stage.aim(action[None])
            for _ in range(TICKS_PER_CONTROL):
                stage.tick()
                seen.append(imitation.to_frame(stage.world.motion(), stage.frame))
            stage.settle()
        return seen

    def _plan(self, stage: Attempts, plan: Array, rounds: int) -> Array:
        """The best sequence found from the state of ``stage``: ``(horizon, dofs)``."""
        settings, tick = self._settings, int(stage.ticks[0])

        def costs_of(tries: Array, afresh: bool = False) -> Array:
            self.samples += len(tries) * settings.horizon * settings.window
            order = Try(stage.motion.pose, tick, tries, settings.window, settings.touch, afresh)
            return np.asarray(self._evaluate(order) + settings.effort * np.sum(tries**2, axis=2).mean(axis=1))

        known = np.stack((plan, np.zeros_like(plan)))  # what the last plan said, and the bare clip
        costs = costs_of(known, afresh=True)
        best, lowest = known[np.argmin(costs)], float(costs.min())
        # Standing wants a touch, a take-off all there is: search as far as what is known is bad.
        first = self._spread * np.clip(lowest / settings.easy, settings.finest, 1.0)
        mean, deviation = best, np.tile(first, (settings.horizon, 1))
        for _ in range(rounds):
            tries = mean + self._noise() * deviation
            tries[0] = mean
            costs = costs_of(tries)
            order = np.argsort(costs)
            if costs[order[0]] < lowest:
                best, lowest = tries[order[0]], float(costs[order[0]])
            elite = tries[order[: max(round(settings.elite * settings.sequences), 2)]]
            mean = 0.2 * mean + 0.8 * elite.mean(axis=0)
            deviation = np.maximum(0.3 * deviation + 0.7 * elite.std(axis=0), settings.finest * first)
        return np.asarray(best)

    def _noise(self) -> Array:
        settings = self._settings
        noise = self._rng.standard_normal((settings.sequences, settings.horizon, self._body.dofs))
        alike = self._rng.random(settings.sequences) < self._symmetric
        noise[alike] = mirrored(self._body, noise[alike])
        return noise


def _stack(motions: list[Motion]) -> Motion:
    pose = join_poses([motion.pose for motion in motions])
    return Motion(pose, *(np.concatenate([getattr(motion, name) for motion in motions]) for name in LINK_FIELDS))
