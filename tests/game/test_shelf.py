from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from game.borrowed_shelf import BorrowedShelf
from game.clips import Clips
from game.shelf import Shelf
from models.assets import ASSETS
from models.body import Body
from models.errors import InputError
from models.physique import load_body, write_body
from tests.game.conftest import publish
from tests.models.test_physique import like


@pytest.fixture
def shelf(ladders: Path, clips: Clips) -> Shelf:
    return Shelf(sorted(ladders.iterdir()), clips)


def names(paths: list[Path]) -> list[str]:
    return [f"{path.parent.name}/{path.stem[-1]}" for path in paths]


def test_every_skill_has_its_own_ladder(shelf: Shelf) -> None:
    assert shelf.skills == ["backflip", "walk", "getup_faceup"]
    assert names(shelf.ladder("backflip")) == ["backflip/0", "backflip/1", "backflip/2"]
    assert names(shelf.ladder("walk")) == ["walk/0", "walk/1"]
    assert shelf.ladder("roll") == []
    assert shelf.take_notes() == []


def test_neighbours_are_of_the_same_skill(shelf: Shelf) -> None:
    walk = shelf.ladder("walk")
    assert [shelf.neighbour(walk[0], step) for step in (-1, 1, 2)] == [walk[0], walk[1], walk[1]]


def test_each_stage_is_played_with_the_clip_of_its_skill_made_once(shelf: Shelf) -> None:
    for skill in ("walk", "getup_faceup"):
        stage = shelf.load(shelf.ladder(skill)[0])
        reference = shelf.reference(stage.info.skill)
        assert reference.clip.name == skill
        assert shelf.reference(skill) is reference
    assert shelf.reference("walk").loop
    assert not shelf.reference("getup_faceup").loop


def test_a_stage_of_a_clip_of_the_users_own_is_told_apart_until_the_clip_is_given(body: Body, tmp_path: Path) -> None:
    shutil.copy(ASSETS / "motions" / "walk.txt", tmp_path / "stroll.txt")
    path = publish(tmp_path, body, 3, skill="stroll")
    clips = Clips(body)
    shelf = Shelf([tmp_path], clips)
    sentence = f"{path}: learned 'stroll' from a clip that does not ship; play it with that clip: --skill FILE"
    assert shelf.take_notes() == [sentence]
    assert shelf.skills == []
    with pytest.raises(InputError, match="from a clip that does not ship"):
        shelf.load(path)
    assert clips.add(str(tmp_path / "stroll.txt")) == "stroll"
    shelf = Shelf([tmp_path], clips)
    assert shelf.skills == ["stroll"]
    assert shelf.reference(shelf.load(path).info.skill).clip.name == "stroll"


def test_a_clip_that_there_is_not_is_told(clips: Clips) -> None:
    assert clips.add("walk") == "walk"
    with pytest.raises(InputError, match=r"levitate: no such skill; choose one of .*walk"):
        clips.add("levitate")


def test_a_person_plays_every_skill_in_their_own_measures(
    ladders: Path, body: Body, clips: Clips, tmp_path: Path
) -> None:
    write_body(tmp_path / "body.urdf", like(body, 1.2, 1.6))
    person = load_body(tmp_path / "body.urdf")
    shelf = BorrowedShelf([ladders / "walk"], Clips(person))
    assert shelf.skills == ["walk"]
    assert shelf.load(shelf.ladder("walk")[0]).info.body != person.digest
    assert shelf.reference("walk").travel[0] == pytest.approx(1.2 * clips.reference("walk").travel[0])
