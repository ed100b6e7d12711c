"""The loop: collect, improve, publish."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save

from models.body import Body, load_humanoid
from models.disk import write_whole
from models.errors import InputError
from models.imitation import observation_size
from models.motion import Clip
from models.policy import Critic, Policy, PolicySettings
from models.reference import tabulate
from models.world import WorldSettings
from training.curriculum import Curriculum, CurriculumSettings
from training.ppo import PPO, Batch, PPOSettings, log_prob
from training.publish import Ladder
from training.rollout import Crew, Experience, Order, WorkerSettings

CHECKPOINT_SCHEMA = "backflip.checkpoint"
CHECKPOINT_VERSION = 1


@dataclass(frozen=True)
class LearnSettings:
    """One run. workers are processes; bodies and steps are per worker; samples: when to stop."""

    samples: int = 10_000_000
    workers: int = 6
    bodies: int = 8
    steps: int = 128
    seed: int = 1
    learner_threads: int = 0
    checkpoint_every: int = 5
    curriculum: CurriculumSettings = field(default_factory=CurriculumSettings)
    ppo: PPOSettings = field(default_factory=PPOSettings)
    world: WorldSettings = field(default_factory=WorldSettings)


@dataclass
class Progress:
    """How far a run has come; what a checkpoint keeps beside the networks."""

    iteration: int = 0
    samples: int = 0
    attempts: int = 0
    seconds: float = 0.0


class Learner:
    """A run of learning in ``folder``: checkpoint, log, and the ladder of stages."""

    def __init__(self, clip: Clip, folder: Path, settings: LearnSettings) -> None:
        self.settings = settings
        self.folder = folder
        self.clip = clip
        self.body: Body = load_humanoid()
        torch.manual_seed(settings.seed)
        self.sizes = PolicySettings(observation_size(self.body), self.body.dofs)
        self.policy = Policy(self.sizes)
        self.critic = Critic(self.sizes)
        self.ppo = PPO(self.policy, self.critic, settings.ppo)
        reference = tabulate(clip, self.body)
        self.curriculum = Curriculum(settings.curriculum, reference.ticks)
        self.progress = Progress()
        self.ladder = Ladder(folder / "stages", clip.name, self.body, reference)

    def run(self, report: Callable[[Progress, dict[str, float]], None]) -> None:
        """Learn until `samples` are used up or the user interrupts; either way a checkpoint is left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        first = self.progress.iteration
        workers = [self._worker(i, first) for i in range(self.settings.workers)]
        with Crew(workers) as crew:
            if self.policy.normalizer.count == 0:
                self._warm_up(crew)
            try:
                while self.progress.samples < self.settings.samples:
                    report(self.progress, self._iterate(crew))
            except KeyboardInterrupt:
                pass
            finally:
                self.save()
                self.ladder.publish(self.policy, **asdict(self.progress))

    def _worker(self, index: int, first: int) -> WorkerSettings:
        each = self.settings
        seed = int(np.random.SeedSequence([each.seed, index, first]).generate_state(1)[0])
        return WorkerSettings(self.clip, self.sizes, each.world, each.curriculum, each.bodies, each.steps, seed)

    def _order(self) -> Order:
        weights = {name: tensor.numpy().copy() for name, tensor in self.policy.state_dict().items()}
        curriculum = self.curriculum
        noise = curriculum.noise(self.progress.samples)
        return Order(weights, noise, curriculum.gravity, curriculum.weights(), curriculum.from_start())

    def _warm_up(self, crew: Crew) -> None:
        """Give the normaliser something to stand on and publish the stage that has learned nothing."""
        for experience in crew.collect(self._order()):
            self.policy.normalizer.update(torch.from_numpy(experience.observation).flatten(0, 1))
        self.ladder.publish(self.policy, **asdict(self.progress))

    def _iterate(self, crew: Crew) -> dict[str, float]:
        began = time.monotonic()
        order = self._order()
        torch.set_num_threads(1)  # the workers have the cores now
        experiences = crew.collect(order)
        collected = time.monotonic()
        torch.set_num_threads(self.settings.learner_threads or os.cpu_count() or 1)
        figures = self.ppo.update(self._merge(experiences, order.noise), order.noise)
        self._count(experiences, time.monotonic() - began)
        self.ladder.consider(self.policy, **asdict(self.progress))
        if self.progress.iteration % self.settings.checkpoint_every == 0:
            self.save()
        steps = self.settings.workers * self.settings.bodies * self.settings.steps
        return figures | {
            "reward": float(np.mean([e.reward.mean() for e in experiences])),
            "failures_per_step": float(sum(e.failures.sum() for e in experiences) / steps),
            "cycles": float(sum(e.full_cycles for e in experiences)),
            "noise": order.noise,
            "gravity": order.gravity,
            "collect_seconds": collected - began,
            "samples_per_second": steps / (time.monotonic() - began),
        }

    def _merge(self, experiences: list[Experience], noise: float) -> Batch:
        def join(name: str, axis: int) -> torch.Tensor:
            return torch.from_numpy(np.concatenate([getattr(e, name) for e in experiences], axis=axis))

        observation, action, mean = join("observation", 1), join("action", 1), join("mean", 1)
        reward = join("reward", 1)
        for worker, experience in enumerate(experiences):
            for step, body, later in experience.cut:
                column = worker * self.settings.bodies + body
                reward[step, column] += self.settings.ppo.gamma * self.ppo.value(torch.from_numpy(later)[None])[0]
        return Batch(
            observation,
            action,
            log_prob(action, mean, noise),
            mean,
            reward,
            join("boundary", 1),
            join("last_observation", 0),
        )

    def _count(self, experiences: list[Experience], seconds: float) -> None:
        visits = np.sum([e.visits for e in experiences], axis=0)
        self.curriculum.update(visits, np.sum([e.failures for e in experiences], axis=0))
        self.progress.iteration += 1
        self.progress.samples += self.settings.workers * self.settings.bodies * self.settings.steps
        self.progress.attempts += sum(e.attempts + e.full_cycles for e in experiences)
        self.progress.seconds += seconds

    def save(self) -> None:
        """Write the checkpoint whole: networks and optimiser as tensors, the rest as JSON in the header."""
        tensors = {f"policy.{k}": v for k, v in self.policy.state_dict().items()}
        tensors |= {f"critic.{k}": v for k, v in self.critic.state_dict().items()}
        for index, state in self.ppo.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{k}": v for k, v in state.items()}
        tensors["failure"] = torch.from_numpy(self.curriculum.failure)
        tensors["gravity"] = torch.tensor(self.curriculum.gravity, dtype=torch.float64)
        header = {
            "schema": CHECKPOINT_SCHEMA,
            "version": str(CHECKPOINT_VERSION),
            "progress": json.dumps(asdict(self.progress)),
            "learning_rate": repr(self.ppo.learning_rate),
            "body": self.body.digest,
            "clip": self.clip.name,
        }
        path = self.folder / "checkpoint.safetensors"
        whole = save({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, metadata=header)
        try:
            write_whole(path, whole)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); make room on the disk") from error

    def resume(self) -> None:
        """Go on from the checkpoint in `folder`.

        Raises:
            InputError: there is none, or it is not one of this body and clip.
        """
        from safetensors import SafetensorError, safe_open

        path = self.folder / "checkpoint.safetensors"
        try:
            with safe_open(path, framework="pt") as file:
                header = file.metadata() or {}
            tensors = load_file(path)
        except (FileNotFoundError, SafetensorError, OSError) as error:
            raise InputError(f"{path}: no whole checkpoint to resume from ({error}); start without --resume") from error
        expected = (CHECKPOINT_SCHEMA, str(CHECKPOINT_VERSION), self.body.digest, self.clip.name)
        if (header.get("schema"), header.get("version"), header.get("body"), header.get("clip")) != expected:
            raise InputError(f"{path}: a checkpoint of another schema, body or clip; choose another --out")
        self.policy.load_state_dict(_below("policy.", tensors))
        self.critic.load_state_dict(_below("critic.", tensors))
        self._restore_optimizer(_below("optimizer.", tensors), float(header["learning_rate"]))
        self.curriculum.failure = tensors["failure"].numpy()
        self.curriculum.gravity = float(tensors["gravity"])
        self.progress = Progress(**json.loads(header["progress"]))
        self.ladder.published(self.progress.samples)

    def _restore_optimizer(self, tensors: dict[str, torch.Tensor], learning_rate: float) -> None:
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in tensors.items():
            index, key = name.split(".", 1)
            state.setdefault(int(index), {})[key] = tensor
        whole = self.ppo.optimizer.state_dict()
        whole["state"] = state
        self.ppo.optimizer.load_state_dict(whole)
        self.ppo.learning_rate = learning_rate
        for group in self.ppo.optimizer.param_groups:
            group["lr"] = learning_rate


def _below(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
