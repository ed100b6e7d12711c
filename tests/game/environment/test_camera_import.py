"""One camera, written as other programs write it, comes back; damaged files are told in one sentence."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from game.environment.calibration import load_calibration
from game.environment.camera_matrix import Y_UP_TO_Z_UP
from game.environment.exif import focal_from_exif
from game.environment.fspy import load_fspy, scaled
from game.environment.gltf_camera import load_gltf_camera
from game.environment.optics import Camera, axes_of, to_pixels
from models import rotations
from models.coords import matrix_to_wxyz, wxyz_to_xyzw
from models.errors import InputError
from tests.game.environment.test_matching import seen

SIZE = (1600, 1000)
TRUE = Camera((2.0, -6.0, 1.7), axes_of(28.0, -6.0, 1.5), 1450.0, SIZE, (790.0, 520.0))
MIDDLE = Camera(TRUE.position, TRUE.axes, TRUE.focal, SIZE, (800.0, 500.0))
POINTS = np.array([(0.0, 0.0, 0.0), (1.0, 2.0, 0.5), (-2.0, 3.0, 2.0)])

Write = Callable[..., Path]


def opengl(camera: Camera) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Camera to world, columns right, up, back, position."""
    matrix = np.eye(4)
    right, forward, up = np.array(camera.axes)
    matrix[:3, :3] = np.stack((right, up, -forward), axis=1)
    matrix[:3, 3] = camera.position
    return matrix


def same(found: Camera, true: Camera) -> None:
    np.testing.assert_allclose(to_pixels(found, POINTS), to_pixels(true, POINTS), atol=1e-3)


def parameters(camera: Camera, **changes: Any) -> dict[str, Any]:
    half = 0.5 * max(camera.size)
    values: dict[str, Any] = {
        "principalPoint": {
            "x": (camera.principal_point[0] - 0.5 * camera.size[0]) / half,
            "y": (0.5 * camera.size[1] - camera.principal_point[1]) / half,
        },
        "cameraTransform": {"rows": opengl(camera).tolist()},
        "horizontalFieldOfView": 2.0 * math.atan(0.5 * camera.size[0] / camera.focal),
        "vanishingPointAxes": ["xNegative", "yPositive", "zPositive"],
        "imageWidth": camera.size[0],
        "imageHeight": camera.size[1],
    }
    return values | changes


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Writes an fSpy project with a state; ``cut`` leaves so many bytes."""

    def write(state: dict[str, Any], cut: int | None = None, version: int = 1) -> Path:
        text, picture = json.dumps(state).encode(), b"picture"
        head = b"fspy" + struct.pack("<III", version, len(text), len(picture))
        path = tmp_path / "match.fspy"
        path.write_bytes((head + text + picture)[:cut])
        return path

    return write


def test_an_fspy_project_is_read_with_its_principal_point_and_unit(project: Write) -> None:
    state = {
        "cameraParameters": parameters(TRUE),
        "calibrationSettingsBase": {"referenceDistanceUnit": "Centimeters"},
    }
    found = load_fspy(project(state), SIZE).camera
    np.testing.assert_allclose(found.position, np.array(TRUE.position) / 100.0)
    same(scaled(found, 1.7), TRUE)


def test_an_exported_json_with_y_up_is_the_same_camera(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    turned = np.linalg.inv(Y_UP_TO_Z_UP) @ opengl(TRUE)
    path.write_text(json.dumps(parameters(TRUE, cameraTransform={"rows": turned.tolist()})))
    same(load_fspy(path, SIZE, up="y").camera, TRUE)
    upright = opengl(TRUE) @ np.diag((1.0, -1.0, -1.0, 1.0))
    path.write_text(json.dumps(parameters(TRUE, cameraTransform={"rows": upright.tolist()})))
    with pytest.raises(InputError, match="stands on its head; try --up y"):
        load_fspy(path, SIZE)


def test_fspys_lines_come_with_the_camera(project: Write) -> None:
    def segment(a: tuple[float, float, float], b: tuple[float, float, float]) -> list[dict[str, float]]:
        return [{"x": u / SIZE[0], "y": v / SIZE[1]} for u, v in seen(TRUE, a, b)]

    state = {
        "globalSettings": {"calibrationMode": "TwoVanishingPoints"},
        "cameraParameters": parameters(TRUE),
        "controlPointsStateBase": {
            "firstVanishingPoint": {"lineSegments": [segment((0, 0, z), (3, 0, z)) for z in (0.0, 2.0)]}
        },
        "controlPointsState2VP": {
            "secondVanishingPoint": {"lineSegments": [segment((0, 0, z), (0, 3, z)) for z in (0.0, 2.0)]}
        },
    }
    lines = load_fspy(project(state), SIZE).drawing.lines
    assert [line.axis for line in lines] == ["x", "x", "y", "y"]
    np.testing.assert_allclose(lines[3].points, seen(TRUE, (0, 0, 2), (0, 3, 2)))


MIRRORED = (opengl(TRUE) @ np.diag((-1.0, 1.0, 1.0, 1.0))).tolist()
SINGULAR = (opengl(TRUE) @ np.diag((1.0, 0.0, 1.0, 1.0))).tolist()
BAD_STATES = [
    ({"cameraParameters": None}, {}, "no solved camera"),
    ({"cameraParameters": parameters(TRUE, horizontalFieldOfView=0.0)}, {}, "focal length is zero"),
    ({"cameraParameters": parameters(TRUE, horizontalFieldOfView="wide")}, {}, "horizontalFieldOfView"),
    ({"cameraParameters": parameters(TRUE, cameraTransform={"rows": MIRRORED})}, {}, "mirrored"),
    ({"cameraParameters": parameters(TRUE, cameraTransform={"rows": SINGULAR})}, {}, "singular or skewed"),
    ({"cameraParameters": parameters(TRUE, imageHeight=900)}, {}, "the photograph has 1600 x 1000"),
    ({"cameraParameters": parameters(TRUE)}, {"cut": 300}, "cut off"),
    ({"cameraParameters": parameters(TRUE)}, {"cut": 9}, "cut off"),
    ({"cameraParameters": parameters(TRUE)}, {"version": 7}, "version 7"),
]


@pytest.mark.parametrize(("state", "damage", "said"), BAD_STATES)
def test_a_damaged_fspy_file_is_refused(project: Write, state: dict[str, Any], damage: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_fspy(project(state, **damage), SIZE)


def calibration(camera: Camera, **changes: str) -> str:
    right, forward, up = np.array(camera.axes)
    turn = np.stack((right, -up, forward))  # world to OpenCV's right, down, ahead
    rotation = rotations.log(wxyz_to_xyzw(matrix_to_wxyz(turn)))
    f, (cx, cy) = camera.focal, camera.principal_point
    values = {
        "size": list(camera.size),
        "matrix": [[f, 0.0, cx], [0.0, f, cy], [0.0, 0.0, 1.0]],
        "distortions": [*camera.distortion, 0.0, 0.0],
        "rotation": rotation.tolist(),
        "translation": (-turn @ np.array(camera.position)).tolist(),
        "fisheye": "false",
    } | changes
    return "[cam]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def test_a_calibration_keeps_principal_point_and_distortion(tmp_path: Path) -> None:
    bent = Camera(TRUE.position, TRUE.axes, TRUE.focal, SIZE, TRUE.principal_point, distortion=(-0.11, 0.02))
    (tmp_path / "lens.toml").write_text(calibration(bent))
    found = load_calibration(tmp_path / "lens.toml", SIZE)
    assert found.distortion == bent.distortion
    same(found, bent)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"matrix": "[[0.0, 0, 8], [0, 0.0, 5], [0, 0, 1.0]]"}, "focal length is zero"),
        ({"matrix": "[[1450.0, 0, 8], [0, 900.0, 5], [0, 0, 1.0]]"}, "not square"),
        ({"distortions": "[0.1, 0.0, 0.05, 0.0]"}, "decentred"),
        ({"fisheye": "true"}, "straighten the photograph first"),
        ({"size": "[100, 100]"}, "the photograph has 1600 x 1000"),
        ({"rotation": "[1.0, 2.0]"}, "3 numbers"),
    ],
)
def test_a_calibration_that_cannot_be_used_is_refused(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    (tmp_path / "lens.toml").write_text(calibration(TRUE, **changes))
    with pytest.raises(InputError, match=said):
        load_calibration(tmp_path / "lens.toml", SIZE)


def scene(camera: Camera, **changes: Any) -> dict[str, Any]:
    """A glTF scene in which the camera hangs below a node that is moved, turned and scaled."""
    world = np.linalg.inv(Y_UP_TO_Z_UP) @ opengl(camera)
    parent = np.eye(4)
    parent[:3, :3] = 2.0 * rotations.rotate(rotations.about(1, 0.4), np.eye(3)).T
    parent[:3, 3] = (1.0, 0.0, -3.0)
    local = np.linalg.inv(parent) @ world
    turn = rotations.about(1, 0.4).tolist()
    values: dict[str, Any] = {
        "asset": {"version": "2.0"},
        "cameras": [{"type": "perspective", "perspective": {"yfov": 2.0 * math.atan(500.0 / camera.focal)}}],
        "nodes": [
            {"camera": 0, "matrix": local.T.ravel().tolist()},
            {"children": [0], "translation": [1.0, 0.0, -3.0], "rotation": turn, "scale": [2.0, 2.0, 2.0]},
        ],
    }
    return values | changes


@pytest.mark.parametrize("binary", [False, True])
def test_a_gltf_camera_stands_where_its_nodes_put_it(tmp_path: Path, binary: bool) -> None:
    data = json.dumps(scene(MIDDLE)).encode()
    if binary:
        data += b" " * (-len(data) % 4)
        data = b"glTF" + struct.pack("<II", 2, 20 + len(data)) + struct.pack("<II", len(data), 0x4E4F534A) + data
    (tmp_path / "scene.gltf").write_bytes(data)
    same(load_gltf_camera(tmp_path / "scene.gltf", SIZE), MIDDLE)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cameras": []}, "no perspective camera"),
        ({"cameras": [{"type": "perspective", "perspective": {"yfov": 0.0}}]}, "focal length is zero"),
        ({"nodes": [{"camera": 0, "children": [1]}, {"children": [0]}]}, "its own ancestor"),
        ({"nodes": [{"camera": 0, "scale": [-1.0, 1.0, 1.0]}]}, "mirrored"),
        ({"nodes": [{"camera": 0, "scale": [1.0, 3.0, 1.0]}]}, "singular or skewed"),
    ],
)
def test_a_gltf_without_a_usable_camera_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    (tmp_path / "scene.gltf").write_text(json.dumps(scene(MIDDLE, **changes)))
    with pytest.raises(InputError, match=said):
        load_gltf_camera(tmp_path / "scene.gltf", SIZE)


@pytest.mark.parametrize("load", [load_fspy, load_calibration, load_gltf_camera])
@pytest.mark.parametrize("data", [None, b"", b"\xff\x00\xfe", b"[" * 100_000])
def test_no_file_and_no_sense_are_told(tmp_path: Path, load: Callable[..., Any], data: bytes | None) -> None:
    path = tmp_path / "camera"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError, match=str(path)) as caught:
        load(path, SIZE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("notes", "focal"),
    [
        ({0xA405: 26}, 26.0 / 43.27 * math.hypot(600, 400)),
        ({0x920A: 4.71, 0xA20E: 2500.0, 0xA210: 3}, 4.71 * 250.0),
        ({0xA405: 0}, None),
        ({0x920A: 4.71}, None),
        ({}, None),
    ],
)
def test_exif_gives_a_focal_length_where_it_can(tmp_path: Path, notes: dict[int, float], focal: float | None) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(notes)
    Image.new("RGB", (600, 400)).save(tmp_path / "photo.jpg", exif=exif)
    found = focal_from_exif(tmp_path / "photo.jpg", (600, 400))
    assert found == (focal if focal is None else pytest.approx(focal, rel=1e-3))
