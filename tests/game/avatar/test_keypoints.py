"""Photographs that nobody can be measured in, and one that somebody can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from game.avatar.keypoints import ANKLES, EYES, KNEES, NOSE, SHOULDERS, sight
from models.errors import InputError
from tests.game.avatar.photographs import around, photograph


@pytest.fixture(scope="module")
def picture(shared_base: Any, folder: Path) -> Image.Image:
    return Image.fromarray(photograph(shared_base, folder / "person.glb", around(0.0, size=(480, 640)))[..., :3])


def test_a_photograph_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"front\.jpg: this photograph cannot be read"):
        sight(tmp_path / "front.jpg")


def test_a_photograph_cut_short(tmp_path: Path, picture: Image.Image) -> None:
    picture.save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"half\.jpg: this photograph is damaged .*export it again"):
        sight(tmp_path / "half.jpg")


def test_a_photograph_in_the_colours_of_print(tmp_path: Path, picture: Image.Image) -> None:
    picture.convert("CMYK").save(tmp_path / "print.jpg")
    with pytest.raises(InputError, match=r"print\.jpg: .*CMYK.*export it as sRGB"):
        sight(tmp_path / "print.jpg")


def test_a_picture_of_nobody(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe")
    deep = np.random.default_rng(1).integers(0, 65535, (480, 360), dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")  # 16 bits
    with pytest.raises(InputError, match=r"deep\.png: nobody is found in it; photograph one person from head to feet"):
        sight(tmp_path / "deep.png")


def test_two_people(tmp_path: Path, picture: Image.Image) -> None:
    pytest.importorskip("mediapipe")
    pair = Image.new("RGB", (720, 640), picture.getpixel((0, 0)))
    figure = picture.crop((60, 0, 420, 640))
    pair.paste(figure, (0, 0))
    pair.paste(figure, (360, 0))
    pair.save(tmp_path / "pair.png")
    with pytest.raises(InputError, match=r"pair\.png: more than one person.*cut the picture"):
        sight(tmp_path / "pair.png")


def test_a_portrait(tmp_path: Path, picture: Image.Image) -> None:
    pytest.importorskip("mediapipe")
    picture.crop((140, 90, 340, 330)).save(tmp_path / "portrait.png")
    with pytest.raises(InputError, match=r"portrait\.png: the feet cannot be seen; photograph the whole person"):
        sight(tmp_path / "portrait.png")


def test_somebody_is_found_upright_and_scaled(tmp_path: Path, picture: Image.Image) -> None:
    pytest.importorskip("mediapipe")
    notes = Image.Exif()
    notes[0x0112] = 6  # the camera lay on its side
    large = picture.resize((9000, 12000)).transpose(Image.Transpose.ROTATE_90)
    large.save(tmp_path / "large.jpg", exif=notes)
    found = sight(tmp_path / "large.jpg")
    assert found.pixels.shape == (2560, 1920, 3)
    assert any("12000 x 9000 pixels are more" in note for note in found.notes)
    assert any("26 mm" in note for note in found.notes)
    points = found.points / 4.0
    assert abs(points[NOSE, 0] - 240) < 8
    assert points[EYES[0], 0] > points[NOSE, 0] > points[EYES[1], 0]
    assert points[list(SHOULDERS), 1].mean() < points[list(KNEES), 1].mean() < points[list(ANKLES), 1].mean()
    assert found.mask.shape == (2560, 1920)
    assert found.mask[1280, 960] > 0.5 > found.mask[20, 20]
