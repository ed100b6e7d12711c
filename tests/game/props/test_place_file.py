"""Props in a place's file: read, refused, and written back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from game.environment.catalogue import FILE_NAME, find_environments, load_environment
from game.props.keeping import keep
from models.errors import InputError
from models.props import poses_of, standing_pose
from tests.conftest import ASSETS


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ASSETS / "environments" / "park", tmp_path / "park"))


def test_every_shipped_place_has_something_to_land_on() -> None:
    for folder in find_environments(ASSETS / "environments"):
        kinds = [prop.kind.name for prop in load_environment(folder).props]
        assert {"mattress", "cushion"} <= set(kinds), folder
        assert {"box", "chair", "ball", "bottle"} <= set(kinds), folder


def test_props_are_turned_into_the_frame_of_physics(park: Path) -> None:
    with (park / FILE_NAME).open("a") as file:
        file.write('\n[[prop]]\nkind = "chair"\nname = "second chair"\nposition = [1.0, 2.0, 0.5]\nheading = 90.0\n')
    place = load_environment(park)
    prop = place.props[-1]
    assert (prop.name, prop.kind.name, prop.foot) == ("second chair", "chair", (1.0, 0.5, -2.0))
    assert prop.yaw == pytest.approx(np.radians(90.0))
    assert place.photographed == frozenset()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('kind = "piano"\nposition = [0, 0, 0]', "'kind' is 'piano'; use one of mattress, cushion"),
        ('kind = "ball"\nname = "roof"\nposition = [0, 0, 0]', "the prop 'roof' has the name of something else"),
        ('kind = "ball"\nname = "ground"\nposition = [0, 0, 0]', "the prop 'ground' has the name"),
        ('kind = "ball"\nposition = [9, 9, 0]', "the prop 'ball' has the name"),
        ('kind = "ball"\nname = "b"\nposition = [0, 0]', "3 numbers"),
        ('kind = "ball"\nname = "b"\nposition = [0, 0, 0]\nmass = 3', "unknown key 'mass'"),
    ],
)
def test_a_bad_prop_is_refused_in_one_sentence(park: Path, table: str, said: str) -> None:
    with (park / FILE_NAME).open("a") as file:
        file.write(f"\n[[prop]]\n{table}\n")
    with pytest.raises(InputError, match=said.replace("[", r"\[")):
        load_environment(park)


def test_props_are_kept_where_they_stand_and_nothing_else_changes(park: Path) -> None:
    before = load_environment(park)
    text = (park / FILE_NAME).read_text()
    poses = poses_of(before.props)
    chair = next(i for i, prop in enumerate(before.props) if prop.name == "chair")
    poses[chair] = standing_pose(before.props[chair].kind, np.array([1.25, 0.0, -3.5]), np.radians(-30.0))
    keep(park / FILE_NAME, before.props, poses)
    after = load_environment(park)
    assert np.allclose(poses_of(after.props), poses, atol=2e-3)
    assert after.surfaces == before.surfaces
    old, new = text.splitlines(), (park / FILE_NAME).read_text().splitlines()
    assert len(old) == len(new)
    changed = [line for line, was in zip(new, old, strict=True) if line != was]
    assert changed == ["position = [1.25, 3.5, 0.0]", "heading = -30.0"]


def test_a_file_without_the_prop_is_left_alone(park: Path) -> None:
    props = load_environment(park).props
    path = park / FILE_NAME
    path.write_text(path.read_text().replace('kind = "chair"', 'kind = "chair"\nname = "stool"'))
    text = path.read_text()
    with pytest.raises(InputError, match="the prop 'chair' is no longer in it"):
        keep(path, props, poses_of(props))
    assert path.read_text() == text
    path.write_text("[mark")
    with pytest.raises(InputError, match="not TOML"):
        keep(path, props, poses_of(props))
