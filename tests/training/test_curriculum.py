from __future__ import annotations

import numpy as np

from training.curriculum import Curriculum, CurriculumSettings, sample_starts

TICKS = 210


def test_starts_go_where_it_fails_and_shortly_before() -> None:
    curriculum = Curriculum(CurriculumSettings(), TICKS)
    visits, failures = np.full(curriculum.bins, 100.0), np.zeros(curriculum.bins)
    failures[8] = 80.0
    for _ in range(50):
        curriculum.update(visits, failures)
    weights = curriculum.weights()
    assert np.isclose(weights.sum(), 1.0)
    assert weights[5:9].min() > 3.0 * weights[9:].max()
    assert weights.min() >= 0.3 / curriculum.bins - 1e-9  # everywhere is visited


def test_bins_that_nobody_visited_keep_their_figure() -> None:
    curriculum = Curriculum(CurriculumSettings(), TICKS)
    visits = np.zeros(curriculum.bins)
    visits[0] = 10.0
    before = curriculum.failure.copy()
    curriculum.update(visits, np.zeros(curriculum.bins))
    assert curriculum.failure[0] < before[0]
    assert np.array_equal(curriculum.failure[1:], before[1:])


def test_starts_are_inside_the_clip_and_some_at_its_beginning() -> None:
    settings = CurriculumSettings()
    curriculum = Curriculum(settings, TICKS)
    starts = sample_starts(curriculum.weights(), 0.3, settings.bin_ticks, TICKS, 4000, np.random.default_rng(0))
    assert starts.min() == 0
    assert starts.max() < TICKS
    share = float(np.mean(starts == 0))
    assert 0.3 < share < 0.33


def test_noise_falls_and_stays() -> None:
    curriculum = Curriculum(CurriculumSettings(noise=(0.25, 0.08), noise_samples=1000), TICKS)
    noise = [curriculum.noise(samples) for samples in (0, 500, 1000, 5000)]
    assert np.allclose(noise, [0.25, 0.165, 0.08, 0.08])
