"""A photograph with the fitted body's outline over it, for people to judge the fit by."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import binary_dilation, binary_erosion

from game.avatar.glb import Glb
from game.avatar.photo_fit import View
from game.avatar.raster import depth_map
from game.avatar.surfaces import bone_owners, hidden_by, surfaces_of
from game.environment.optics import ahead_of, to_pixels

_TALL = 1400  # pixels that the picture is high at most
_OUTLINE, _FOUND, _MEANT = (255, 60, 160), (255, 220, 40), (60, 220, 255)


def fit_picture(model: Glb, view: View) -> bytes:
    """A JPEG: the outline of ``model`` as ``view``, in its frame, sees it; points of the photograph as rings, each
    joined with the body's own.
    """
    pixels = view.sighting.pixels
    scale = min(1.0, _TALL / pixels.shape[0])
    size = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    surfaces, owners = surfaces_of(model), bone_owners(model, view.pose)
    points, triangles = hidden_by(surfaces, [surface.posed(owners, view.pose)[0] for surface in surfaces])
    ahead = ahead_of(view.camera, points)
    covered = np.isfinite(depth_map(to_pixels(view.camera, points) * scale, ahead, triangles, size))
    edge = binary_dilation(covered) & ~binary_erosion(covered)
    shown = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)).copy()
    shown[edge] = _OUTLINE
    picture = Image.fromarray(shown)
    draw = ImageDraw.Draw(picture)
    ring = max(2.0, size[1] / 300.0)
    for found, meant in zip(view.found * scale, view.meant * scale, strict=True):
        draw.line((*found, *meant), fill=_MEANT, width=2)
        draw.ellipse((*(found - ring), *(found + ring)), outline=_FOUND, width=2)
    draw.text((8, 8), f"{view.error:.1f} px", fill=_OUTLINE)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90)
    return data.getvalue()
