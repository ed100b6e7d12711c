from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from game.camera.pose import CameraPose
from game.environment.catalogue import FILE_NAME, load_environment
from game.marking import free_name, keep_mark
from models.coords import hpr_to_wxyz
from models.errors import InputError
from tests.conftest import ASSETS
from tests.game.test_session import ASIDE, HOME, Shoot, run, shoot  # noqa: F401


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The file of a place that may be changed."""
    folder = tmp_path / "mine"
    shutil.copytree(ASSETS / "environments" / "apartment", folder)
    return folder / FILE_NAME


def test_a_mark_is_added_to_the_file_and_nothing_else_is_changed(place: Path):
    before, known = place.read_text(), load_environment(place.parent).operators
    keep_mark(place, "mark 1", CameraPose(np.array([1.0, -2.25, 1.5]), hpr_to_wxyz(30.0, -12.5, 4.0)))
    operators = load_environment(place.parent).operators
    assert operators[:-1] == known
    assert operators[-1].name == "mark 1"
    assert operators[-1].position == (1.0, -2.25, 1.5)
    assert operators[-1].hpr == pytest.approx((30.0, -12.5, 4.0))
    lines = place.read_text().splitlines()
    assert [line for line in before.splitlines() if line not in lines] == []


def test_a_name_is_free(place: Path):
    assert free_name([]) == "mark 1"
    assert free_name(["sofa", "mark 2", "mark 1"]) == "mark 3"


def test_a_file_that_is_no_place_any_more_is_left_as_it_is(place: Path):
    for text, words in (("operator =", "not TOML"), ('name = "x"\n', "lost its")):
        place.write_text(text)
        with pytest.raises(InputError, match=words):
            keep_mark(place, "mark 1", HOME)
        assert place.read_text() == text


def test_the_operator_keeps_a_mark_and_comes_back_to_it(shoot: Shoot, place: Path):  # noqa: F811
    session = shoot[0]
    session.keep_mark()
    assert session.hint == "this place has no file to keep a mark in"
    session.settings = dataclasses.replace(session.settings, place=place)
    session.operator.go_to_mark(1)
    here = run(shoot, 0.1)[-1]
    session.keep_mark()
    assert session.operator.marks == ("home", "aside", "mark 1")
    assert session.operator.mark == "mark 1"
    assert session.hint.startswith("kept as mark 1")
    session.operator.go_to_mark(0)
    assert np.linalg.norm(run(shoot, 0.02)[-1].position - HOME.position) < 0.01
    session.operator.go_to_mark(2)
    assert np.allclose(run(shoot, 0.02)[-1].position, here.position, atol=0.01)
    assert np.linalg.norm(here.position - ASIDE.position) < 0.2
    place.write_text("lost")
    session.keep_mark()
    assert "not TOML" in session.hint
    assert len(session.operator.marks) == 3
