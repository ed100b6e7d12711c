from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from game.environment.blockout import faces_of
from game.environment.geometry import normal_of
from game.environment.mesh_file import mesh_surface
from game.environment.model_import import Thing, geometry_of, load_things, moved, smallest_heading
from models.errors import InputError
from tests.game.environment.test_decompose import blocks
from tests.game.environment.test_matching import TRUE

OBJ = """
o Crate
v 1 0.5 0
v 2 0.5 0
v 2 2.5 0
v 1 2.5 0
v 1 0.5 -3
v 2 0.5 -3
v 2 2.5 -3
v 1 2.5 -3
f 1 2 3 4
f 5 8 7 6
f 4 3 7 8
o Floor
v -5 0 -5
v 5 0 -5
v 5 0 5
v -5 0 5
f 9 10 11 12
"""


def entity(label: str, shape: str, **values: Any) -> dict[str, Any]:
    return {"semanticLabel_META": label, "locatable_META": values["place"], shape: values["bounds"]}


def place(position: tuple[float, float, float], q: tuple[float, float, float, float]) -> dict[str, Any]:
    return {
        "position": dict(zip("xyz", position, strict=True)),
        "orientation": dict(zip("xyzw", q, strict=True)),
    }


HALF = math.sqrt(0.5)
SCAN = {
    "spatialEntities": [
        entity(
            "FLOOR",
            "bounded2D_META",
            place=place((0.0, 0.0, 0.0), (HALF, 0.0, 0.0, HALF)),
            bounds={"offset": {"x": -2.0, "y": -3.0}, "extent": {"width": 4.0, "height": 6.0}},
        ),
        entity(
            "WALL_FACE",
            "bounded2D_META",
            place=place((0.0, 1.5, -3.0), (0.0, 0.0, 0.0, 1.0)),
            bounds={"offset": {"x": -2.0, "y": -1.5}, "extent": {"width": 4.0, "height": 3.0}},
        ),
        entity(
            "TABLE",
            "bounded3D_META",
            place=place((1.0, 0.8, 0.5), (-HALF, 0.0, 0.0, HALF)),
            bounds={
                "offset": {"x": -0.6, "y": -0.4, "z": -0.8},
                "extent": {"width": 1.2, "height": 0.8, "depth": 0.8},
            },
        ),
        entity(
            "TABLE",
            "bounded2D_META",
            place=place((1.0, 0.8, 0.5), (-HALF, 0.0, 0.0, HALF)),
            bounds={"offset": {"x": -0.6, "y": -0.4}, "extent": {"width": 1.2, "height": 0.8}},
        ),
    ]
}


def test_an_obj_becomes_a_box_and_a_ground_with_z_up(tmp_path: Path) -> None:
    (tmp_path / "set.obj").write_text(OBJ)
    entries = {each.entry["name"]: each.entry for each in geometry_of(load_things(tmp_path / "set.obj"))}
    crate, floor = entries["Crate"], entries["Floor"]
    assert (crate["kind"], floor["kind"]) == ("box", "ground")
    np.testing.assert_allclose(crate["position"], (1.5, 1.5, 0.5), atol=1e-3)
    assert sorted(crate["size"]) == pytest.approx([1.0, 2.0, 3.0], abs=0.01)
    np.testing.assert_allclose(floor["size"], (10.0, 10.0), atol=0.01)


def test_a_room_scan_becomes_floor_wall_and_table(tmp_path: Path) -> None:
    (tmp_path / "room.json").write_text(json.dumps(SCAN))
    floor, wall, table = (each.entry for each in geometry_of(load_things(tmp_path / "room.json")))
    assert (floor["kind"], wall["kind"], table["kind"]) == ("ground", "wall", "box")
    assert sorted(floor["size"]) == pytest.approx([4.0, 6.0], abs=0.01)
    np.testing.assert_allclose(wall["span"], (0.0, 3.0), atol=1e-3)
    (face,) = faces_of(wall, TRUE)
    np.testing.assert_allclose(normal_of(face), (0.0, -1.0, 0.0), atol=1e-3)  # into the room
    np.testing.assert_allclose(table["position"], (1.0, -0.5, 0.0), atol=1e-3)
    assert sorted(table["size"]) == pytest.approx([0.8, 0.8, 1.2], abs=0.01)


@pytest.mark.parametrize("heading", [0.0, 12.34, 45.0, 89.0])
def test_the_smallest_rectangle_is_turned_as_the_thing_is(heading: float) -> None:
    c, s = math.cos(math.radians(heading)), math.sin(math.radians(heading))
    corners = np.array([(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (0.0, 1.0), (1.0, 0.5)]) @ np.array([[c, s], [-s, c]])
    assert smallest_heading(corners) == pytest.approx(heading, abs=0.01)


def test_things_can_be_moved_and_names_are_given_once() -> None:
    cube = np.array([(x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
    things = moved([Thing("cube", cube), Thing("cube", cube + 2.0)], (5.0, 0.0), 90.0)
    first, second = (each.entry for each in geometry_of(things))
    assert (first["name"], second["name"]) == ("cube", "cube 2")
    np.testing.assert_allclose(first["position"], (4.5, 0.5, 0.0), atol=1e-3)
    np.testing.assert_allclose(second["position"], (2.5, 2.5, 2.0), atol=1e-3)


def test_what_is_no_block_keeps_its_form() -> None:
    steps = blocks(*(((0.0, 1.0), (0.3 * i, 1.5), (0.2 * i, 0.2 * i + 0.2)) for i in range(5)))
    crate = blocks(((0.0, 1.0), (0.0, 2.0), (0.0, 0.5)))
    stairs, same, block = geometry_of(moved([Thing("Steps", *steps)] * 2 + [Thing("crate", *crate)], (4.0, 1.0), 30.0))
    assert [each.entry["kind"] for each in (stairs, same, block)] == ["mesh", "mesh", "box"]
    assert (stairs.entry["file"], same.entry["file"]) == ("meshes/steps.json", "meshes/steps_2.json")
    assert stairs.mesh is not None
    assert len(stairs.mesh.hulls) == 5
    surface = mesh_surface("steps", stairs.mesh, stairs.entry["position"], 0.0, True)
    corners = np.array([corner for face in surface.faces for corner in face])
    np.testing.assert_allclose(corners.min(axis=0), stairs.corners.min(axis=0), atol=1e-3)
    np.testing.assert_allclose(corners.max(axis=0), stairs.corners.max(axis=0), atol=1e-3)


def test_a_wall_with_an_opening_is_no_block() -> None:
    frame = blocks(((0.0, 1.0), (0.0, 0.1), (0.0, 3.0)), ((1.8, 3.0), (0.0, 0.1), (0.0, 3.0)))
    lintel = blocks(((1.0, 1.8), (0.0, 0.1), (2.0, 3.0)))
    points, triangles = np.concatenate((frame[0], lintel[0])), np.concatenate((frame[1], lintel[1] + len(frame[0])))
    (wall,) = geometry_of([Thing("wall", points, triangles)])
    assert wall.mesh is not None
    (whole,) = geometry_of([Thing("wall", *blocks(((0.0, 3.0), (0.0, 0.1), (0.0, 3.0))))])
    assert whole.mesh is None


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("lost.glb", None, "no such file"),
        ("set.fbx", b"x", "export it as .glb"),
        ("bad.glb", b"glTF\x02\x00", "cannot be read"),
        ("bad.obj", b"\xff\xfe" * 99, "no geometry in here"),
        ("bad.json", b"{", "not JSON"),
        ("bad.json", b"[]", "no room scan"),
        ("bad.json", b'{"spatialEntities": [{"bounded3D_META": {}}]}', "'locatable_META' is missing"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, data: bytes | None, said: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=said):
        load_things(tmp_path / name)
