"""Photographs from disk to sRGB pixels: upright, eight bits, of a size that a graphics card holds.

What cameras and programs write differs in orientation, depth and colour space; here all of it becomes the one kind that
the rest knows. A picture that cannot be meant, or is not all there, is refused.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from models.errors import InputError

LARGEST = 8192  # pixels on the longer side; some graphics cards hold no larger texture
_FORMATS = ("PNG", "JPEG", "TIFF")
_TURNED = frozenset({5, 6, 7, 8})  # EXIF orientations that lie on their side
_EXIF_ORIENTATION = 0x0112
_DAMAGE = (OSError, SyntaxError, ValueError)  # Pillow's PNG reader raises SyntaxError on broken chunks
_DEEP = {"I;16", "I;16L", "I;16B", "I;16N", "I"}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Photograph:
    """pixels: ``(H, W, 4)`` sRGB and how much of it there is, 255 is all, top row first; note: what was changed."""

    pixels: Pixels
    note: str | None


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels of an upright PNG, JPEG or TIFF file.

    Raises:
        InputError: there is no such file, it is none of them, or it is cut off before the notes that tell this.
    """
    with opened(path) as picture:
        width, height = picture.size
        try:
            turned = picture.getexif().get(_EXIF_ORIENTATION, 1) in _TURNED
        except _DAMAGE as error:
            raise InputError(f"{path}: this photograph is damaged ({error}); export it again") from error
    return (height, width) if turned else (width, height)


def read_photograph(path: Path, mask: Path | None = None) -> Photograph:
    """The whole picture, scaled down to `LARGEST` if need be; with a ``mask``, white is kept and black is not there.

    Raises:
        InputError: a file is missing, cut off, in CMYK, or too large to be decoded.
    """
    with opened(path) as picture:
        full = picture.size
        if max(full) > LARGEST:
            picture.draft("RGB", (LARGEST, LARGEST))  # a JPEG is decoded at a fraction of its size
        upright = ImageOps.exif_transpose(_decoded(path, picture))
    if max(upright.size) > LARGEST:
        upright.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    note = None
    if max(full) > LARGEST:
        width, height = upright.size
        note = f"{path}: {full[0]} x {full[1]} pixels are more than a graphics card holds; shown as {width} x {height}"
    coloured = _in_srgb(path, upright)
    if mask is not None:
        coloured.putalpha(read_mask(mask, coloured.size))
    return Photograph(np.asarray(coloured), note)


def read_mask(path: Path, size: tuple[int, int]) -> Image.Image:
    """A grey picture, upright and scaled to ``size``, the width and height of the photograph that it belongs to.

    Raises:
        InputError: the file is missing or damaged, or of another shape.
    """
    with opened(path) as picture:
        upright = _eight_bits(ImageOps.exif_transpose(_decoded(path, picture))).convert("L")
    if abs(upright.width * size[1] - upright.height * size[0]) > max(size):
        raise InputError(
            f"{path}: this mask is {upright.width} x {upright.height}, of another shape than its photograph; "
            f"make it {size[0]} x {size[1]}"
        )
    return upright.resize(size, Image.Resampling.BILINEAR)


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """A picture of which the head is read.

    Raises:
        InputError: there is no such file, it is none of the kinds that photographs have, or it is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise InputError(f"{path}: neither PNG, JPEG nor TIFF; save the photograph again as one of them") from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{path}: larger than photographs are, 178 megapixels; scale it down") from error
    except OSError as error:
        raise InputError(f"{path}: this photograph cannot be read; put it there or correct its name") from error
    with picture:
        yield picture


def _decoded(path: Path, picture: Image.Image) -> Image.Image:
    try:
        picture.load()
    except _DAMAGE as error:
        raise InputError(f"{path}: this photograph is damaged ({error}); export it again") from error
    if picture.mode in ("CMYK", "YCCK"):
        raise InputError(f"{path}: this photograph is in CMYK, the colours of print; export it as sRGB")
    return picture


def _in_srgb(path: Path, picture: Image.Image) -> Image.Image:
    """RGBA by sRGB; other colour spaces, as of phones that photograph in Display P3, are converted by their profile."""
    profile = picture.info.get("icc_profile")
    picture = _eight_bits(picture)
    alpha = picture.convert("RGBA").getchannel("A")
    colours = picture.convert("RGB")
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if given.profile.xcolor_space.strip() == "RGB":
                ImageCms.profileToProfile(colours, given, ImageCms.createProfile("sRGB"), inPlace=True)
        except (ImageCms.PyCMSError, OSError) as error:
            raise InputError(f"{path}: its colour profile is damaged; export the photograph again as sRGB") from error
    colours.putalpha(alpha)
    return colours


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Grey pictures of 16 bits lose the lower eight; Pillow would clip them to white. Colour comes as 8 bits anyway."""
    if picture.mode not in _DEEP:
        return picture
    return Image.fromarray((np.asarray(picture).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
