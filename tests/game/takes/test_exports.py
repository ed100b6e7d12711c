"""Every export is opened again with its format's own library and compared with the take, in numbers."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import bvhio
import export_take
import filming
import numpy as np
import pygltflib
import pytest
from pxr import Gf, Usd, UsdGeom, UsdSkel, UsdValidation

from game.camera.trackers.opentrackio_sample import decode_payload
from game.takes.export.formats import FORMATS, check_path, write_motion
from game.takes.export.motion import Motion, sample_take
from game.takes.export.usd import joint_paths
from game.takes.replay import Replay
from models import rotations
from models.body import Body
from models.coords import bullet_quat_to_panda, bullet_to_panda, wxyz_to_xyzw, xyzw_to_wxyz
from models.errors import InputError
from models.rotations import Array
from tests.conftest import ASSETS

AHEAD, ABOVE = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])


@pytest.fixture(scope="module")
def motion(body: Body, tmp_path_factory: pytest.TempPathFactory) -> Motion:
    return export_take.motion(tmp_path_factory.mktemp("takes"), body)


def test_a_take_is_sampled_at_the_films_rate(motion: Motion) -> None:
    assert len(motion) == 50
    for index in (0, 7, 49):
        wanted = export_take.camera_pose(index / 25)
        np.testing.assert_allclose(motion.positions[index], wanted.position, atol=1e-4)
        assert abs(np.dot(motion.turns[index], wxyz_to_xyzw(wanted.rotation))) > 1 - 1e-6
        assert motion.lenses[index].focal_length == export_take.focal_length(index / 25)
    assert np.all(np.sum(motion.turns[1:] * motion.turns[:-1], axis=-1) > 0.0)  # no sign jumps
    assert motion.ticks[25] == 120


# -- USD ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[".usda", ".usdc", ".usd"])
def stage(motion: Motion, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Usd.Stage:
    path = tmp_path_factory.mktemp("usd") / f"take{request.param}"
    write_motion("usd", motion, path)
    return Usd.Stage.Open(str(path))


def test_usd_says_its_axes_units_and_rate(stage: Usd.Stage) -> None:
    assert UsdGeom.GetStageUpAxis(stage) == "Z"
    assert UsdGeom.GetStageMetersPerUnit(stage) == 0.01
    assert (stage.GetTimeCodesPerSecond(), stage.GetFramesPerSecond()) == (25.0, 25.0)
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (0.0, 49.0)
    assert stage.GetDefaultPrim().GetCustomData()["scene"] == "12"


def test_the_usd_camera_sees_what_the_take_saw(stage: Usd.Stage, motion: Motion) -> None:
    camera = UsdGeom.Camera(stage.GetPrimAtPath("/Take/Camera"))
    for index in range(0, 50, 7):
        seen: Gf.Camera = camera.GetCamera(index)
        lens = motion.lenses[index]
        frustum = seen.frustum
        np.testing.assert_allclose(np.array(frustum.GetPosition()) / 100, motion.positions[index], atol=1e-6)
        for axis, direction in ((AHEAD, frustum.ComputeViewDirection()), (ABOVE, frustum.ComputeUpVector())):
            np.testing.assert_allclose(np.array(direction), rotations.rotate(motion.turns[index], axis), atol=1e-6)
        # In centimetres the tenths of a unit that USD measures lenses in are millimetres.
        assert seen.focalLength == pytest.approx(export_take.focal_length(index / 25))
        assert (seen.horizontalAperture, seen.verticalAperture) == pytest.approx(lens.gate)
        assert seen.GetFieldOfView(Gf.Camera.FOVHorizontal) == pytest.approx(lens.hfov, abs=1e-4)
        assert (seen.fStop, seen.focusDistance) == pytest.approx((2.8, 450.0))
        near, far = frustum.nearFar.min, frustum.nearFar.max
        assert (near, far) == pytest.approx((5.0, 200_000.0))
        # A lens that is shifted to the right and down shows more there: the middle of its picture lies so.
        middle = frustum.window.GetMidpoint()
        assert (middle[0], middle[1]) == pytest.approx((1.5 / lens.focal_length, -2.0 / lens.focal_length))


def test_the_usd_skeleton_stands_as_the_body_did(stage: Usd.Stage, motion: Motion) -> None:
    body = motion.body
    assert body is not None
    cache = UsdSkel.Cache()
    root = UsdSkel.Root(stage.GetPrimAtPath("/Take/Body"))
    cache.Populate(root, Usd.PrimDefaultPredicate)
    query = cache.GetSkelQuery(UsdSkel.Skeleton(stage.GetPrimAtPath("/Take/Body/Skeleton")))
    assert list(query.GetJointOrder()) == joint_paths(body.body)
    for index in (0, 11, 49):
        places, turns = body.body.forward(body.root_pos[index], body.root_rot[index], body.joint_rot[index])
        for matrix, place, turn in zip(query.ComputeJointSkelTransforms(index), places, turns, strict=True):
            np.testing.assert_allclose(np.array(matrix.ExtractTranslation()) / 100, bullet_to_panda(place), atol=2e-4)
            quaternion = matrix.ExtractRotationQuat()
            found = np.array([quaternion.GetReal(), *quaternion.GetImaginary()])
            assert abs(np.dot(found, bullet_quat_to_panda(turn))) > 1 - 1e-5


def test_usd_props_lie_where_they_lay(stage: Usd.Stage, motion: Motion) -> None:
    nodes = stage.GetPrimAtPath("/Take/Props").GetChildren()
    assert len(nodes) == len(export_take.PROPS) > 3
    for index in (0, 49):
        for number, node in enumerate(nodes):
            matrix = UsdGeom.Xformable(node).ComputeLocalToWorldTransform(index)
            wanted = bullet_to_panda(motion.props.positions[index, number])
            np.testing.assert_allclose(np.array(matrix.ExtractTranslation()) / 100, wanted, atol=1e-6)
            quaternion = matrix.ExtractRotationQuat()
            found = np.array([quaternion.GetReal(), *quaternion.GetImaginary()])
            assert abs(np.dot(found, bullet_quat_to_panda(motion.props.turns[index, number]))) > 1 - 1e-6


def test_usd_props_have_the_size_of_what_was_simulated(stage: Usd.Stage, motion: Motion) -> None:
    cache = UsdGeom.BBoxCache(0, [UsdGeom.Tokens.default_])
    for number, (node, prop) in enumerate(
        zip(stage.GetPrimAtPath("/Take/Props").GetChildren(), export_take.PROPS, strict=True)
    ):
        found = cache.ComputeWorldBound(node).ComputeAlignedRange()
        corners = [np.array(part.centre) + sign * np.array(part.half) for part in prop.kind.parts for sign in (-1, 1)]
        corners = [bullet_to_panda(corner + motion.props.positions[0, number]) for corner in corners]
        np.testing.assert_allclose(np.array(found.GetMin()) / 100, np.min(corners, axis=0), atol=1e-5)
        np.testing.assert_allclose(np.array(found.GetMax()) / 100, np.max(corners, axis=0), atol=1e-5)


def usd_errors(stage: Usd.Stage) -> list[str]:
    """What usdchecker would say."""
    registry = UsdValidation.ValidationRegistry()
    validators = registry.GetOrLoadAllValidators()
    assert len(validators) > 5
    found = UsdValidation.ValidationContext(validators).Validate(stage)
    return [error.GetMessage() for error in found]


def test_usd_passes_every_validator_that_usdchecker_has(stage: Usd.Stage) -> None:
    assert usd_errors(stage) == []


# -- glTF -----------------------------------------------------------------------------------------------------------


def accessor(file: pygltflib.GLTF2, index: int) -> Array:
    data = file.accessors[index]
    view = file.bufferViews[data.bufferView]
    blob = file.binary_blob() or file.get_data_from_buffer_uri(file.buffers[0].uri)
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[data.type]
    kind = {pygltflib.FLOAT: "<f4", pygltflib.UNSIGNED_BYTE: "u1", pygltflib.UNSIGNED_INT: "<u4"}[data.componentType]
    start = (view.byteOffset or 0) + (data.byteOffset or 0)
    return np.frombuffer(blob, kind, width * data.count, start).reshape(-1, width).astype(np.float64)


def moved(file: pygltflib.GLTF2, name: str) -> dict[str, Array]:
    """Animated paths of a node, and the times under the name of "times"."""
    (node,) = (number for number, each in enumerate(file.nodes) if each.name == name)
    (animation,) = file.animations
    paths = {}
    for channel in animation.channels:
        if channel.target.node == node:
            sampler = animation.samplers[channel.sampler]
            paths[channel.target.path] = accessor(file, sampler.output)
            paths["times"] = accessor(file, sampler.input)[:, 0]
    return paths


@pytest.fixture(scope="module", params=[".glb", ".gltf"])
def gltf(motion: Motion, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    path = tmp_path_factory.mktemp("gltf") / f"take{request.param}"
    write_motion("gltf", motion, path)
    return path


def test_the_gltf_camera_sees_what_the_take_saw(gltf: Path, motion: Motion) -> None:
    file = pygltflib.GLTF2().load(str(gltf))
    camera = moved(file, "Camera")
    np.testing.assert_allclose(camera["times"], np.arange(50) / 25, atol=1e-6)
    # Y up: what was ahead (+Y) is -Z, what was above (+Z) is +Y.
    places = np.stack((motion.positions[:, 0], motion.positions[:, 2], -motion.positions[:, 1]), axis=-1)
    np.testing.assert_allclose(camera["translation"], places, atol=1e-5)
    for local, axis in ((np.array([0.0, 0.0, -1.0]), AHEAD), (np.array([0.0, 1.0, 0.0]), ABOVE)):
        for index in range(50):
            x, y, z = rotations.rotate(motion.turns[index], axis)
            found = rotations.rotate(camera["rotation"][index], local)
            np.testing.assert_allclose(found, (x, z, -y), atol=1e-5)
    perspective = file.cameras[0].perspective
    lens = motion.lenses[0]
    assert np.degrees(2 * np.arctan(np.tan(perspective.yfov / 2) * perspective.aspectRatio)) == pytest.approx(lens.hfov)
    extras = file.nodes[0].extras
    assert (extras["focal_length_mm"][0], extras["focal_length_mm"][-1]) == (35.0, 50.0)


def test_gltf_joints_and_props_stand_as_they_did(gltf: Path, motion: Motion) -> None:
    file = pygltflib.GLTF2().load(str(gltf))
    body = motion.body
    assert body is not None
    parents = {child: number for number, node in enumerate(file.nodes) for child in node.children or ()}
    numbers = {node.name: number for number, node in enumerate(file.nodes)}
    for index in (0, 23, 49):
        places, turns = body.body.forward(body.root_pos[index], body.root_rot[index], body.joint_rot[index])

        def world(number: int, index: int = index) -> tuple[Array, Array]:
            node, paths = file.nodes[number], moved(file, file.nodes[number].name)
            place = paths["translation"][index] if "translation" in paths else np.array(node.translation)
            turn = paths["rotation"][index] if "rotation" in paths else rotations.IDENTITY
            if number not in parents:
                return place, turn
            above, turned = world(parents[number])
            return above + rotations.rotate(turned, place), rotations.multiply(turned, turn)

        for link, place, turn in zip(body.body.links, places, turns, strict=True):
            found, turned = world(numbers[link.name])
            np.testing.assert_allclose(found, place, atol=1e-5)
            assert abs(np.dot(turned, turn)) > 1 - 1e-5
    for number, prop in enumerate(export_take.PROPS):
        paths = moved(file, prop.name)
        np.testing.assert_allclose(paths["translation"], motion.props.positions[:, number], atol=1e-6)
        np.testing.assert_allclose(paths["rotation"], motion.props.turns[:, number], atol=1e-6)


_VALIDATOR = "gltf-validator@2.0.0-dev.3.10"
_VALIDATE = """
const fs = require("fs"), validator = require("gltf-validator");
validator.validateBytes(new Uint8Array(fs.readFileSync(process.argv[1])))
  .then((report) => console.log(JSON.stringify(report.issues)));
"""


def khronos_issues(path: Path) -> dict[str, Any]:
    """What the Khronos validator says about a file; it is installed below `.setup` once."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("the Khronos validator runs on Node.js: install npm")
    home = ASSETS.parent / ".setup" / "npm"
    if not (home / "node_modules" / "gltf-validator").is_dir():
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(home), _VALIDATOR]
        installed = subprocess.run(install, capture_output=True, text=True)
        if installed.returncode != 0:
            pytest.skip(f"the Khronos validator cannot be had: {installed.stderr.strip()[-200:]}")
    ran = subprocess.run(["node", "-e", _VALIDATE, str(path)], cwd=home, capture_output=True, text=True, check=True)
    issues: dict[str, Any] = json.loads(ran.stdout)
    return issues


def test_gltf_passes_the_khronos_validator(gltf: Path) -> None:
    issues = khronos_issues(gltf)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues


# -- BVH ------------------------------------------------------------------------------------------------------------


def test_bvh_joints_stand_as_they_did(motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "take.bvh"
    write_motion("bvh", motion, path)
    body = motion.body
    assert body is not None
    file = bvhio.readAsBvh(str(path))
    assert file.FrameCount == 50
    assert pytest.approx(1 / 25) == file.FrameTime
    root = bvhio.convertBvhToHierarchy(bvhio.readAsBvh(str(path)).Root)
    local = {joint.Name: joint for joint, _, _ in file.Root.layout()}
    numbers = {link.name: number for number, link in enumerate(body.body.links)}
    assert set(local) == set(numbers) - {"right_wrist", "left_wrist"}  # hands are end sites
    _, turns = body.links()
    for index in (0, 17, 49):
        root.loadPose(index)
        places, _ = body.body.forward(body.root_pos[index], body.root_rot[index], body.joint_rot[index])
        for joint, _, _ in root.layout():
            place = np.array(joint.PositionWorld) / 100
            np.testing.assert_allclose(place, places[numbers[joint.Name]], atol=1e-4)
        for name, joint in local.items():
            quaternion = joint.Keyframes[index].Rotation
            found = np.array([quaternion.x, quaternion.y, quaternion.z, quaternion.w])
            assert abs(np.dot(found, turns[index, numbers[name]])) > 1 - 1e-5


def test_bvh_of_a_take_without_a_performance_is_refused(tmp_path: Path, body: Body) -> None:
    folder = export_take.record_camera_only(tmp_path, body)
    with pytest.raises(InputError, match="nobody performs"):
        write_motion("bvh", sample_take(Replay.load(folder), body), tmp_path / "x.bvh")
    write_motion("usd", sample_take(Replay.load(folder), body), tmp_path / "x.usda")
    assert not list(tmp_path.glob("*.bvh"))


# -- CSV and OpenTrackIO --------------------------------------------------------------------------------------------


def test_csv_holds_every_number(motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    write_motion("csv", motion, path)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == 50
    assert [rows[26][name] for name in ("frame", "seconds", "timecode", "tick")] == ["26", "1.04", "00:00:01:01", "124"]
    body = motion.body
    assert body is not None

    def column(*names: str) -> Array:
        return np.array([[float(row[name]) for name in names] for row in rows])

    np.testing.assert_allclose(column("camera_x", "camera_y", "camera_z"), motion.positions, atol=1e-6)
    quaternion = column("camera_qw", "camera_qx", "camera_qy", "camera_qz")
    np.testing.assert_allclose(quaternion, xyzw_to_wxyz(motion.turns), atol=1e-6)
    np.testing.assert_allclose(column("root_x", "root_y", "root_z"), bullet_to_panda(body.root_pos), atol=1e-6)
    knee = [joint.name for joint in body.body.joints].index("left_knee")
    names = ("left_knee_qw", "left_knee_qx", "left_knee_qy", "left_knee_qz")
    np.testing.assert_allclose(column(*names), bullet_quat_to_panda(body.joint_rot[:, knee]), atol=1e-6)
    last = export_take.PROPS[-1].name
    wanted = bullet_to_panda(motion.props.positions[:, -1])
    np.testing.assert_allclose(column(f"{last}_x", f"{last}_y", f"{last}_z"), wanted, atol=1e-6)
    assert column("focal_length_mm")[[0, 49], 0].tolist() == [35.0, 50.0]
    assert column("hfov")[0, 0] == pytest.approx(motion.lenses[0].hfov)


def test_opentrackio_is_read_back_by_the_tracker_that_listens_to_it(motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    write_motion("opentrackio", motion, path)
    samples = json.loads(path.read_bytes())
    assert len(samples) == 50
    for index, sample in enumerate(samples):
        found = decode_payload(json.dumps(sample).encode())
        assert found.pose is not None
        np.testing.assert_allclose(found.pose.position, motion.positions[index], atol=1e-9)
        assert abs(np.dot(wxyz_to_xyzw(found.pose.rotation), motion.turns[index])) > 1 - 1e-9
        assert (found.focal_length, found.focus_distance) == (motion.lenses[index].focal_length, 4.5)
        assert sample["timing"]["timecode"]["frames"] == index % 25
    assert len({sample["sampleId"] for sample in samples}) == 50
    width, height = motion.lenses[0].gate
    size = samples[0]["static"]["camera"]["activeSensorPhysicalDimensions"]
    assert (size["width"], size["height"]) == (width, height)


# -- all ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_what_cannot_be_written_is_told(kind: str, motion: Motion, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{kind} files are"):
        check_path(kind, tmp_path / "take.mp4")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_motion(kind, motion, tmp_path / "file" / f"take{FORMATS[kind].suffixes[0]}")


def test_no_such_format_is_told() -> None:
    with pytest.raises(InputError, match="fbx: no such format; choose one of usd, gltf"):
        check_path("fbx", Path("take.fbx"))


def test_a_take_of_another_body_is_refused(tmp_path: Path, body: Body) -> None:
    with pytest.raises(InputError, match=r"park_001: filmed with another body \(b0d1e5\)"):
        sample_take(Replay.load(filming.film(tmp_path, 4)), body)
