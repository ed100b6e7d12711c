"""Whole jobs through the command line, as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import safe_open

from tests.conftest import ASSETS


def backflip(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    whole = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")} | (env or {})
    command = [sys.executable, str(ASSETS.parent / "backflip.py"), *arguments]
    return subprocess.run(command, cwd=cwd, env=whole, capture_output=True, text=True, timeout=300, check=False)


def refused(ran: subprocess.CompletedProcess[str], *says: str) -> None:
    """Exit code 2 and one sentence, that names what it should."""
    assert ran.returncode == 2, ran.stderr
    sentences = [line for line in ran.stderr.splitlines() if line.startswith("backflip: ")]
    assert len(sentences) == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    for words in says:
        assert words in sentences[0]


def processes() -> set[str]:
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_text()
            except OSError:
                continue
            if "backflip.py" in command:
                found.add(entry.name)
    return found


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one headless attempt in the park was filmed."""
    folder = tmp_path_factory.mktemp("shoot")
    before = processes()
    ran = backflip("play", "--headless", "--seconds", "3", "--environment", "park", "--record", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert processes() <= before
    return folder


def test_headless_play_leaves_a_take(shoot: Path) -> None:
    ran = backflip("takes", "list", "--json", cwd=shoot)
    assert ran.returncode == 0
    listed = json.loads(ran.stdout)
    assert [take["id"] for take in listed["takes"]] == ["park_001"]
    shown = json.loads(backflip("takes", "show", "park", "--json", cwd=shoot).stdout)
    assert shown["duration"] == pytest.approx(3.0, abs=0.1)
    assert shown["counts"]["snapshots"] > 350


def test_numbers_are_not_used_again(shoot: Path) -> None:
    ran = backflip("play", "--headless", "--seconds", "0.2", "--record", cwd=shoot)
    assert ran.returncode == 0
    assert "park_002" in ran.stdout


def test_a_movie_is_what_was_promised(shoot: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    ran = backflip("takes", "movie", "park_001", "-o", str(output), cwd=shoot)
    assert ran.returncode == 0, ran.stderr
    probe = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(output)]
    streams = json.loads(subprocess.run(probe, capture_output=True, text=True, check=True).stdout)["streams"]
    video = next(stream for stream in streams if stream["codec_type"] == "video")
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 1998, 1080)
    assert video["r_frame_rate"] == "25/1"
    assert int(video["nb_frames"]) == pytest.approx(74, abs=2)
    assert any(stream["codec_type"] == "audio" for stream in streams)


def test_stages_tell_what_every_skill_has_come_to_and_how(tmp_path: Path) -> None:
    every = json.loads(backflip("stages", "--json", cwd=tmp_path).stdout)
    ladder = json.loads(backflip("stages", "backflip", "--json", cwd=tmp_path).stdout)
    assert ladder[-1] in every
    assert len({told["skill"] for told in every}) == len(every)
    assert {told["skill"] for told in ladder} == {"backflip"}
    assert [told["samples"] for told in ladder] == sorted(told["samples"] for told in ladder)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["play", "--headless", "--environment", "moon"], ["moon", "park"]),
        (["play", "--headless", "--stage", "none.safetensors"], ["none.safetensors", "no such stage"]),
        (["play", "--headless", "--stages", "nowhere"], ["nowhere", "no such folder"]),
        (["play", "--headless", "--tracker", "openvr"], ["SteamVR"]),
        (["play", "--headless", "--tracker", "telepathy"], ["telepathy", "gamepad"]),
        (["play", "--headless", "--focal", "2"], ["--focal", "mm"]),
        (["play", "--headless", "--slate", "../up", "--record"], ["../up"]),
        (["takes", "show", "nothing_001"], ["nothing_001"]),
        (["takes", "movie", "nothing_001", "-o", "x.mp4"], ["nothing_001"]),
        (["takes", "replay", "nothing_001"], ["nothing_001"]),
        (["judge", "none.safetensors"], ["none.safetensors"]),
        (["stages", "nowhere"], ["nowhere"]),
        (["train", "levitation"], ["levitation", "backflip"]),
        (["train", "backflip", "--resume", "--out", "empty"], ["empty", "without --resume"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_gets_one_sentence(arguments: list[str], says: list[str], tmp_path: Path) -> None:
    refused(backflip(*arguments, cwd=tmp_path), *says)
    assert not (tmp_path / "takes").exists()


def test_without_gl_a_movie_is_refused_with_the_mend(shoot: Path, tmp_path: Path) -> None:
    no_gl = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}
    ran = backflip("takes", "movie", "park_001", "-o", str(tmp_path / "x.mp4"), cwd=shoot, env=no_gl)
    refused(ran, "OpenGL", "libegl1")
    assert not list(tmp_path.iterdir())


def test_replay_without_a_display_says_what_to_do_instead(shoot: Path) -> None:
    refused(backflip("takes", "replay", "park_001", cwd=shoot), "display", "backflip takes movie")


def test_doctor_names_every_part_and_what_its_lack_costs(tmp_path: Path) -> None:
    ran = backflip("doctor", "--json", cwd=tmp_path)
    assert ran.returncode == 0
    findings = {finding["part"]: finding for finding in json.loads(ran.stdout)}
    assert set(findings) == {"GL", "display", "audio", "VR", "ffmpeg", "torch", "physics"}
    assert findings["torch"]["works"]
    assert "2.13" in findings["torch"]["detail"]
    assert all(finding["works"] or finding["cost"] for finding in findings.values())


@pytest.mark.slow  # it rehearses in full first
def test_training_a_little_can_be_resumed_and_played(tmp_path: Path) -> None:
    few = ["--workers", "2", "--samples", "2048", "--out", "run"]
    assert backflip("train", "backflip", *few, cwd=tmp_path).returncode == 0
    refused(backflip("train", "backflip", *few, cwd=tmp_path), "--resume")
    with safe_open(tmp_path / "run" / "checkpoint.safetensors", "pt") as file:
        few[3] = str(json.loads(file.metadata()["progress"])["samples"] + 1)
    assert backflip("train", "backflip", *few, "--resume", cwd=tmp_path).returncode == 0
    ran = backflip("play", "--headless", "--seconds", "0.5", "--stages", "run/stages", "--record", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    judged = backflip("judge", "run/stages/iteration_00000.safetensors", "--attempts", "2", "--json", cwd=tmp_path)
    assert json.loads(judged.stdout)["success"] == 0.0
