from __future__ import annotations

import warnings
from collections.abc import Iterator

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from models.attempt import Perturbation, perturbed
from models.body import Body
from models.errors import InputError
from models.imitation import observation_size
from models.motion import Clip
from models.policy import Policy, PolicySettings
from models.reference import Reference
from models.world import WorldSettings
from training.curriculum import Curriculum, CurriculumSettings, sample_starts
from training.gym_env import ID, ImitateEnv, ImitateVectorEnv, Imitation
from training.rehearsal import Rehearsal
from training.rollout import Order, Worker, WorkerSettings


@pytest.fixture
def single() -> Iterator[ImitateEnv]:
    env = gymnasium.make(ID).unwrapped
    assert isinstance(env, ImitateEnv)
    yield env
    env.close()


@pytest.fixture
def vector() -> Iterator[ImitateVectorEnv]:
    env = gymnasium.make_vec(ID, num_envs=3)
    assert isinstance(env, ImitateVectorEnv)
    yield env
    env.close()


def played(env: ImitateEnv, seed: int, steps: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    seen = [env.reset(seed=seed)[0]]
    for _ in range(steps):
        observation, reward, terminated, _, _ = env.step(rng.normal(0.0, 0.1, env.action_space.shape))
        seen += [observation, np.array(reward)]
        if terminated:
            seen.append(env.reset()[0])
    return seen


def test_gymnasium_s_own_check_has_nothing_to_say(single: ImitateEnv) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(single)


def test_it_is_found_by_its_name_alone() -> None:
    env = gymnasium.make(f"training.gym_env:{ID}", skill="backflip")
    assert env.spec is not None
    assert env.spec.max_episode_steps == 240
    env.close()
    env.close()
    with pytest.raises(InputError, match=r"levitation.*backflip"):
        gymnasium.make(ID, skill="levitation")


def test_a_seed_gives_the_same_to_the_last_bit_whatever_came_before(single: ImitateEnv) -> None:
    first = played(single, 4, 40)
    other = played(single, 5, 40)
    again = played(single, 4, 40)
    assert len(first) == len(again) > 81  # it failed and began anew on the way
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_starts_are_all_over_the_clip(single: ImitateEnv) -> None:
    sines = np.array([single.reset()[0][-4:] for _ in range(60)])
    phase = np.arctan2(sines[:, 0], sines[:, 2])  # the first harmonic's sine and cosine
    assert np.histogram(phase, bins=4, range=(-np.pi, np.pi))[0].min() > 3


def test_a_good_attempt_is_paid_and_a_failed_one_is_not(single: ImitateEnv) -> None:
    single.reset(seed=1)
    rewards, ends = [], []
    for _ in range(200):
        _, reward, terminated, truncated, _ = single.step(np.zeros(single.action_space.shape, dtype=np.float32))
        rewards.append(reward)
        ends.append(terminated)
        assert not truncated
        if terminated:
            single.reset()
    assert sum(ends) > 3
    assert all((reward == 0.0) == end for reward, end in zip(rewards, ends, strict=True))
    assert max(rewards) > 0.8


def test_time_runs_out() -> None:
    one = gymnasium.make(ID, max_episode_steps=3)
    many = gymnasium.make_vec(ID, num_envs=2, max_episode_steps=3)
    one.reset(seed=0)
    many.reset(seed=0)
    still = np.zeros((2, 28), dtype=np.float32)
    for step in range(1, 7):
        truncated = one.step(still[0])[3]
        assert truncated == (step % 3 == 0)
        assert (many.step(still)[3] == truncated).all()
        if truncated:
            one.reset()
    one.close()
    many.close()


@pytest.mark.parametrize("action", [np.zeros(27), np.zeros((1, 28)), np.full(28, np.nan)])
def test_unusable_actions_are_refused(single: ImitateEnv, action: np.ndarray) -> None:
    single.reset(seed=0)
    with pytest.raises(InputError, match=r"give \(1, 28\) finite numbers"):
        single.step(action)


def test_what_the_vector_environment_says_of_itself(vector: ImitateVectorEnv) -> None:
    with pytest.raises(ResetNeeded):
        vector.step(np.zeros((3, 28), dtype=np.float32))
    assert vector.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    observation, info = vector.reset(seed=2)
    assert vector.observation_space.contains(observation)
    assert vector.action_space.contains(vector.action_space.sample())
    assert (observation.shape, info) == ((3, *vector.single_observation_space.shape), {})
    assert len({row.tobytes() for row in observation}) == 3
    with pytest.raises(InputError, match="num_envs=0"):
        ImitateVectorEnv(0)


def test_many_in_one_world_are_as_many_single_ones(vector: ImitateVectorEnv) -> None:
    singles = SyncVectorEnv([lambda: gymnasium.make(ID)] * 3, autoreset_mode=AutoresetMode.SAME_STEP)
    assert singles.observation_space == vector.observation_space
    assert singles.action_space == vector.action_space
    assert np.allclose(vector.reset(seed=7)[0], singles.reset(seed=7)[0], atol=1e-5)
    rng, ends = np.random.default_rng(0), 0
    for _ in range(40):
        action = rng.normal(0.0, 0.1, (3, 28)).astype(np.float32)
        *mine, info = vector.step(action)
        *theirs, other = singles.step(action)
        for got, wanted in zip(mine, theirs, strict=True):
            assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
            assert np.allclose(got, wanted, atol=1e-3)
        assert set(info) == set(other)
        for i in np.flatnonzero(mine[2]):
            ends += 1
            assert info["_final_obs"][i]
            assert np.allclose(info["final_obs"][i], other["final_obs"][i], atol=1e-3)
    assert ends > 3
    singles.close()


def test_the_vector_environment_repeats_itself_exactly(vector: ImitateVectorEnv) -> None:
    def run() -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        return [vector.reset(seed=3)[0]] + [
            part for _ in range(30) for part in vector.step(rng.normal(0.0, 0.1, (3, 28)))[:4]
        ]

    assert all(np.array_equal(a, b) for a, b in zip(run(), run(), strict=True))


def test_it_is_the_task_that_the_workers_learn(clip: Clip, reference: Reference, body: Body) -> None:
    """The same starts and actions give what a worker wrote down, to the last bit, until an attempt ends."""
    copies, curriculum, sizes = 5, CurriculumSettings(), PolicySettings(observation_size(body), body.dofs, (8,))
    worker = Worker(WorkerSettings(clip, sizes, WorldSettings(), curriculum, copies, steps=30, seed=1, index=2))
    worker.answer(Rehearsal(reference, np.zeros((reference.ticks, body.dofs))))
    weights = {name: tensor.numpy().copy() for name, tensor in Policy(sizes).state_dict().items()}
    order = Order(3, weights, 0.1, Curriculum(curriculum, reference.ticks).weights(), 0.3)
    told = worker.collect(order)
    rng = np.random.default_rng([1, 2, 3, False])
    ticks = sample_starts(order.starts, order.from_start, curriculum.bin_ticks, reference.ticks, copies, rng)
    task = Imitation("backflip", copies)
    task.attempts.reset(np.arange(copies), ticks, perturbed(body, reference.at(ticks).pose, Perturbation(), rng))
    for copy in range(copies):
        task.attempts.world.set_friction(copy, float(rng.uniform(*Perturbation().friction)))
    alive = np.ones(copies, dtype=bool)
    for step in range(30):
        assert np.array_equal(task.observation()[alive], told.observation[step, alive])
        reward, failed = task.step(told.action[step])
        assert np.array_equal(reward.astype(np.float32)[alive], told.reward[step, alive])
        assert np.array_equal(failed[alive], told.boundary[step, alive] == 1.0)
        alive &= ~failed
    assert not alive.all()
    task.close()
    worker.world.close()
