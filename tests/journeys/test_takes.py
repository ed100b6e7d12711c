"""From a take to its marks, its other cameras and its exports, as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image
from pxr import Usd, UsdGeom

from backflip import main
from game.takes.replay import Replay
from game.takes.shot import Shot
from tests.journeys.test_command_line import backflip, refused


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One filmed attempt, and its performance filmed anew with the lens alone changed."""
    folder = tmp_path_factory.mktemp("shoot")
    ran = backflip("play", "--headless", "--seconds", "1.5", "--record", "--scene", "12", "--shot", "A", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    ran = backflip(
        "play", "--headless", "--reshoot", "park_12A_001", "--channels", "focal", "--focal", "85", cwd=folder
    )
    assert ran.returncode == 0, ran.stderr
    assert "park_12A_002" in ran.stdout
    return folder


def take(shoot: Path, name: str) -> Replay:
    (folder,) = shoot.glob(f"takes/*/{name}")
    return Replay.load(folder)


def test_a_reshoot_keeps_the_performance_and_what_was_not_filmed_anew(shoot: Path) -> None:
    old, new = take(shoot, "park_12A_001"), take(shoot, "park_12A_002")
    performed = [
        [(each.tick, each.pose.root_pos.tobytes(), each.pose.joint_rot.tobytes()) for _, each in t.snapshots(-1.0, 9.0)]
        for t in (old, new)
    ]
    assert performed[0] == performed[1]
    for seconds in (0.2, 0.9, 1.3):
        np.testing.assert_allclose(Shot(new).camera(seconds).position, Shot(old).camera(seconds).position, atol=1e-3)
        assert (Shot(old).lens(seconds).focal_length, Shot(new).lens(seconds).focal_length) == (35.0, 85.0)


def test_marks_and_smoothing_are_kept_beside_the_take(shoot: Path) -> None:
    (log,) = shoot.glob("takes/*/park_12A_001/take.log")
    before = log.read_bytes()
    marked = backflip("takes", "edit", "park_12A_001", "--circle", "--note", "good landing", "--json", cwd=shoot)
    assert json.loads(marked.stdout)["edits"]["circled"]
    raw = Shot(take(shoot, "park_12A_001"))
    ran = backflip("takes", "resmooth", "park_12A_001", "--damping", "0.8", "--zero-lag", cwd=shoot)
    assert ran.returncode == 0, ran.stderr
    smooth = Shot(take(shoot, "park_12A_001"))
    moved = [np.linalg.norm(smooth.camera(at).position - raw.camera(at).position) for at in (0.3, 0.7, 1.1)]
    assert 1e-5 < max(moved) < 0.1
    listed = json.loads(backflip("takes", "list", "--circled", "--json", cwd=shoot).stdout)
    assert [each["id"] for each in listed["takes"]] == ["park_12A_001"]
    assert backflip("takes", "resmooth", "park_12A_001", "--reset", cwd=shoot).returncode == 0
    np.testing.assert_array_equal(Shot(take(shoot, "park_12A_001")).camera(0.7).position, raw.camera(0.7).position)
    assert log.read_bytes() == before


def test_exports_and_timeline(shoot: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.usda"
    ran = backflip("takes", "export", "park_12A_002", "--format", "usd", "-o", str(film), cwd=shoot)
    assert ran.returncode == 0, ran.stderr
    stage = Usd.Stage.Open(str(film))
    camera = UsdGeom.Camera(stage.GetPrimAtPath("/Take/Camera"))
    assert camera.GetFocalLengthAttr().Get(20) == 85.0
    wanted = Shot(take(shoot, "park_12A_002")).camera(20 / 25).position
    np.testing.assert_allclose(np.array(camera.GetCamera(20).frustum.GetPosition()) / 100, wanted, atol=1e-5)
    timeline = tmp_path / "film.otio"
    ran = backflip("takes", "timeline", "-o", str(timeline), cwd=shoot)
    assert ran.returncode == 0, ran.stderr
    clips = list(otio.adapters.read_from_file(str(timeline)).find_clips())
    assert [clip.name for clip in clips] == ["park_12A_001", "park_12A_002"]


def test_the_library_is_a_page_of_pictures(shoot: Path, tmp_path: Path) -> None:
    ran = backflip("takes", "library", "-o", str(tmp_path / "page.png"), "--json", cwd=shoot)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["problems"] == []
    assert len(list(shoot.glob("takes/*/*/thumb.png"))) == 2
    with Image.open(tmp_path / "page.png") as page:
        pixels = np.asarray(page.convert("RGB"))[20:220, 20:396]
    assert pixels.std() > 20  # a photograph, not an empty frame


def test_to_the_bin_and_back(shoot: Path) -> None:
    refused(backflip("takes", "discard", "park_12A_002", cwd=shoot), "park_12A_002", "--yes")
    assert backflip("takes", "discard", "park_12A_002", "--yes", cwd=shoot).returncode == 0
    refused(backflip("takes", "show", "park_12A_002", cwd=shoot), "park_12A_001")
    assert backflip("takes", "restore", "park_12A_002", cwd=shoot).returncode == 0
    assert backflip("takes", "show", "park_12A_002", cwd=shoot).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["takes", "export", "park_12A_001", "--format", "fbx", "-o", "x.fbx"], ["fbx", "usd"]),
        (["takes", "export", "park_12A_001", "--format", "usd", "-o", "x.mp4"], ["x.mp4", ".usda"]),
        (["takes", "timeline", "-o", "x.xml"], [".otio"]),
        (["takes", "timeline", "--starred", "-o", "x.otio"], ["no take", "--circle"]),
        (["takes", "library", "-o", "x.pdf"], [".png"]),
        (["takes", "edit", "park_12A_001"], ["nothing to change"]),
        (["takes", "resmooth", "park_12A_001"], ["--damping", "--reset"]),
        (["takes", "resmooth", "park_12A_001", "--damping", "90"], ["60"]),
        (["takes", "restore", "moon_001"], ["moon_001", "nothing"]),
        (["play", "--headless", "--reshoot", "moon_001"], ["moon_001", "park_12A_001"]),
        (["play", "--headless", "--reshoot", "park_12A_001", "--channels", "mood"], ["mood", "focal"]),
        (["play", "--headless", "--record", "--scene", "1/2"], ["--scene", "digits"]),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None,
)
def test_bad_input_gets_one_sentence(
    shoot: Path,
    arguments: list[str],
    says: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(shoot)
    before = sorted(shoot.rglob("*"))
    assert main(arguments) == 2
    sentence = capsys.readouterr().err.splitlines()[-1]
    assert sentence.startswith("backflip: ")
    assert [words for words in says if words not in sentence] == []
    assert sorted(shoot.rglob("*")) == before


def test_a_place_that_is_gone_is_told_and_the_take_stays(shoot: Path, tmp_path: Path) -> None:
    park = Path(__file__).parents[2] / "assets" / "environments" / "park"
    shutil.copytree(park, tmp_path / "garden")
    played = ["play", "--headless", "--seconds", "0.2", "--record", "--environment", str(tmp_path / "garden")]
    assert backflip(*played, cwd=tmp_path).returncode == 0
    shutil.rmtree(tmp_path / "garden")
    for job in (["play", "--headless", "--reshoot", "garden"], ["takes", "movie", "garden", "-o", "x.mp4"]):
        refused(backflip(*job, cwd=tmp_path), "garden", "is not there any more")
    exported = backflip("takes", "export", "garden", "--format", "csv", "-o", "x.csv", cwd=tmp_path)
    assert exported.returncode == 0, exported.stderr  # camera and body need no place
