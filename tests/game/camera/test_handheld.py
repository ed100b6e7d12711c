from __future__ import annotations

import numpy as np
import pytest

from game.camera.angles import pan_tilt_roll
from game.camera.handheld import Operator, handheld, handheld_path
from game.camera.trackers.factory import HANDHELD
from game.camera.trackers.path import load_path
from models import rotations
from models.coords import wxyz_to_xyzw

SECONDS = np.arange(0.0, 20.0, 0.01)


def test_the_shipped_file_is_what_the_generator_makes():
    shipped, made = load_path(HANDHELD), handheld_path()
    assert shipped.loop is True
    assert np.allclose(shipped.times, made.times)
    assert np.allclose(shipped.positions, made.positions, atol=2e-6)
    assert np.allclose(shipped.rotations, made.rotations, atol=2e-6)


def test_the_same_seed_is_the_same_hand_and_another_is_another():
    a, b, c = (handheld(SECONDS, seed) for seed in (4, 4, 5))
    assert np.array_equal(a[0], b[0])
    assert np.array_equal(a[1], b[1])
    assert np.abs(a[0] - c[0]).max() > 0.02


@pytest.mark.parametrize("seed", range(5))
def test_it_moves_like_a_person_who_stands(seed):
    positions, turns = handheld(SECONDS, seed)
    assert np.abs(positions).max() < 0.35  # stays at the start pose
    assert np.abs(positions[:, 2]).max() < 0.06  # and at its height
    speeds = np.linalg.norm(np.diff(positions, axis=0), axis=1) / 0.01
    assert 0.01 < np.median(speeds) < 0.15
    assert speeds.max() < 0.9
    degrees = np.degrees([pan_tilt_roll(wxyz_to_xyzw(turn)) for turn in turns])
    assert np.all(np.abs(degrees).max(axis=0) < [8.0, 4.0, 3.0])
    assert np.all(degrees.std(axis=0) > 0.2)


def test_the_performer_stays_in_the_frame():
    positions, turns = handheld(SECONDS)
    mark = np.array([0.0, Operator().distance, 0.0])
    seen = rotations.rotate(rotations.conjugate(wxyz_to_xyzw(turns)), mark - positions)
    off_axis = np.degrees(np.arctan2(np.hypot(seen[:, 0], seen[:, 2]), seen[:, 1]))
    assert off_axis.max() < 6.0


def test_it_joins_its_beginning_smoothly():
    around = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
    before, after = handheld(around + 20.0), handheld(np.mod(around, 20.0))
    assert np.allclose(before[0], after[0], atol=1e-9)
    assert np.abs(np.diff(before[0], axis=0)).max() < 0.01


def test_it_is_band_limited():
    _, turns = handheld(SECONDS)
    pan = np.array([pan_tilt_roll(wxyz_to_xyzw(turn))[0] for turn in turns])
    power = np.abs(np.fft.rfft(pan)) ** 2
    hertz = np.fft.rfftfreq(len(pan), 0.01)
    assert power[hertz > 10.0].sum() < 1e-6 * power[1:].sum()


def test_no_amount_and_no_stride_is_a_tripod():
    positions, turns = handheld(SECONDS, 0, Operator(amount=0.0, stride=1e-9))
    assert np.abs(positions[:, :2]).max() < 1e-8
    assert np.allclose(turns[:, 0], 1.0, atol=1e-4)
