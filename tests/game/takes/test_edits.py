"""What is decided about a take after it was filmed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import filming
import pytest

from game.takes.edits import EDITS, Edits, Smoothing, change_edits, load_edits
from game.takes.facts import OtherSchemaError
from game.takes.library import open_library, recover
from game.takes.take import load_take
from models.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filming.film(tmp_path, 10)


def test_edits_come_back_and_the_take_is_not_touched(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert load_edits(folder) == Edits()
    change_edits(folder, circled=True, label="12A-3 »Anlauf«")
    change_edits(folder, starred=True, smoothing=Smoothing(0.5, 0.25, zero_lag=True))
    change_edits(folder, notes=lambda notes: (*notes, "good landing"))
    change_edits(folder, notes=lambda notes: (*notes, "soft at the end"))
    wanted = Edits("12A-3 »Anlauf«", True, True, ("good landing", "soft at the end"), Smoothing(0.5, 0.25, True))
    assert load_edits(folder) == load_take(folder).edits == wanted
    assert load_take(folder).label == "12A-3 »Anlauf«"
    assert change_edits(folder, smoothing=None).smoothing is None
    facts = json.loads((folder / EDITS).read_bytes())
    assert (facts["schema"], facts["version"]) == ("backflip.take_edits", 1)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != EDITS} == before


@pytest.mark.parametrize(
    "change",
    [
        {"label": "two\nlines"},
        {"notes": ("x" * 2001,)},
        {"smoothing": Smoothing(-1.0, 0.1)},
        {"smoothing": Smoothing(0.1, float("nan"))},
        {"smoothing": Smoothing(0.1, 61.0)},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(folder: Path, change: dict[str, object]) -> None:
    change_edits(folder, circled=True)
    with pytest.raises(InputError, match=r"park_001: '\w+' is .*; give"):
        change_edits(folder, **change)
    assert load_edits(folder) == Edits(circled=True)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"schema": "backflip.take_edits", "version": 2}',
        '{"schema": "backflip.take_edits", "version": 1, "circled": "yes"}',
        '{"schema": "backflip.take_edits", "version": 1, "notes": [1]}',
        '{"schema": "backflip.take_edits", "version": 1, "notes": 7}',
        '{"schema": "backflip.take_edits", "version": 1, "smoothing": {"speed": 1}}',
        '{"schema": "backflip.take_edits", "version": 1, "smoothing": [1, 2]}',
    ],
)
def test_hostile_edits_are_told_with_the_mend_and_the_take_is_left_alone(folder: Path, text: str) -> None:
    (folder / EDITS).write_text(text)
    with pytest.raises(OtherSchemaError, match=r"edits\.json: (damaged .*delete it|this program reads .*update it)"):
        load_take(folder)
    assert len(open_library(folder.parent.parent).notes) == 1
    with pytest.raises(OtherSchemaError):
        recover(folder)
    assert (folder / EDITS).read_text() == text


def test_a_folder_that_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    with filming.tiny_disk(tmp_path / "disk", "256k") as disk:
        os.system(f"cp -r {folder} {disk}/park_001 && mount -o remount,ro {disk}")
        with pytest.raises(InputError, match=r"edits\.json: cannot be written \(Read-only file system\); make room"):
            change_edits(disk / "park_001", circled=True)
        assert load_edits(disk / "park_001") == Edits()
