from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from game.environment.pictures import LARGEST, picture_size, read_photograph
from models.errors import InputError
from tests.conftest import ASSETS


def _refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_photograph(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def _quarters(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Red at the top left, the rest grey."""
    picture = Image.new("RGB", size, (128, 128, 128))
    picture.paste((250, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    return picture


def test_picture_size_reads_heads() -> None:
    assert picture_size(ASSETS / "environments" / "apartment" / "Wine_by_Jakkub_Mede.jpg") == (2560, 3837)


def test_a_photograph_is_kept_as_it_is(tmp_path: Path) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(np.stack((values, values[::-1], values.T), axis=-1)).save(tmp_path / "p.png")
    photograph = read_photograph(tmp_path / "p.png")
    np.testing.assert_array_equal(photograph.pixels[..., 0], values)
    np.testing.assert_array_equal(photograph.pixels[..., 1], values[::-1])
    assert photograph.pixels[..., 3].min() == 255
    assert photograph.note is None


@pytest.mark.parametrize(("orientation", "row", "column"), [(3, -1, -1), (6, 0, -1), (8, -1, 0)])
def test_a_photograph_rotated_by_exif_stands_upright(tmp_path: Path, orientation: int, row: int, column: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    _quarters().save(tmp_path / "p.jpg", exif=exif, quality=95)
    pixels = read_photograph(tmp_path / "p.jpg").pixels
    assert picture_size(tmp_path / "p.jpg") == (pixels.shape[1], pixels.shape[0])
    red, green, _, _ = pixels[row, column].astype(int)
    assert red > 200 > 60 > green


def test_sixteen_bits_are_shown_as_eight(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_photograph(tmp_path / "p.png").pixels[0, :, 0], (0, 128, 255))


def test_cmyk_is_refused(tmp_path: Path) -> None:
    _quarters().convert("CMYK").save(tmp_path / "p.jpg")
    assert "export it as sRGB" in _refused(tmp_path / "p.jpg")


@pytest.mark.parametrize("name", ["p.jpg", "p.png"])
def test_half_a_photograph_is_refused(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    assert "damaged" in _refused(tmp_path / name)


def test_the_size_of_half_a_png_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)).save(tmp_path / "p.png")
    (tmp_path / "p.png").write_bytes((tmp_path / "p.png").read_bytes()[:9000])
    with pytest.raises(InputError, match=r"p\.png: this photograph is damaged"):
        picture_size(tmp_path / "p.png")


def test_no_photograph_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in _refused(tmp_path / "lost.jpg")
    (tmp_path / "text.jpg").write_text("not a picture")
    assert "neither PNG, JPEG nor TIFF" in _refused(tmp_path / "text.jpg")


def test_a_hundred_megapixels_are_scaled_with_a_note(tmp_path: Path) -> None:
    Image.new("L", (12_500, 8_000), 77).save(tmp_path / "p.jpg")
    photograph = read_photograph(tmp_path / "p.jpg")
    assert picture_size(tmp_path / "p.jpg") == (12_500, 8_000)
    height, width = photograph.pixels.shape[:2]
    assert LARGEST / 2 <= width <= LARGEST
    assert width / height == pytest.approx(12.5 / 8.0, rel=1e-3)
    assert photograph.note is not None
    assert f"shown as {width} x {height}" in photograph.note
    assert abs(int(photograph.pixels[height // 2, width // 2, 0]) - 77) < 3


def test_a_colour_profile_is_followed(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _quarters().save(tmp_path / "p.png", icc_profile=srgb)
    difference = read_photograph(tmp_path / "p.png").pixels[..., :3].astype(int) - np.asarray(_quarters())
    assert np.abs(difference).max() <= 1
    _quarters().save(tmp_path / "broken.png", icc_profile=b"no profile at all")
    assert "colour profile is damaged" in _refused(tmp_path / "broken.png")


def test_a_mask_takes_away(tmp_path: Path) -> None:
    _quarters().save(tmp_path / "p.png")
    mask = Image.new("L", (120, 80), 255)
    mask.paste(0, (0, 0, 60, 80))
    mask.save(tmp_path / "mask.png")
    alpha = read_photograph(tmp_path / "p.png", tmp_path / "mask.png").pixels[..., 3]
    assert alpha[:, :28].max() == 0
    assert alpha[:, 32:].min() == 255
    Image.new("L", (80, 120)).save(tmp_path / "mask.png")
    with pytest.raises(InputError, match="of another shape"):
        read_photograph(tmp_path / "p.png", tmp_path / "mask.png")
