"""Rough geometry from points clicked in a photograph: rays from its camera meet the ground and what stands on it.

Everything here is an entry of ``[[geometry]]`` in `environment.toml`; bodies run into the same blocks that are painted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from game.environment import geometry
from game.environment.description import Face
from game.environment.drawing import Pixel
from game.environment.optics import Camera, Vec3, rays, to_pixels, vec3
from game.environment.place_file import hpr_of, rounded
from models.errors import InputError
from models.rotations import Array

Entry = Mapping[str, Any]

SNAP = 10.0
"""Pixels within which a click takes the corner of a block instead."""

FILL = "nearest"
"""What stands on a new block where the photograph does not reach: the nearest colour of it."""

_FURTHEST = 500.0  # m; beyond, a pixel is more than anybody means
_LOWEST = 0.02  # m; a block that is flatter was not meant


def on_ground(camera: Camera, pixel: Pixel) -> Vec3:
    """Where the ray through ``pixel`` meets the ground.

    Raises:
        InputError: it does not, or too far away to be meant.
    """
    ray = rays(camera, np.array(pixel))
    reach = -camera.position[2] / ray[2] if ray[2] < 0.0 else math.inf
    if not reach * float(np.linalg.norm(ray)) < _FURTHEST:
        raise InputError("this point is not on the ground; click below the horizon")
    x, y, _ = np.array(camera.position) + reach * ray
    return float(x), float(y), 0.0


def height_at(camera: Camera, foot: Vec3, pixel: Pixel) -> float:
    """How high above ``foot`` the upright through it comes nearest to the ray through ``pixel``, in m.

    Raises:
        InputError: that is not above the ground.
    """
    ray = rays(camera, np.array(pixel))
    away = np.array(camera.position) - np.array(foot)
    # Least distance between the ray e + s d and the upright p + h z, with both solved for at once.
    level = float(ray[0] ** 2 + ray[1] ** 2)
    along = -float(away[0] * ray[0] + away[1] * ray[1]) / max(level, 1e-12)
    height = float(away[2] + along * ray[2])
    if not height > _LOWEST or along <= 0.0:
        raise InputError("the top is not above the ground; move the mouse upwards")
    return height


def corner_near(camera: Camera, corners: Iterable[Vec3], pixel: Pixel) -> Vec3 | None:
    """The corner that shows within `SNAP` pixels of ``pixel``, the nearest in the picture; None: there is none."""
    points = np.array(list(corners))
    if not len(points):
        return None
    distances = np.nan_to_num(np.linalg.norm(to_pixels(camera, points) - np.array(pixel), axis=1), nan=np.inf)
    at = int(np.argmin(distances))
    return vec3(points[at]) if distances[at] <= SNAP else None


def pick(camera: Camera, faces: Mapping[str, Sequence[Face]], pixel: Pixel) -> str | None:
    """The name of what ``pixel`` shows first, of the faces that are wholly before the camera; None: nothing."""
    best, found = math.inf, None
    eye, ray = np.array(camera.position), rays(camera, np.array(pixel))
    for name, face in ((name, face) for name, each in faces.items() for face in each):
        outline, normal = to_pixels(camera, np.array(face)), geometry.normal_of(face)
        if np.any(np.isnan(outline)) or not _inside(outline, pixel) or abs(float(ray @ normal)) < 1e-9:
            continue
        reach = float((np.array(face[0]) - eye) @ normal) / float(ray @ normal)
        if 0.0 < reach < best:
            best, found = reach, name
    return found


def _inside(outline: Array, pixel: Pixel) -> bool:
    """Whether a point lies within a polygon ``(N, 2)``, by how often a level line from it crosses the edges."""
    u, v = (outline - np.array(pixel)).T
    next_u, next_v = np.roll(u, -1), np.roll(v, -1)
    crosses = (v > 0.0) != (next_v > 0.0)
    at = u - v * (next_u - u) / np.where(crosses, next_v - v, 1.0)
    return bool(np.count_nonzero(crosses & (at > 0.0)) % 2)


def ground(name: str, camera: Camera, a: Vec3, b: Vec3) -> Entry:
    """A level rectangle between two opposite corners, square to the camera.

    Raises:
        InputError: it has no area.
    """
    heading = hpr_of(camera)[0]
    right, ahead = _level_axes(heading)
    diagonal = np.array(b) - np.array(a)
    size = abs(float(diagonal @ right)), abs(float(diagonal @ ahead))
    _check_length(min(size))
    middle = 0.5 * (np.array(a) + np.array(b))
    return {
        "kind": "ground",
        "name": name,
        "position": rounded(middle),
        "size": rounded(size),
        "heading": round(heading, 3),
        "fill": FILL,
    }


def wall(name: str, camera: Camera, a: Vec3, b: Vec3, height: float) -> Entry:
    """An upright rectangle on the line from ``a`` to ``b``, its front to the camera.

    Raises:
        InputError: the points are the same.
    """
    _check_length(math.dist(a, b))
    left, right = _left_first(camera, a, b)
    return {
        "kind": "wall",
        "name": name,
        "start": rounded(left[:2]),
        "end": rounded(right[:2]),
        "span": rounded((0.0, height)),
        "collide": True,
        "fill": FILL,
    }


def box(name: str, camera: Camera, a: Vec3, b: Vec3, back: Vec3, height: float) -> Entry:
    """A box whose front runs from ``a`` to ``b`` and whose back lies at ``back``.

    Raises:
        InputError: it has no width or no depth.
    """
    _check_length(math.dist(a, b))
    left, right = (np.array(corner) for corner in _left_first(camera, a, b))
    along = (right - left) / np.linalg.norm(right - left)
    inward = np.array([-along[1], along[0], 0.0])
    depth = float((np.array(back) - left) @ inward)
    _check_length(abs(depth))
    middle = 0.5 * (left + right) + 0.5 * depth * inward
    return {
        "kind": "box",
        "name": name,
        "position": rounded(middle),
        "size": rounded((float(np.linalg.norm(right - left)), abs(depth), height)),
        "heading": round(math.degrees(math.atan2(along[1], along[0])), 3),
        "collide": True,
        "fill": FILL,
    }


def card(name: str, camera: Camera, a: Vec3, b: Vec3, height: float) -> Entry:
    """An upright rectangle that stands on the ground from ``a`` to ``b``.

    Raises:
        InputError: the points are the same.
    """
    _check_length(math.dist(a, b))
    left, right = (np.array(corner) for corner in _left_first(camera, a, b))
    return {
        "kind": "card",
        "name": name,
        "position": rounded(0.5 * (left + right)),
        "size": rounded((float(np.linalg.norm(right - left)), height)),
        "heading": round(math.degrees(math.atan2(right[1] - left[1], right[0] - left[0])), 3),
        "collide": True,
        "fill": FILL,
    }


def cut_out(name: str, camera: Camera, projector: str, foot: Vec3, outline: Sequence[Pixel], depth: float) -> Entry:
    """What ``outline`` shows of the projector's photograph, upright on ``foot``, facing the camera, ``depth`` m thick.

    Raises:
        InputError: the outline has fewer than three points, or crosses itself.
    """
    if len(outline) < 3:
        raise InputError("an outline needs three points or more; click around the shape")
    sight = np.array(foot) - np.array(camera.position)
    entry = {
        "kind": "card",
        "name": name,
        "traced_from": projector,
        "outline": [rounded(pixel, 1) for pixel in outline],
        "position": rounded(foot),
        "heading": round(math.degrees(math.atan2(-sight[0], sight[1])), 3),
        "depth": round(depth, 3),
        "collide": True,
        "fill": FILL,
    }
    try:
        geometry.triangulate(faces_of(entry, camera)[0])
    except ValueError as error:
        raise InputError(f"{error}; click its points in order around the shape") from error
    return entry


def faces_of(entry: Entry, camera: Camera) -> tuple[Face, ...]:
    """The faces of an entry as the game builds them; ``camera`` is that of the projector it is traced from, if it is.

    Raises:
        InputError: an outline does not meet its card's plane.
    """
    name, heading = entry["name"], entry.get("heading", 0.0)
    if entry["kind"] == "wall":
        return geometry.wall(name, entry["start"], entry["end"], entry["span"], False).faces
    position = entry["position"]
    if entry["kind"] == "ground":
        return geometry.ground(name, position, entry["size"], heading, False).faces
    if entry["kind"] == "box":
        return geometry.box(name, position, entry["size"], heading, False).faces
    if "outline" not in entry:
        return geometry.card(name, position, entry["size"], heading, False).faces
    outline = np.array(entry["outline"])
    traced = geometry.traced_card(name, camera, outline, position, heading, entry.get("depth", 0.0), False)
    if traced is None:
        raise InputError("the outline does not meet the card's plane; click its foot where it stands on the ground")
    return traced.faces


def free_name(kind: str, taken: Iterable[str]) -> str:
    """``kind 1``, or the first number that is free."""
    names = set(taken)
    return next(name for name in (f"{kind} {i}" for i in range(1, len(names) + 2)) if name not in names)


def _left_first(camera: Camera, a: Vec3, b: Vec3) -> tuple[Vec3, Vec3]:
    """The two in the order in which the camera sees them, from left to right."""
    eye = np.array(camera.position)
    to_a, to_b = np.array(a) - eye, np.array(b) - eye
    return (a, b) if to_a[0] * to_b[1] - to_a[1] * to_b[0] <= 0.0 else (b, a)


def _level_axes(heading: float) -> tuple[Array, Array]:
    c, s = math.cos(math.radians(heading)), math.sin(math.radians(heading))
    return np.array([c, s, 0.0]), np.array([-s, c, 0.0])


def _check_length(length: float) -> None:
    if length < _LOWEST:
        raise InputError("these points lie on one spot; click them further apart")
