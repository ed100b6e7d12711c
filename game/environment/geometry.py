"""Rough geometry to project on: grounds, walls, boxes and cards as planar faces, and the triangles that draw them."""

from __future__ import annotations

import math

import numpy as np

from game.environment.description import Block, Face, Surface
from game.environment.optics import Camera, Vec3, rays, vec3
from models.rotations import Array

_THIN = 0.1  # m; bodies run into walls and cards as plates of this thickness
_GRAZING = 1e-6
_NOTHING = 1e-12  # m²


def ground(name: str, position: Vec3, size: tuple[float, float], heading: float, collide: bool) -> Surface:
    """A level rectangle about ``position``; bodies feel it as a slab below."""
    right, forward = _level_axes(heading)
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    face = tuple(vec3(np.array(position) + a * size[0] * right + b * size[1] * forward) for a, b in corners)
    centre = (position[0], position[1], position[2] - 0.5 * _THIN)
    block = Block(centre, (0.5 * size[0], 0.5 * size[1], 0.5 * _THIN), heading)
    return Surface(name, "ground", (face,), block if collide else None)


def wall(
    name: str, start: tuple[float, float], end: tuple[float, float], span: tuple[float, float], collide: bool
) -> Surface:
    """An upright rectangle from ``start`` to ``end`` (x, y), ``span`` = bottom and top; start is left seen from the
    front."""
    bottom, top = span
    face = ((*start, bottom), (*end, bottom), (*end, top), (*start, top))
    return Surface(name, "wall", (face,), _plate((face,)) if collide else None)


def box(name: str, position: Vec3, size: Vec3, heading: float, collide: bool) -> Surface:
    """A box that stands on ``position``."""
    right, forward = _level_axes(heading)
    base = np.array(position)
    ring = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    low = [base + a * size[0] * right + b * size[1] * forward for a, b in ring]
    high = [corner + np.array([0.0, 0.0, size[2]]) for corner in low]
    block = Block(
        (position[0], position[1], position[2] + 0.5 * size[2]),
        (0.5 * size[0], 0.5 * size[1], 0.5 * size[2]),
        heading,
    )
    return Surface(name, "box", _prism(high, low), block if collide else None)


def card(name: str, position: Vec3, size: tuple[float, float], heading: float, collide: bool) -> Surface:
    """An upright rectangle whose lower edge has its middle at ``position``; who looks along heading sees its front."""
    right, _ = _level_axes(heading)
    base, up = np.array(position), np.array([0.0, 0.0, size[1]])
    left, end = base - 0.5 * size[0] * right, base + 0.5 * size[0] * right
    face = (vec3(left), vec3(end), vec3(end + up), vec3(left + up))
    return Surface(name, "card", (face,), _plate((face,)) if collide else None)


def traced_card(
    name: str, camera: Camera, outline: Array, position: Vec3, heading: float, depth: float, collide: bool
) -> Surface | None:
    """What ``outline`` (N, 2) pixels of a photograph show, set upright through ``position``; ``depth`` m thick.

    It narrows towards its back along the lines of sight, so that the camera sees its front only. None if a line of
    sight does not meet its plane.
    """
    _, normal = _level_axes(heading)
    directions = rays(camera, _counter_clockwise(outline))
    eye = np.array(camera.position)
    slope = directions @ normal
    distance = float((np.array(position) - eye) @ normal)
    if np.any(slope < _GRAZING) or distance <= 0.0:
        return None
    front = eye + directions * (distance / slope)[:, None]
    if depth == 0.0:
        faces: tuple[Face, ...] = (tuple(vec3(corner) for corner in front),)
    else:
        back = eye + directions * ((distance + depth) / slope)[:, None]
        faces = _prism(list(front), list(back))
    return Surface(name, "card", faces, _plate(faces) if collide else None)


def triangulate(face: Face) -> list[tuple[int, int, int]]:
    """Ear clipping: a simple planar polygon, counter-clockwise about its normal -> index triples.

    Raises:
        ValueError: the polygon crosses itself or has no area.
    """
    if not np.any(_newell(face)):
        raise ValueError("the outline crosses itself or has no area")
    flat = _flatten(face)
    if _crosses_itself(flat):
        raise ValueError("the outline crosses itself")
    left = list(range(len(face)))
    triangles = []
    while len(left) > 3:
        ear = next((k for k in range(len(left)) if _is_ear(flat, left, k)), None)
        if ear is None:
            raise ValueError("the outline has no area")
        triangles.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    return [*triangles, (left[0], left[1], left[2])]


def normal_of(face: Face) -> Array:
    """Unit normal ``(3,)`` by Newell's method, towards who sees the face counter-clockwise."""
    total = _newell(face)
    return np.asarray(total / np.linalg.norm(total))


def _newell(face: Face) -> Array:
    """Twice the area of a polygon along its normal ``(3,)``; the parts of one that crosses itself may cancel."""
    x, y, z = (np.array(face) - np.array(face[0])).T
    u, v, w = (np.roll(axis, -1) for axis in (x, y, z))
    total = np.array([np.sum(y * w - z * v), np.sum(z * u - x * w), np.sum(x * v - y * u)])
    return np.where(np.abs(total) > _NOTHING, total, 0.0)


def lies_on(face: Face, point: Array) -> bool:
    """Whether ``point`` (3,) is on a convex level face (to a tenth of a millimetre in height)."""
    corners = np.array(face)
    turns = [_turn(corners[i - 1], corners[i], point) for i in range(len(corners))]
    return bool(abs(corners[0, 2] - point[2]) < 1e-4 and min(turns) >= 0.0)


def _level_axes(heading: float) -> tuple[Array, Array]:
    c, s = math.cos(math.radians(heading)), math.sin(math.radians(heading))
    return np.array([c, s, 0.0]), np.array([-s, c, 0.0])


def _prism(front: list[Array], back: list[Array]) -> tuple[Face, ...]:
    sides = []
    for i in range(len(front)):
        j = (i + 1) % len(front)
        sides.append(tuple(vec3(corner) for corner in (front[i], back[i], back[j], front[j])))
    lid = tuple(vec3(corner) for corner in front)
    bottom = tuple(vec3(corner) for corner in reversed(back))
    return (lid, *sides, bottom)


def _plate(faces: tuple[Face, ...]) -> Block:
    points = np.array([corner for face in faces for corner in face])
    normal = normal_of(faces[0])
    heading = math.degrees(math.atan2(normal[0], -normal[1]))
    axes = np.array([*_level_axes(heading), np.array([0.0, 0.0, 1.0])])
    local = points @ axes.T
    low, high = local.min(axis=0), local.max(axis=0)
    half = np.maximum(0.5 * (high - low), 0.5 * _THIN)
    return Block(vec3((0.5 * (low + high)) @ axes), vec3(half), heading)


def _counter_clockwise(outline: Array) -> Array:
    u, v = outline.T
    area = np.sum(u * np.roll(v, -1) - v * np.roll(u, -1))
    return outline[::-1] if area > 0.0 else outline  # v points down, so a positive area turns clockwise


def _flatten(face: Face) -> Array:
    normal = normal_of(face)
    right = np.cross(np.eye(3)[int(np.argmin(np.abs(normal)))], normal)
    right /= np.linalg.norm(right)
    return np.asarray(np.array(face) @ np.stack((right, np.cross(normal, right)), axis=1))


def _crosses_itself(flat: Array) -> bool:
    count = len(flat)
    for i in range(count):
        for j in range(i + 2, count - (i == 0)):
            a, b, c, d = flat[i], flat[(i + 1) % count], flat[j], flat[(j + 1) % count]
            if _turn(a, b, c) * _turn(a, b, d) < 0.0 and _turn(c, d, a) * _turn(c, d, b) < 0.0:
                return True
    return False


def _is_ear(flat: Array, left: list[int], k: int) -> bool:
    a, b, c = flat[left[k - 1]], flat[left[k]], flat[left[(k + 1) % len(left)]]
    if _turn(a, b, c) <= 0.0:
        return False
    others = [i for i in left if i not in (left[k - 1], left[k], left[(k + 1) % len(left)])]
    return not any(_turn(a, b, p) >= 0 and _turn(b, c, p) >= 0 and _turn(c, a, p) >= 0 for p in flat[others])


def _turn(a: Array, b: Array, c: Array) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
