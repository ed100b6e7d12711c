from __future__ import annotations

import dataclasses
import json
import shutil
from argparse import Namespace
from pathlib import Path

import filming
import numpy as np
import pytest

from game import export_commands, take_commands
from game.casting import cast_of
from game.filming import place_of
from game.takes.export.thumbnail import NAME
from game.takes.folders import BIN, LOG, PARTIAL, SUMMARY
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from models.assets import ASSETS
from models.body import load_humanoid
from models.errors import InputError


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Two takes that were cut off, the first before anything was written."""
    for ticks in (2, 30):
        folder = filming.film(tmp_path, ticks)
        (folder / SUMMARY).unlink()
        folder.rename(folder.with_name(folder.name + PARTIAL))
    (first,) = tmp_path.glob("*/park_001.partial")
    (first / LOG).write_bytes(b"")
    return tmp_path


def test_recovers_what_can_be_and_then_tells_what_cannot(shoot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = Namespace(takes=str(shoot), take="", json=False)
    assert take_commands.recover_takes(arguments) == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"recovered: {folder}" for folder in shoot.glob("*/park_002")]
    (sentence,) = told.err.splitlines()
    assert sentence.startswith("backflip: ")
    assert "park_001.partial: nothing was recorded" in sentence
    assert take_commands.recover_takes(arguments) == 0
    assert capsys.readouterr().out == "nothing was cut off\n"


def test_recovers_for_programs(shoot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert take_commands.recover_takes(Namespace(takes=str(shoot), take="", json=True)) == 2
    facts = json.loads(capsys.readouterr().out)
    assert [take["id"] for take in facts["recovered"]] == ["park_002"]
    assert len(facts["problems"]) == 1


def test_recovers_a_finished_take_that_is_damaged(shoot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = filming.film(shoot, 240)
    data = bytearray((folder / LOG).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / LOG).write_bytes(data)
    with pytest.raises(InputError, match=r"`backflip takes recover TAKE`"):
        Replay.load(folder)
    assert take_commands.recover_takes(Namespace(takes=str(shoot), take="park_003", json=False)) == 0
    assert capsys.readouterr().out == f"recovered: {folder}\n"
    replay = Replay.load(folder)
    assert replay.take.flags == ("recovered",)
    assert 0 < len(replay.steps) < 240
    with pytest.raises(InputError, match="this take is whole"):
        take_commands.recover_takes(Namespace(takes=str(shoot), take="park_003", json=False))


def test_an_empty_folder_of_takes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = Namespace(takes=str(tmp_path), json=False, circled=False, starred=False, output=str(tmp_path / "a.png"))
    assert take_commands.list_takes(arguments) == 0
    assert capsys.readouterr().out == f"no such takes in {tmp_path}; `backflip play` records some\n"
    with pytest.raises(InputError, match="there is no take for it"):
        export_commands.library(arguments)


def test_discards(shoot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = filming.film(shoot, 4)
    for wanted, name in (("park_002", "park_002.partial"), ("park_003", "park_003")):
        assert take_commands.discard_take(Namespace(takes=str(shoot), take=wanted, yes=True)) == 0
        assert capsys.readouterr().out == f"moved to the bin: {shoot / BIN / kept.parent.name / name}\n"


def test_a_place_that_was_deleted_is_told_and_the_take_is_whole(tmp_path: Path) -> None:
    gone = tmp_path / "garden"
    header = dataclasses.replace(filming.header(), environment=str(gone))
    replay = Replay.load(Recorder(tmp_path, header).close())
    with pytest.raises(InputError, match=f"park_001: was filmed in {gone}, which is not there any more; put that"):
        place_of(replay)
    shutil.copytree(ASSETS / "environments" / "park", gone)
    assert place_of(replay).folder == gone


def test_a_take_of_another_body_is_refused(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    with pytest.raises(InputError, match=r"park_001: filmed with another body \(b0d1e5\)"):
        take_commands.render_take(folder, tmp_path / "x.mp4", preview=True)


@pytest.mark.parametrize("named", [False, True])
def test_the_person_is_who_was_filmed(tmp_path: Path, named: bool) -> None:
    person = tmp_path / "ada" if named else ASSETS / "people" / "default"
    if named:
        shutil.copytree(ASSETS / "people" / "default", person)
    settings = {"person": {"folder": str(person)}} if named else {}
    header = dataclasses.replace(filming.header(), settings=settings, body=load_humanoid().digest)
    replay = Replay.load(Recorder(tmp_path, header).close())
    assert cast_of(replay) == (person, load_humanoid())


def test_a_thumbnail_that_cannot_be_kept_stops_no_movie(tmp_path: Path) -> None:
    picture = np.zeros((40, 64, 3), dtype=np.uint8)
    for folder in (tmp_path, tmp_path / "gone"):
        assert len(list(take_commands._with_thumbnail(iter([picture] * 3), 1, folder))) == 3
    assert (tmp_path / NAME).exists()
