"""What more workers bring, measured on this machine, and what that says of 64 of them.

An iteration is two parts: workers collect, then the learner updates, and neither waits for more than the slowest. Both
are measured apart with real worker processes; so is what several machines add, an all-reduce of every gradient.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from models.assets import SHIPPED_SKILL, find_clip
from models.body import Body, load_humanoid
from models.errors import InputError
from models.imitation import observation_size
from models.policy import Critic, Policy, PolicySettings
from models.reference import Reference, tabulate
from models.world import WorldSettings
from training.crew import Crew
from training.curriculum import Curriculum, CurriculumSettings
from training.ppo import PPO, PPOSettings
from training.rehearsal import unrehearsed
from training.rollout import Order, WorkerSettings, merge, weights_of
from training.team import Team

_MANY = 64


@dataclass(frozen=True)
class ScalingSettings:
    """How much is measured. bodies and steps: of each worker. rounds: iterations, after a first that is not counted.

    workers: 1 must be among them. reductions: all-reduces that a median is taken of.
    """

    workers: tuple[int, ...] = (1, 2, 4, 6)
    bodies: int = 24
    steps: int = 64
    rounds: int = 3
    reductions: int = 50


@dataclass(frozen=True)
class Row:
    """One number of workers: medians over the rounds, in seconds, and control steps a second of the whole iteration."""

    workers: int
    collecting: float
    updating: float
    samples_per_second: float


@dataclass(frozen=True)
class Messages:
    """What a team sends. actor, critic: bytes of one gradient; a step of the update sends both. steps: an iteration's.

    rest: bytes of an iteration besides: the moments of the advantage, the KL, and the counts of the curriculum.
    """

    actor: int
    critic: int
    steps: int
    rest: int

    @property
    def step(self) -> int:
        """Bytes given to all-reduce by one step of the update."""
        return self.actor + self.critic

    @property
    def iteration(self) -> int:
        """Bytes given to all-reduce by one iteration."""
        return self.steps * self.step + self.rest


@dataclass(frozen=True)
class Wire:
    """gloo between two processes of this machine. small, actor, critic: seconds of an all-reduce of that message."""

    small: float
    actor: float
    critic: float


@dataclass(frozen=True)
class Prediction:
    """An iteration of 64 workers, in seconds, and its control steps a second."""

    collecting: float
    updating: float
    reducing: float
    samples_per_second: float


def scaling(arguments: Namespace, settings: ScalingSettings = ScalingSettings()) -> int:
    """`backflip bench scaling`."""
    cores = len(os.sched_getaffinity(0))
    bench = Bench(settings, cores)
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("measuring", total=len(settings.workers) * (settings.rounds + 1))
        rows = [bench.row(workers, lambda: bar.advance(task)) for workers in settings.workers]
    wire = measure_wire(bench.messages, settings.reductions)
    each = settings.bodies * settings.steps
    predicted = {
        "cores": one_machine(rows, cores, each),
        "machines": many_machines(rows, each, bench.messages, wire),
    }
    if arguments.json:
        figures = {"cores": cores, "rows": [asdict(row) for row in rows], "wire": asdict(wire)}
        sizes = {"bytes_a_step": bench.messages.step, "bytes_an_iteration": bench.messages.iteration}
        print(json.dumps(figures | sizes | {"predicted": {name: asdict(at) for name, at in predicted.items()}}))
    else:
        Console().print(table(rows, cores, settings), *say(bench.messages, wire, predicted), sep="\n")
    return 0


def one_machine(rows: list[Row], cores: int, each: int) -> Prediction:
    """64 cores in one machine: every worker has its own, the learner makes the update of all they bring.

    Collecting takes what it takes here with a worker on each core (so what sharing memory costs is in it, as far as
    these cores show it): ``collecting(64) = collecting(n)``, n the most workers measured that each have a core. The
    update is serial and grows with the samples: ``updating(64) = 64 updating(n) / n``, at this machine's threads.
    """
    own = max((row for row in rows if row.workers <= cores), key=lambda row: row.workers)
    updating = own.updating * _MANY / own.workers
    return Prediction(own.collecting, updating, 0.0, _MANY * each / (own.collecting + updating))


def many_machines(rows: list[Row], each: int, messages: Messages, wire: Wire) -> Prediction:
    """64 machines with one worker each: every one makes the update of its own samples, gradients are averaged.

    Collecting and updating take what they take here with one worker. A ring all-reduce of m bytes over n machines has
    2 (n - 1) turns, in each of which every machine sends m / n bytes (Patarasuk and Yuan 2009): with a latency of a
    seconds a turn and b bytes a second, ``t(n, m) = 2 (n - 1) a + 2 (n - 1) / n · m / b``. Between two it is measured:
    ``t(2, m) = 2 a + m / b``, and ``t(2, ~0) = 2 a``. The iteration adds ``steps · (t(64, actor) + t(64, critic))``.
    """
    own = next(row for row in rows if row.workers == 1)
    reducing = messages.steps * (ring(_MANY, wire.actor, wire.small) + ring(_MANY, wire.critic, wire.small))
    total = own.collecting + own.updating + reducing
    return Prediction(own.collecting, own.updating, reducing, _MANY * each / total)


def ring(machines: int, two: float, small: float) -> float:
    """Seconds of a ring all-reduce over ``machines``, from what two take for it and for a ``small`` message."""
    turns = 2 * (machines - 1)
    return turns * small / 2.0 + turns / machines * max(two - small, 0.0)


class Bench:
    """The loop's two parts, apart: workers that collect, and the learner that updates."""

    def __init__(self, settings: ScalingSettings, cores: int) -> None:
        self._settings, self._cores = settings, cores
        self._body: Body = load_humanoid()
        self._reference: Reference = tabulate(find_clip(SHIPPED_SKILL, self._body), self._body)
        self._sizes = PolicySettings(observation_size(self._body), self._body.dofs)
        self._curriculum = Curriculum(CurriculumSettings(), self._reference.ticks)

    @property
    def messages(self) -> Messages:
        """What a team with these networks would send."""
        ppo, each = PPOSettings(), self._ppo()
        actor, critic = (_size(module) for module in (each.policy.actor, each.critic))
        counts = 8 * (2 * self._curriculum.bins + 1)
        return Messages(actor, critic, ppo.epochs * ppo.minibatches, 4 * (2 + 1) + counts)

    def _ppo(self) -> PPO:
        torch.manual_seed(1)
        return PPO(Policy(self._sizes), Critic(self._sizes), PPOSettings())

    def row(self, workers: int, done: Callable[[], None]) -> Row:
        """Measure ``workers``; ``done`` is called after each iteration."""
        settings, ppo = self._settings, self._ppo()
        times: list[tuple[float, float]] = []
        with Crew([self._worker(index) for index in range(workers)]) as crew:
            crew.adopt(unrehearsed(self._reference, self._body))
            for index in range(settings.rounds + 1):
                times.append(self._iterate(crew, ppo, index))
                done()
        collecting, updating = (float(value) for value in np.median(times[1:], axis=0))
        rate = float(np.median([workers * settings.bodies * settings.steps / sum(pair) for pair in times[1:]]))
        return Row(workers, collecting, updating, rate)

    def _worker(self, index: int) -> WorkerSettings:
        each, own = self._settings, self._curriculum.settings
        clip = self._reference.clip
        return WorkerSettings(clip, self._sizes, WorldSettings(), own, each.bodies, each.steps, 1, index)

    def _iterate(self, crew: Crew, ppo: PPO, index: int) -> tuple[float, float]:
        """Seconds of collecting and of updating."""
        noise = self._curriculum.settings.noise[0]
        order = Order(
            index, weights_of(ppo.policy), noise, self._curriculum.weights(), self._curriculum.settings.from_start
        )
        torch.set_num_threads(1)
        began = time.perf_counter()
        experiences = crew.collect(order)
        collected = time.perf_counter()
        torch.set_num_threads(self._cores)
        ppo.update(merge(experiences, noise), noise, index)
        return collected - began, time.perf_counter() - collected


def _size(module: torch.nn.Module) -> int:
    return sum(parameter.numel() * parameter.element_size() for parameter in module.parameters())


def measure_wire(messages: Messages, reductions: int) -> Wire:
    """Seconds that two local processes take for an all-reduce; the median of ``reductions``.

    Raises:
        InputError: they cannot talk to each other.
    """
    context = multiprocessing.get_context("spawn")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ours, theirs = context.Pipe(duplex=False)
    counts = (1, messages.actor // 4, messages.critic // 4)  # the first is all latency
    processes = [
        context.Process(target=_reduce, args=(rank, port, counts, reductions, theirs), daemon=True) for rank in range(2)
    ]
    for process in processes:
        process.start()
    theirs.close()
    try:
        return Wire(*ours.recv())
    except EOFError as error:
        raise InputError("two processes cannot talk over the interface lo; bring it up: ip link set lo up") from error
    finally:
        for process in processes:
            process.join(timeout=5.0)
            process.terminate()


def _reduce(rank: int, port: int, counts: tuple[int, ...], reductions: int, connection: Connection) -> None:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    os.environ.update(RANK=str(rank), WORLD_SIZE="2")
    torch.set_num_threads(1)
    with Team() as team:
        found = [_seconds(team, torch.zeros(count), reductions) for count in counts]
        if team.first:
            connection.send(found)


def _seconds(team: Team, tensor: torch.Tensor, reductions: int) -> float:
    times: list[float] = []
    for _ in range(reductions):
        began = time.perf_counter()
        team.average([tensor])
        times.append(time.perf_counter() - began)
    return float(np.median(times))


def table(rows: list[Row], cores: int, settings: ScalingSettings) -> Table:
    """The figures of each number of workers, beside those of the first."""
    whole = Table("workers", "collecting", "updating", "control steps/s", "ratio", "", title=f"{cores} cores")
    for row in rows:
        ratio = row.samples_per_second / rows[0].samples_per_second
        times = (f"{row.collecting:.2f} s", f"{row.updating:.2f} s", f"{row.samples_per_second:,.0f}", f"{ratio:.2f}")
        whole.add_row(str(row.workers), *times, f"share {cores} cores" if row.workers > cores else "")
    whole.caption = (
        f"{settings.bodies} bodies and {settings.steps} control steps a worker; median of {settings.rounds} "
        "iterations; while workers collect the learner waits, and while it updates they wait"
    )
    return whole


def say(messages: Messages, wire: Wire, predicted: dict[str, Prediction]) -> list[str]:
    """What a team sends, and both predictions, in words."""
    step, one, many = wire.actor + wire.critic, predicted["cores"], predicted["machines"]
    return [
        f"all-reduce: {messages.step / 1e6:.2f} MB a step of the update, {messages.iteration / 1e6:.1f} MB an "
        f"iteration; between two processes here {1e3 * step:.1f} ms a step, {1e3 * wire.small:.2f} ms when empty",
        f"predicted, {_MANY} cores in one machine: {one.samples_per_second:,.0f} control steps/s; they collect for "
        f"{one.collecting:.2f} s as here, then one learner updates for {one.updating:.2f} s on all they bring",
        f"predicted, {_MANY} machines of one worker: {many.samples_per_second:,.0f} control steps/s; each collects for "
        f"{many.collecting:.2f} s and updates for {many.updating:.2f} s, and a ring of them adds up gradients for "
        f"{many.reducing:.2f} s, if their network is as fast as this machine with itself",
    ]
