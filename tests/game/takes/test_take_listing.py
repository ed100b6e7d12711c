from __future__ import annotations

import json
from pathlib import Path

import filming
import pytest
from rich.console import Console, RenderableType

from game.takes.facts import SECOND
from game.takes.library import open_library
from game.takes.listing import clock, describe, describe_library, library_table, take_table
from game.takes.recorder import Recorder
from game.takes.take import load_take


def printed(what: RenderableType) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    filming.film(tmp_path, 4)
    recorder = Recorder(tmp_path, filming.header("pool"))
    recorder.snapshot(filming.START + 62 * SECOND, filming.snapshot())
    recorder.event(filming.START + 3 * SECOND, "origin_moved", {"by": "[red]"})
    recorder.close()
    return tmp_path


def test_a_take_is_described_in_full(root: Path) -> None:
    (folder,) = root.glob("*/park_001")
    facts = json.loads(json.dumps(describe(load_take(folder))))
    assert facts["folder"] == str(folder)
    assert {"id", "duration", "events", "attempts", "flags", "log"} <= set(facts)


def test_a_library_is_described_without_single_events(root: Path) -> None:
    facts = json.loads(json.dumps(describe_library(open_library(root))))
    assert [take["id"] for take in facts["takes"]] == ["park_001", "pool_001"]
    assert all("events" not in take for take in facts["takes"])
    assert (facts["cut_off"], facts["notes"]) == ([], [])


def test_tables_show_what_people_look_for(root: Path) -> None:
    text = printed(library_table(open_library(root)))
    row = next(line for line in text.splitlines() if "pool_001" in line)
    assert "1:02.00" in row
    assert "origin moved" in row
    (folder,) = root.glob("*/pool_001")
    shown = printed(take_table(load_take(folder)))
    assert "0:03.00" in shown
    assert "by [red]" in shown


def test_what_was_cut_off_is_shown_with_its_mend(root: Path) -> None:
    (folder,) = root.glob("*/park_001")
    (folder / "take.json").unlink()
    assert f"cut off: {folder}; run `backflip takes recover`" in printed(library_table(open_library(root))).replace(
        "\n", ""
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00.00"), (59.999, "1:00.00"), (61.5, "1:01.50"), (-0.25, "-0:00.25")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
