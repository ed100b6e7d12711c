"""The loop: rehearse once, then collect, improve, publish."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from models.body import Body, load_humanoid
from models.errors import InputError
from models.imitation import observation_size
from models.motion import Clip, Pose, join_poses
from models.policy import Control, Critic, Policy, PolicySettings
from models.reference import tabulate
from models.skills import skill_named
from models.world import WorldSettings
from training import rehearsal_file, run_file
from training.crew import Crew
from training.curriculum import Curriculum, CurriculumSettings
from training.finite import NotFiniteError
from training.ppo import PPO, PPOSettings
from training.publish import Ladder
from training.rehearsal import Rehearsal
from training.rehearsal_file import load_rehearsal, load_sketch, save_rehearsal, save_sketch
from training.rollout import Experience, Order, WorkerSettings, merge, weights_of
from training.search import RehearsalSettings, Search, Sketch
from training.team import Team, digest
from training.warm_start import WarmStartSettings, clone

_LANDINGS = 256  # how many of its own landings a run remembers


@dataclass(frozen=True)
class LearnSettings:
    """One run. workers are processes; bodies and steps are per worker; samples: when to stop. control: of actions.

    averaging: share of the newest policy in the moving average that is published; single steps are mostly noise.
    """

    samples: int = 10_000_000
    workers: int = 6
    bodies: int = 8
    steps: int = 512
    seed: int = 1
    learner_threads: int = 0
    control: Control = Control.RESIDUAL
    averaging: float = 0.1
    curriculum: CurriculumSettings = field(default_factory=CurriculumSettings)
    ppo: PPOSettings = field(default_factory=PPOSettings)
    rehearsal: RehearsalSettings = field(default_factory=RehearsalSettings)
    warm_start: WarmStartSettings = field(default_factory=WarmStartSettings)
    world: WorldSettings = field(default_factory=WorldSettings)

    @property
    def iteration_samples(self) -> int:
        """Control steps that one iteration collects."""
        return self.workers * self.bodies * self.steps

    def absolute(self) -> LearnSettings:
        """The same with absolute actions, and only a glance at the rehearsal: its early stages shall really flail."""
        return replace(self, control=Control.ABSOLUTE, warm_start=replace(self.warm_start, epochs=1))


@dataclass
class Progress:
    """How far a run has come. samples counts every control step made, those of the rehearsal too."""

    iteration: int = 0
    samples: int = 0
    attempts: int = 0
    seconds: float = 0.0


class Learner:
    """A run of learning in ``folder``: rehearsal, checkpoint, log, and the ladder of stages."""

    def __init__(self, clip: Clip, folder: Path, settings: LearnSettings, team: Team | None = None) -> None:
        self.settings = settings
        self.team = team or Team()
        self.folder = folder
        self.clip = clip
        self.body: Body = load_humanoid()
        torch.manual_seed(settings.seed)
        self.sizes = PolicySettings(observation_size(self.body), self.body.dofs, control=settings.control)
        self.policy = Policy(self.sizes)
        self.average = Policy(self.sizes)  # what is published
        self.average.load_state_dict(self.policy.state_dict())
        self.critic = Critic(self.sizes)
        self.ppo = PPO(self.policy, self.critic, settings.ppo, self.team.average)
        self.reference = tabulate(clip, self.body)
        self.curriculum = Curriculum(settings.curriculum, self.reference.ticks)
        self.progress = Progress()
        self.ladder = Ladder(folder / "stages", clip.name, self.body, self.reference)
        self.landings: Pose | None = None
        self._rehearsal: Rehearsal | None = None

    def run(
        self,
        report: Callable[[Progress, dict[str, float]], None],
        rehearsing: Callable[[float], None] = lambda share: None,
    ) -> None:
        """Learn until `samples` are used up or the user interrupts; either way a checkpoint is left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with Crew([self._worker(index) for index in range(self.settings.workers)]) as crew:
            try:
                self._agree(crew, rehearsing)
                crew.adopt(self._rehearsed())
                while self.progress.samples < self.settings.samples:
                    report(self.progress, self._iterate(crew))
            except KeyboardInterrupt:
                pass
            except NotFiniteError as error:
                raise InputError(self._broken_off(str(error))) from error
            if self.team.first and self._rehearsal is not None:
                self.ladder.publish(self.average, **asdict(self.progress))

    def _broken_off(self, why: str) -> str:
        done = self.progress.iteration
        mend = f"iteration {done} is kept, go on from it with --resume and another --seed"
        if done == 0:
            mend = "nothing was learned yet, start again with another --seed"
        return f"{self.folder}: learning stopped in iteration {done + 1}, {why}; {mend}"

    def _agree(self, crew: Crew, rehearsing: Callable[[float], None]) -> None:
        """Bring every machine of the team to where the one stands that has come furthest; begin if none has begun.

        Machines may change ranks when the team is started anew, and the first may be one that has nothing yet.

        Raises:
            InputError: they were given different options, or keep different runs.
        """
        files = [self.folder / rehearsal_file.NAME, self.folder / run_file.NAME]
        begun = self._rehearsal is not None
        options = digest(repr(replace(self.settings, learner_threads=0)).encode())
        run = digest(files[0].read_bytes()) if begun else 0
        reached, options_of, run_of = self.team.gather([self.progress.iteration if begun else -1, options, run]).T
        if len(set(options_of)) > 1:
            raise InputError("the machines of the team were given different options; give all the same, but for --out")
        if len(set(run_of[reached >= 0])) > 1:
            raise InputError("the machines of the team keep different runs; give a folder with --out that has none")
        if reached.max() < 0 and self.team.first:
            with self.team.apart():
                self._begin(crew, rehearsing)
        furthest = int(reached.argmax())
        self.team.hand_out(files, furthest)
        if self.team.rank != furthest:
            self._rehearsal = None
            self.resume()

    def _worker(self, index: int) -> WorkerSettings:
        each = self.settings
        number = self.team.rank * each.workers + index  # no two in the team may draw the same numbers
        return WorkerSettings(
            self.clip, self.sizes, each.world, each.curriculum, each.bodies, each.steps, each.seed, number
        )

    def _rehearsed(self) -> Rehearsal:
        if self._rehearsal is None:
            self._rehearsal = load_rehearsal(self.folder / rehearsal_file.NAME, self.clip)
        return self._rehearsal

    def _begin(self, crew: Crew, rehearsing: Callable[[float], None]) -> None:
        """Publish the stage that knows nothing, rehearse, and hand the rehearsal on to policy and critic."""
        self.ladder.publish(self.average, **asdict(self.progress))
        began = time.monotonic()
        symmetric = skill_named(self.clip.name).symmetric
        search = Search(self.body, self.reference, symmetric, self.settings.rehearsal, crew.try_out, self.settings.seed)
        begun = load_sketch(self._sketch, self.clip, self.settings.seed) if self._sketch.exists() else None
        self._rehearsal = search.run(rehearsing, self._keep_sketch, begun)
        save_rehearsal(self.folder / rehearsal_file.NAME, self._rehearsal)
        crew.adopt(self._rehearsal)
        self.progress.samples += search.samples
        self._warm_start(crew)
        self.progress.seconds += time.monotonic() - began
        self.save()
        self._sketch.unlink(missing_ok=True)

    def _keep_sketch(self, sketch: Sketch) -> None:
        save_sketch(self._sketch, sketch, self.clip, self.settings.seed)

    def _warm_start(self, crew: Crew) -> None:
        settings, batches = self.settings.warm_start, []
        for iteration in range(settings.iterations):
            led = crew.collect(self._order(settings.noise, iteration, lead=True))
            batches.append(merge(led, settings.noise))
            self.policy.normalizer.update(batches[-1].observation.flatten(0, 1))
            self.progress.samples += self.settings.iteration_samples
        torch.set_num_threads(self.settings.learner_threads or os.cpu_count() or 1)
        observation = torch.cat([batch.observation.flatten(0, 1) for batch in batches])
        action = torch.cat([batch.mean.flatten(0, 1) for batch in batches])
        clone(self.policy, observation, action, settings, self.settings.seed)
        for index, batch in enumerate(batches):
            self.ppo.update(batch, settings.noise, index, actor=False)
        self.average.load_state_dict(self.policy.state_dict())

    def _order(self, noise: float, iteration: int, lead: bool = False) -> Order:
        weights, curriculum = weights_of(self.policy), self.curriculum
        return Order(
            iteration, weights, noise, curriculum.weights(), curriculum.settings.from_start, self.landings, lead
        )

    def _iterate(self, crew: Crew) -> dict[str, float]:
        began = time.monotonic()
        noise = self.curriculum.noise(self.progress.samples)
        order = self._order(noise, self.progress.iteration)
        torch.set_num_threads(1)  # the workers have the cores now
        experiences = crew.collect(order)
        collected = time.monotonic()
        torch.set_num_threads(self.settings.learner_threads or os.cpu_count() or 1)
        figures = self.ppo.update(merge(experiences, noise), noise, self.progress.iteration)
        self._take_average()
        self._count(experiences, time.monotonic() - began)
        if self.team.first:
            self.ladder.consider(self.average, **asdict(self.progress))
        self.save()  # on every machine: any of them may be the one that is lost
        return figures | {
            "reward": float(np.mean([e.reward.mean() for e in experiences])),
            "failures_per_step": float(sum(e.failures.sum() for e in experiences) / self.settings.iteration_samples),
            "cycles": float(sum(len(e.landings) for e in experiences)),
            "noise": noise,
            "collect_seconds": collected - began,
            "samples_per_second": self.team.size * self.settings.iteration_samples / (time.monotonic() - began),
        }

    @torch.no_grad()
    def _take_average(self) -> None:
        for name, tensor in self.average.state_dict().items():
            if tensor.is_floating_point():
                tensor.lerp_(self.policy.state_dict()[name], self.settings.averaging)

    def _count(self, experiences: list[Experience], seconds: float) -> None:
        tried = sum(e.attempts + len(e.landings) for e in experiences)
        own = [*(np.sum([(e.visits, e.failures) for e in experiences], axis=0).ravel()), float(tried)]
        counts = self.team.total(np.array(own))
        visits, failures = counts[:-1].reshape(2, -1)
        self.curriculum.update(visits, failures)
        fresh = [pose for e in experiences for pose in e.landings]
        if fresh:
            kept = [self.landings] if self.landings is not None else []
            self.landings = join_poses([*kept, *fresh])[slice(-_LANDINGS, None)]
        self.progress.iteration += 1
        self.progress.samples += self.team.size * self.settings.iteration_samples
        self.progress.attempts += round(counts[-1])
        self.progress.seconds += seconds

    def save(self) -> None:
        """Write the checkpoint. Raises what `run_file.save` does."""
        run_file.save(self.folder / run_file.NAME, self)

    def resume(self) -> None:
        """Go on from what is kept in `folder`: a checkpoint, or a search that was broken off.

        Raises:
            InputError: there is neither, or it is not one of this body and clip.
        """
        if self._sketch.exists() and not (self.folder / run_file.NAME).exists():
            load_sketch(self._sketch, self.clip, self.settings.seed)  # better refused now than when workers wait
            return
        run_file.load(self.folder / run_file.NAME, self)
        self._rehearsed()
        self.ladder.published(self.progress.iteration)

    @property
    def kept(self) -> bool:
        """Whether `folder` keeps a run to go on from."""
        return (self.folder / run_file.NAME).exists() or self._sketch.exists()

    @property
    def _sketch(self) -> Path:
        return self.folder / rehearsal_file.SKETCH_NAME
