"""A place that can be played at once, from one photograph and its camera: ground, a sky card, a mark, light."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from game.environment.catalogue import FILE_NAME, SCHEMA, VERSION
from game.environment.description import Environment
from game.environment.drawing import Drawing, save_drawing
from game.environment.matching import Match
from game.environment.optics import Camera, Vec3, axes_of, rays
from game.environment.pictures import Pixels, read_photograph
from game.environment.place_file import (
    as_written,
    camera_entry,
    dump,
    hpr_of,
    replace_camera,
    replace_geometry,
    replace_values,
    rounded,
    save_text,
    values_of,
)
from models.errors import InputError
from models.rotations import Array

PROJECTOR = "photograph"
"""What the first projector of a new place is called."""

LINES = "lines.json"
"""The drawing that a place's camera was matched from, beside its `environment.toml`."""

_FIGURE = 1.8  # m
_SHARE = 0.35  # of the picture's height that a standing figure on the mark takes
_LOWEST = 0.92  # of the picture's height, above which the mark lies
_NEAREST, _FURTHEST = 2.5, 25.0  # m from the camera to the mark
_BEYOND = 4.0  # the sky card's distance, of the mark's
_CARD = 20.0  # m, the least distance of the sky card
_SIDE_ON = (-0.6, -7.9, 1.3)  # m from the mark: right along the jump, away from it, up; all of a jump is in the frame
_TOP = 50  # part of the picture's height that counts as its upper edge
_EDGE = 16.0  # pixels over which the photograph fades out


def level_camera(size: tuple[int, int], focal: float, height: float) -> Camera:
    """A camera that looks along +Y, level, ``height`` m above the origin; focal length in pixels."""
    return Camera((0.0, 0.0, height), axes_of(0.0, 0.0, 0.0), focal, size, (0.5 * size[0], 0.5 * size[1]))


def make_place(folder: Path, photo: Path, found: Match, drawing: Drawing | None, name: str) -> Environment:
    """Write a folder with the photograph, `environment.toml` and, if there is one, the drawing.

    Raises:
        InputError: there is a place already, the photograph is damaged, the camera lies below the ground, or the disk
            is full.
    """
    if (folder / FILE_NAME).exists():
        made = "choose another folder, or change that one with `backflip environment match`"
        raise InputError(f"{folder}: there is a place already; {made}")
    pixels = read_photograph(photo).pixels
    text = dump(describe(photo.name, found.camera, name) | {"fallback": _colour_above(pixels)})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / photo.name).exists():
            shutil.copyfile(photo, folder / photo.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error
    if drawing is not None:
        save_drawing(folder / LINES, drawing)
    return save_text(folder, text)


def describe(image: str, camera: Camera, name: str) -> dict[str, Any]:
    """What `environment.toml` says of a place seen by one camera, its numbers rounded as in the file.

    Raises:
        InputError: the camera lies on or below the ground, or looks straight up or down.
    """
    camera = as_written(camera)
    if camera.position[2] <= 0.01:
        told = f"the camera lies {camera.position[2]:.2f} m above the ground"
        raise InputError(f"{told}; put the origin on the ground, or give the camera's --height")
    if math.hypot(*camera.axes[1][:2]) < 0.05:
        raise InputError("the camera looks straight down; a place needs a photograph with a view")
    heading = hpr_of(camera)[0]
    distance = mark_distance(camera)
    mark = _along(camera, 0.0, distance)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "name": name,
        "ambience": "park",
        "footsteps": "ground",
        "fallback": [0.5, 0.5, 0.5],
        "projector": [{"name": PROJECTOR, "image": image, **camera_entry(camera), "border": _EDGE}],
        "geometry": _ground_and_card(camera, max(_CARD, _BEYOND * distance)),
        "light": {
            "direction": rounded(_turned(heading, (-0.4, 0.35, -0.85)), 2),
            "colour": [0.9, 0.88, 0.84],
            "ambient": [0.5, 0.5, 0.52],
            "shadow": 0.5,
            "softness": 0.1,
        },
        "mark": {"position": rounded(mark, 2), "heading": rounded([heading], 2)[0]},
        "operator": [
            {
                "name": "side-on",
                "position": rounded(np.array(mark) + _turned(heading, _SIDE_ON), 2),
                "hpr": [rounded([heading], 2)[0], -0.5, 0.0],
            },
            {"name": "photographer", "position": rounded(camera.position, 3), "hpr": rounded(hpr_of(camera), 2)},
        ],
    }


def _colour_above(pixels: Pixels) -> list[float]:
    """The colour that prevails along the photograph's upper edge: what goes on beyond it, out of doors the sky's."""
    edge = pixels[: max(len(pixels) // _TOP, 1), :, :3].reshape(-1, 3)
    return rounded(np.median(edge, axis=0) / 255.0)


def follow_camera(text: str, old: Camera, new: Camera) -> str:
    """The file with the first projector's camera changed from ``old`` to ``new``.

    What `make_place` laid out for the old camera and nobody has changed since, ground, sky card, mark, light and
    operators, is laid out for the new one; the rest stays where it is in the world.

    Raises:
        InputError: the new camera is none that a place can have.
    """
    said = values_of(text)
    before, after = (describe("", camera, "") for camera in (old, new))
    text = replace_camera(text, said["projector"][0]["name"], new)
    untouched = [entry for entry in before["geometry"] if entry in said["geometry"]]
    names = {entry["name"] for entry in untouched}
    text = replace_geometry(text, [entry for entry in after["geometry"] if entry["name"] in names], [])
    return replace_values(text, {k: after[k] for k in ("light", "mark", "operator") if said.get(k) == before[k]})


def mark_distance(camera: Camera) -> float:
    """How far before the camera (m) attempts stand: large enough in the picture, and with their feet in it."""
    fits = camera.focal * _FIGURE / (_SHARE * camera.size[1])
    foot = rays(camera, np.array((camera.principal_point[0], _LOWEST * camera.size[1])))
    if not foot[2] < 0.0:
        return float(np.clip(fits, _NEAREST, _FURTHEST))
    nearest = camera.position[2] / -foot[2] * math.hypot(foot[0], foot[1])
    return float(np.clip(max(fits, nearest), _NEAREST, _FURTHEST))


def _ground_and_card(camera: Camera, distance: float) -> list[dict[str, Any]]:
    """The ground from behind the camera to the card, and the card across the view, as high as the picture reaches."""
    width, height = camera.size
    corners = rays(camera, np.array([(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)], dtype=np.float64))
    level = np.nan_to_num(corners) @ _level_axes(camera).T
    ahead = np.maximum(level[:, 1], 0.2)
    side = max(1.3 * distance * float(np.max(np.abs(level[:, 0]) / ahead)), 10.0)
    top = camera.position[2] + 1.2 * distance * max(float(np.max(level[:, 2] / ahead)), 0.0)
    heading = hpr_of(camera)[0]
    behind = distance
    start, end = _along(camera, -side, distance), _along(camera, side, distance)
    return [
        {
            "kind": "ground",
            "name": "ground",
            "position": rounded(_along(camera, 0.0, 0.5 * (distance - behind)), 2),
            "size": rounded((2.0 * side, distance + behind), 2),
            "heading": rounded([heading], 2)[0],
            "fill": "nearest",
        },
        {
            "kind": "wall",
            "name": "sky card",
            "start": rounded(start[:2], 2),
            "end": rounded(end[:2], 2),
            "span": [0.0, round(max(top, 3.0), 2)],
            "fill": "nearest",
        },
    ]


def _level_axes(camera: Camera) -> Array:
    """Right, ahead and up of the camera made level, rows ``(3, 3)``."""
    x, y, _ = camera.axes[1]
    length = math.hypot(x, y)
    return np.array([[y / length, -x / length, 0.0], [x / length, y / length, 0.0], [0.0, 0.0, 1.0]])


def _along(camera: Camera, right: float, ahead: float) -> Vec3:
    """A point on the ground, from the point below the camera."""
    axes = _level_axes(camera)
    x, y, _ = np.array(camera.position) + right * axes[0] + ahead * axes[1]
    return float(x), float(y), 0.0


def _turned(heading: float, vector: Vec3) -> Array:
    c, s = math.cos(math.radians(heading)), math.sin(math.radians(heading))
    return np.array([c * vector[0] - s * vector[1], s * vector[0] + c * vector[1], vector[2]])
