from __future__ import annotations

import numpy as np
import pytest

from models import rotations

RNG = np.random.default_rng(0)


def random_quaternions(n: int) -> np.ndarray:
    return rotations.normalize(RNG.normal(size=(n, 4)))


def test_product_turns_as_the_two_turns_after_each_other() -> None:
    a, b, v = random_quaternions(50), random_quaternions(50), RNG.normal(size=(50, 3))
    both = rotations.rotate(rotations.multiply(a, b), v)
    assert np.allclose(both, rotations.rotate(a, rotations.rotate(b, v)))


def test_exp_and_log_are_inverse_up_to_half_a_turn() -> None:
    v = RNG.normal(size=(100, 3))
    v *= RNG.uniform(1e-9, 3.1, size=(100, 1)) / np.linalg.norm(v, axis=1, keepdims=True)
    assert np.allclose(rotations.log(rotations.exp(v)), v, atol=1e-9)


def test_exp_of_nothing_is_identity() -> None:
    assert np.array_equal(rotations.exp(np.zeros(3)), rotations.IDENTITY)


def test_quarter_turn_about_z_sends_x_to_y() -> None:
    assert np.allclose(rotations.rotate(rotations.about(2, np.pi / 2), np.array([1.0, 0, 0])), [0, 1, 0])


def test_slerp_meets_its_ends_and_takes_the_short_way() -> None:
    a = random_quaternions(20)
    b = rotations.multiply(a, rotations.exp(0.5 * RNG.normal(size=(20, 3))))
    assert np.allclose(rotations.angle_between(rotations.slerp(a, -b, np.zeros(20)), a), 0, atol=1e-6)
    assert np.allclose(rotations.angle_between(rotations.slerp(a, -b, np.ones(20)), b), 0, atol=1e-6)
    half = rotations.slerp(a, -b, np.full(20, 0.5))
    assert np.allclose(rotations.angle_between(a, half), rotations.angle_between(a, b) / 2, atol=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_twist_finds_the_turn_about_an_axis(axis: int) -> None:
    angles = np.linspace(-3.0, 3.0, 21)
    assert np.allclose(rotations.twist_angle(rotations.about(axis, angles), axis), angles)


def test_tangent_and_normal_are_the_turned_axes() -> None:
    q = random_quaternions(30)
    encoded = rotations.to_tangent_normal(q)
    assert np.allclose(encoded[:, :3], rotations.rotate(q, np.tile([1.0, 0, 0], (30, 1))))
    assert np.allclose(encoded[:, 3:], rotations.rotate(q, np.tile([0, 1.0, 0], (30, 1))))
