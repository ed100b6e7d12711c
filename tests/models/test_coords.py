from __future__ import annotations

import numpy as np

from models import coords, rotations

RNG = np.random.default_rng(1)


def test_up_is_up_and_forward_is_forward() -> None:
    assert np.array_equal(coords.bullet_to_panda(np.array([0.0, 1.0, 0.0])), [0, 0, 1])
    position, turn = coords.openvr_to_panda(np.hstack((np.eye(3), [[1.0], [2.0], [-3.0]])))
    assert np.allclose(position, [1, 3, 2])
    assert np.allclose(turn, [1, 0, 0, 0])


def test_vectors_and_rotations_change_axes_together() -> None:
    q = rotations.normalize(RNG.normal(size=(40, 4)))
    v = RNG.normal(size=(40, 3))
    turned = coords.bullet_to_panda(rotations.rotate(q, v))
    q_panda = coords.wxyz_to_xyzw(coords.bullet_quat_to_panda(q))
    assert np.allclose(turned, rotations.rotate(q_panda, coords.bullet_to_panda(v)))


def test_there_and_back() -> None:
    v = RNG.normal(size=(10, 3))
    assert np.allclose(coords.panda_to_bullet(coords.bullet_to_panda(v)), v)


def test_matrix_to_quaternion_for_every_branch() -> None:
    q = rotations.normalize(RNG.normal(size=(200, 4)))
    for one in q:
        matrix = np.stack([rotations.rotate(one, axis) for axis in np.eye(3)], axis=1)
        found = coords.wxyz_to_xyzw(coords.matrix_to_wxyz(matrix))
        assert rotations.angle_between(found, one) < 1e-6
