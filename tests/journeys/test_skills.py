"""Other skills than the backflip, from the command line to the take."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backflip import main
from game.takes.replay import Replay
from models.assets import ASSETS, ladder_folder
from models.body import Body
from models.stage import list_stages
from tests.game.conftest import publish

PLAY = ["play", "--headless", "--seconds", "0.4", "--record"]


@pytest.fixture
def folder(body: Body, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an untrained walk, and with a clip of the user's own and what was learned from it."""
    publish(tmp_path / "walks", body, 3, 3, "walk")
    shutil.copy(ASSETS / "motions" / "walk.txt", tmp_path / "stroll.txt")
    publish(tmp_path / "runs" / "stroll" / "stages", body, 4, 4, "stroll")
    publish(tmp_path / "strolls", body, 4, 4, "stroll")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def only_take(folder: Path) -> Replay:
    (log,) = folder.glob("takes/*/park_001/take.log")
    return Replay.load(log.parent)


def test_a_walk_is_played_filmed_and_filmed_anew(folder: Path) -> None:
    assert main([*PLAY, "--skill", "walk", "--stages", "walks"]) == 0
    walk = only_take(folder)
    assert walk.header.skill == "walk"
    assert walk.events[0].detail["iteration"] == 3
    assert main(["play", "--headless", "--reshoot", "park_001"]) == 0
    (log,) = folder.glob("takes/*/park_002/take.log")
    again = Replay.load(log.parent)
    assert again.header.skill == "walk"
    assert len(again.steps) == len(walk.steps) > 40


def test_a_clip_of_the_users_own_plays_what_was_learned_from_it(folder: Path) -> None:
    assert main([*PLAY, "--skill", "stroll.txt"]) == 0
    assert only_take(folder).header.skill == "stroll"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--skill", "levitate"], ["levitate: no such skill", "walk"]),
        (["--skill", "stroll.txt", "--stages", "walks"], ["stroll: no stages of it", "backflip train stroll.txt"]),
        (["--stage", "strolls/iteration_00004.safetensors"], ["'stroll'", "does not ship", "--skill FILE"]),
        (["--skill", "walk", "--stage", str(list_stages(ladder_folder("backflip"))[0])], ["of backflip, not of walk"]),
    ],
    ids=["unknown", "nothing learned", "own clip not given", "two skills"],
)
def test_what_cannot_be_played_is_told(
    folder: Path, arguments: list[str], says: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*PLAY, *arguments]) == 2
    sentence = capsys.readouterr().err.splitlines()[-1]
    assert sentence.startswith("backflip: ")
    assert [words for words in says if words not in sentence] == []
    assert not (folder / "takes").exists()
