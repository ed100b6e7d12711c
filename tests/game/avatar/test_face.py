"""The face: every copy of a slider moves, lids and chest live by themselves, a recorded face plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from game.avatar.avatar import Avatar
from game.avatar.face_track import SHAPES, load_face_track
from game.avatar.life import blink, breath
from game.performance import BodyPose
from models.body import Body
from models.errors import InputError
from models.rotations import Array
from tests.game.avatar.conftest import vertices, zero_pose

HEADER = ["Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in SHAPES), "HeadYaw"]


def write(path: Path, rows: list[tuple[str, dict[str, str]]], header: list[str] | None = None) -> Path:
    """A track whose cells are 0 but for those told, by column."""
    header = header or HEADER
    lines = [",".join(header)]
    for timecode, cells in rows:
        told = {"Timecode": timecode, "BlendShapeCount": "61"} | cells
        lines.append(",".join(told.get(name, "0.0") for name in header))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def avatar(shared_base: Any, folder: Path, body: Body) -> Iterator[Avatar]:
    avatar = Avatar(shared_base, folder, body)
    yield avatar
    avatar.destroy()


@pytest.fixture(autouse=True)
def straight_face(avatar: Avatar) -> None:
    avatar.face_track = None
    avatar.face.show({})


@pytest.fixture
def track(tmp_path: Path) -> Path:
    rows = [("11:25:39:58.000", {}), ("11:25:40:28.000", {"JawOpen": "0.8"}), ("11:25:42:28.5", {"JawOpen": "0.2"})]
    return write(tmp_path / "face.csv", rows)


def test_all_shapes_move_something_and_go_back(base: Any, avatar: Avatar, body: Body) -> None:
    assert set(SHAPES) <= avatar.face.names

    def shown(weights: dict[str, float]) -> Array:
        avatar.face.show(weights)
        avatar.show(zero_pose(body))
        return np.concatenate([vertices(avatar, base, mesh) for mesh in ("body", "Low-Poly", "Teeth_Base")])

    still = shown({})
    for shape in sorted(set(SHAPES) - {"tongueOut"}):  # he has no tongue
        assert np.abs(shown({shape: 1.0}) - still).max() > 2e-4, shape
    np.testing.assert_allclose(shown({}), still, atol=1e-6)


def test_the_teeth_go_with_the_jaw_and_the_brows_with_the_brow(base: Any, avatar: Avatar, body: Body) -> None:
    for shape, mesh, least in (("jawOpen", "Teeth_Base", 0.01), ("browInnerUp", "eyebrow001", 0.002)):
        avatar.face.show({})
        avatar.show(zero_pose(body))
        before = vertices(avatar, base, mesh)
        avatar.face.show({shape: 1.0})
        avatar.show(zero_pose(body))
        assert np.abs(vertices(avatar, base, mesh) - before).max() > least


def test_lids_shut_about_17_times_a_minute_and_no_two_minutes_alike() -> None:
    seconds = np.arange(0.0, 600.0, 0.01)
    shut = np.array([blink(second) for second in seconds])
    starts = seconds[1:][(shut[1:] > 0.0) & (shut[:-1] == 0.0)]
    assert 140 < len(starts) < 200
    assert np.ptp(np.diff(starts)) > 1.0
    assert shut.max() == 1.0
    assert np.mean(shut > 0.0) < 0.1


def test_breath_has_no_jumps() -> None:
    chest = np.array([breath(second) for second in np.arange(0.0, 20.0, 0.01)])
    assert np.abs(np.diff(chest)).max() < 0.02
    assert chest.min() < 0.01
    assert chest.max() > 0.99


def test_he_blinks_and_breathes_by_himself(base: Any, avatar: Avatar, body: Body) -> None:
    shirts, lids = [], []
    for second in np.arange(0.0, 4.0, 0.05):
        avatar.live(1, float(second))
        avatar.show(zero_pose(body))
        shirts.append(vertices(avatar, base, "male_casualsuit06"))
        lids.append(vertices(avatar, base, "body"))
    moved = np.ptp(np.array(shirts), axis=0).max(axis=1)
    assert 0.003 < moved.max() < 0.02  # the chest, by millimetres
    assert np.ptp(np.array(lids)[..., 2], axis=0).max() > 0.004  # a lid, by more


def test_a_track_is_read(track: Path) -> None:
    face = load_face_track(track)
    np.testing.assert_allclose(face.times, [0.0, 0.5, 2.5 + 0.5 / 60.0])
    assert face.at(-1.0)["jawOpen"] == 0.0
    assert face.at(0.25)["jawOpen"] == pytest.approx(0.4)
    assert face.at(99.0)["jawOpen"] == pytest.approx(0.2)
    assert set(face.at(0.0)) == set(SHAPES)


def test_a_track_across_midnight_at_30_pictures(tmp_path: Path) -> None:
    rows = [(f"{'23:59' if second < 2 else '00:00'}:{(58 + second) % 60:02d}:29.0", {}) for second in range(4)]
    face = load_face_track(write(tmp_path / "night.csv", rows))
    np.testing.assert_allclose(face.times, [0.0, 1.0, 2.0, 3.0])


def test_a_track_plays_on_the_face(base: Any, avatar: Avatar, body: Body, track: Path) -> None:
    avatar.face_track = load_face_track(track)
    chins = []
    for second in (0.0, 0.5, 3.0):
        avatar.live(1, second)
        avatar.show(zero_pose(body))
        chins.append(vertices(avatar, base, "Teeth_Base")[:, 2].min())
    assert chins[1] < chins[2] < chins[0]


@pytest.mark.parametrize(
    ("header", "cells", "says"),
    [
        ([name for name in HEADER if name != "MouthClose"], {}, "no column 'mouthClose'"),
        ([name for name in HEADER if "Eye" not in name], {}, "no column 'eyeBlinkLeft' and 13 more"),
        (HEADER, {"JawOpen": "nan"}, "row 3: jawOpen is 'nan'"),
        (HEADER, {"JawOpen": "inf"}, "row 3: jawOpen is 'inf'"),
        (HEADER, {"JawOpen": ""}, "row 3: jawOpen is ''"),
        (HEADER, {"JawOpen": "75"}, "a number from 0 to 1"),
        (HEADER, {"Timecode": "yesterday"}, "row 3: the timecode is 'yesterday'"),
        (HEADER, {"Timecode": "10:00:00:00.0"}, "row 3: its timecode is not later"),
        (HEADER, {"Timecode": "10:00:00:99.0"}, "counts to 99 frames"),
    ],
)
def test_a_track_that_is_none(tmp_path: Path, header: list[str], cells: dict[str, str], says: str) -> None:
    path = write(tmp_path / "bad.csv", [("10:00:00:00.0", {}), ("10:00:00:01.0", cells)], header)
    with pytest.raises(InputError, match=says):
        load_face_track(path)


@pytest.mark.parametrize("data", [b"", b"Timecode\n", b"\xff\xfe\x00", b'"' + b"x" * 200_000])
def test_files_that_are_no_tracks(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(data)
    with pytest.raises(InputError, match=r"bad\.csv"):
        load_face_track(tmp_path / "bad.csv")


def test_a_face_track_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_face_track(tmp_path / "none.csv")


def test_the_same_moment_gives_the_same_picture(
    base: Any, avatar: Avatar, body: Body, at: Callable[[float], BodyPose]
) -> None:
    avatar.live(3, 1.25)
    avatar.show(at(0.8))
    first = vertices(avatar, base, "body")
    avatar.live(1, 0.4)
    avatar.show(at(0.1))
    avatar.live(3, 1.25)
    avatar.show(at(0.8))
    np.testing.assert_array_equal(vertices(avatar, base, "body"), first)
