from __future__ import annotations

import numpy as np
import pytest

from game.environment.atlas import room_for, split, unwrap
from game.environment.geometry import box, ground, lies_on, wall
from game.environment.optics import Camera, axes_of
from models.errors import InputError

CAMERA = Camera((0.0, -5.0, 1.5), axes_of(0.0, 0.0, 0.0), 300.0, (320, 240), (160.0, 120.0))
SIZE = 256


def test_faces_lie_side_by_side_in_the_picture() -> None:
    faces = [
        *ground("floor", (0.0, 0.0, 0.0), (8.0, 12.0), 20.0, False).faces,
        *wall("end", (-8.0, 5.0), (8.0, 5.0), (0.0, 6.0), False).faces,
        *box("block", (1.0, 2.0, 0.0), (1.0, 0.6, 2.0), 30.0, False).faces,
    ]
    taken = np.zeros((SIZE, SIZE), int)
    for face, coordinates in zip(faces, unwrap(faces, [CAMERA], SIZE), strict=True):
        assert coordinates.shape == (len(face), 2)
        low, high = coordinates.min(axis=0) * SIZE, coordinates.max(axis=0) * SIZE
        assert low.min() >= 0.0
        assert high.max() <= SIZE
        taken[int(low[1]) : int(np.ceil(high[1])), int(low[0]) : int(np.ceil(high[0]))] += 1
    assert taken.max() == 1
    assert taken.mean() > 0.3  # the picture is put to use


def test_many_faces_need_a_larger_picture() -> None:
    face = wall("end", (-1.0, 5.0), (1.0, 5.0), (0.5, 2.5), False).faces[0]
    with pytest.raises(InputError, match="100 faces find no room"):
        unwrap([face] * 100, [CAMERA], 32)
    assert room_for(100, 32) == 128
    coordinates = np.concatenate(unwrap([face] * 100, [CAMERA], 128))
    assert coordinates.min() >= 0.0
    assert coordinates.max() <= 1.0


def test_what_photographs_show_larger_gets_more_texels() -> None:
    near = wall("near", (-0.5, 0.0), (0.5, 0.0), (1.0, 2.0), False).faces[0]
    far = wall("far", (-0.5, 45.0), (0.5, 45.0), (1.0, 2.0), False).faces[0]
    near_at, far_at = unwrap([near, far], [CAMERA], SIZE)
    assert np.ptp(near_at[:, 0]) > 5.0 * np.ptp(far_at[:, 0])


def test_a_ground_is_split_where_it_comes_near() -> None:
    (floor,) = ground("floor", (0.0, 20.0, 0.0), (30.0, 60.0), 0.0, False).faces
    parts = split(floor, [CAMERA])

    def area(face: tuple[tuple[float, float, float], ...]) -> float:
        a, b, _, d = (np.array(corner) for corner in face)
        return float(np.linalg.norm(np.cross(b - a, d - a)))

    assert sum(area(part) for part in parts) == np.float64(30.0 * 60.0)
    near, far = (next(part for part in parts if lies_on(part, np.array([0.1, y, 0.0]))) for y in (3.0, 40.0))
    assert area(near) < area(far)
