from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from game.controls import CONTROLLER, CONTROLS, REPLAY_CONTROLS, STEERING
from game.keys import SCHEMA, Keys, keys, keys_file, label_of, load_keys, toml_lines
from models.errors import InputError

HEAD = f'schema = "{SCHEMA}"\nversion = 1\n'


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's keys would be."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "backflip").mkdir()
    return tmp_path / "backflip" / "keys.toml"


def key_of(loaded: Keys, action: str) -> str | None:
    return next((control.key for control in loaded.play if control.action == action), None)


def test_without_a_file_the_keys_are_those_that_ship(file: Path):
    assert keys_file() == file
    assert load_keys() == Keys(CONTROLS, REPLAY_CONTROLS, CONTROLLER)
    file.touch()
    assert load_keys() == Keys()


def test_a_key_can_be_changed_taken_away_and_swapped(file: Path):
    file.write_text(HEAD + '[play]\npause = "f9"\nretry = "n"\nnewest_stage = "r"\nsingle_step = "none"\n')
    loaded = load_keys()
    assert [key_of(loaded, action) for action in ("pause", "retry", "newest_stage", "single_step")] == [
        "f9",
        "n",
        "r",
        None,
    ]
    assert next(control.label for control in loaded.play if control.action == "pause") == "F9"
    assert loaded.replay == REPLAY_CONTROLS
    assert len(loaded.play) == len(CONTROLS) - 1  # one step is on no key now


def test_an_action_may_have_several_keys(file: Path):
    file.write_text(HEAD + '[play]\npause = ["f11", "p"]\n')
    loaded = load_keys()
    assert [control.label for control in loaded.play if control.action == "pause"] == ["F11", "P"]
    file.write_text("\n".join(toml_lines(loaded)))
    assert load_keys() == loaded


def test_buttons_of_the_controller_too(file: Path):
    file.write_text(HEAD + '[controller]\na = "rewind"\nb = "none"\nshift_back = "quit"\n')
    kept = {button: action for button, action in CONTROLLER.items() if button != "b"}
    assert load_keys().controller == {**kept, "a": "rewind", "shift_back": "quit"}


def test_and_what_they_do_while_something_is_led(file: Path):
    file.write_text(HEAD + '[steering]\na = "lead_faster"\nshoulder = "none"\n')
    loaded = load_keys()
    kept = {button: action for button, action in STEERING.items() if button != "shoulder"}
    assert loaded.steering == {**kept, "a": "lead_faster"}
    assert loaded.controller == CONTROLLER
    file.write_text("\n".join(toml_lines(loaded)))
    assert load_keys() == loaded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[play]\npause = "n"', "'n' is the key of both 'newest_stage' and 'pause'; give one of them another"),
        ("[play]\npause = []", "'pause' is []"),
        ('[replay]\nquit = "space"', "'space' is the key of both"),
        ('[play]\npause = "w"', "'w', which moves the camera"),
        ('[play]\npause = "shift-p"', "'shift-p', which is no key"),
        ('[play]\npause = "P"', "'P', which is no key"),
        ("[play]\npause = 3", "'pause' is 3; write it as text in quotes, or as a list"),
        ('[play]\nlevitate = "y"', "unknown key 'levitate'"),
        ('[controller]\na = "levitate"', "'a' does 'levitate', which is no action"),
        ('[controller]\nq = "pause"', "unknown key 'q'"),
        ('[steering]\nleft = "fly"', "'left' does 'fly', which is no action"),
        ('[keys]\npause = "y"', "unknown key 'keys'"),
        ("[play", "not TOML"),
        ('[play]\npause = "f9"\npause = "f6"', "not TOML"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(file: Path, text: str, words: str):
    file.write_text(HEAD + text)
    with pytest.raises(InputError) as error:
        load_keys()
    assert words in str(error.value)
    assert str(error.value).startswith(str(file))


def test_a_file_of_another_version_is_refused(file: Path):
    file.write_text(HEAD.replace("1", "2"))
    with pytest.raises(InputError, match="version = 1"):
        load_keys()


def test_what_the_verb_prints_is_a_file_that_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]):
    file.write_text(HEAD + '[play]\npause = "f9"\nsingle_step = "none"\n')
    before = load_keys()
    assert keys(None) == 0
    printed = capsys.readouterr().out
    assert str(file) in printed
    assert tomllib.loads(printed)["play"]["pause"] == "f9"
    file.write_text(printed)
    assert load_keys() == before
    assert all(control.action in printed for control in CONTROLS)


def test_every_key_that_ships_can_be_written_in_the_file(file: Path):
    file.write_text("\n".join(toml_lines(Keys())))
    assert load_keys() == Keys()
    for control in (*CONTROLS, *REPLAY_CONTROLS):
        assert label_of(control.key) == control.label
