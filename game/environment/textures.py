"""Pictures of places as textures of the graphics card."""

from __future__ import annotations

import numpy as np
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import SamplerState, Texture

from game.environment.description import Panorama, Projector
from game.environment.optics import Sphere
from game.environment.panorama import read_panorama
from game.environment.pictures import read_mask, read_photograph

_ANISOTROPY = 8  # floors are seen at grazing angles
_SOFTWARE = ("llvmpipe", "softpipe", "swrast")  # there it would more than double the time of a frame


def anisotropy(base: ShowBase) -> int:
    """How many samples along a grazing direction this renderer can afford."""
    return 1 if is_software(base) else _ANISOTROPY


def is_software(base: ShowBase) -> bool:
    """Whether this process draws the pictures itself, without a graphics card."""
    renderer = base.win.getGsg().getDriverRenderer().lower()
    return any(name in renderer for name in _SOFTWARE)


def load_photo(projector: Projector, samples: int) -> tuple[Texture, str | None]:
    """A projector's picture with mipmaps, its mask as alpha; and what was changed about it, if anything.

    Raises:
        InputError: a file is damaged or cannot be used.
    """
    image, note = projector.image, None
    if isinstance(projector.camera, Sphere):
        shown = read_panorama(image, projector.gain)
        pixels = np.full((*shown.shape[:2], 4), 255, np.uint8)
        pixels[..., :3] = np.round(shown * 255.0)
        if projector.mask is not None:
            pixels[..., 3] = np.asarray(read_mask(projector.mask, (shown.shape[1], shown.shape[0])))
    else:
        photograph = read_photograph(image, projector.mask)
        pixels, note = photograph.pixels, photograph.note
    texture = to_texture(image.name, pixels)
    texture.setMinfilter(SamplerState.FT_linear_mipmap_linear)
    texture.setAnisotropicDegree(samples)
    if isinstance(projector.camera, Sphere):
        texture.setWrapU(SamplerState.WM_repeat)
    return texture, note


def load_panorama(panorama: Panorama) -> Texture:
    """An equirectangular picture as sRGB texture.

    Raises:
        InputError: the file is damaged.
    """
    shown = read_panorama(panorama.image, panorama.gain)
    texture = to_texture(panorama.image.name, np.round(shown * 255.0).astype(np.uint8))
    texture.setWrapU(SamplerState.WM_repeat)
    texture.setMinfilter(SamplerState.FT_linear)
    return texture


def to_texture(name: str, pixels: NDArray[np.uint8]) -> Texture:
    """``(H, W, 3 or 4)``, top row first, as they are; four only where the fourth is not all 255."""
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    order, form = ([2, 1, 0], Texture.F_rgb) if pixels.shape[2] == 3 else ([2, 1, 0, 3], Texture.F_rgba)
    texture = Texture(name)
    texture.setup2dTexture(pixels.shape[1], pixels.shape[0], Texture.T_unsigned_byte, form)
    # Panda keeps blue first and the bottom row first.
    texture.setRamImage(np.ascontiguousarray(pixels[::-1][..., order]).tobytes())
    texture.setWrapU(SamplerState.WM_clamp)
    texture.setWrapV(SamplerState.WM_clamp)
    return texture
