"""One worker: many attempts in one process, one PyBullet client, batched arrays.

A worker runs the policy itself, so that nothing crosses a process border but weights at the start of an iteration and
experience at its end. It carries nothing from one iteration to the next: the same order gives the same experience,
whatever came before, and so a run that was broken off goes on as if it had not been.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from models import imitation
from models.attempt import Attempts, Perturbation, Steering, perturbed
from models.body import load_humanoid
from models.motion import Clip, Pose
from models.policy import Control, Policy, PolicySettings
from models.reference import TICKS_PER_CONTROL, tabulate
from models.rotations import Array
from models.skills import skill_named
from models.world import World, WorldSettings
from training.curriculum import CurriculumSettings, bin_count, sample_starts
from training.ppo import Batch, log_prob
from training.pushes import IN_LEARNING, push, push_forces
from training.rehearsal import Rehearsal
from training.search import Try, try_out

_OWN_LANDING = 0.5  # share of starts where, or after, landings were taken that begin in one of its own


@dataclass(frozen=True)
class WorkerSettings:
    """What a worker needs to build itself in a fresh process."""

    clip: Clip
    policy: PolicySettings
    world: WorldSettings
    curriculum: CurriculumSettings
    bodies: int
    steps: int
    seed: int
    index: int


@dataclass(frozen=True)
class Order:
    """What to collect an iteration with. lead: the rehearsal's actions are made instead of the policy's.

    landings: poses in which it stood when the clip began anew, or came to rest if it does not loop, in the attempt's
    frame, ``(m, …)``; None at first.
    """

    iteration: int
    weights: Mapping[str, np.ndarray]
    noise: float
    starts: np.ndarray
    from_start: float
    landings: Pose | None = None
    lead: bool = False


@dataclass
class Experience:
    """What a worker brings back: ``(steps, bodies, …)`` float32 arrays, counts for every bin, own landings."""

    observation: np.ndarray
    action: np.ndarray
    mean: np.ndarray
    reward: np.ndarray
    boundary: np.ndarray
    last_observation: np.ndarray
    visits: np.ndarray
    failures: np.ndarray
    landings: list[Pose]
    attempts: int = 0


def weights_of(policy: Policy) -> dict[str, np.ndarray]:
    """A copy of the policy's weights, as an `Order` carries them."""
    return {name: tensor.numpy().copy() for name, tensor in policy.state_dict().items()}


def merge(experiences: Sequence[Experience], noise: float) -> Batch:
    """The workers' experience, collected with ``noise``, as one batch: their bodies side by side."""

    def join(name: str, axis: int = 1) -> torch.Tensor:
        return torch.from_numpy(np.concatenate([getattr(each, name) for each in experiences], axis=axis))

    action, mean = join("action"), join("mean")
    return Batch(
        join("observation"),
        action,
        log_prob(action, mean, noise),
        mean,
        join("reward"),
        join("boundary"),
        join("last_observation", 0),
    )


class Worker:
    """Collects experience; lives in its own process, or in the caller's for tests."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.body = load_humanoid()
        self.reference = tabulate(settings.clip, self.body)
        self._open_world()
        self.policy = Policy(settings.policy)
        self.bins = bin_count(settings.curriculum, self.reference.ticks)
        self._rehearsal: Rehearsal | None = None
        self._forces: Array | None = None
        self._rng = np.random.default_rng()

    def _open_world(self) -> None:
        self.world = World(self.body, self.settings.bodies, self.settings.world)
        self.attempts = Attempts(self.body, self.reference, self.world, self.settings.policy.control)

    def _reopen_world(self) -> None:
        """Contacts of what came before would go on acting; nothing but a new world is without them."""
        self.world.close()
        self._open_world()

    def answer(self, message: Rehearsal | Try | Order) -> Array | Experience | None:
        """Do what a message from the learner asks for."""
        match message:
            case Rehearsal():
                self._rehearsal = message
                return None
            case Try():
                if message.afresh:
                    self._reopen_world()
                return try_out(Attempts(self.body, self.reference, self.world), message)
            case Order():
                return self.collect(message)

    def collect(self, order: Order) -> Experience:
        """Run `steps` control steps of every body."""
        settings = self.settings
        self.policy.load_state_dict({name: torch.from_numpy(array) for name, array in order.weights.items()})
        self._rng = np.random.default_rng([settings.seed, settings.index, order.iteration, order.lead])
        self._reopen_world()
        skill, ticks = skill_named(self.reference.clip.name), settings.steps * TICKS_PER_CONTROL
        if skill.steerable:
            self.attempts.steer(Steering.drawn(settings.bodies, self._rng))
        if skill.pushed:
            self._forces = push_forces(IN_LEARNING, ticks, settings.bodies, self._rng)
        self._restart(np.arange(settings.bodies), order)
        result = self._empty()
        for step in range(settings.steps):
            self._control_step(step, order, result)
        result.last_observation[:] = self.attempts.observation()
        return result

    def _empty(self) -> Experience:
        shape = (self.settings.steps, self.settings.bodies)
        size, action = self.settings.policy.observation, self.settings.policy.action

        def zeros(*extent: int) -> np.ndarray:
            return np.zeros(extent, dtype=np.float32)

        return Experience(
            zeros(*shape, size),
            zeros(*shape, action),
            zeros(*shape, action),
            zeros(*shape),
            zeros(*shape),
            zeros(shape[1], size),
            np.zeros(self.bins),
            np.zeros(self.bins),
            [],
        )

    def _wanted(self) -> Rehearsal:
        if self._rehearsal is None:
            raise RuntimeError("a worker collects only after it was given a rehearsal")
        return self._rehearsal

    def _mean(self, observation: np.ndarray, lead: bool) -> np.ndarray:
        if lead:
            return self._lead().astype(np.float32)
        with torch.inference_mode():
            return np.asarray(self.policy(torch.from_numpy(observation)).numpy())

    def _lead(self) -> Array:
        """The rehearsal's actions, as the policy would have to say them."""
        ticks, rehearsal = self.attempts.ticks, self._wanted()
        action = rehearsal.action_at(ticks)
        if self.attempts.control is Control.RESIDUAL:
            return action
        midway = rehearsal.reference.at(ticks + TICKS_PER_CONTROL // 2).pose.joint_rot
        return imitation.as_absolute(self.body, self.reference, ticks, action, midway)

    def _control_step(self, step: int, order: Order, result: Experience) -> None:
        attempts, curriculum = self.attempts, self.settings.curriculum
        observation = attempts.observation().astype(np.float32)
        mean = self._mean(observation, order.lead)
        action = mean + order.noise * self._rng.standard_normal(mean.shape, dtype=np.float32)
        attempts.aim(action.astype(np.float64))
        self._tick(step)
        over = attempts.settle()
        wanted = self._wanted().reference.at(attempts.ticks)
        reward, failed = imitation.outcome(
            self.body, attempts.motion, wanted, self.world.touching(), attempts.allowed, curriculum.rope
        )
        result.observation[step], result.action[step], result.mean[step] = observation, action, mean
        result.reward[step], result.boundary[step] = reward, failed
        bins = np.minimum(attempts.ticks // curriculum.bin_ticks, self.bins - 1)
        np.add.at(result.visits, bins, 1.0)
        np.add.at(result.failures, bins[failed], 1.0)
        attempts.wrap(over)
        landed = over if self.reference.loop else attempts.resting()
        result.landings += [attempts.motion.pose[i : i + 1] for i in np.flatnonzero(landed & ~failed)]
        result.attempts += int(failed.sum())
        self._restart(np.flatnonzero(failed), order)

    def _tick(self, step: int) -> None:
        if self._forces is None:
            self.attempts.tick(TICKS_PER_CONTROL)
            return
        for forces in self._forces[step * TICKS_PER_CONTROL : (step + 1) * TICKS_PER_CONTROL]:
            push(self.world, forces)
            self.attempts.tick()

    def _restart(self, which: np.ndarray, order: Order) -> None:
        if not len(which):
            return
        rng, amount = self._rng, Perturbation()
        bin_ticks = self.settings.curriculum.bin_ticks
        ticks = sample_starts(order.starts, order.from_start, bin_ticks, self.reference.ticks, len(which), rng)
        pose = perturbed(self.body, self._wanted().reference.at(ticks).pose, amount, rng)
        for copy in which:
            self.world.set_friction(int(copy), float(rng.uniform(*amount.friction)))
        if order.landings is not None:
            landing = 0 if self.reference.loop else self.attempts.rest or 0
            landed = ticks == landing if self.reference.loop else ticks >= landing
            own = np.flatnonzero(landed & (rng.random(len(which)) < _OWN_LANDING))
            ticks[own] = landing
            pose = pose.replaced(own, order.landings[rng.integers(len(order.landings.root_pos), size=len(own))])
        self.attempts.reset(which, ticks, pose)
