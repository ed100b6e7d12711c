from __future__ import annotations

from pathlib import Path

import pytest

from game.slate import Countdown, check_scene, shot_after, slate_of, toggle_mark
from game.takes.edits import load_edits
from models.errors import InputError
from tests.game.takes.filming import film


def test_scene_and_shot_are_part_of_the_name():
    assert slate_of("park", "", "") == "park"
    assert slate_of("park", "12", "A") == "park_12A"
    assert slate_of("park", "", "B") == "park_B"


@pytest.mark.parametrize(
    ("shot", "following"),
    [("", "A"), ("A", "B"), ("H", "J"), ("N", "P"), ("Z", "AA"), ("AZ", "BA"), ("ZZ", "AAA"), ("9", "10"), ("b", "C")],
)
def test_shots_go_on_without_i_and_o(shot: str, following: str):
    assert shot_after(shot) == following


@pytest.mark.parametrize(("scene", "shot"), [("1/2", ""), ("x" * 17, ""), ("12", "A A"), ("ü", "")])
def test_what_cannot_be_on_a_slate_is_refused(scene: str, shot: str):
    with pytest.raises(InputError, match="letters and digits"):
        check_scene(scene, shot)


def test_a_countdown_says_whole_seconds_and_ends_once():
    count, told, begun = Countdown(3.0), [], []
    for _ in range(40):
        told.append(count.text)
        count, begin = count.advance(0.1)
        begun.append(begin)
    assert list(dict.fromkeys(told)) == ["take in 3", "take in 2", "take in 1", ""]
    assert sum(begun) == 1
    assert begun[29] or begun[30]
    assert Countdown(0.0).advance(0.0) == (Countdown(), True)
    assert Countdown().advance(5.0) == (Countdown(), False)


def test_the_last_take_is_marked_and_unmarked(tmp_path: Path):
    assert toggle_mark(None, "circled") == "no take to mark yet"
    folder = film(tmp_path, 4)
    assert toggle_mark(folder, "circled") == "park_001 circled"
    assert toggle_mark(folder, "starred") == "park_001 starred"
    assert toggle_mark(folder, "circled") == "park_001 not circled"
    assert (load_edits(folder).circled, load_edits(folder).starred) == (False, True)
    assert "cannot be written" in toggle_mark(tmp_path / "gone", "circled")
