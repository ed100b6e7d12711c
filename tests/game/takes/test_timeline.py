"""Timelines are read again with OpenTimelineIO and its EDL adapter."""

from __future__ import annotations

from pathlib import Path

import export_take
import opentimelineio as otio
import pytest

from game.takes.edits import change_edits
from game.takes.export.timeline import encode_timeline
from game.takes.library import chosen, open_library
from game.takes.take import Take
from models.body import Body
from models.errors import InputError


@pytest.fixture(scope="module")
def takes(body: Body, tmp_path_factory: pytest.TempPathFactory) -> tuple[Take, ...]:
    """Two circled takes and one that is not."""
    root = tmp_path_factory.mktemp("takes")
    shots = (("park", "A"), ("park", "A"), ("apartment_window", "B"))
    folders = [export_take.record(root, body, *shot) for shot in shots]
    change_edits(folders[1], circled=True)
    change_edits(folders[2], circled=True, starred=True, label="12B-3", notes=("good landing",))
    assert [take.id for take in chosen(open_library(root), starred=True).takes] == ["apartment_window_001"]
    return chosen(open_library(root), circled=True).takes


def read(takes: tuple[Take, ...], suffix: str, folder: Path) -> list[otio.schema.Clip]:
    path = folder / f"film{suffix}"
    path.write_bytes(encode_timeline(takes, "film", Path("movies"), suffix))
    # An EDL does not say its rate.
    timeline = otio.adapters.read_from_file(str(path), **({"rate": 25} if suffix == ".edl" else {}))
    assert [item.range_in_parent().start_time.value for item in timeline.find_clips()] == [0, 50]
    return list(timeline.find_clips())


def test_a_timeline_holds_whole_circled_takes_in_order(takes: tuple[Take, ...], tmp_path: Path) -> None:
    clips = read(takes, ".otio", tmp_path)
    assert [clip.name for clip in clips] == ["park_002", "12B-3"]
    assert [clip.source_range for clip in clips] == [
        otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(50, 25))
    ] * 2
    assert clips[1].media_reference.target_url == "movies/apartment_window_001.mp4"
    about = clips[1].metadata["backflip"]
    assert (about["take"], about["scene"], about["shot"]) == ("apartment_window_001", "12", "B")
    assert (about["circled"], about["starred"], list(about["notes"])) == (True, True, ["good landing"])
    (marker,) = clips[0].markers
    assert (marker.name, marker.marked_range.start_time.value) == ("marker 1", 25)


def test_an_edl_cuts_the_same(takes: tuple[Take, ...], tmp_path: Path) -> None:
    clips = read(takes, ".edl", tmp_path)
    assert [clip.name for clip in clips] == ["park_002", "12B-3"]
    assert [clip.metadata["cmx_3600"]["reel"] for clip in clips] == ["park_002", "apartment_window_001"]
    for clip in clips:
        assert (clip.source_range.duration.value, clip.source_range.duration.rate) == (50, 25)
    text = (tmp_path / "film.edl").read_text()
    assert "00:00:00:00 00:00:02:00 00:00:02:00 00:00:04:00" in text
    assert "LOC: 00:00:01:00" in text


def test_nothing_to_show_is_told(takes: tuple[Take, ...]) -> None:
    with pytest.raises(InputError, match="--circle"):
        encode_timeline((), "film", Path(), ".otio")
    with pytest.raises(InputError, match=r"film\.xml: timelines are \.otio or \.edl"):
        encode_timeline(takes, "film", Path(), ".xml")
