"""The shipped sounds are sound; damaged ones are told."""

from __future__ import annotations

import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from game.sound.decode import RATE, decode
from game.sound.foley import KINDS, Cue
from game.sound.library import SOUNDS, Library, Picker, load_library
from models.errors import InputError


def write_wave(path: Path, samples: np.ndarray, rate: int = 22_050) -> None:
    """16 bit, as many channels as columns."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def noise(seconds: float, channels: int = 1, rate: int = 22_050) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (round(seconds * rate), channels))


SETTINGS = """
schema = "backflip.sounds"
version = 1
[kinds]
step = { level_db = 0.0, pitch = 1.0 }
land = { level_db = 0.0, pitch = 1.0 }
fall = { level_db = 0.0, pitch = 1.0 }
cloth = { level_db = 0.0, pitch = 1.0 }
[surfaces.ground]
step = ["a.wav"]
land = ["a.wav"]
fall = ["a.wav"]
cloth = ["a.wav"]
[beds]
wind = [{ file = "bed.wav", level_db = -10.0 }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sounds.toml").write_text(SETTINGS)
    write_wave(tmp_path / "a.wav", noise(0.3))
    write_wave(tmp_path / "bed.wav", noise(3.0, 2))
    return tmp_path


def test_what_ships(library: Library) -> None:
    assert set(library.surfaces) == {"grass", "wood", "ground", "soft"}
    assert set(library.variants) == {(surface, kind) for surface in library.surfaces for kind in KINDS}
    assert {"park", "room"} <= set(library.beds)
    for variants in library.variants.values():
        assert len(variants) >= 2
        for samples in variants:
            assert 0.1 * RATE < len(samples) < 1.5 * RATE
            loud = np.flatnonzero(np.abs(samples) > 0.1 * np.abs(samples).max())
            assert loud[0] < 0.03 * RATE  # a late sound would come after the picture
            assert 0.1 < np.abs(samples).max() <= 1.0
            assert samples[0] == samples[-1] == 0.0
    assert library.kinds["fall"].level_db > library.kinds["step"].level_db
    assert library.kinds["fall"].pitch < library.kinds["step"].pitch


def test_every_file_is_used_and_credited() -> None:
    settings, readme = (SOUNDS / "sounds.toml").read_text(), (SOUNDS / "README.md").read_text()
    files = sorted(path.name for path in SOUNDS.iterdir() if path.suffix in (".flac", ".ogg"))
    assert len(files) >= 15
    assert [name for name in files if f'"{name}"' not in settings] == []
    assert [name for name in files if f"| {name} |" not in readme] == []
    assert sum(path.stat().st_size for path in SOUNDS.iterdir()) < 2_000_000


def test_beds_have_no_seam(library: Library) -> None:
    for layers in library.beds.values():
        for layer in layers:
            usual = np.abs(np.diff(layer.samples, axis=0)).max()
            assert np.abs(layer.samples[0] - layer.samples[-1]).max() <= usual


def test_variants_alternate_and_wander_by_seed(library: Library) -> None:
    cue = Cue(0.0, "step", "wood", 0.5, 5, (0.0, 0.0, 0.0))
    picker, again, other = Picker(library, 1), Picker(library, 1), Picker(library, 2)
    choices = [picker.choose(cue) for _ in range(20)]
    rates = [choice.rate for choice in choices]
    assert all(a.samples is not b.samples for a, b in pairwise(choices))
    assert 0.94 < min(rates) < 0.98 < 1.02 < max(rates) < 1.06
    assert min(choice.gain for choice in choices) >= 0.5 * 10 ** (-2 / 20)
    assert max(choice.gain for choice in choices) <= 0.5 * 10 ** (2 / 20)
    assert [again.choose(cue).rate for _ in range(20)] == rates
    assert [other.choose(cue).rate for _ in range(20)] != rates


def test_an_unknown_surface_sounds_like_the_ground(library: Library) -> None:
    choice = Picker(library).choose(Cue(0.0, "land", "trampoline", 0.5, 5, (0.0, 0.0, 0.0)))
    assert any(choice.samples is samples for samples in library.variants["ground", "land"])


def test_any_rate_and_layout_becomes_48_khz(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    write_wave(path, 0.5 * np.sin(2 * np.pi * 440 * np.arange(11_025) / 11_025)[:, None], 11_025)
    mono, stereo = decode(path, 1), decode(path, 2)
    assert abs(len(mono) - RATE) < 100
    assert stereo.shape == (len(mono), 2)
    spectrum = np.abs(np.fft.rfft(mono[:, 0]))
    assert abs(np.argmax(spectrum) * RATE / len(mono) - 440.0) < 2.0


def edit(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / "sounds.toml").read_text()
        assert old in text
        (folder / "sounds.toml").write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (lambda folder: (folder / "sounds.toml").unlink(), "cannot be read"),
        (edit("version = 1", "version = 2"), "version = 1"),
        (edit("[kinds]", "[kinds"), "TOML"),
        (edit("[surfaces.ground]", "[surfaces.moon]"), "'ground'"),
        (edit('land = ["a.wav"]', "land = []"), "or more"),
        (edit('cloth = ["a.wav"]', ""), "cloth"),
        (edit('step = ["a.wav"]', 'step = ["../a.wav"]'), "plain name"),
        (edit("level_db = -10.0", 'level_db = "loud"'), "loud"),
        (edit("pitch = 1.0", "pitch = 0.0"), "pitch"),
        (lambda folder: (folder / "a.wav").unlink(), "no such sound file"),
        (lambda folder: (folder / "a.wav").write_text("not a sound"), "cannot be read"),
        (lambda folder: (folder / "a.wav").write_bytes(b""), "cannot be read"),
        (lambda folder: (folder / "a.wav").write_bytes((SOUNDS / "thud_1.flac").read_bytes()[:60]), "a.wav"),
        (lambda folder: write_wave(folder / "a.wav", np.zeros((2000, 1))), "no usable samples"),
        (lambda folder: write_wave(folder / "bed.wav", noise(0.5, 2)), "a bed needs"),
        (lambda folder: write_wave(folder / "bed.wav", noise(601.0, 1, 8000), 8000), "cut it shorter"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, harm: Callable[[Path], None], word: str) -> None:
    load_library(folder)
    harm(folder)
    with pytest.raises(InputError, match=word) as told:
        load_library(folder)
    assert str(folder) in str(told.value)
    assert "\n" not in str(told.value)
