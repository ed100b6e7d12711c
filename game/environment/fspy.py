"""Cameras that were matched in fSpy: its project files, and the camera parameters that it exports as JSON.

A project is 4 bytes ``fspy``, then version, size of the state and size of the picture as little-endian 32-bit numbers,
the state as JSON, the picture. Its image plane runs from -1 to 1 along the longer side, Y up. Its world's axes are what
the user called them, so the caller says which one is up.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from game.environment.camera_matrix import Y_UP_TO_Z_UP, camera_from
from game.environment.drawing import Drawing, Line, Pixel
from game.environment.optics import Camera, vec3
from game.table import Table
from models.errors import InputError
from models.rotations import Array

_MAGIC, _VERSION = b"fspy", 1
_LARGEST = 512_000_000  # bytes of a project that is read
_METRES = {
    "millimeters": 0.001,
    "centimeters": 0.01,
    "meters": 1.0,
    "kilometers": 1000.0,
    "inches": 0.0254,
    "feet": 0.3048,
    "miles": 1609.344,
}  # what has no unit counts as metres


@dataclass(frozen=True)
class FspyMatch:
    """The camera, and the lines from which it was found where the file holds them; without them nothing is drawn."""

    camera: Camera
    drawing: Drawing


def load_fspy(path: Path, size: tuple[int, int], up: str = "z") -> FspyMatch:
    """The camera of a photograph of ``size`` pixels; ``up`` is the axis, y or z, that fSpy's user let point up.

    Raises:
        InputError: there is no such file, it is damaged, of another photograph, or holds no solved camera.
    """
    state = _read(path)
    parameters = state.get("cameraParameters", state)
    if not isinstance(parameters, dict) or "cameraTransform" not in parameters:
        raise InputError(f"{path}: no solved camera in here; bring the lines in fSpy to meet and save it again")
    table = Table(path, "cameraParameters", parameters)
    camera = _camera(table, size, _metres(state), up)
    return FspyMatch(camera, Drawing(_lines(state, parameters, size, up)))


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: too large for an fSpy project; give one with a smaller photograph")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give an fSpy project or its JSON") from error
    if data.startswith(_MAGIC):
        data = _state(path, data)
    try:
        state = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: damaged or no fSpy file ({error}); save the project again in fSpy") from error
    if not isinstance(state, dict):
        raise InputError(f"{path}: no fSpy file; give a project (.fspy) or the camera parameters as JSON")
    return state


def _state(path: Path, data: bytes) -> bytes:
    if len(data) < 16:
        raise InputError(f"{path}: cut off; save the project again in fSpy")
    version, state_size, image_size = struct.unpack("<III", data[4:16])
    if version != _VERSION:
        raise InputError(
            f"{path}: an fSpy project of version {version}, only {_VERSION} can be read; export JSON in fSpy"
        )
    if 16 + state_size + image_size > len(data):
        raise InputError(f"{path}: cut off; save the project again in fSpy")
    return data[16 : 16 + state_size]


def _camera(table: Table, size: tuple[int, int], metres: float, up: str) -> Camera:
    width, height = table.number("imageWidth", low=1.0), table.number("imageHeight", low=1.0)
    scale = size[0] / width
    if abs(scale * height - size[1]) > 1.5:
        told = f"was matched to a picture of {width:g} x {height:g}, the photograph has {size[0]} x {size[1]}"
        raise table.fail(f"it {told}; give the photograph that was matched")
    angle = table.number("horizontalFieldOfView", low=0.0, high=math.pi)
    focal = 0.5 * size[0] / math.tan(0.5 * angle) if angle > 0.0 else 0.0
    rows = np.array(table.table("cameraTransform").rows("rows", 4))
    if rows.shape != (4, 4):
        raise table.fail("'cameraTransform' has other than four rows; save the project again in fSpy")
    matrix = Y_UP_TO_Z_UP @ rows if up == "y" else rows
    matrix[:3, 3] *= metres
    centre = table.table("principalPoint")
    half = 0.5 * max(size)
    point = (0.5 * size[0] + half * centre.number("x"), 0.5 * size[1] - half * centre.number("y"))
    camera = camera_from(str(table.file), matrix, focal, size, point)
    if camera.axes[2][2] <= 0.0:
        other = "z" if up == "y" else "y"
        raise table.fail(
            f"with {up} up the camera stands on its head; try --up {other}, or turn the axes round in fSpy"
        )
    return camera


def _metres(state: dict[str, Any]) -> float:
    settings = state.get("calibrationSettingsBase")
    unit = settings.get("referenceDistanceUnit") if isinstance(settings, dict) else None
    return _METRES.get(str(unit).lower(), 1.0)


def _lines(state: dict[str, Any], parameters: dict[str, Any], size: tuple[int, int], up: str) -> tuple[Line, ...]:
    """The lines of the two vanishing points, where a project tells them; fSpy lays a third one through those."""
    axes = parameters.get("vanishingPointAxes")
    parts = [("controlPointsStateBase", "firstVanishingPoint"), ("controlPointsState2VP", "secondVanishingPoint")]
    settings = state.get("globalSettings")
    if not isinstance(settings, dict) or settings.get("calibrationMode") != "TwoVanishingPoints":
        return ()
    lines: list[Line] = []
    try:
        for name, (part, point) in zip(axes or (), parts, strict=False):
            axis = str(name)[0]
            axis = {"y": "z", "z": "y"}.get(axis, axis) if up == "y" else axis
            segments = state[part][point]["lineSegments"]
            lines += [Line(axis, _segment(ends, size)) for ends in segments]
    except (KeyError, TypeError, ValueError, IndexError):
        return ()  # the camera is what was asked for; lines come from newer versions only
    return tuple(lines)


def _segment(ends: Any, size: tuple[int, int]) -> tuple[Pixel, ...]:
    return tuple((float(end["x"]) * size[0], float(end["y"]) * size[1]) for end in ends)


def scaled(camera: Camera, height: float) -> Camera:
    """The camera with all distances scaled so that it is ``height`` m above the ground.

    Raises:
        InputError: it lies on or below the ground, so no scale does that.
    """
    if camera.position[2] <= 0.0:
        raise InputError("the camera lies below the ground; move the origin to the ground and match it again")
    factor = height / camera.position[2]
    position: Array = factor * np.array(camera.position)
    return Camera(
        vec3(position), camera.axes, camera.focal, camera.size, camera.principal_point, distortion=camera.distortion
    )
