"""The sounds at hand: which files belong to which kind on which surface, and which of them is played next.

A folder holds `sounds.toml` (schema "backflip.sounds") and the files that it names. Few recordings stand for many
steps, so no two in a row are the same one, and pitch and level wander a little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from game.sound.decode import RATE, Samples, decode
from game.sound.foley import GROUND, KINDS, Cue
from game.table import Table, read_table
from models.errors import InputError
from models.paths import ASSETS

SCHEMA = "backflip.sounds"
VERSION = 1
SOUNDS = ASSETS / "sounds"

_EDGE_IN, _EDGE_OUT = 24, 240  # samples, 0.5 and 5 ms: a cut recording must not click
_LOOP_FADE = RATE // 2  # the end of a bed melts into its beginning
_PITCH_WANDER = 0.05  # +- 5 %, not quite a semitone
_LEVEL_WANDER = 2.0  # +- dB


@dataclass(frozen=True)
class Kind:
    """How a kind of sound sits in the mix: level of a cue of strength 1, and pitch (below 1: lower and longer)."""

    level_db: float
    pitch: float


@dataclass(frozen=True)
class Layer:
    """One endless part of a bed: ``(n, 2)`` samples whose end runs into their start, and its gain."""

    samples: Samples
    gain: float


@dataclass(frozen=True)
class Library:
    """All sounds, decoded. variants: by surface and kind, ``(n,)`` mono each. beds: by name."""

    kinds: Mapping[str, Kind]
    variants: Mapping[tuple[str, str], tuple[Samples, ...]]
    beds: Mapping[str, tuple[Layer, ...]]

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the surfaces that have sounds of their own."""
        return tuple(sorted({surface for surface, _ in self.variants}))

    def bed(self, name: str) -> tuple[Layer, ...]:
        """The layers of a bed.

        Raises:
            InputError: there is no such bed.
        """
        if name not in self.beds:
            raise InputError(f"{name}: no such bed of sound; choose one of {', '.join(sorted(self.beds))}")
        return self.beds[name]


@dataclass(frozen=True)
class Choice:
    """What is played for a cue: mono samples ``(n,)``, how fast they are read (1: as recorded), and their gain."""

    samples: Samples
    rate: float
    gain: float


class Picker:
    """Chooses a variant for every cue; the same seed and cues give the same choices."""

    def __init__(self, library: Library, seed: int = 1) -> None:
        self._library = library
        self._rng = np.random.default_rng(seed)
        self._last: dict[tuple[str, str], int] = {}

    def choose(self, cue: Cue) -> Choice:
        """A recording for ``cue``; on a surface without sounds of its own, the ground's."""
        surface = cue.surface if (cue.surface, cue.kind) in self._library.variants else GROUND
        variants = self._library.variants[surface, cue.kind]
        last = self._last.get((surface, cue.kind))
        others = [i for i in range(len(variants)) if i != last] or [0]
        index = others[int(self._rng.integers(len(others)))]
        self._last[surface, cue.kind] = index
        kind = self._library.kinds[cue.kind]
        pitch = kind.pitch * cue.pitch * (1.0 + self._rng.uniform(-_PITCH_WANDER, _PITCH_WANDER))
        level = kind.level_db + self._rng.uniform(-_LEVEL_WANDER, _LEVEL_WANDER)
        return Choice(variants[index], float(pitch), cue.strength * _gain(level))


def load_library(folder: Path = SOUNDS) -> Library:
    """Read `sounds.toml` in ``folder`` and every file that it names.

    Raises:
        InputError: something of it is missing, damaged or of another version.
    """
    root = read_table(folder / "sounds.toml", SCHEMA, VERSION)
    library = Library(_kinds(root.table("kinds")), _variants(root.table("surfaces")), _beds(root.table("beds")))
    root.done()
    return library


def _kinds(table: Table) -> dict[str, Kind]:
    kinds = {}
    for name in KINDS:
        entry = table.table(name)
        kinds[name] = Kind(_level(entry), entry.number("pitch", low=0.25, high=4.0))
        entry.done()
    table.done()
    return kinds


def _variants(table: Table) -> dict[tuple[str, str], tuple[Samples, ...]]:
    if GROUND not in table:
        raise table.fail(f"the surface '{GROUND}' is missing; add it, for all that has no sounds of its own")
    variants = {}
    for surface in table.names():
        entry = table.table(surface)
        for kind in KINDS:
            variants[surface, kind] = tuple(_one_shot(_beside(entry, name)) for name in entry.texts(kind, least=1))
        entry.done()
    return variants


def _beds(table: Table) -> dict[str, tuple[Layer, ...]]:
    return {name: tuple(_layer(entry) for entry in table.tables(name)) for name in table.names()}


def _layer(table: Table) -> Layer:
    layer = Layer(_endless(_beside(table, table.text("file"))), _gain(_level(table)))
    table.done()
    return layer


def _level(table: Table) -> float:
    return table.number("level_db", low=-100.0, high=24.0)


def _beside(table: Table, name: str) -> Path:
    if Path(name).name != name:
        raise table.fail(f"'{name}' is a path; put the file beside sounds.toml and write its plain name")
    return table.file.parent / name


def _gain(level_db: float) -> float:
    return float(10.0 ** (level_db / 20.0))


def _one_shot(path: Path) -> Samples:
    samples = decode(path, 1)[:, 0].copy()
    first, last = min(_EDGE_IN, len(samples)), min(_EDGE_OUT, len(samples))
    samples[:first] *= np.linspace(0.0, 1.0, first, dtype=np.float32)
    samples[-last:] *= np.linspace(1.0, 0.0, last, dtype=np.float32)
    return samples


def _endless(path: Path) -> Samples:
    samples = decode(path, 2)
    if len(samples) < 4 * _LOOP_FADE:
        raise InputError(f"{path}: a bed needs {4 * _LOOP_FADE / RATE:.0f} s or more; give a longer file")
    angle = np.linspace(0.0, 0.5 * np.pi, _LOOP_FADE, dtype=np.float32)[:, None]
    looped = samples[:-_LOOP_FADE].copy()
    # Equal power: the two ends of a bed are strangers to each other.
    looped[:_LOOP_FADE] = np.sin(angle) * samples[:_LOOP_FADE] + np.cos(angle) * samples[-_LOOP_FADE:]
    return looped
