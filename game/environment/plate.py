"""Clean plates from video: the median over time of a static shot, in which whatever moves through it is gone.

A point of the picture keeps its colour as long as it is covered for less than half of the moments that are looked at.
The picture is made in horizontal bands, each from a new pass over the video, so that memory stays bounded whatever the
video's size. Before that the camera is checked to stand still: each moment is compared with the first one in nine
parts of the picture, by phase correlation (Kuglin and Hines 1975), which people walking through do not disturb.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from models.errors import InputError
from models.rotations import Array

Pixels = NDArray[np.uint8]
Progress = Callable[[int, int], None]

_LEAST = 5  # frames; a median over fewer keeps ghosts
_SMALL = 640  # px, the width at which movement is measured
_PARTS = 3  # along each side of the picture
_FLAT = 4.0  # of 255; a part that varies less cannot tell whether it moves
_STEADY = 0.3  # share of the moments that may jump, as when a truck fills the picture


@dataclass(frozen=True)
class PlateSettings:
    """moments: how many frames, evenly spread, are looked at, 5 or more; memory: bytes for the frames of one band.

    movement: pixels, of a picture 1000 wide, by which the picture may shift before the camera counts as moving.
    """

    moments: int = 61
    memory: int = 300_000_000
    movement: float = 1.0


@dataclass(frozen=True)
class Plate:
    """pixels: ``(H, W, 3)`` sRGB, top row first; moments: frames it is made of; shift: px the camera moved at most;

    moved: 0 … 1, the share of the picture that something passed through.
    """

    pixels: Pixels
    moments: int
    shift: float
    moved: float


def make_plate(video: Path, settings: PlateSettings = PlateSettings(), progress: Progress | None = None) -> Plate:
    """The clean plate of ``video``; ``progress`` is called with frames done and frames in all.

    Raises:
        InputError: there is no such video, it is damaged or has too few frames, or its camera moves.
    """
    total, size = _measure(video)
    if total < _LEAST:
        frames = "one frame" if total == 1 else f"{total} frames"
        raise InputError(f"{video}: {frames} only, a clean plate needs {_LEAST} or more; give a longer shot")
    wanted = np.unique(np.linspace(0, total - 1, max(_LEAST, min(settings.moments, total))).round().astype(int))
    bands = _bands(size, len(wanted), settings.memory)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, (len(bands) + 1) * len(wanted))

    shift = _check_steady(video, _ticking(_frames(video, wanted), tick), size, settings.movement)
    pixels, moved = np.empty((size[1], size[0], 3), np.uint8), 0.0
    for top, bottom in bands:
        stack = np.empty((len(wanted), bottom - top, size[0], 3), np.uint8)
        for at, frame in enumerate(_ticking(_frames(video, wanted), tick)):
            stack[at] = frame[top:bottom]
        pixels[top:bottom] = _median(stack)
        moved += _share_that_moved(stack, pixels[top:bottom]) * (bottom - top) / size[1]
    return Plate(pixels, len(wanted), shift, moved)


def shift_between(first: Array, other: Array) -> tuple[float, float]:
    """How many pixels right and down ``other`` shows what ``first`` shows, both ``(H, W)`` grey; to about 0.1 px."""
    window = np.outer(np.hanning(first.shape[0]), np.hanning(first.shape[1]))
    spectra = [np.fft.rfft2((picture - picture.mean()) * window) for picture in (first, other)]
    cross = spectra[1] * np.conj(spectra[0])
    peak = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-9 * np.abs(cross).max() + 1e-12), s=first.shape)
    v, u = np.unravel_index(int(np.argmax(peak)), peak.shape)
    return _refined(peak[v, :], int(u)), _refined(peak[:, u], int(v))


def _refined(row: Array, at: int) -> float:
    """The top of a parabola through the peak of a periodic row and its neighbours, as a signed distance from 0."""
    low, middle, high = row[at - 1], row[at], row[(at + 1) % len(row)]
    bend = low - 2.0 * middle + high
    top = at + (0.5 * float(low - high) / float(bend) if bend < 0.0 else 0.0)
    return top - len(row) if top > len(row) / 2 else top


def _check_steady(video: Path, frames: Iterator[Pixels], size: tuple[int, int], limit: float) -> float:
    step = max(1, round(size[0] / _SMALL))
    first: list[Array] | None = None
    shifts = []
    for frame in frames:
        parts = _parts(frame, step)
        first = first or parts
        moves = [math.hypot(*shift_between(a, b)) for a, b in zip(first, parts, strict=True) if a.std() > _FLAT]
        shifts.append(step * float(np.median(moves)) if moves else 0.0)
    shift = float(np.quantile(shifts, 1.0 - _STEADY))
    if shift > limit * size[0] / 1000.0:
        mend = "film from a tripod, or give a part in which it stands still"
        raise InputError(f"{video}: the camera moves, by {shift:.1f} pixels; {mend}")
    return shift


def _parts(frame: Pixels, step: int) -> list[Array]:
    """Nine grey pieces of a frame, averaged over ``step`` x ``step`` pixels."""
    grey = frame.astype(np.float64).mean(axis=2)
    height, width = (side // step for side in grey.shape)
    small = grey[: height * step, : width * step].reshape(height, step, width, step).mean(axis=(1, 3))
    return [part for band in np.array_split(small, _PARTS) for part in np.array_split(band, _PARTS, axis=1)]


def _bands(size: tuple[int, int], moments: int, memory: int) -> list[tuple[int, int]]:
    rows = max(1, memory // (3 * size[0] * moments))
    return [(top, min(top + rows, size[1])) for top in range(0, size[1], rows)]


def _median(stack: Pixels) -> Pixels:
    """Over time, ``(N, rows, W, 3)`` -> ``(rows, W, 3)``; of an even number the lower of the two in the middle.

    The moments are put out of order, which saves a copy of them all.
    """
    middle = (len(stack) - 1) // 2
    stack.partition(middle, axis=0)
    return np.array(stack[middle])


def _share_that_moved(stack: Pixels, median: Pixels) -> float:
    far = np.zeros(median.shape[:2], bool)
    for frame in stack:
        far |= np.abs(frame.astype(np.int16) - median).max(axis=2) > 48
    return float(far.mean())


def _measure(video: Path) -> tuple[int, tuple[int, int]]:
    """How many frames can be decoded, and their width and height; the container's own count may lie."""
    total, size = 0, (0, 0)
    for frame in _decode(video):
        total, size = total + 1, (frame.width, frame.height)
    if total == 0:
        raise InputError(f"{video}: no pictures in here; give a video file")
    return total, size


def _frames(video: Path, wanted: NDArray[np.int_]) -> Iterator[Pixels]:
    """The frames of those numbers as ``(H, W, 3)``."""
    numbers = {int(number) for number in wanted}
    for number, frame in enumerate(_decode(video)):
        if number in numbers:
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _decode(video: Path) -> Iterator[av.VideoFrame]:
    if not video.is_file():
        raise InputError(f"{video}: no such file; give a video")
    try:
        with av.open(str(video)) as container:
            if not container.streams.video:
                raise InputError(f"{video}: no pictures in here; give a video file")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            size = None
            for frame in container.decode(stream):
                size = size or (frame.width, frame.height)
                if (frame.width, frame.height) != size:
                    raise InputError(f"{video}: the picture changes its size; cut the video there and give one part")
                yield frame
    except FFmpegError as error:
        raise InputError(f"{video}: damaged or no video ({error.strerror}); give one that plays") from error


def _ticking(frames: Iterator[Pixels], tick: Callable[[], None]) -> Iterator[Pixels]:
    for frame in frames:
        tick()
        yield frame
