"""Lens calibrations as TOML, one table a camera, in OpenCV's terms, as motion-capture tools write them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from game.environment.camera_matrix import camera_from
from game.environment.optics import Camera
from game.table import Table
from models import rotations
from models.errors import InputError

_SQUARE = 0.02  # how much wider than high a pixel may be


def load_calibration(path: Path, size: tuple[int, int]) -> Camera:
    """The first camera of a calibration, for a photograph of ``size`` pixels.

    The file has size, a 3 x 3 ``matrix`` in pixels, ``distortions`` k1, k2, p1, p2 and, world to camera, ``rotation``
    (a rotation vector) and ``translation`` in m; the world's Z is up, the camera looks along its Z, Y down.

    Raises:
        InputError: there is no such file, or it holds no camera that can be used.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a calibration's TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not TOML ({error}); export the calibration again") from error
    name = next((key for key, value in values.items() if isinstance(value, dict) and "matrix" in value), None)
    if name is None:
        raise InputError(f"{path}: no camera in here; it needs a table with size, matrix, rotation and translation")
    return _camera(Table(path, name, values[name]), size)


def _camera(table: Table, size: tuple[int, int]) -> Camera:
    width, height = table.vec2("size", low=1.0)
    scale = size[0] / width
    if abs(scale * height - size[1]) > 1.5:
        told = f"is for a picture of {width:g} x {height:g}, the photograph has {size[0]} x {size[1]}"
        raise table.fail(f"'size' {told}; give the photograph that was calibrated")
    lens = np.array(table.rows("matrix", 3))
    if lens.shape != (3, 3):
        raise table.fail("'matrix' has other than three rows; write the camera's 3 x 3 matrix in pixels")
    if table.flag("fisheye", False):
        raise table.fail("'fisheye' is true; straighten the photograph first and calibrate that")
    fx, fy = float(lens[0, 0]), float(lens[1, 1])
    if fx <= 0.0 or fy <= 0.0:
        raise table.fail("the focal length is zero; calibrate the lens again")
    if abs(fx / fy - 1.0) > _SQUARE:
        raise table.fail(f"pixels are not square ({fx:g} and {fy:g} px focal length); scale the photograph to be so")
    k1, k2, p1, p2 = table.numbers("distortions", 4, (0.0, 0.0, 0.0, 0.0))
    if max(abs(p1), abs(p2)) > 1e-3:
        raise table.fail("the lens is decentred (p1, p2); straighten the photograph first and calibrate that")
    turn = rotations.rotate(rotations.exp(np.array(table.vec3("rotation"))), np.eye(3)).T
    matrix = np.eye(4)
    matrix[:3, :3] = turn.T @ np.diag((1.0, -1.0, -1.0))  # OpenCV's right, down, ahead -> right, up, back
    matrix[:3, 3] = -turn.T @ np.array(table.vec3("translation"))
    centre = (scale * float(lens[0, 2]), scale * float(lens[1, 2]))
    return camera_from(str(table.file), matrix, scale * 0.5 * (fx + fy), size, centre, (k1, k2))
