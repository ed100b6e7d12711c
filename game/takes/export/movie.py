"""Pictures and sound to an MP4 that plays everywhere: H.264, 4:2:0, BT.709, AAC.

The pictures are display-referred RGB as the renderer leaves them. They are converted with the BT.709 matrix to limited
range and tagged so; a player that believes the tags shows the numbers that were rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from game.camera.readout import RATE as FPS
from game.sound.decode import RATE as SAMPLE_RATE
from models.disk import whole
from models.errors import InputError

MASTER = (1998, 1080)  # DCI 2K flat, 1.85:1
PREVIEW = (1280, 692)

Picture = NDArray[np.uint8]
Sound = NDArray[np.float32]
Progress = Callable[[int, int], None]

_OPTIONS = {"crf": "16", "preset": "veryfast"}
_AUDIO_BITS = 256_000  # per second
_AUDIO_CHUNK = 1024  # samples; AAC's frame
_MATRIX_TAG = 1  # BT.709 in ISO/IEC 23091-2
# All pixels count for chroma, and rounding is exact: there and back is 0.42 code values off on average, not 0.49.
_CONVERSION = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND


def write_movie(
    path: Path,
    frames: Iterator[Picture],
    count: int,
    fps: int = FPS,
    audio: Sound | None = None,
    progress: Progress | None = None,
) -> None:
    """Encode ``count`` pictures; the file appears when it is whole, and not at all if this is interrupted.

    Args:
        path: ends in .mp4; an older file there is replaced.
        frames: RGB, ``(h, w, 3)`` uint8, top row first, even sides; the first sets the size.
        fps: pictures per second.
        audio: ``(n, 2)`` float32, -1 … 1, 48 kHz; cut or filled up with silence to the length of the pictures.
        progress: called after each picture with how many are done and ``count``.

    Raises:
        InputError: too few pictures came, the path is no .mp4, or the disk is full.
        ValueError: pictures or sound are of another shape or type.
    """
    if path.suffix.lower() != ".mp4":
        raise InputError(f"{path}: movies are .mp4; give the file a name that ends so")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as partial:
            with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as container:
                done = _encode(container, islice(frames, count), count, fps, audio, progress)
            if done < count or not done:
                raise InputError(f"{path}: only {done} of {count} pictures came; render it again")
    except OSError as error:
        mend = "make room or choose another place"
        raise InputError(f"{path}: cannot be written ({error.strerror or error}); {mend}") from error


def _encode(
    container: OutputContainer,
    frames: Iterator[Picture],
    count: int,
    fps: int,
    audio: Sound | None,
    progress: Progress | None,
) -> int:
    pictures = _Pictures(container, fps)
    sound = None if audio is None else _Sound(container, _fitted(audio, count * SAMPLE_RATE // fps))
    done = 0
    for done, picture in enumerate(frames, start=1):
        pictures.write(picture)
        if sound is not None:
            sound.write_until(done * SAMPLE_RATE // fps)
        if progress is not None:
            progress(done, count)
    if done:
        pictures.finish()
        if sound is not None:
            sound.finish()
    return done


class _Pictures:
    """The video track."""

    def __init__(self, container: OutputContainer, fps: int) -> None:
        self._container = container
        self._stream: VideoStream = container.add_stream("libx264", rate=fps, options=_OPTIONS)
        self._stream.pix_fmt = "yuv420p"
        context: Any = self._stream.codec_context
        context.color_range = ColorRange.MPEG
        context.colorspace = _MATRIX_TAG
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        self._shape: tuple[int, ...] = ()
        self._done = 0

    def write(self, picture: Picture) -> None:
        if not self._done:
            self._open(picture.shape)
        if picture.shape != self._shape or picture.dtype != np.uint8:
            raise ValueError(f"picture {self._done} is {picture.dtype} {picture.shape}, not uint8 {self._shape}")
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = rgb.reformat(
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_primaries=ColorPrimaries.BT709,
            dst_color_trc=ColorTrc.BT709,
            interpolation=_CONVERSION,
        )
        frame.pts = self._done
        self._done += 1
        self._container.mux(self._stream.encode(frame))

    def _open(self, shape: tuple[int, ...]) -> None:
        if len(shape) != 3 or shape[2] != 3 or not all(shape) or shape[0] % 2 or shape[1] % 2:
            raise ValueError(f"pictures of shape {shape}; they must be (height, width, 3), the sides even")
        self._shape = shape
        self._stream.height, self._stream.width = shape[:2]

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


class _Sound:
    """The audio track, written along with the pictures so that a player finds both in one place."""

    def __init__(self, container: OutputContainer, samples: Sound) -> None:
        self._container = container
        self._samples = samples
        self._stream: AudioStream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        self._stream.bit_rate = _AUDIO_BITS
        self._at = 0

    def write_until(self, end: int) -> None:
        while self._at < min(end, len(self._samples)):
            part = self._samples[self._at : self._at + _AUDIO_CHUNK]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part.T), format="fltp", layout="stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.time_base = Fraction(1, SAMPLE_RATE)
            frame.pts = self._at
            self._at += len(part)
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self.write_until(len(self._samples))
        self._container.mux(self._stream.encode(None))


def _fitted(audio: Sound, length: int) -> Sound:
    if audio.ndim != 2 or audio.shape[1] != 2 or audio.dtype != np.float32:
        raise ValueError(f"sound is {audio.dtype} {audio.shape}; it must be (n, 2) float32 at {SAMPLE_RATE} Hz")
    return np.pad(audio[:length], ((0, max(length - len(audio), 0)), (0, 0)))
