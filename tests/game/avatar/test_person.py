"""A person's folder from elsewhere: what is wrong with it is said in one sentence."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from game.avatar.avatar import Avatar
from game.avatar.model import check_bones, load_model
from game.avatar.person import Person, load_person
from game.avatar.skeleton import Skeleton
from models.errors import InputError


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """The shipped person's table beside a link to his model."""
    shutil.copy(folder / "person.toml", tmp_path / "person.toml")
    (tmp_path / "person.glb").symlink_to(folder / "person.glb")
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "person.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def rewrite_model(folder: Path, change: Callable[[Any], None]) -> None:
    """Put a model there whose JSON is changed and whose binary part is the shipped one's."""
    path = folder / "person.glb"
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + length])
    change(document)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary = data[20 + length :]
    path.unlink()
    head = struct.pack("<5I", 0x46546C67, 2, 20 + len(text) + len(binary), len(text), 0x4E4F534A)
    path.write_bytes(head + text + binary)


def test_the_shipped_person_is_whole(person: Person) -> None:
    assert person.bones.left.hand != person.bones.right.hand
    assert person.model.is_file()


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"person\.toml: cannot be read"):
        load_person(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[bones]", "[bones", "not TOML"),
        ("version = 1", "version = 2", "version = 1"),
        ("backflip.person", "backflip.place", "backflip.person"),
        ("height = 1.64", 'height = "tall"', "height"),
        ("height = 1.64", "height = nan", "height"),
        ("height = 1.64", "height = true", "height"),
        ('name = "Default"', "name = 3", "'name'"),
        ('["male_casualsuit06", "shoes06"]', "7", "'clothes'"),
        ('trunk = ["spine05", "spine04", "spine03", "spine02", "spine01"]', "trunk = []", "'trunk'"),
        ('neck = ["neck01", "neck02", "neck03", "head"]', "neck = [1]", "'neck'"),
        ("[bones.left]", "[bones.middle]", "'left'"),
        ("height = 1.64", "hieght = 1.64", "'height' is missing"),
        ("[bones.right]", "[bones.right]\ntail = 1", r"bones\.right: unknown key 'tail'"),
        ('"finger5-1.L", "finger5-2.L", "finger5-3.L"', "", "'fingers'"),
        ('model = "person.glb"', 'model = "nobody.glb"', r"nobody\.glb: cannot be read"),
        ('"lowerarm02.L"', '"lowerarm09.L"', r"'lowerarm09\.L'"),
    ],
)
def test_a_table_that_is_wrong(copy: Path, old: str, new: str, says: str) -> None:
    edit(copy, old, new)
    with pytest.raises(InputError, match=says):
        load_person(copy)


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(100), b"glTF"])
def test_a_model_that_is_none(copy: Path, data: bytes) -> None:
    (copy / "person.glb").unlink()
    (copy / "person.glb").write_bytes(data)
    with pytest.raises(InputError, match="not a binary glTF 2 model"):
        load_person(copy)


def test_a_model_cut_short(copy: Path, folder: Path) -> None:
    whole = (folder / "person.glb").read_bytes()
    (copy / "person.glb").unlink()
    (copy / "person.glb").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cut short"):
        load_person(copy)


def test_a_model_without_skin(copy: Path) -> None:
    rewrite_model(copy, lambda document: document.pop("skins"))
    with pytest.raises(InputError, match="has no skin"):
        load_person(copy)


def test_a_model_that_the_loader_rejects(copy: Path) -> None:
    rewrite_model(copy, lambda document: document["accessors"].clear())
    person = load_person(copy)
    with pytest.raises(InputError, match="loader cannot read it"):
        load_model(person.model)


def test_bones_out_of_order(copy: Path, skeleton: Skeleton) -> None:
    edit(copy, '"spine05", "spine04"', '"spine04", "spine05"')
    with pytest.raises(InputError, match="'spine05' does not hang below 'spine04'"):
        check_bones(load_person(copy), skeleton)


def test_clothes_that_he_does_not_wear(copy: Path, base: Any) -> None:
    edit(copy, '"shoes06"', '"boots"')
    with pytest.raises(InputError, match="no mesh 'boots'"):
        Avatar(base, copy)
