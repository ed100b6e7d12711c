from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.body import Body
from models.errors import InputError
from models.imitation import observation_size
from models.motion import Clip
from models.policy import Policy, PolicySettings
from models.reference import Reference
from models.stage import list_stages, load_stage
from models.world import WorldSettings
from training.curriculum import Curriculum, CurriculumSettings
from training.learn import Learner, LearnSettings
from training.publish import Ladder
from training.rollout import Experience, Order, Worker, WorkerSettings


def order(policy: Policy, curriculum: Curriculum) -> Order:
    weights = {name: tensor.numpy().copy() for name, tensor in policy.state_dict().items()}
    return Order(weights, 0.1, 1.0, curriculum.weights(), 0.3)


def collect(clip: Clip, body: Body, seed: int, bodies: int = 6, steps: int = 40) -> Experience:
    torch.manual_seed(0)
    sizes = PolicySettings(observation_size(body), body.dofs, (16,))
    settings = CurriculumSettings(episode_seconds=0.8)
    worker = Worker(WorkerSettings(clip, sizes, WorldSettings(), settings, bodies, steps, seed))
    return worker.collect(order(Policy(sizes), Curriculum(settings, 210)))


def test_a_worker_brings_back_what_it_was_asked_for(clip: Clip, body: Body) -> None:
    experience = collect(clip, body, 1)
    assert experience.observation.shape == (40, 6, observation_size(body))
    assert experience.action.shape == (40, 6, body.dofs)
    assert np.isfinite(experience.observation).all()
    assert experience.visits.sum() == 40 * 6
    # Every end is a failure or a cut, failures earn nothing.
    ended = experience.boundary.sum()
    assert ended == experience.failures.sum() + len(experience.cut) == experience.attempts
    cut = {(step, index) for step, index, _ in experience.cut}
    failed = [(t, n) for t, n in zip(*np.nonzero(experience.boundary), strict=True) if (t, n) not in cut]
    assert all(experience.reward[t, n] == 0.0 for t, n in failed)
    assert experience.attempts > 0
    assert experience.reward.max() > 0.5


def test_the_same_seed_collects_the_same(clip: Clip, body: Body) -> None:
    a, b, c = collect(clip, body, 1), collect(clip, body, 1), collect(clip, body, 2)
    assert np.array_equal(a.observation, b.observation)
    assert np.array_equal(a.action, b.action)
    assert not np.array_equal(a.observation, c.observation)


SMALL = LearnSettings(samples=2 * 2 * 4 * 16, workers=2, bodies=4, steps=16, checkpoint_every=1)


def test_a_small_run_with_real_workers_learns_checkpoints_publishes_and_resumes(
    clip: Clip, body: Body, tmp_path: Path
) -> None:
    learner = Learner(clip, tmp_path, SMALL)
    seen: list[dict[str, float]] = []
    learner.run(lambda progress, figures: seen.append(figures))
    assert learner.progress.iteration == 2
    assert learner.progress.samples == SMALL.samples
    assert all(np.isfinite(value) for figures in seen for value in figures.values())
    stage = load_stage(list_stages(tmp_path / "stages")[0], body)
    assert (stage.info.iteration, stage.info.samples, stage.info.skill) == (0, 0, "backflip")
    assert stage.info.judged["success"] == 0.0
    last = load_stage(list_stages(tmp_path / "stages")[-1], body)
    assert last.info.samples == SMALL.samples  # what was learned last is never left unpublished

    again = Learner(clip, tmp_path, SMALL)
    again.resume()
    assert again.progress == learner.progress
    assert again.ppo.learning_rate == learner.ppo.learning_rate
    for name, tensor in learner.policy.state_dict().items():
        assert torch.equal(tensor, again.policy.state_dict()[name]), name
    old, new = learner.ppo.optimizer.state_dict()["state"], again.ppo.optimizer.state_dict()["state"]
    assert all(torch.equal(old[i]["exp_avg_sq"], new[i]["exp_avg_sq"]) for i in old)


def test_resuming_from_nothing_or_from_ruins_is_refused(clip: Clip, tmp_path: Path) -> None:
    learner = Learner(clip, tmp_path, SMALL)
    with pytest.raises(InputError, match="no whole checkpoint"):
        learner.resume()
    learner.save()
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="no whole checkpoint"):
        Learner(clip, tmp_path, SMALL).resume()


def test_rungs_of_the_ladder_grow_apart(reference: Reference, body: Body, tmp_path: Path) -> None:
    policy = Policy(PolicySettings(observation_size(body), body.dofs, (8,)))
    ladder = Ladder(tmp_path, "crawl", body, reference)  # a skill without a judge, for speed
    published = [n for n in range(0, 600_000, 10_000) if ladder.consider(policy, n // 10_000, n, n, 0.0)]
    gaps = np.diff(published)
    assert len(published) > 5
    assert (np.diff(gaps) >= -10_000).all()
    assert gaps[-1] > 2 * gaps[0]
    assert len(list_stages(tmp_path)) == len(published)
