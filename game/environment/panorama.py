"""Equirectangular pictures: what stands where nothing else reaches, and the light that comes from all around."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from panda3d.core import Filename, PfmFile

from game.environment.description import Colour, Panorama
from game.environment.pictures import read_photograph
from models.errors import InputError
from models.rotations import Array

_HIGH_RANGE = (".hdr", ".exr")
_SHOULDER = 0.8  # linear; what is brighter is compressed towards white, as film does, and not cut off


def read_panorama(image: Path, gain: Colour) -> Array:
    """An equirectangular picture as ``(H, W, 3)``, sRGB in 0 … 1; high range is multiplied by the gain and rolls off.

    Raises:
        InputError: the file is damaged.
    """
    linear = _linear(image) * np.array(gain)
    bright = 1.0 - _SHOULDER
    rolled = _SHOULDER + bright * -np.expm1(-np.maximum(linear - _SHOULDER, 0.0) / bright)
    return to_srgb(np.where(linear > _SHOULDER, rolled, linear) if _is_high_range(image) else np.clip(linear, 0.0, 1.0))


def ambient_of(panorama: Panorama) -> Colour:
    """The mean of all directions, as shown on screen: each row counts by the solid angle that its pixels have.

    Raises:
        InputError: the file is damaged.
    """
    shown = from_srgb(read_panorama(panorama.image, panorama.gain))
    latitudes = np.pi * (0.5 - (np.arange(shown.shape[0]) + 0.5) / shown.shape[0])
    mean = np.average(shown.mean(axis=1), axis=0, weights=np.cos(latitudes))
    red, green, blue = to_srgb(mean).tolist()
    return red, green, blue


def to_srgb(linear: Array) -> Array:
    """IEC 61966-2-1, 0 … 1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def from_srgb(shown: Array) -> Array:
    """The inverse of `to_srgb`."""
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def _is_high_range(image: Path) -> bool:
    return image.suffix.lower() in _HIGH_RANGE


def _linear(image: Path) -> Array:
    if not _is_high_range(image):
        return from_srgb(read_photograph(image).pixels[..., :3] / 255.0)
    picture = PfmFile()
    if not picture.read(Filename.fromOsSpecific(str(image.absolute()))):
        raise InputError(f"{image}: this panorama is damaged; export it again")
    values = np.array(memoryview(picture), dtype=np.float64)
    values = values.reshape(picture.getYSize(), picture.getXSize(), -1)
    if values.shape[2] < 3:
        raise InputError(f"{image}: this panorama has no colour; save it as RGB")
    return np.maximum(np.nan_to_num(values[..., :3]), 0.0)
