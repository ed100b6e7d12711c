from __future__ import annotations

import numpy as np
import pytest

from models.body import Body
from models.world import World
from training.pushes import Push, push, push_forces


def test_pushes_come_from_every_side_as_hard_and_as_often_as_said() -> None:
    forces = push_forces(Push(50.0, 0.2, 2.0), 960, 40, np.random.default_rng(3))
    strength = np.linalg.norm(forces, axis=2)
    begins = np.flatnonzero(np.diff(strength[:, 0]) > 0.0) + 1
    assert begins.tolist() == [120, 360, 600, 840]
    assert (strength > 0.0).sum(axis=0).tolist() == [4 * 24] * 40
    assert strength.max() == pytest.approx(50.0)
    assert not forces[..., 1].any()
    first = forces[120]
    assert all((first[:, axis] * sign > 20.0).any() for axis in (0, 2) for sign in (-1.0, 1.0))


def test_those_that_are_drawn_are_weaker_by_chance() -> None:
    forces = push_forces(Push(50.0, 0.2, 2.0, weakest=0.2), 960, 40, np.random.default_rng(3))
    strength = np.linalg.norm(forces[120], axis=1)
    assert strength.min() >= 10.0
    assert strength.max() <= 50.0
    assert np.ptp(strength) > 20.0


def test_a_push_moves_the_one_it_is_meant_for(body: Body) -> None:
    with World(body, 2) as world:
        before = world.pose().root_pos.copy()
        still = np.tile([0.0, 0.0, 0.0, 1.0], (2, len(body.joints), 1))
        for _ in range(24):
            push(world, np.array([[200.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
            world.step(still, np.zeros((2, len(body.joints), 3)))
        moved = world.pose().root_pos - before
    assert moved[0, 0] - moved[1, 0] == pytest.approx(0.5 * 200.0 / body.masses.sum() * 0.2**2, rel=0.8)
