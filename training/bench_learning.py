"""Speed of learning on one core, taken apart and set beside the port in the `pybullet` wheel, in one run.

Everything is counted in control steps of one body, 1/30 s each, a second. All take turns in every round, so that a busy
moment of the machine meets all of them, and ratios are taken within a round.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from models.assets import SHIPPED_SKILL, find_clip
from models.body import Body, load_humanoid
from models.bullet import silence
from models.imitation import observation_size
from models.motion import Pose
from models.policy import Critic, Policy, PolicySettings
from models.reference import CONTROL_HZ, TICKS_PER_CONTROL, Reference, tabulate
from models.world import World, WorldSettings
from training.curriculum import Curriculum, CurriculumSettings
from training.gym_env import Imitation
from training.ppo import PPO, PPOSettings
from training.rehearsal import unrehearsed
from training.rollout import Order, Worker, WorkerSettings, merge, weights_of

_FALL = 8  # control steps; bodies without torques are put back then, before they lie in a heap that costs more
_PORT_HZ = 240
_PORT = "pybullet_envs"


@dataclass(frozen=True)
class BenchSettings:
    """How much is measured. bodies: in each world of ours. The rest is for one round.

    steps: control steps of the bare world and of ours. port_steps: of the port. learn_steps: of a whole iteration.
    """

    rounds: int = 5
    bodies: int = 24
    steps: int = 64
    port_steps: int = 480
    learn_steps: int = 128


@dataclass(frozen=True)
class Rates:
    """Control steps a second on one core, in one round or the median of several.

    bare: `stepSimulation` of our bodies and nothing else, not even PD. world: with PD, observation, reward and starts.
    port: the wheel's. learning: the whole loop, policy and update included.
    """

    bare: float
    world: float
    port: float
    learning: float


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds. The aims: world_over_port 4 or more, bare_over_world 1.5 or less."""

    rates: Rates
    world_over_port: float
    bare_over_world: float


def learning(arguments: Namespace, settings: BenchSettings = BenchSettings()) -> int:
    """`backflip bench learning`."""
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("measuring", total=4 * settings.rounds)
        rounds = measure(settings, lambda: bar.advance(task))
    figures = summarize(rounds)
    if arguments.json:
        print(json.dumps(asdict(figures) | {"rounds": settings.rounds, "bodies": settings.bodies}))
    else:
        Console().print(table(figures, settings))
    return 0


def table(figures: Figures, settings: BenchSettings) -> Table:
    """The figures, with what they aim at."""
    rates = figures.rates
    rows = Table("one core", "control steps/s", "ratio", "aim")
    rows.add_row("bare stepSimulation", f"{rates.bare:,.0f}", f"{figures.bare_over_world:.2f} x ours", "1.5 or less")
    rows.add_row("ours, no policy", f"{rates.world:,.0f}", f"{figures.world_over_port:.2f} x the port", "4 or more")
    rows.add_row("the port, no policy", f"{rates.port:,.0f}")
    rows.add_row("ours, learning", f"{rates.learning:,.0f}", "", "1,250 or more")
    rows.caption = (
        f"ours: {settings.bodies} bodies in a world at 120 Hz, bare without PD; the port (pybullet_envs.deep_mimic): "
        f"one body at {_PORT_HZ} Hz; {settings.rounds} paired rounds, median"
    )
    return rows


def summarize(rounds: list[Rates]) -> Figures:
    """Medians of the rates, and of the ratios within each round."""
    return Figures(
        Rates(*(float(column) for column in np.median([astuple(rates) for rates in rounds], axis=0))),
        float(np.median([rates.world / rates.port for rates in rounds])),
        float(np.median([rates.bare / rates.world for rates in rounds])),
    )


def measure(settings: BenchSettings, done: Callable[[], None]) -> list[Rates]:
    """Run the rounds, all four in turn; ``done`` is called after each of them."""
    torch.set_num_threads(1)
    body = load_humanoid()
    reference = tabulate(find_clip(SHIPPED_SKILL, body), body)
    starts = reference.at(np.arange(settings.bodies) * reference.ticks // settings.bodies).pose
    bare, ours, port = BareWorld(body, settings.bodies), Imitation(SHIPPED_SKILL, settings.bodies), Port()
    whole = Iteration(body, reference, settings)
    generators = [np.random.default_rng(copy) for copy in range(settings.bodies)]
    ours.restart(np.arange(settings.bodies), generators)

    def told(rate: float) -> float:
        done()
        return rate

    try:
        return [
            Rates(
                told(bare.rate(starts, settings.steps)),
                told(world_rate(ours, generators, settings.steps)),
                told(port.rate(settings.port_steps)),
                told(whole.rate(index)),
            )
            for index in range(settings.rounds)
        ]
    finally:
        bare.close()
        ours.close()
        whole.close()


class BareWorld(World):
    """Our bodies over our ground, without a torque: what the engine alone costs."""

    def fall(self, steps: int) -> None:
        """Let all bodies fall for ``steps`` control steps."""
        for _ in range(steps * TICKS_PER_CONTROL * self.settings.substeps):
            self._client.stepSimulation()

    def rate(self, starts: Pose, steps: int) -> float:
        """Control steps a second; putting the bodies back to ``starts`` ``(count,)`` is not counted."""
        falls, spent = -(-steps // _FALL), 0.0
        for _ in range(falls):
            self.reset(np.arange(self.count), starts)
            began = time.perf_counter()
            self.fall(_FALL)
            spent += time.perf_counter() - began
        return falls * _FALL * self.count / spent


def world_rate(ours: Imitation, generators: list[np.random.Generator], steps: int) -> float:
    """Control steps a second of what a worker does but for the policy; failed attempts start anew."""
    nothing = np.zeros((ours.count, ours.body.dofs), dtype=np.float32)
    began = time.perf_counter()
    for _ in range(steps):
        ours.observation()
        failed = np.flatnonzero(ours.step(nothing)[1])
        if len(failed):
            ours.restart(failed, [generators[copy] for copy in failed])
    return steps * ours.count / (time.perf_counter() - began)


@contextlib.contextmanager
def _without_gym() -> Iterator[None]:
    """Let the port's modules be imported without their package's own start, which needs the long dead `gym`."""
    found = importlib.util.find_spec(_PORT)
    if found is None or found.submodule_search_locations is None:
        raise RuntimeError(f"{_PORT} is not in the pybullet wheel")
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == _PORT}
    package = ModuleType(_PORT)
    package.__path__ = list(found.submodule_search_locations)
    sys.modules[_PORT] = package
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == _PORT]:
            del sys.modules[name]
        sys.modules.update(before)


class Port:
    """`pybullet_envs.deep_mimic` on its backflip: one body, driven blindly, seen and paid once a control step."""

    def __init__(self) -> None:
        # It prints from Python and from C.
        with _without_gym(), contextlib.redirect_stdout(io.StringIO()), silence():
            module = importlib.import_module(f"{_PORT}.deep_mimic.env.pybullet_deep_mimic_env")
            arguments = importlib.import_module("pybullet_utils.arg_parser").ArgParser()
            data = Path(importlib.import_module("pybullet_data").getDataPath())
            arguments.load_file(str(data / "args" / "run_humanoid3d_backflip_args.txt"))
            self.environment: Any = module.PyBulletDeepMimicEnv(arguments)
        self._blind = -self.environment.build_action_offset(0)  # what its policies call zero
        self.environment.need_new_action(0)

    def step(self) -> int:
        """One control step, as the port's own loop makes it; returns how many 240 Hz steps it took, 8 or 9."""
        environment, updates = self.environment, 0
        environment.set_action(0, self._blind)
        while updates == 0 or not environment.need_new_action(0):
            environment.update(1.0 / _PORT_HZ)
            updates += 1
        environment.record_state(0)
        environment.calc_reward(0)
        if environment.is_episode_end():
            environment.reset()
            environment.need_new_action(0)  # starts its count of the time to the next action
        return updates

    def rate(self, steps: int) -> float:
        """Control steps a second. Rounding makes some of its steps longer; it gets its due for the time simulated."""
        began = time.perf_counter()
        updates = sum(self.step() for _ in range(steps))
        return updates * CONTROL_HZ / _PORT_HZ / (time.perf_counter() - began)


class Iteration:
    """A worker and its learner in one thread: from a policy to the next, as a process and its share of the update."""

    def __init__(self, body: Body, reference: Reference, settings: BenchSettings) -> None:
        sizes, curriculum = PolicySettings(observation_size(body), body.dofs), CurriculumSettings()
        self._samples = settings.bodies * settings.learn_steps
        self._noise = curriculum.noise[0]
        self._starts = Curriculum(curriculum, reference.ticks).weights()
        self._from_start = curriculum.from_start
        self._ppo = PPO(Policy(sizes), Critic(sizes), PPOSettings())
        self._worker = Worker(
            WorkerSettings(
                reference.clip,
                sizes,
                WorldSettings(),
                curriculum,
                settings.bodies,
                settings.learn_steps,
                seed=1,
                index=0,
            )
        )
        self._worker.answer(unrehearsed(reference, body))

    def rate(self, index: int) -> float:
        """Control steps a second of one iteration: collect, then improve."""
        began = time.perf_counter()
        weights = weights_of(self._ppo.policy)
        experience = self._worker.collect(Order(index, weights, self._noise, self._starts, self._from_start))
        self._ppo.update(merge([experience], self._noise), self._noise, index)
        return self._samples / (time.perf_counter() - began)

    def close(self) -> None:
        """Free the worker's world."""
        self._worker.world.close()
