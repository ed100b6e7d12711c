from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from game.environment.mesh_file import Mesh, load_mesh, mesh_surface, rounded_mesh, save_mesh
from models.errors import InputError

POINTS = np.array([(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)])
SIDES = np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)])
CORNER = Mesh(POINTS, SIDES, (POINTS,))


def test_a_mesh_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    save_mesh(tmp_path / "meshes" / "corner.json", CORNER)
    found = load_mesh(tmp_path / "meshes" / "corner.json")
    np.testing.assert_array_equal(found.points, POINTS)
    np.testing.assert_array_equal(found.triangles, SIDES)
    np.testing.assert_array_equal(found.hulls, [POINTS])


def test_triangles_that_rounding_makes_lines_are_gone() -> None:
    points = np.concatenate((POINTS, [(1.00001, 0.0, 0.0)]))
    assert len(rounded_mesh(points, np.concatenate((SIDES, [(0, 1, 4)])), [POINTS]).triangles) == 4


def test_a_mesh_is_turned_and_put_on_its_foot() -> None:
    surface = mesh_surface("corner", CORNER, (2.0, 3.0, 0.5), 90.0, True)
    np.testing.assert_allclose(surface.faces[1], [(2.0, 3.0, 0.5), (2.0, 4.0, 0.5), (2.0, 3.0, 1.5)], atol=1e-12)
    np.testing.assert_allclose(surface.hulls[0][2], (1.0, 3.0, 0.5), atol=1e-12)
    assert mesh_surface("corner", CORNER, (0.0, 0.0, 0.0), 0.0, False).hulls == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": 2}, "of another kind or version"),
        ({"points": [[0, 0]]}, "rows of 3 numbers"),
        ({"triangles": []}, "0 triangles"),
        ({"triangles": [[0, 1, 9]]}, "points that are not there"),
        ({"triangles": [[0, 1, 1e300]]}, "points that are not there"),
        ({"triangles": [[0, 1, 0.5]]}, "broken numbers"),
        ({"triangles": [[0, 1, 1]]}, "no area"),
        ({"hulls": [{"points": [[0, 0, 0]]}]}, "a hull has 4"),
        ({"hulls": [{"points": POINTS.tolist()}] * 99}, "more than 64 hulls"),
        ({"colour": 1}, "unknown key 'colour'"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    path = tmp_path / "corner.json"
    save_mesh(path, CORNER)
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    with pytest.raises(InputError, match=said):
        load_mesh(path)


@pytest.mark.parametrize("data", [None, b"{", b"[]", b"\xff\xfe"])
def test_what_is_no_mesh_is_told(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "corner.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError, match=r"corner\.json"):
        load_mesh(path)
