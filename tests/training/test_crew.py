"""Workers as real processes, killed for real."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
import torch

from models.body import Body
from models.imitation import observation_size
from models.motion import Clip
from models.policy import Policy, PolicySettings
from models.reference import Reference
from models.world import WorldSettings
from training.crew import Crew
from training.curriculum import Curriculum, CurriculumSettings
from training.rehearsal import Rehearsal
from training.rollout import Order, WorkerSettings
from training.search import Try


@pytest.fixture
def settings(clip: Clip, body: Body) -> list[WorkerSettings]:
    sizes = PolicySettings(observation_size(body), body.dofs, (8,))
    return [WorkerSettings(clip, sizes, WorldSettings(), CurriculumSettings(), 3, 8, 1, index) for index in range(2)]


def test_a_worker_that_was_killed_is_replaced_and_the_experience_is_the_same(
    settings: list[WorkerSettings], reference: Reference, body: Body
) -> None:
    torch.manual_seed(0)
    weights = {name: tensor.numpy() for name, tensor in Policy(settings[0].policy).state_dict().items()}
    order = Order(0, weights, 0.1, Curriculum(settings[0].curriculum, reference.ticks).weights(), 0.3)
    with Crew(settings) as crew:
        crew.adopt(Rehearsal(reference, np.zeros((reference.ticks, body.dofs))))
        before = crew.collect(order)
        victim = crew.processes[1]
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        after = crew.collect(order)
        assert crew.processes[1] != victim
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one.observation, other.observation)
        assert np.array_equal(one.reward, other.reward)


def test_sequences_are_shared_out_and_come_back_in_order(
    settings: list[WorkerSettings], reference: Reference, body: Body
) -> None:
    rng = np.random.default_rng(0)
    action = 0.2 * rng.standard_normal((7, 1, body.dofs))
    pose = reference.at(np.zeros(1, dtype=np.int64)).pose
    with Crew(settings) as crew:
        costs = crew.try_out(Try(pose, 0, action, window=2, touch=1.0))
        again = crew.try_out(Try(pose, 0, action[::-1].copy(), window=2, touch=1.0))
    assert costs.shape == (7,)
    assert len(set(np.round(costs, 6))) == 7
    # The lanes of a world differ in their last digits, so the same sequence elsewhere costs almost the same.
    assert np.allclose(costs, again[::-1], rtol=1e-2)
