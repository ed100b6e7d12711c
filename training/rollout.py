"""One worker: many attempts in one process, one PyBullet client, batched arrays.

A worker runs the policy itself, so that nothing crosses a process border but weights at the start of an iteration and
experience at its end.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import numpy as np
import torch

from models import imitation
from models.attempt import Attempts, Perturbation, perturbed
from models.body import load_humanoid
from models.motion import Clip, Pose
from models.policy import Policy, PolicySettings
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, tabulate
from models.world import World, WorldSettings
from training.curriculum import CurriculumSettings, bin_count, sample_starts

_LANDINGS = 256  # how many of its own landings a worker remembers
_OWN_LANDING = 0.5  # share of starts at frame 0 that begin in one of them


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


@dataclass(frozen=True)
class Order:
    """What to collect an iteration with."""

    weights: Mapping[str, np.ndarray]
    noise: float
    gravity: float
    starts: np.ndarray
    from_start: float


@dataclass
class Experience:
    """What a worker brings back: ``(steps, bodies, …)`` float32 arrays and counts.

    cut holds (step, body, observation) of attempts that ran out of time, whose value must still be added.
    """

    observation: np.ndarray
    action: np.ndarray
    mean: np.ndarray
    reward: np.ndarray
    boundary: np.ndarray
    last_observation: np.ndarray
    visits: np.ndarray
    failures: np.ndarray
    attempts: int = 0
    full_cycles: int = 0
    cut: list[tuple[int, int, np.ndarray]] = field(default_factory=list)


class Worker:
    """Collects experience; lives in its own process, or in the caller's for tests."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.body = load_humanoid()
        self.reference = tabulate(settings.clip, self.body)
        world = World(self.body, settings.bodies, settings.world)
        self.attempts = Attempts(self.body, self.reference, world)
        self.policy = Policy(settings.policy)
        self.rng = np.random.default_rng(settings.seed)
        self.age = np.zeros(settings.bodies, dtype=np.int64)
        self.bins = bin_count(settings.curriculum, self.reference.ticks)
        self._landings: list[Pose] = []
        self._started = False

    def collect(self, order: Order) -> Experience:
        """Run `steps` control steps of every body."""
        self.policy.load_state_dict({name: torch.from_numpy(array) for name, array in order.weights.items()})
        self.attempts.world.set_gravity(order.gravity)
        everyone = np.arange(self.settings.bodies)
        if not self._started:
            self._restart(everyone, order)
            self._started = True
        result = self._empty()
        for step in range(self.settings.steps):
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
        )

    def _control_step(self, step: int, order: Order, result: Experience) -> None:
        attempts, curriculum = self.attempts, self.settings.curriculum
        observation = attempts.observation().astype(np.float32)
        with torch.inference_mode():
            mean = self.policy(torch.from_numpy(observation)).numpy()
        action = mean + order.noise * self.rng.standard_normal(mean.shape, dtype=np.float32)
        attempts.aim(action.astype(np.float64))
        attempts.tick(TICKS_PER_CONTROL)
        over = attempts.settle()
        wanted = attempts.wanted()
        failed = imitation.fallen(attempts.world.touching(), self.body)
        failed |= imitation.furthest_link(attempts.motion, wanted) > curriculum.rope
        self.age += TICKS_PER_CONTROL
        cut = ~failed & (self.age >= curriculum.episode_seconds * TICKS_PER_SECOND)
        result.observation[step], result.action[step], result.mean[step] = observation, action, mean
        result.reward[step] = np.where(failed, 0.0, imitation.reward(self.body, attempts.motion, wanted))
        result.boundary[step] = failed | cut
        bins = np.minimum(attempts.ticks // curriculum.bin_ticks, self.bins - 1)
        np.add.at(result.visits, bins, 1.0)
        np.add.at(result.failures, bins[failed], 1.0)
        attempts.wrap(over)
        self._remember(over & ~failed)
        result.full_cycles += int(np.sum(over & ~failed))
        if cut.any():
            later = attempts.observation().astype(np.float32)
            result.cut += [(step, int(body), later[body]) for body in np.flatnonzero(cut)]
        ended = np.flatnonzero(failed | cut)
        result.attempts += len(ended)
        self._restart(ended, order)

    def _remember(self, landed: np.ndarray) -> None:
        for index in np.flatnonzero(landed):
            pose = self.attempts.motion.pose[index : index + 1]
            if len(self._landings) < _LANDINGS:
                self._landings.append(pose)
            else:
                self._landings[self.rng.integers(_LANDINGS)] = pose

    def _restart(self, which: np.ndarray, order: Order) -> None:
        if not len(which):
            return
        rng = self.rng
        bin_ticks = self.settings.curriculum.bin_ticks
        ticks = sample_starts(order.starts, order.from_start, bin_ticks, self.reference.ticks, len(which), rng)
        amount = Perturbation()
        pose = perturbed(self.body, self.reference.at(ticks).pose, amount, rng)
        for copy in which:
            self.attempts.world.set_friction(int(copy), float(rng.uniform(*amount.friction)))
        for row in np.flatnonzero(ticks == 0):
            if self._landings and rng.random() < _OWN_LANDING:
                landing = self._landings[rng.integers(len(self._landings))]
                for name in Pose.__dataclass_fields__:
                    getattr(pose, name)[row] = getattr(landing, name)[0]
        self.attempts.reset(which, ticks, pose)
        self.age[which] = 0


def _serve(settings: WorkerSettings, connection: Connection) -> None:
    torch.set_num_threads(1)  # one process, one core: more threads only spin
    worker = Worker(settings)
    try:
        while (order := connection.recv()) is not None:
            connection.send(worker.collect(order))
    except (KeyboardInterrupt, EOFError):
        pass  # the learner is ending, or gone


class Crew:
    """The worker processes. A context manager; leaving it ends them."""

    def __init__(self, settings: list[WorkerSettings]) -> None:
        context = multiprocessing.get_context("spawn")
        self._connections: list[Connection] = []
        self._processes = []
        for each in settings:
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(each, theirs), daemon=True)
            process.start()
            theirs.close()
            self._connections.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.send(None)
        for process in self._processes:
            process.join(timeout=5.0)
            if process.is_alive():
                process.terminate()

    def collect(self, order: Order) -> list[Experience]:
        """One iteration's experience of every worker, in the workers' order."""
        for connection in self._connections:
            connection.send(order)
        return [connection.recv() for connection in self._connections]
