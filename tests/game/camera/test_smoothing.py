from __future__ import annotations

import numpy as np
import pytest

from game.camera.smoothing import damping_share, share, smooth_rotation, smooth_vector
from models import rotations


def test_damping_has_done_99_per_cent_after_its_seconds_at_any_frame_rate():
    for frames in (1, 7, 90):
        left = 1.0
        for _ in range(frames):
            left *= 1.0 - damping_share(0.3, 0.3 / frames)
        assert left == pytest.approx(0.01)


def test_no_damping_and_no_time():
    assert damping_share(0.0, 0.01) == 1.0
    assert damping_share(0.3, 0.0) == 0.0
    assert share(5.0, 0.0) == 0.0


def filtered(values, dt, cutoff, beta):
    state, out = None, []
    for value in values:
        state = smooth_vector(state, value, dt, cutoff, beta)
        out.append(state.value)
    return np.array(out)


def test_jitter_at_rest_is_taken_out():
    noise = np.random.default_rng(1).normal(0.0, 0.001, (900, 3))
    out = filtered(noise, 1 / 90, 2.0, 15.0)[90:]
    assert out.std() < 0.35 * noise.std()


def test_beta_makes_a_fast_hand_lag_less():
    path = np.arange(180)[:, None] / 90 * np.array([1.5, 0.0, 0.0])
    slow = path[-1, 0] - filtered(path, 1 / 90, 2.0, 0.0)[-1, 0]
    quick = path[-1, 0] - filtered(path, 1 / 90, 2.0, 15.0)[-1, 0]
    assert slow / 1.5 == pytest.approx(1 / (2 * np.pi * 2.0), rel=0.1)  # a low-pass lags by its time constant
    assert quick / 1.5 < 0.01


def test_a_rotation_is_filtered_along_the_shorter_arc_whatever_its_sign():
    state = smooth_rotation(None, rotations.about(2, 0.0), 0.0, 2.0, 10.0)
    goal = rotations.about(2, 0.2)
    plus = smooth_rotation(state, goal, 0.02, 2.0, 10.0)
    minus = smooth_rotation(state, -goal, 0.02, 2.0, 10.0)
    angle = rotations.twist_angle(plus.value, 2)
    assert 0.0 < angle < 0.2
    assert rotations.twist_angle(minus.value, 2) == pytest.approx(angle)


def test_no_time_changes_nothing():
    state = smooth_vector(None, np.zeros(3), 0.0, 2.0, 15.0)
    again = smooth_vector(state, np.ones(3), 0.0, 2.0, 15.0)
    assert np.array_equal(again.value, np.zeros(3))
    assert np.array_equal(again.velocity, np.zeros(3))
