"""Cues and beds become stereo, block by block: the same code for the loudspeaker and for the movie.

Sounds are placed by where they happen relative to the listener, who is the camera: left and right by equal power, far
ones quieter by 1/distance. Gains glide across a block, so that a moving camera is not heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from game.camera.pose import IDENTITY_ROTATION, CameraPose
from game.sound.decode import RATE, Samples
from game.sound.foley import Cue
from game.sound.library import Choice, Layer, Library, Picker
from game.sound.limiter import DELAY, Limiter
from models.coords import wxyz_to_xyzw
from models.rotations import Array, rotate

_LEVEL_DISTANCE = 4.0  # m, where a sound has its recorded level
_NEAREST = 1.0  # m; nearer is no louder
_WIDTH = 0.85  # how far to one side a sound may go; at 1 the other ear would be deaf
_VOICES = 32
_CUT_SECONDS = 0.02  # how a movie's bed starts and ends
_RENDER_BLOCK = 480


@dataclass(frozen=True)
class Listener:
    """The ear: position (3,) in m and the direction (3,) of its right side, Panda's axes."""

    position: Array
    right: Array


def listener_at(camera: CameraPose) -> Listener:
    """The ear of a camera."""
    return Listener(camera.position, rotate(wxyz_to_xyzw(camera.rotation), np.array([1.0, 0.0, 0.0])))


def placed(position: Array, listener: Listener) -> Array:
    """Left and right gain ``(2,)`` of a sound at ``position`` (3,)."""
    offset = position - listener.position
    distance = float(np.linalg.norm(offset))
    side = float(offset @ listener.right) / distance if distance > 1e-6 else 0.0
    angle = 0.25 * np.pi * (1.0 + _WIDTH * side)
    return np.array([np.cos(angle), np.sin(angle)]) * (_LEVEL_DISTANCE / max(distance, _NEAREST))


class _Voice:
    """One recording being played, from sample ``start`` of the mixer's clock (None: the next block)."""

    def __init__(self, choice: Choice, position: Array, start: int | None) -> None:
        self.start = start
        self._choice = choice
        self._position = position
        self._read = 0.0  # in samples of the recording
        self._gains: Array | None = None
        self._fading = False

    @property
    def over(self) -> bool:
        return self._read >= len(self._choice.samples) - 1

    def fade(self) -> None:
        """Make room for another voice: end with this block."""
        self._fading = True

    def add(self, block: Array, clock: int, listener: Listener) -> None:
        if self.start is None:
            self.start = clock
        skip = max(self.start - clock, 0)
        count = len(block) - skip
        if count <= 0:
            return
        places = self._read + self._choice.rate * np.arange(count, dtype=np.float64)
        sound = _read_between(self._choice.samples, places)
        goal = placed(self._position, listener) * (0.0 if self._fading else self._choice.gain)
        begin = goal if self._gains is None else self._gains
        block[skip:] += sound[:, None] * np.linspace(begin, goal, count)
        self._gains = goal
        self._read = np.inf if self._fading else float(places[-1] + self._choice.rate)


def _read_between(samples: Samples, places: Array) -> Array:
    """``samples`` at fractional indices, linearly; silence past the end."""
    last = len(samples) - 1
    before = np.minimum(places.astype(np.int64), last - 1)
    sound = samples[before] + (places - before) * (samples[before + 1] - samples[before])
    return np.where(places <= last, sound, 0.0)


class _Bed:
    """Endless layers that fade in and out."""

    def __init__(self, layers: tuple[Layer, ...], fade_s: float) -> None:
        self._layers = layers
        self._read = 0
        self._level = 0.0
        self._slope = 1.0 / (fade_s * RATE)

    def fade_out(self, fade_s: float) -> None:
        self._slope = -1.0 / (fade_s * RATE)

    @property
    def over(self) -> bool:
        return self._slope < 0.0 and self._level <= 0.0

    def add(self, block: Array) -> None:
        frames = np.arange(1, len(block) + 1)
        levels = np.clip(self._level + self._slope * frames, 0.0, 1.0)
        for layer in self._layers:
            played = np.take(layer.samples, self._read + frames, axis=0, mode="wrap")
            block += played * (layer.gain * levels)[:, None]
        self._read += len(block)
        self._level = float(levels[-1])


class Mixer:
    """Mixes blocks of any length at 48 kHz.

    `play`, `place` and `set_bed` belong to one thread, `mix` to that or another one: they only hand things over.
    """

    def __init__(self, library: Library, seed: int = 1) -> None:
        self._library = library
        self._picker = Picker(library, seed)
        self._listener = Listener(np.zeros(3), rotate(wxyz_to_xyzw(IDENTITY_ROTATION), np.array([1.0, 0.0, 0.0])))
        self._orders: deque[Callable[[], None]] = deque()
        self._voices: list[_Voice] = []
        self._beds: list[_Bed] = []
        self._limiter = Limiter()
        self._clock = 0

    def place(self, listener: Listener) -> None:
        """Where the listener is from the next block on."""
        self._listener = listener

    def play(self, cue: Cue, frame: int | None = None) -> None:
        """Sound ``cue`` from sample ``frame`` of all that was mixed, or with the next block."""
        voice = _Voice(self._picker.choose(cue), np.array(cue.position), frame)
        self._orders.append(lambda: self._start(voice))

    def set_bed(self, name: str | None, fade_s: float = 1.5) -> None:
        """Fade to another bed, or to none, over ``fade_s`` seconds, above 0.

        Raises:
            InputError: there is no such bed.
        """
        bed = None if name is None else _Bed(self._library.bed(name), fade_s)
        self._orders.append(lambda: self._change_bed(bed, fade_s))

    def mix(self, frames: int) -> Samples:
        """The next ``(frames, 2)`` samples, late by the limiter's look-ahead of 1.3 ms."""
        while self._orders:
            self._orders.popleft()()
        block = np.zeros((frames, 2))
        listener = self._listener
        for voice in self._voices:
            voice.add(block, self._clock, listener)
        for bed in self._beds:
            bed.add(block)
        self._voices = [voice for voice in self._voices if not voice.over]
        self._beds = [bed for bed in self._beds if not bed.over]
        self._clock += frames
        return self._limiter.process(block)

    def _start(self, voice: _Voice) -> None:
        if len(self._voices) >= _VOICES:
            self._voices[-_VOICES].fade()
        self._voices.append(voice)

    def _change_bed(self, bed: _Bed | None, fade_s: float) -> None:
        for playing in self._beds:
            playing.fade_out(fade_s)
        if bed is not None:
            self._beds.append(bed)


def render(
    library: Library,
    cues: Iterable[Cue],
    duration_s: float,
    bed: str | None,
    listener: Callable[[float], Listener],
    seed: int = 1,
) -> Samples:
    """The sound of a movie, ``(n, 2)`` float32 at 48 kHz; ``listener`` gives the ear at a time in s.

    Cues outside 0 … duration_s are left out.

    Raises:
        InputError: there is no such bed.
    """
    mixer = Mixer(library, seed)
    total = round(duration_s * RATE)
    timed = sorted((round(cue.time_s * RATE), index, cue) for index, cue in enumerate(cues))
    waiting = deque((frame, cue) for frame, _, cue in timed if 0 <= frame < total)
    if bed is not None:
        mixer.set_bed(bed, _CUT_SECONDS)
    blocks = []
    for start in range(0, total + DELAY, _RENDER_BLOCK):
        while waiting and waiting[0][0] < start + _RENDER_BLOCK:
            frame, cue = waiting.popleft()
            mixer.play(cue, frame)
        mixer.place(listener(min(start / RATE, duration_s)))
        blocks.append(mixer.mix(_RENDER_BLOCK))
    sound = np.concatenate(blocks)[DELAY : DELAY + total]
    return _cut(sound)


def _cut(sound: Samples) -> Samples:
    """End without a click."""
    count = min(round(_CUT_SECONDS * RATE), len(sound))
    sound[len(sound) - count :] *= np.linspace(1.0, 0.0, count, dtype=np.float32)[:, None]
    return sound
