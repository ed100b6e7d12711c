"""The last gate before the loudspeaker: no sample above the ceiling, and no distortion below it.

It looks a moment ahead, so the gain is down before the peak comes, and comes up slowly afterwards: gain, not
waveform, is bent. Works block by block with the same result as in one piece.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from game.sound.decode import RATE, Samples
from models.rotations import Array

CEILING_DB = -1.0  # dBFS; masters ask for -1 dBTP
LOOK_AHEAD = 64  # samples, 1.3 ms
DELAY = LOOK_AHEAD - 1
_RELEASE = 60.0  # dB/s
_SILENT = 1e-6


class Limiter:
    """Stereo-linked peak limiter. Its output is `DELAY` samples late."""

    def __init__(self) -> None:
        self._waiting: Array = np.zeros((DELAY, 2))
        self._reduction: Array = np.zeros(2 * DELAY)  # dB, of the samples before

    def process(self, block: Array) -> Samples:
        """``(n, 2)`` float64 in, ``(n, 2)`` float32 out, no sample above the ceiling."""
        peak = np.maximum(np.abs(block).max(axis=1), _SILENT)
        needed = np.minimum(CEILING_DB - 20.0 * np.log10(peak), 0.0)
        # r[k] = min(needed[k], r[k-1] + slope), the recursion written as a running minimum.
        rise = _RELEASE / RATE * np.arange(len(block) + 1)
        held = rise + np.minimum.accumulate(np.concatenate((self._reduction[-1:], needed)) - rise)
        known = np.concatenate((self._reduction, held[1:]))
        queue = np.concatenate((self._waiting, block))
        self._reduction, self._waiting = known[-2 * DELAY :], queue[len(block) :]
        return (queue[: len(block)] * _smoothed(known)[:, None]).astype(np.float32)


def _smoothed(reduction: Array) -> Array:
    """Gains, each no higher than what any sample within the look-ahead needs: a sliding minimum, then its mean."""
    if not np.any(reduction):
        return np.ones(len(reduction) - 2 * DELAY)
    lowest = 10.0 ** (sliding_window_view(reduction, LOOK_AHEAD).min(axis=1) / 20.0)
    return np.convolve(lowest, np.full(LOOK_AHEAD, 1.0 / LOOK_AHEAD), mode="valid")
