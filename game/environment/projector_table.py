"""A projector as `environment.toml` tells it: the photograph, the lens and where the camera stood."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from game.environment.description import Projector
from game.environment.optics import Camera, Sphere, Vec3, axes_of, reach, vec3
from game.environment.pictures import picture_size
from game.table import Table
from models.errors import InputError

PANORAMAS = (".hdr", ".exr", ".jpg", ".jpeg", ".png")

_RIGID = 1e-3  # how far a matrix may be off a pure rotation
_AROUND = "equirectangular"
_KINDS = ("perspective", _AROUND)


def read_projector(table: Table, folder: Path) -> Projector:
    """A ``[[projector]]`` of the place in ``folder``.

    Raises:
        InputError: its picture or a value cannot be used; the sentence names the file and the mend.
    """
    kind = table.text("kind", _KINDS[0])
    if kind not in _KINDS:
        raise table.fail(f"'kind' is '{kind}'; use {' or '.join(_KINDS)}")
    image = folder / table.text("image")
    projector = Projector(
        name=table.text("name"),
        image=image,
        camera=_sphere(table, image) if kind == _AROUND else _camera(table, picture_size(image)),
        mask=folder / table.text("mask") if "mask" in table else None,
        gain=table.vec3("gain", (1.0, 1.0, 1.0), 0.0) if kind == _AROUND else (1.0, 1.0, 1.0),
        priority=table.number("priority", 0.0),
        facing_power=table.number("facing_power", 1.0, 0.0, 16.0),
        border=table.number("border", 16.0, 0.0) if kind != _AROUND else 0.0,
        spill=table.number("spill", 0.0, 0.0, 1.0),
        only=frozenset(table.texts("only")) if "only" in table else None,
    )
    if projector.mask is not None:
        picture_size(projector.mask)
    table.done()
    return projector


def check_panorama(image: Path) -> Path:
    """The path itself.

    Raises:
        InputError: there is no such file, or it cannot be an equirectangular picture.
    """
    if not image.is_file():
        raise InputError(f"{image}: this panorama is missing; put it there or correct its name")
    if image.suffix.lower() not in PANORAMAS:
        raise InputError(f"{image}: no panorama that can be read; save it as one of {', '.join(PANORAMAS)}")
    return image


def _sphere(table: Table, image: Path) -> Sphere:
    check_panorama(image)
    return Sphere(table.vec3("position"), table.number("heading", 0.0), *_range(table))


def _camera(table: Table, size: tuple[int, int]) -> Camera:
    position, axes = _placement(table)
    focal = _focal(table, size[0])
    if focal <= 0.0:
        raise table.fail("the focal length is zero; give one above 0")
    middle = (0.5 * size[0], 0.5 * size[1])
    point = table.vec2("principal_point", middle)
    camera = Camera(position, axes, focal, size, point, *_range(table), table.vec2("distortion", (0.0, 0.0), -10.0))
    # Up to the nearest edge every real lens still spreads the picture; else the numbers are of another model.
    if reach(camera) * focal < min(middle):
        raise table.fail("'distortion' folds the picture over itself; give k1, k2 as OpenCV calibrates them")
    return camera


def _range(table: Table) -> tuple[float, float]:
    near, far = table.number("near", 0.1, 0.001), table.number("far", 1000.0)
    if far <= near:
        raise table.fail(f"'far' is {far:g}; make it larger than near, {near:g}")
    return near, far


def _placement(table: Table) -> tuple[Vec3, tuple[Vec3, Vec3, Vec3]]:
    if "matrix" not in table:
        return table.vec3("position"), axes_of(*table.vec3("hpr"))
    # Camera to world as match-moving tools write it: columns are right, up, back and position.
    matrix = np.array(table.rows("matrix", 4))
    if matrix.shape != (4, 4):
        raise table.fail("'matrix' has other than four rows; write the camera-to-world matrix, 4 rows of 4 numbers")
    turn = matrix[:3, :3]
    square = np.allclose(turn @ turn.T, np.eye(3), atol=_RIGID)
    if not square or not np.allclose(matrix[3], (0.0, 0.0, 0.0, 1.0), atol=_RIGID):
        raise table.fail("'matrix' is singular or skewed; write a pure rotation and position with last row 0 0 0 1")
    if np.linalg.det(turn) < 0.0:
        raise table.fail("'matrix' is mirrored; negate one of its first three columns, as right-handed axes need")
    return vec3(matrix[:3, 3]), (vec3(turn[:, 0]), vec3(-turn[:, 2]), vec3(turn[:, 1]))


def _focal(table: Table, width: int) -> float:
    ways = [key for key in ("focal_px", "focal_mm", "hfov") if key in table]
    if len(ways) != 1:
        raise table.fail("the lens is not given, or twice; give one of focal_px, hfov, or focal_mm with film_mm")
    if ways == ["focal_px"]:
        return table.number("focal_px", low=0.0)
    if ways == ["focal_mm"]:
        return table.number("focal_mm", low=0.0) * width / table.number("film_mm", low=1.0)
    return 0.5 * width / math.tan(math.radians(0.5 * table.number("hfov", low=1.0, high=170.0)))
