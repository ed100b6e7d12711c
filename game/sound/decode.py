"""Read a sound file, whatever its format, into float32 samples at the one rate that everything is mixed at."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from models.errors import InputError

Samples = NDArray[np.float32]

RATE = 48_000  # Hz: film sound
_LONGEST_SECONDS = 600.0


def decode(path: Path, channels: int) -> Samples:
    """The samples of ``path``, ``(n, channels)`` float32 at 48 kHz, full scale 1; channels is 1 or 2.

    Raises:
        InputError: no such file, no sound in it, silence only, damaged, or longer than ten minutes.
    """
    layout = "mono" if channels == 1 else "stereo"
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputError(f"{path}: holds no sound; give a WAV, FLAC or Ogg file")
            samples = _resampled(container, path, layout)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such sound file; put it there or take its name out of sounds.toml") from error
    except (av.FFmpegError, OSError) as error:
        raise InputError(f"{path}: cannot be read as sound ({error}); convert it to 48 kHz FLAC") from error
    if not samples.size or not np.all(np.isfinite(samples)) or not np.any(samples):
        raise InputError(f"{path}: holds no usable samples; convert it to 48 kHz FLAC again")
    return samples


def _resampled(container: av.container.InputContainer, path: Path, layout: str) -> Samples:
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE)
    blocks: list[Samples] = []
    count = 0
    for frame in container.decode(audio=0):
        for block in resampler.resample(frame):
            blocks.append(block.to_ndarray().astype(np.float32, copy=False))
            count += block.samples
        if count > _LONGEST_SECONDS * RATE:
            raise InputError(f"{path}: longer than {_LONGEST_SECONDS:.0f} s; cut it shorter")
    if blocks:
        blocks += [block.to_ndarray().astype(np.float32, copy=False) for block in resampler.resample(None)]
    channels = 1 if layout == "mono" else 2
    return np.concatenate(blocks, axis=1).T if blocks else np.zeros((0, channels), dtype=np.float32)
