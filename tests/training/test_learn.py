from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.assets import find_clip
from models.body import Body
from models.errors import InputError
from models.imitation import observation_size
from models.motion import Clip, join_poses
from models.policy import Policy, PolicySettings
from models.reference import Reference, tabulate
from models.stage import list_stages, load_stage
from models.world import WorldSettings
from tests.conftest import ASSETS
from training.curriculum import Curriculum, CurriculumSettings
from training.learn import Learner, LearnSettings
from training.ppo import Batch
from training.publish import Ladder
from training.rehearsal import Rehearsal
from training.rehearsal_file import load_rehearsal, save_rehearsal, save_sketch
from training.rollout import Experience, Order, Worker, WorkerSettings, merge
from training.search import RehearsalSettings, Sketch
from training.warm_start import WarmStartSettings


def rehearsed(reference: Reference, body: Body) -> Rehearsal:
    """The bare clip as if it were a performance: what a rehearsal looks like, without the search."""
    return Rehearsal(reference, np.zeros((reference.ticks, body.dofs)))


def collector(clip: Clip, reference: Reference, body: Body, seed: int) -> tuple[Worker, Order]:
    torch.manual_seed(0)
    sizes = PolicySettings(observation_size(body), body.dofs, (16,))
    settings = CurriculumSettings()
    worker = Worker(WorkerSettings(clip, sizes, WorldSettings(), settings, bodies=6, steps=40, seed=seed, index=0))
    worker.answer(rehearsed(reference, body))
    weights = {name: tensor.numpy().copy() for name, tensor in Policy(sizes).state_dict().items()}
    return worker, Order(0, weights, 0.1, Curriculum(settings, reference.ticks).weights(), 0.3)


def test_a_worker_brings_back_what_it_was_asked_for(clip: Clip, reference: Reference, body: Body) -> None:
    worker, order = collector(clip, reference, body, 1)
    experience = worker.collect(order)
    assert experience.observation.shape == (40, 6, observation_size(body))
    assert experience.action.shape == (40, 6, body.dofs)
    assert np.isfinite(experience.observation).all()
    assert experience.visits.sum() == 40 * 6
    # Every end is a failure, and failures earn nothing.
    assert experience.boundary.sum() == experience.failures.sum() == experience.attempts > 0
    assert (experience.reward[experience.boundary == 1.0] == 0.0).all()
    assert experience.reward.max() > 0.5


def test_the_same_order_collects_the_same_whatever_came_before(clip: Clip, reference: Reference, body: Body) -> None:
    worker, order = collector(clip, reference, body, 1)
    first = worker.collect(order)
    other = worker.collect(replace(order, iteration=1))
    again = worker.collect(order)
    for name in ("observation", "action", "reward", "boundary", "last_observation"):
        assert np.array_equal(getattr(first, name), getattr(again, name)), name
    assert not np.array_equal(first.observation, other.observation)
    fresh, _ = collector(clip, reference, body, 1)
    assert np.array_equal(first.observation, fresh.collect(order).observation)


def test_who_has_got_up_is_remembered_and_begins_there(body: Body) -> None:
    clip = find_clip("getup_facedown", body)
    reference = tabulate(clip, body)
    worker, order = collector(clip, reference, body, 1)
    rest = worker.attempts.rest
    assert rest is not None
    just_before = np.zeros(worker.bins)
    just_before[rest // CurriculumSettings().bin_ticks] = 1.0  # the bin that has the rest in it
    order = replace(order, starts=just_before, from_start=0.0)
    experience = worker.collect(order)
    assert experience.landings
    wanted = reference.at(np.full(1, rest)).pose
    for pose in experience.landings:  # in the frame of the clip that has been moved under it
        assert np.allclose(pose.root_pos[0, [0, 2]], wanted.root_pos[0, [0, 2]], atol=0.05)

    own = join_poses(experience.landings)[:1]
    after = np.zeros(worker.bins)
    after[-1] = 1.0
    again = worker.collect(replace(order, starts=after, landings=own, iteration=1))
    sine, cosine = again.observation[0, :, -4], again.observation[0, :, -2]  # of the phase
    begins = {round(float(each) * reference.ticks) for each in np.arctan2(sine, cosine) / (2 * np.pi) % 1.0}
    assert rest in begins  # some begin in their own landing …
    assert max(begins) > reference.ticks - CurriculumSettings().bin_ticks  # … and others in the rehearsal's pose


def test_whoever_leads_makes_the_rehearsal_s_moves(clip: Clip, reference: Reference, body: Body) -> None:
    worker, order = collector(clip, reference, body, 1)
    action = np.tile(np.arange(reference.ticks)[:, None] / reference.ticks, (1, body.dofs))
    worker.answer(Rehearsal(reference, action))
    experience = worker.collect(replace(order, lead=True, noise=0.0, from_start=1.0))
    # All begin at the first frame and none has ended yet in the first steps: tick 0, 4, 8 …
    assert np.allclose(experience.mean[:3], (np.arange(3) * 4 / reference.ticks)[:, None, None], atol=1e-6)


SMALL = LearnSettings(
    samples=3_000,
    workers=2,
    bodies=4,
    steps=16,
    learner_threads=1,
    rehearsal=RehearsalSettings(sequences=4, rounds=1, first_rounds=1, horizon=1),
    warm_start=WarmStartSettings(iterations=1, epochs=1),
)


def run(clip: Clip, folder: Path, samples: int, resume: bool = False) -> tuple[Learner, list[dict[str, float]]]:
    learner = Learner(clip, folder, replace(SMALL, samples=samples))
    if resume:
        learner.resume()
    seen: list[dict[str, float]] = []
    learner.run(lambda progress, figures: seen.append(figures))
    return learner, seen


def test_a_small_run_with_real_workers_learns_checkpoints_and_publishes(clip: Clip, body: Body, tmp_path: Path) -> None:
    learner, seen = run(clip, tmp_path, SMALL.samples)
    assert learner.progress.iteration == len(seen) > 1
    assert learner.progress.samples >= SMALL.samples
    assert all(np.isfinite(value) for figures in seen for value in figures.values())
    stage = load_stage(list_stages(tmp_path / "stages")[0], body)
    assert (stage.info.iteration, stage.info.samples, stage.info.skill) == (0, 0, "backflip")
    assert stage.info.judged["success"] == 0.0
    last = load_stage(list_stages(tmp_path / "stages")[-1], body)
    assert last.info.samples == learner.progress.samples  # what was learned last is never left unpublished


def test_a_run_that_was_broken_off_goes_on_to_the_same_numbers(clip: Clip, tmp_path: Path) -> None:
    whole, _ = run(clip, tmp_path / "whole", 3_000)
    first, _ = run(clip, tmp_path / "parts", 2_700)
    assert 0 < first.progress.iteration < whole.progress.iteration
    second, _ = run(clip, tmp_path / "parts", 3_000, resume=True)
    assert second.progress.iteration == whole.progress.iteration
    assert second.ppo.learning_rate == whole.ppo.learning_rate
    assert np.array_equal(second.curriculum.failure, whole.curriculum.failure)
    for mine, theirs in ((second.policy, whole.policy), (second.critic, whole.critic)):
        for name, tensor in theirs.state_dict().items():
            assert torch.equal(tensor, mine.state_dict()[name]), name


def test_a_search_that_was_broken_off_goes_on_to_the_same_rehearsal(clip: Clip, tmp_path: Path) -> None:
    def break_off(share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    whole, _ = run(clip, tmp_path / "whole", 2_700)
    parts = tmp_path / "parts"
    Learner(clip, parts, SMALL).run(lambda progress, figures: None, break_off)
    assert (parts / "sketch.safetensors").exists()
    assert not (parts / "checkpoint.safetensors").exists()
    second, _ = run(clip, parts, 2_700, resume=True)
    assert not (parts / "sketch.safetensors").exists()
    found = [load_rehearsal(folder / "rehearsal.safetensors", clip) for folder in (parts, tmp_path / "whole")]
    assert np.array_equal(found[0].action, found[1].action)
    assert np.array_equal(found[0].reference.table.link_pos, found[1].reference.table.link_pos)
    assert second.progress.samples == whole.progress.samples
    for name, tensor in whole.policy.state_dict().items():
        assert torch.equal(tensor, second.policy.state_dict()[name]), name


def test_a_search_for_something_else_is_not_gone_on_with(clip: Clip, tmp_path: Path) -> None:
    sketch = Sketch(np.zeros((2, 28)), np.zeros((6, 28)), "{}", 0)
    save_sketch(tmp_path / "sketch.safetensors", sketch, clip, seed=2)
    with pytest.raises(InputError, match="another seed; choose another --out"):
        Learner(clip, tmp_path, SMALL).resume()


def test_resuming_from_nothing_or_from_ruins_is_refused(clip: Clip, tmp_path: Path) -> None:
    learner = Learner(clip, tmp_path, SMALL)
    with pytest.raises(InputError, match="start without --resume"):
        learner.resume()
    learner.save()
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="not whole"):
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


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def go_on(folder: Path) -> subprocess.CompletedProcess[str]:
    """`backflip train --resume`, for one iteration, with nobody at a terminal."""
    script, few = str(ASSETS.parent / "backflip.py"), ["--workers", "1", "--bodies", "1", "--samples", "800"]
    command = [sys.executable, script, "train", "backflip", "--out", str(folder), "--resume", "--film", *few]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_reward_that_is_no_number_ends_learning_and_the_last_checkpoint_stays(clip: Clip, tmp_path: Path) -> None:
    done = run(clip, tmp_path, 700)[0].progress.iteration
    path = tmp_path / "rehearsal.safetensors"
    whole = path.read_bytes()
    ruined = load_rehearsal(path, clip)
    ruined.reference.table.link_lin_vel[:] = np.nan  # only the reward looks at them
    save_rehearsal(path, ruined)
    before = contents(tmp_path)
    ran = go_on(tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        f"backflip: {tmp_path}: learning stopped in iteration {done + 1}, the reward is not finite; "
        f"iteration {done} is kept, go on from it with --resume and another --seed"
    ]
    assert contents(tmp_path) == before
    path.write_bytes(whole)
    ran = go_on(tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert f"iteration {done + 1}; " in ran.stderr
    assert "jumps an hour (the film 360)" in ran.stderr
    assert list(tmp_path.glob("events.out.tfevents.*"))


def test_what_has_never_been_a_number_leaves_no_checkpoint(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverging(experiences: Sequence[Experience], noise: float) -> Batch:
        batch = merge(experiences, noise)
        batch.reward[0, 0] = np.nan
        return batch

    monkeypatch.setattr("training.learn.merge", diverging)
    with pytest.raises(InputError, match="iteration 1, the reward is not finite; nothing was learned yet, start again"):
        Learner(clip, tmp_path, SMALL).run(lambda progress, figures: None)
    assert not (tmp_path / "checkpoint.safetensors").exists()
    assert len(list_stages(tmp_path / "stages")) == 1  # the one that knows nothing


def test_a_checkpoint_holds_numbers_only(clip: Clip, tmp_path: Path) -> None:
    learner = Learner(clip, tmp_path, SMALL)
    learner.save()
    before = contents(tmp_path)
    learner.curriculum.failure[3] = np.nan
    with pytest.raises(InputError, match="the checkpoint is not finite"):
        learner.save()
    assert contents(tmp_path) == before
