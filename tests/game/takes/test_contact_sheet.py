from __future__ import annotations

import io
from pathlib import Path

import filming
import numpy as np
from PIL import Image

from game.takes.contact_sheet import contact_sheet
from game.takes.edits import change_edits
from game.takes.export.thumbnail import NAME, write_thumbnail
from game.takes.library import open_library


def page(root: Path) -> np.ndarray:
    data = contact_sheet(open_library(root).takes)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_every_take_has_its_picture_and_marks(tmp_path: Path) -> None:
    folders = [filming.film(tmp_path, 4) for _ in range(5)]
    colours = ((200, 10, 10), (10, 200, 10), (10, 10, 200))
    for folder, colour in zip(folders, colours, strict=False):
        write_thumbnail(folder, np.full((104, 192, 3), colour, dtype=np.uint8))
    (folders[3] / NAME).write_bytes(b"no picture")
    before = page(tmp_path)
    assert before.shape == (2 * (208 + 54 + 16) + 16, 4 * 400 + 16, 3)
    for number, colour in enumerate(colours):
        assert np.abs(before[100, 16 + 400 * number + 190].astype(int) - colour).max() < 4
    change_edits(folders[0], circled=True)
    change_edits(folders[1], starred=True, label="x" * 300, notes=("y" * 300,))
    after = page(tmp_path)
    changed = np.abs(after.astype(int) - before).max(axis=2) > 40
    assert changed[224:278, 16:400].any()
    assert changed[224:278, 416:800].any()
    assert not changed[:, 816:].any()
    assert not changed[:224].any()


def test_an_empty_library_is_an_empty_page(tmp_path: Path) -> None:
    assert page(tmp_path).size > 0
