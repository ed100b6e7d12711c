"""Finding the camera that took a photograph from lines that run along the place's axes, and one known length.

Lines that are parallel in the world meet in the picture, in their vanishing point. Two such points fix the focal length
and how the camera is turned (Caprile and Torre 1990: two directions at a right angle), a third one the principal point;
straight edges that come out bent tell the lens's distortion. All of it is found at once, as the least squares over the
distances in pixels between the points that were drawn and the lines through their middle and the vanishing point.

Axes as in the game: Z up; X and Y are wherever the lines run, turned so that X goes to the right or Y away.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from game.environment.drawing import AXES, Drawing, Length, Pixel
from game.environment.optics import Camera, Vec3, rays, undistort, vec3
from models import rotations
from models.errors import InputError
from models.rotations import Array

EYE = 1.6
"""Height in m of a photographer's camera where nothing tells it."""

_STARTS = (0.6, 1.2, 2.5, 5.0)  # focal lengths to start from where no right angle gives one, of the picture's width
_DRAWN = 0.5  # px; nobody draws finer than this, however well few lines agree
_LOOSE = 0.35  # relative standard deviation of the focal length above which it counts as not found
_TURNED = 0.2  # rad, the same for the camera's rotation
_OUTLIER = 2.0  # px; residuals beyond count linearly only
_ABOVE = 1e-3  # a ray must point down by this much of its length to meet the ground


@dataclass(frozen=True)
class Match:
    """A camera that was found.

    error: root mean square in pixels over all points of all lines; errors: the same for each line; focal_error:
    standard deviation of the focal length in pixels, 0 if it was given. None and empty where there were no lines.
    """

    camera: Camera
    error: float | None = None
    errors: tuple[float, ...] = ()
    focal_error: float | None = None


def match(drawing: Drawing, size: tuple[int, int], near: Camera | None = None) -> Match:
    """The camera of a photograph of ``size`` pixels; ``near``, where it is known roughly, makes that faster.

    Raises:
        InputError: the lines or the length do not fix it; the sentence says what to draw.
    """
    if drawing.focal is not None and drawing.focal <= 0.0:
        raise InputError("the focal length is zero; give one above 0, or leave it out to find it from the lines")
    _check_axes(drawing)
    lines = _gather(drawing)
    best, cost, spread = None, np.inf, np.zeros(0)
    for start in _starts(drawing, size, near):
        guess, its_cost, its_spread = _refine(start, drawing, lines)
        if its_cost < cost:
            best, cost, spread = guess, its_cost, its_spread
    if best is None:
        raise InputError("these lines fit no camera; check which axis each of them runs along")
    _check_spread(drawing, spread)
    focal_error = 0.0 if drawing.focal else float(spread[3]) * best.focal
    return Match(_stand(best, drawing), _rms(_residuals(best, lines)), errors_of(best, drawing), focal_error)


def errors_of(camera: Camera, drawing: Drawing) -> tuple[float, ...]:
    """How far, rms in pixels, the points of each line lie from where they should be for ``camera``."""
    lines = _gather(drawing)
    return tuple(_rms(part) for part in np.split(_residuals(camera, lines), lines.first[1:]))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


@dataclass(frozen=True)
class _Lines:
    """All points of all lines, ``(N, 2)``; for each line its first point, how many it has and which axis it follows."""

    points: Array
    first: NDArray[np.intp]
    count: NDArray[np.intp]
    axis: NDArray[np.intp]


def _gather(drawing: Drawing) -> _Lines:
    count = np.array([len(line.points) for line in drawing.lines])
    points = np.array([point for line in drawing.lines for point in line.points])
    axis = np.array([AXES.index(line.axis) for line in drawing.lines])
    return _Lines(points, np.cumsum(count) - count, count, axis)


def _check_axes(drawing: Drawing) -> None:
    counts = {axis: sum(line.axis == axis for line in drawing.lines) for axis in AXES}
    if sum(count >= 2 for count in counts.values()) < 2:
        drawn = ", ".join(f"{count} along {axis}" for axis, count in counts.items())
        raise InputError(f"too few lines ({drawn}); draw two or more along each of two axes")
    if any(len(line.points) < 2 or np.ptp(np.array(line.points), axis=0).max() < 1.0 for line in drawing.lines):
        raise InputError("a line is only a point; draw it from one end to the other")


def _starts(drawing: Drawing, size: tuple[int, int], near: Camera | None) -> Iterator[Camera]:
    """Cameras near which the true one may be, by the lines' vanishing points and a few focal lengths."""
    if near is not None:
        focal, centre = drawing.focal or near.focal, drawing.principal_point or near.principal_point
        bent = near.distortion if "distortion" in drawing.fit else (0.0, 0.0)
        yield replace(near, position=(0.0, 0.0, 1.0), focal=focal, principal_point=centre, distortion=bent)
        return
    centre = drawing.principal_point or (0.5 * size[0], 0.5 * size[1])
    points = {axis: _vanishing_point(drawing, axis, centre, size) for axis in AXES}
    right_angles = _caprile(list(points.values()))
    focals = [drawing.focal] if drawing.focal else right_angles or [k * size[0] for k in _STARTS]
    for focal in focals:
        rays_to = {a: p / np.array([focal, 1.0, focal]) for a, p in points.items() if p is not None}
        for axes in _rotations({a: r / np.linalg.norm(r) for a, r in rays_to.items()}):
            yield Camera((0.0, 0.0, 1.0), _rows(axes), focal, size, centre)


def _vanishing_point(drawing: Drawing, axis: str, centre: Pixel, size: tuple[int, int]) -> Array | None:
    """Where the lines of ``axis`` meet, homogeneous right, forward, up ``(3,)``, px from the centre; None: no lines."""
    ends = [(np.array(line.points[0]), np.array(line.points[-1])) for line in drawing.lines if line.axis == axis]
    if len(ends) < 2:
        return None
    scale = float(max(size))
    rows = []
    for a, b in ends:
        first, last = (np.array([p[0] - centre[0], centre[1] - p[1], scale]) for p in (a, b))
        row = np.cross(first, last)
        rows.append(row / np.linalg.norm(row[:2]))
    u, v, w = np.linalg.svd(np.array(rows))[2][-1]
    return np.array([u, w / scale, v])


def _caprile(points: list[Array | None]) -> list[float]:
    """Focal lengths for which two vanishing points lie at a right angle, where there is one."""
    found = []
    for a, b in itertools.combinations([p for p in points if p is not None], 2):
        square = -(a[0] * b[0] + a[2] * b[2]) / (a[1] * b[1]) if a[1] * b[1] else -1.0
        if square > 0.0:
            found.append(float(np.sqrt(square)))
    return found


def _rotations(directions: dict[str, Array]) -> Iterator[Array]:
    """Axes as in `Camera` under which the world's axes look along the given directions, one way or the other.

    Z points up; of the two choices of X and Y that this leaves, the one in which X goes right and Y away, as far as may
    be.
    """
    names = list(directions)
    for signs in itertools.product((1.0, -1.0), repeat=len(names)):
        world = np.array([np.eye(3)[AXES.index(name)] for name in names])
        seen = np.array([sign * directions[name] for sign, name in zip(signs, names, strict=True)])
        u, _, vt = np.linalg.svd(seen.T @ world)  # Kabsch: the rotation that turns world into seen
        turn = u @ np.diag((1.0, 1.0, np.linalg.det(u @ vt))) @ vt
        agrees = np.sum(turn * (seen.T @ world)) > 0.6 * len(names)
        if turn[2, 2] > 0.0 and turn[0, 0] + turn[1, 1] >= 0.0 and agrees:
            yield np.asarray(turn)


def _refine(start: Camera, drawing: Drawing, lines: _Lines) -> tuple[Camera, float, Array]:
    """Least squares from ``start``: the camera, its cost, and standard deviations of rotation (3), log f, the rest."""
    free = [0, 1, 2] + ([] if drawing.focal else [3])
    free += [4, 5] if "principal_point" in drawing.fit else []
    free += [6] if "distortion" in drawing.fit else []

    def moved(values: Array) -> Camera:
        step = np.zeros(7)
        step[free] = values
        return _moved(start, step)

    found = least_squares(
        lambda values: _residuals(moved(values), lines),
        np.zeros(len(free)),
        loss="soft_l1",
        f_scale=_OUTLIER,
        max_nfev=40,
    )
    # A line's residuals add up to nothing, so each line has one less than it has points.
    freedom = max(1, len(lines.points) - len(lines.count) - len(free))
    noise = max(_DRAWN, float(np.sqrt(np.sum(found.fun**2) / freedom)))
    spread = np.zeros(7)
    spread[free] = noise * np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac + 1e-12 * np.eye(len(free)))))
    return moved(found.x), float(found.cost), spread


def _moved(start: Camera, step: Array) -> Camera:
    """A camera turned by ``step[:3]`` rad; the rest changes log f, the principal point (focal lengths) and k1."""
    turn = rotations.exp(step[:3])
    cx, cy = start.principal_point
    return replace(
        start,
        axes=_rows(rotations.rotate(turn, np.array(start.axes).T).T),
        # Bounded, so that lines without depth cannot send the search to infinity.
        focal=start.focal * float(np.exp(np.clip(step[3], -4.0, 4.0))),
        principal_point=(cx + start.focal * float(step[4]), cy + start.focal * float(step[5])),
        distortion=(start.distortion[0] + float(step[6]), start.distortion[1]),
    )


def _residuals(camera: Camera, lines: _Lines) -> Array:
    """Distances (px) of all points from the line through their line's middle and its vanishing point, ``(N,)``."""
    points = _straighten(camera, lines.points)
    middle = np.add.reduceat(points, lines.first) / lines.count[:, None]
    right, forward, up = np.array(camera.axes)[:, lines.axis]
    along = np.array(camera.principal_point) - middle
    towards = camera.focal * np.stack((right, -up), axis=-1) + along * forward[:, None]
    towards /= np.maximum(np.linalg.norm(towards, axis=-1, keepdims=True), 1e-9)
    way, off = np.repeat(towards, lines.count, axis=0), points - np.repeat(middle, lines.count, axis=0)
    return np.asarray(way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0])


def _straighten(camera: Camera, pixels: Array) -> Array:
    """Where a pinhole would show ``pixels`` ``(N, 2)``; beyond the reach of the lens's model they stay."""
    if not any(camera.distortion):
        return pixels
    centre = np.array(camera.principal_point)
    plane = (pixels - centre) / camera.focal
    ideal = undistort(camera, plane)
    return np.asarray(centre + camera.focal * np.where(np.isnan(ideal), plane, ideal))


def _check_spread(drawing: Drawing, spread: Array) -> None:
    if not drawing.focal and not spread[3] < _LOOSE:
        mend = "draw lines that converge more, or give the focal length"
        raise InputError(f"the lines are too nearly parallel in the picture to tell the focal length; {mend}")
    if not spread[:3].max() < _TURNED:
        raise InputError("the lines are too short or too alike to tell how the camera is turned; draw longer ones")


def _rows(axes: Array) -> tuple[Vec3, Vec3, Vec3]:
    return vec3(axes[0]), vec3(axes[1]), vec3(axes[2])


def _stand(camera: Camera, drawing: Drawing) -> Camera:
    """Give the camera its place: the height from the known length, the origin from where it was drawn."""
    height = drawing.height
    if height is None:
        height = height_from(drawing.length, camera) if drawing.length else EYE
    position = np.array((0.0, 0.0, height))
    if drawing.origin is not None:
        position[:2] -= height * _below(camera, drawing.origin, "the origin")[:2]
    return replace(camera, position=vec3(position))


def height_from(length: Length, camera: Camera) -> float:
    """How high above the ground (m) a camera is that sees ``length``; only how it is turned and its lens count.

    Raises:
        InputError: the length lies where there is no ground, or hangs below it.
    """
    foot = _below(camera, length.points[0], "the foot of the known length")
    if not length.upright:
        end = _below(camera, length.points[1], "the end of the known length")
        apart = float(np.linalg.norm(end - foot))
        if apart < 1e-6:
            raise InputError("the known length is only a point; draw it from one end to the other")
        return length.metres / apart
    # The ray to the top t meets the upright above the foot: t x (h foot + m z) = 0, as least squares over h.
    top = rays(camera, np.array(length.points[1]))
    across, along = np.cross(top, foot), np.cross(top, (0.0, 0.0, length.metres))
    height = -float(along @ across) / max(float(across @ across), 1e-12)
    if height <= 0.0:
        raise InputError("the top of the known length lies below its foot; draw it from the ground upwards")
    return height


def _below(camera: Camera, pixel: Pixel, what: str) -> Array:
    """Where the ray through ``pixel`` meets the ground one metre below the camera, from the camera."""
    ray = rays(camera, np.array(pixel))
    if not ray[2] < -_ABOVE * np.linalg.norm(ray):
        raise InputError(f"{what} lies on or above the horizon; put it on the ground")
    return np.asarray(ray / -ray[2])
