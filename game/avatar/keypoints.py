"""People in photographs: where their joints and faces are, by MediaPipe's pose model. The one place that imports it.

It is part of the optional extra with which persons are made. The network looks at 256 x 256 pixels, whatever it gets;
so the face, which is small in a picture of a whole body, is looked at a second time, close up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from game.environment.exif import focal_from_exif
from game.environment.pictures import read_photograph
from models.errors import InputError
from models.paths import ASSETS
from models.rotations import Array

NOSE, EYES, EARS, MOUTH, SHOULDERS = 0, (2, 5), (7, 8), (9, 10), (11, 12)
ELBOWS, WRISTS, HIPS, KNEES, ANKLES, HEELS, TOES = (13, 14), (15, 16), (23, 24), (25, 26), (27, 28), (29, 30), (31, 32)
"""Numbers of BlazePose's points, left before right: the person's own left."""

_MODEL = ASSETS / "pose" / "pose_landmarker.task"
_LARGEST = 2560  # pixels on the longer side: about one a millimetre on a whole person, more than the skin keeps
_USUAL = 26.0 / 43.27  # focal length of a telephone's main camera, of the picture's diagonal
_FACE = slice(0, 11)
_CLOSE_UP = 3.5  # times the distance of the ears, or of eyes and shoulders, that the second look is wide
_SURE = 0.5
_SAME = 0.3  # of their common area: two findings are one person


@dataclass(frozen=True)
class Sighting:
    """One person in one photograph, upright.

    pixels (H, W, 3) sRGB; focal length in pixels; points (33, 2) in pixels, (0, 0) is the top left corner; seen (33,):
    how sure it is that a point can be seen, 0 … 1; space (33, 3): roughly where the points are, m, x to the right of
    the picture, y down, z away; mask (H, W): how much of each pixel is the person, 0 … 1. notes: what was changed or
    assumed.
    """

    path: Path
    pixels: NDArray[np.uint8]
    focal: float
    points: Array
    seen: Array
    space: Array
    mask: NDArray[np.float32]
    notes: tuple[str, ...]

    @property
    def height(self) -> float:
        """Pixels from the middle of the face to the ankles."""
        return float(np.linalg.norm(self.points[list(ANKLES)].mean(axis=0) - self.points[NOSE]))

    @property
    def across(self) -> Array:
        """Direction ``(3,)`` from the person's right to their left, as `space`."""
        way = sum(self.space[left] - self.space[right] for left, right in (HIPS, SHOULDERS))
        return np.asarray(way / np.maximum(np.linalg.norm(way), 1e-9))


def sight(path: Path) -> Sighting:
    """Find the one person in a photograph, from head to feet.

    Raises:
        InputError: the file is no usable photograph, shows nobody, more than one, or only a part of somebody;
            or MediaPipe is not installed.
    """
    photograph = read_photograph(path)
    picture = Image.fromarray(photograph.pixels).convert("RGB")
    picture.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
    notes = [photograph.note] if photograph.note else []
    focal = focal_from_exif(path, picture.size)
    if focal is None:
        focal = _USUAL * float(np.hypot(*picture.size))
        notes.append(f"{path}: does not tell its focal length; 26 mm (35 mm film) is assumed")
    pixels = np.ascontiguousarray(picture)
    with _landmarker() as look:
        people = _distinct(look(pixels))
        if not people:
            raise InputError(f"{path}: nobody is found in it; photograph one person from head to feet, in good light")
        if len(people) > 1:
            raise InputError(f"{path}: more than one person is found in it; cut the picture to the one who is meant")
        points, seen, space, mask = people[0]
        _check_whole(path, points, seen, picture.size)
        points = _with_face(look, pixels, points)
    return Sighting(path, pixels, focal, points, seen, space, mask, tuple(notes))


Found = tuple[Array, Array, Array, NDArray[np.float32]]


@contextmanager
def _landmarker() -> Iterator[Any]:
    """A function: picture -> who is in it."""
    try:
        with _hushed():
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision
    except ImportError as error:
        raise InputError(
            f"what finds people is not installed ({error}); install it with: pip install -e '.[fit]'"
        ) from error
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(_MODEL)), num_poses=3, output_segmentation_masks=True
    )

    def look(pixels: NDArray[np.uint8]) -> list[Found]:
        size = np.array([pixels.shape[1], pixels.shape[0]])
        with _hushed():
            seen = landmarker.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels))
        return [
            (
                np.array([[point.x, point.y] for point in flat]) * size,
                np.array([point.visibility for point in flat]),
                np.array([[point.x, point.y, point.z] for point in solid]),
                np.squeeze(mask.numpy_view()).copy(),
            )
            for flat, solid, mask in zip(
                seen.pose_landmarks, seen.pose_world_landmarks, seen.segmentation_masks or (), strict=True
            )
        ]

    with _hushed():
        landmarker = vision.PoseLandmarker.create_from_options(options)
    try:
        yield look
    finally:
        landmarker.close()


@contextmanager
def _hushed() -> Iterator[None]:
    """The library's C++ part writes pages of notes to the terminal; its errors come as exceptions."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _distinct(people: list[Found]) -> list[Found]:
    """Each person once: a large picture of one can be found twice, a little apart."""
    kept: list[Found] = []
    for person in people:
        if all(_overlap(person[0], other[0]) < _SAME for other in kept):
            kept.append(person)
    return kept


def _overlap(a: Array, b: Array) -> float:
    """Common area of the frames of two sets of points, of the area that they cover together."""
    low, high = np.maximum(a.min(axis=0), b.min(axis=0)), np.minimum(a.max(axis=0), b.max(axis=0))
    common = float(np.prod(np.maximum(high - low, 0.0)))
    return common / (float(np.prod(np.ptp(a, axis=0)) + np.prod(np.ptp(b, axis=0))) - common)


def _check_whole(path: Path, points: Array, seen: Array, size: tuple[int, int]) -> None:
    for name, numbers in (("head", (NOSE, *EARS)), ("feet", (*ANKLES, *HEELS, *TOES))):
        inside = np.all((points[list(numbers)] >= 0.0) & (points[list(numbers)] <= size), axis=1)
        if not (inside & (seen[list(numbers)] > _SURE)).any():
            raise InputError(f"{path}: the {name} cannot be seen; photograph the whole person, from head to feet")


def _with_face(look: Any, pixels: NDArray[np.uint8], points: Array) -> Array:
    """The points with those of the face from a picture of head and shoulders, if the face is found there."""
    middle = points[_FACE].mean(axis=0)
    head = max(float(np.ptp(points[_FACE], axis=0).max()), float(points[list(SHOULDERS), 1].mean() - middle[1]) / 1.5)
    low = np.maximum(np.floor(middle - 0.5 * _CLOSE_UP * head), 0).astype(int)
    high = np.minimum(np.ceil(middle + 0.5 * _CLOSE_UP * head), pixels.shape[1::-1]).astype(int)
    if (high - low).min() < 64:
        return points
    close = look(np.ascontiguousarray(pixels[low[1] : high[1], low[0] : high[0]]))
    found = [person[0][_FACE] + low for person in close]
    near = [face for face in found if np.linalg.norm(face.mean(axis=0) - middle) < 0.5 * head]
    return np.concatenate((near[0], points[11:])) if near else points
