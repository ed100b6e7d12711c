"""Where attempts start, how noisy they are, how long the rope is.

Starts from anywhere in the rehearsal (reference state initialisation) let it learn the landing before it can jump. Most
of them go where attempts fail, or shortly before; some go to the first frame, in a pose in which it landed itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.reference import TICKS_PER_CONTROL


@dataclass(frozen=True)
class CurriculumSettings:
    """What can be set.

    bin_ticks: width of a failure bin, 1/120 s. from_start: share of starts at frame 0.
    failure_share: of the other starts, how many follow failures. failure_rate: of their moving average, per iteration.
    noise: exploration in rad, first and last, falling over noise_samples control steps.
    rope: metres any link may be off the rehearsal.
    """

    bin_ticks: int = 12
    from_start: float = 0.4
    failure_share: float = 0.7
    failure_rate: float = 0.1
    noise: tuple[float, float] = (0.08, 0.045)
    noise_samples: int = 3_000_000
    rope: float = 0.8


def bin_count(settings: CurriculumSettings, ticks: int) -> int:
    """How many failure bins a clip of ``ticks`` has; the last may be shorter."""
    return -(-ticks // settings.bin_ticks)


class Curriculum:
    """Failure statistics over the clip and what follows from them."""

    def __init__(self, settings: CurriculumSettings, ticks: int) -> None:
        self.settings = settings
        self.bins = bin_count(settings, ticks)
        self.failure = np.full(self.bins, 0.1)

    def update(self, visits: np.ndarray, failures: np.ndarray) -> None:
        """Take one iteration's counts per bin into the moving average of failures per visit."""
        seen = visits > 0
        rate = self.settings.failure_rate
        observed = failures[seen] / visits[seen]
        self.failure[seen] += rate * (observed - self.failure[seen])

    def weights(self) -> np.ndarray:
        """Probability of each bin as a start. A failure is caused before it happens, so earlier bins share it."""
        blame = np.full(self.bins, 1e-6)
        for back, share in enumerate((1.0, 0.8, 0.64, 0.5)):
            blame[: self.bins - back] += share * self.failure[back:]
        blame *= blame  # go where it is hardest: to the take-off first, later to the landing
        share = self.settings.failure_share
        return np.asarray(share * blame / blame.sum() + (1.0 - share) / self.bins)

    def noise(self, samples: int) -> float:
        """Standard deviation of exploration after ``samples`` control steps."""
        first, last = self.settings.noise
        done = min(samples / self.settings.noise_samples, 1.0)
        return first + done * (last - first)


def sample_starts(
    weights: np.ndarray, from_start: float, bin_ticks: int, ticks: int, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw ``count`` start ticks: share ``from_start`` at 0, the rest in bins of ``bin_ticks`` by ``weights``."""
    chosen = rng.choice(len(weights), size=count, p=weights)
    tick = chosen * bin_ticks + rng.integers(bin_ticks, size=count)
    tick = np.minimum(tick, ticks - TICKS_PER_CONTROL)
    return np.asarray(np.where(rng.random(count) < from_start, 0, tick))
