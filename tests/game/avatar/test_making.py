"""A person made of another: clothes follow the skin, the skeleton follows the measures, the model stays whole."""

from __future__ import annotations

import shutil
import struct
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from game.avatar.avatar import Avatar
from game.avatar.face_track import SHAPES
from game.avatar.glb import load_glb
from game.avatar.making import stature
from game.avatar.measures import Measures, sex_of
from game.avatar.reshaping import displacement, draped, from_gltf, joint_places, reshape, to_gltf
from game.casting import body_of
from game.performance import BodyPose
from models.body import Body, load_humanoid
from models.errors import InputError
from models.physique import load_body, size_of, write_body
from tests.game.avatar.conftest import vertices, zero_pose
from tests.models.test_physique import like


def test_a_model_written_is_a_model_read(folder: Path, tmp_path: Path) -> None:
    model = load_glb(folder / "person.glb")
    before = {i: model.array(i).copy() for i in range(len(model.document["accessors"]))}
    picture = model.picture(0)
    model.replace_picture(3, b"\x89PNG not quite")
    model.save(tmp_path / "other.glb")
    again = load_glb(tmp_path / "other.glb")
    for accessor, numbers in before.items():
        np.testing.assert_array_equal(again.array(accessor), numbers)
    assert again.picture(0) == picture
    assert again.picture(3) == b"\x89PNG not quite"


@pytest.mark.parametrize("data", [b"", b"glTF", struct.pack("<5I", 0x46546C67, 2, 99, 50, 0x4E4F534A) + b"{}"])
def test_a_model_that_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.glb").write_bytes(data)
    with pytest.raises(InputError, match="not a binary glTF 2 model"):
        load_glb(tmp_path / "bad.glb")


def test_axes_there_and_back() -> None:
    points = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(from_gltf(to_gltf(points)), points)
    np.testing.assert_array_equal(to_gltf(np.array([0.0, -1.0, 2.0])), [0.0, 2.0, 1.0])


def test_what_lies_near_the_skin_goes_with_it() -> None:
    skin = np.stack(np.meshgrid(np.linspace(0, 1, 30), np.linspace(0, 1, 30), [0.0]), axis=-1).reshape(-1, 3)
    shift = np.stack((0.1 * skin[:, 0], np.zeros(len(skin)), np.full(len(skin), 0.05)), axis=-1)
    points = np.array([[0.5, 0.5, 0.01], [0.2, 0.8, 0.02]])
    moved = displacement(points, skin, shift)
    np.testing.assert_allclose(moved, [[0.05, 0.0, 0.05], [0.02, 0.0, 0.05]], atol=2e-3)


def test_cloth_bridges_a_hollow_and_keeps_together_at_seams() -> None:
    across, along = np.meshgrid(np.arange(20), np.arange(20))
    places = np.stack((across, along, np.zeros((20, 20))), axis=-1).reshape(-1, 3).astype(np.float32)
    corner = np.array([row * 20 + column for row in range(19) for column in range(19)])
    triangles = np.concatenate([corner[:, None] + step for step in ((0, 1, 21), (0, 21, 20))])
    shift = np.zeros((400, 3))
    shift[:, 0] = 0.1
    shift[210, 2] = -0.05
    # the first row a second time, and only the first of each pair belongs to a triangle
    places, shift = np.concatenate((places, places[:20])), np.concatenate((shift, shift[:20]))
    even = draped(shift, places, triangles)
    np.testing.assert_allclose(even[:, 0], 0.1)
    assert -0.02 < even[210, 2] < 0.0
    assert even[:400, 2].sum() == pytest.approx(-0.05, rel=0.1)
    np.testing.assert_array_equal(even[400:], even[:20])


def test_a_taller_person_from_head_to_shoe(base: Any, folder: Path, tmp_path: Path, body: Body) -> None:
    model = load_glb(folder / "person.glb")
    places = joint_places(model)
    assert places["head"][2] > places["spine01"][2] > places["foot.L"][2] > 0.0
    before = stature(model)
    mesh = model.document["meshes"][0]["primitives"][0]["attributes"]
    skin = from_gltf(model.array(mesh["POSITION"]).astype(np.float64))
    reshape(model, skin, skin * 1.1, {bone: place * 1.1 for bone, place in places.items()})
    assert stature(model) == pytest.approx(1.1 * before, rel=0.015)
    normals = np.linalg.norm(model.array(mesh["NORMAL"]), axis=1)
    np.testing.assert_allclose(normals, 1.0, atol=1e-3)
    model.save(tmp_path / "person.glb")
    write_body(tmp_path / "body.urdf", like(body, 1.1 / 0.9009, 1.6))
    table = (folder / "person.toml").read_text()
    table = table.replace("height = 1.64", f"height = {stature(model):.4f}")
    (tmp_path / "person.toml").write_text(table.replace('"person.glb"\n', '"person.glb"\nbody = "body.urdf"\n'))
    wearer = body_of(tmp_path)
    assert wearer.digest == load_body(tmp_path / "body.urdf").digest
    avatar = Avatar(base, tmp_path, wearer)
    pose = zero_pose(wearer)
    avatar.show(BodyPose(pose.root_pos * size_of(wearer), pose.root_rot, pose.joint_rot))
    soles, hair = vertices(avatar, base, "shoes06")[:, 2].min(), vertices(avatar, base, "short02")[:, 2].max()
    assert soles == pytest.approx(0.0, abs=0.006)
    assert hair == pytest.approx(stature(model), abs=0.06)
    assert set(SHAPES) <= avatar.face.names
    avatar.destroy()


def test_the_default_person_wears_the_humanoid(folder: Path) -> None:
    assert body_of(folder).digest == load_humanoid().digest


def test_a_person_whose_body_is_gone(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "person.toml", tmp_path / "person.toml")
    (tmp_path / "person.glb").symlink_to(folder / "person.glb")
    text = (tmp_path / "person.toml").read_text()
    (tmp_path / "person.toml").write_text(text.replace('"person.glb"\n', '"person.glb"\nbody = "body.urdf"\n'))
    with pytest.raises(InputError, match=r"body\.urdf: cannot be read .*fit the person again"):
        body_of(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"height": 5.0}, "--height 5"),
        ({"mass": 720.0}, "--mass 720"),
        ({"mass": float("nan")}, "--mass nan"),
        ({"age": 3.0}, "--age 3"),
        ({"sex": 2.0}, "--sex 2"),
        ({"muscle": -1.0}, "--muscle -1"),
    ],
)
def test_measures_that_nobody_has(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=f"{says}: nobody is like that"):
        Measures(**({"height": 1.78, "mass": 72.0} | wrong))


def test_a_sex_is_a_word_or_a_number() -> None:
    assert (sex_of("male"), sex_of("female"), sex_of("0.4")) == (0.0, 1.0, 0.4)
    with pytest.raises(ArgumentTypeError, match="neither: give male, female"):
        sex_of("neither")
