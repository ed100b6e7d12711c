"""A person's photographs on the skin: projected onto the body as it stands in each, baked in the rest pose.

A photograph counts for a point as a place's projectors count (`game.environment.glsl`): by how the surface faces the
camera, what stands in the way, the picture's border, and the mask, which here is the person. The fit leaves points of
the body some pixels beside where the photograph has them; the photograph is bent by as much, so that eyes fall on eyes.
Where no photograph reaches, the old paint stays, its colours shifted to meet the new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates

from game.avatar.colour_match import exposures, matched
from game.avatar.glb import Glb
from game.avatar.photo_fit import View
from game.avatar.raster import depth_map, fragments
from game.avatar.surfaces import Surface, bone_owners, encoded, hidden_by, picture_of, surfaces_of
from game.environment.optics import ahead_of, to_pixels
from game.environment.panorama import from_srgb, to_srgb
from models.rotations import Array

_POWER = 2.0  # of the facing weight
_BORDER = 24.0  # pixels over which a photograph fades at its border
_MARGIN = 0.01  # m by which something may lie deeper than what is seen, and is still seen
_FAINT, _FULL = 0.03, 0.25  # weights: from the one on a photograph counts, from the other it hides the old paint
_BEND = 0.02  # of the person's height: the most that a photograph is bent
_SOFT = 3.0  # pixels of the mask's edge
_PAD = 8  # texels that colours reach beyond the edges of the patches, for mipmaps
_SURE = 0.5


@dataclass(frozen=True)
class Look:
    """What one photograph shows of points: weight (N,) and linear colour (N, 3)."""

    weight: Array
    colour: Array


class Projector:
    """One photograph, ready to be asked; in the frame of the model."""

    def __init__(self, view: View, solid: tuple[Array, NDArray[np.int64]]) -> None:
        sighting = view.sighting
        self._camera = view.camera
        self._colours = from_srgb(sighting.pixels / np.float32(255.0))
        self._mask = np.clip(2.0 * gaussian_filter(sighting.mask, _SOFT) - 1.0, 0.0, 1.0)
        points, triangles = solid
        self._depth = depth_map(
            to_pixels(view.camera, points), ahead_of(view.camera, points), triangles, view.camera.size
        )
        off = view.found - view.meant
        sure = sighting.seen[view.numbers] > _SURE
        most = _BEND * sighting.height
        off *= np.minimum(1.0, most / np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-9))
        self._bend = RBFInterpolator(view.at[sure], off[sure], kernel="linear", smoothing=0.02, degree=0)

    def bend(self, points: Array) -> Array:
        """By how many pixels ``(N, 2)`` the photograph shows ``points`` beside where the camera sees them."""
        return np.asarray(self._bend(points))

    def look(self, points: Array, normals: Array, bend: Array) -> Look:
        """What it shows of points ``(N, 3)`` with normals, bent by ``bend`` ``(N, 2)``."""
        gaze = np.array(self._camera.position) - points
        facing = np.clip(np.einsum("ij,ij->i", normals, gaze) / np.linalg.norm(gaze, axis=1), 0.0, 1.0)
        at = np.nan_to_num(to_pixels(self._camera, points), nan=-1e6)
        shown = at + bend
        size = np.array(self._camera.size)
        inside = np.clip(np.minimum(shown, size - shown) / _BORDER, 0.0, 1.0).prod(axis=1)
        weight = inside * _sample(self._mask, shown) * self._visible(points, at, facing) * facing**_POWER
        return Look(weight, np.stack([_sample(self._colours[..., k], shown) for k in range(3)], axis=1))

    def _visible(self, points: Array, at: Array, facing: Array) -> Array:
        """0 … 1; over one pixel a tilted surface recedes by 1 / (focal length x facing) of its distance."""
        slack = np.minimum(0.9, 1.5 / self._camera.focal / np.maximum(facing, 0.02))
        nearer = ahead_of(self._camera, points) * (1.0 - slack) - _MARGIN
        corner = np.floor(at - 0.5)
        share = at - 0.5 - corner
        total = np.zeros(len(points))
        high = np.array(self._camera.size) - 1
        for right in (0, 1):
            for down in (0, 1):
                column, row = np.clip(corner + (right, down), 0, high).astype(np.int64).T
                part = np.abs(1 - right - share[:, 0]) * np.abs(1 - down - share[:, 1])
                total += part * (nearer <= self._depth[row, column])
        return total


def project_skin(model: Glb, views: Sequence[View], size: int = 2048) -> float:
    """Paint ``model`` with what ``views``, in its frame, show; textures become ``size`` texels wide.

    Returns:
        The share of the surface that photographs reach.
    """
    surfaces = surfaces_of(model)
    posed = [_posed(model, surfaces, view) for view in views]
    projectors = [
        Projector(view, hidden_by(surfaces, [points for points, _ in stand]))
        for view, stand in zip(views, posed, strict=True)
    ]
    painted = [number for number, surface in enumerate(surfaces) if not surface.still]
    looks = {
        number: [
            projector.look(*stand[number], projector.bend(stand[number][0]))
            for projector, stand in zip(projectors, posed, strict=True)
        ]
        for number in painted
    }
    gains = exposures(
        [np.concatenate([looks[number][k].weight for number in painted]) for k in range(len(views))],
        [np.concatenate([looks[number][k].colour for number in painted]) for k in range(len(views))],
    )
    pictures, covered, whole = {}, 0.0, 0.0
    for number in painted:
        places = [stand[number] for stand in posed]
        picture, share = _paint(model, surfaces[number], projectors, places, looks[number], gains, size)
        pictures[surfaces[number].image] = encoded(picture)
        area = _areas(surfaces[number])
        covered += float(np.sum(area * share))
        whole += float(np.sum(area))
    for image, data in pictures.items():
        model.replace_picture(image, data)
    return covered / whole


def blend(looks: Sequence[Look], gains: Array) -> tuple[Array, Array]:
    """Colour ``(N, 3)`` in sRGB of several photographs together, and how far ``(N,)`` it hides what was there."""
    total = sum(look.weight for look in looks)
    mixed = sum(look.weight[:, None] * look.colour * gain for look, gain in zip(looks, gains, strict=True))
    share = np.clip((total - _FAINT) / (_FULL - _FAINT), 0.0, 1.0)
    colour = to_srgb(np.clip(mixed / np.maximum(total, 1e-9)[:, None], 0.0, 1.0))
    return colour, np.asarray(share * share * (3.0 - 2.0 * share))


def _posed(model: Glb, surfaces: Sequence[Surface], view: View) -> list[tuple[Array, Array]]:
    owners = bone_owners(model, view.pose)
    return [surface.posed(owners, view.pose) for surface in surfaces]


def _paint(
    model: Glb,
    surface: Surface,
    projectors: Sequence[Projector],
    posed: Sequence[tuple[Array, Array]],
    looks: Sequence[Look],
    gains: Array,
    size: int,
) -> tuple[Image.Image, Array]:
    """The surface's new picture, and for each vertex how much of it photographs made."""
    old = picture_of(model, surface).resize((size, size), Image.Resampling.BICUBIC)
    paint = np.asarray(old)[..., :3] / np.float32(255.0)
    colour, share = blend(looks, gains)
    there = np.stack([_sample(paint[..., k], surface.coordinates * size) for k in range(3)], axis=1)
    shift = matched(surface.points, surface.triangles, colour - there, share)
    texels = fragments(surface.coordinates * size, surface.triangles, (size, size))
    seen = []
    for projector, (points, normals) in zip(projectors, posed, strict=True):
        at = [texels.mix(values, surface.triangles) for values in (points, normals, projector.bend(points))]
        seen.append(projector.look(*at))
    new, hides = blend(seen, gains)
    spot = texels.row, texels.column
    under = paint[spot] + texels.mix(shift, surface.triangles)
    result = paint.copy()
    result[spot] = hides[:, None] * new + (1.0 - hides[:, None]) * under
    drawn = np.zeros((size, size), dtype=bool)
    drawn[spot] = True
    far, nearest = distance_transform_edt(~drawn, return_indices=True)
    result = np.where((far <= _PAD)[..., None], result[tuple(nearest)], result)
    made = Image.fromarray(np.round(np.clip(result, 0.0, 1.0) * 255.0).astype(np.uint8))
    made.putalpha(old.getchannel("A"))
    return made, share


def _areas(surface: Surface) -> Array:
    """m² that belong to each vertex."""
    a, b, c = np.moveaxis(surface.points[surface.triangles], 1, 0)
    area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    shares = np.repeat(area / 3.0, 3).astype(np.float64)
    return np.bincount(surface.triangles.ravel(), shares, len(surface.points)).astype(np.float64)


def _sample(picture: Array, at: Array) -> Array:
    """Values ``(N,)`` of a picture ``(H, W)`` at pixels ``(N, 2)``, linear between the middles of its pixels."""
    return np.asarray(map_coordinates(picture, (at[:, 1] - 0.5, at[:, 0] - 0.5), order=1, mode="nearest"))
