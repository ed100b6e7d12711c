from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import filming
import pytest

from game.takes.edits import change_edits
from game.takes.facts import decode_header, encode_header, to_json
from game.takes.folders import BIN, LOG, PARTIAL, SUMMARY
from game.takes.index import INDEX
from game.takes.journal import MAGIC, Reader, scan
from game.takes.library import (
    TORN,
    chosen,
    discard,
    find,
    find_folder,
    open_library,
    recover,
    recover_all,
    restore,
)
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from models.errors import InputError


def cut_off(root: Path, ticks: int = 30, torn: bytes = b"\x02\xff") -> Path:
    """A take as a sudden death leaves it."""
    folder = filming.film(root, ticks)
    (folder / SUMMARY).unlink()
    with (folder / LOG).open("ab") as log:
        log.write(torn)
    return folder.rename(folder.with_name(folder.name + PARTIAL))


def test_lists_takes_and_those_cut_off(tmp_path: Path) -> None:
    filming.film(tmp_path, 4)
    filming.film(tmp_path, 4, "apartment")
    partial = cut_off(tmp_path)
    recorder = Recorder(tmp_path, filming.header("live"))
    (tmp_path / "notes").mkdir()
    library = open_library(tmp_path)
    assert [take.id for take in library.takes] == ["apartment_001", "park_001"]
    assert library.cut_off == (partial,)  # not the one being recorded
    assert library.notes == ()
    recorder.close()


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert open_library(tmp_path / "nothing") == open_library(tmp_path)


def test_listing_reads_no_journal(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    (folder / LOG).write_bytes(b"")
    assert [take.id for take in open_library(tmp_path).takes] == ["park_001"]


def test_a_take_that_cannot_be_read_is_told_and_the_others_listed(tmp_path: Path) -> None:
    first, _ = filming.film(tmp_path, 4), filming.film(tmp_path, 4)
    (first / SUMMARY).write_text("{")
    library = open_library(tmp_path)
    assert [take.id for take in library.takes] == ["park_002"]
    assert len(library.notes) == 1
    assert "park_001/take.json: damaged" in library.notes[0]


def test_finds_by_id_by_its_start_and_by_folder(tmp_path: Path) -> None:
    folders = [filming.film(tmp_path, 2, slate) for slate in ("park", "park", "pool", "pool_s03")]
    assert find(tmp_path, "park_001").folder == folders[0]
    assert find(tmp_path, "pool_001").folder == folders[2]
    assert find(tmp_path, "pool_s").folder == folders[3]
    assert find(tmp_path, str(folders[1])).folder == folders[1]
    assert find(tmp_path / "elsewhere", str(folders[1])).folder == folders[1]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("park", "'park' may be park_001, park_002; write more"),
        ("garden", "'garden': no such take; there are park_001, park_002, pool_001"),
        ("", "no such take; there are park_001"),
    ],
)
def test_says_what_there_is(tmp_path: Path, wanted: str, told: str) -> None:
    for slate in ("park", "park", "pool"):
        filming.film(tmp_path, 2, slate)
    with pytest.raises(InputError, match=told):
        find(tmp_path, wanted)


def test_says_that_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has none"):
        find(tmp_path, "park_001")
    with pytest.raises(InputError, match="no take"):
        find(tmp_path, str(tmp_path))


def test_recovers_whole_records_and_keeps_the_torn_rest(tmp_path: Path) -> None:
    partial = cut_off(tmp_path, 30, b"\x02\xff torn")
    take = recover(partial)
    assert take.folder == partial.with_name("park_001")
    assert take.flags == ("recovered",)
    assert take.facts["counts"] == {"snapshots": 30, "samples": 15, "settings": 0, "events": 1}
    assert (take.folder / TORN).read_bytes() == b"\x02\xff torn"
    assert scan(take.log).lost_bytes == 0
    assert Replay.load(take.folder).frame(0.1).tick == 12
    assert [take.id for take in open_library(tmp_path).takes] == ["park_001"]


def test_recovers_from_a_cut_anywhere(tmp_path: Path) -> None:
    source = cut_off(tmp_path / "source", 4, b"") / LOG
    whole = source.read_bytes()
    first = len(MAGIC) + 4 + 9 + len(next(iter(Reader(source))).payload)  # where the header's record ends
    steps = set()
    for length in (0, 5, first - 1, first, *range(first + 1, len(whole), 53), len(whole)):
        partial = tmp_path / "2026-01-01" / f"park_001{PARTIAL}"
        partial.mkdir(parents=True)
        (partial / LOG).write_bytes(whole[:length])
        if length < first:
            with pytest.raises(InputError, match="nothing was recorded"):
                recover(partial)
        else:
            steps.add(len(Replay.load(recover(partial).folder).steps))
        shutil.rmtree(tmp_path / "2026-01-01")
        shutil.rmtree(tmp_path / BIN, ignore_errors=True)
    assert steps == {0, 1, 2, 3, 4}


def test_one_that_cannot_be_recovered_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    empty, strange, good = cut_off(tmp_path, 2), cut_off(tmp_path, 2), cut_off(tmp_path, 30)
    (empty / LOG).write_bytes(MAGIC)
    (strange / LOG).write_bytes(b"no journal at all")
    takes, problems = recover_all(tmp_path)
    assert [take.folder for take in takes] == [good.with_name("park_003")]
    assert [problem.split(":")[0] for problem in problems] == [str(empty), str(strange / LOG)]
    binned = tmp_path / BIN / empty.parent.name / empty.name
    assert str(binned) in problems[0]
    assert (binned / LOG).read_bytes() == MAGIC  # nothing is deleted
    assert recover_all(tmp_path) == ([], problems[1:])  # told once
    assert filming.film(tmp_path, 2).name == "park_004"


def test_a_header_of_another_version_of_this_program_is_read(tmp_path: Path) -> None:
    """Fields come and go; those that both know are read."""
    header = json.loads(encode_header(filming.header(), "2026-01-01T10:00:00+00:00"))
    payload = to_json({**header, "performance_from": ""})
    assert decode_header(payload) == (filming.header(), "2026-01-01T10:00:00+00:00")


def test_a_whole_take_is_left_alone(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match="is whole"):
        recover(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_damaged_take_keeps_what_comes_before_the_damage(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 30)
    data = bytearray((folder / LOG).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / LOG).write_bytes(data)
    take = recover(folder)
    assert take.folder == folder
    assert 5 < take.facts["counts"]["snapshots"] < 25
    assert take.log.read_bytes() + (folder / TORN).read_bytes() == data


def test_a_lost_summary_is_made_anew(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    before = json.loads((folder / SUMMARY).read_bytes())
    (folder / SUMMARY).unlink()
    assert open_library(tmp_path).cut_off == (folder,)
    assert recover(folder).facts == {**before, "flags": ["recovered"]}


def test_a_newer_summary_is_not_rewritten(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    newer = json.dumps({**json.loads((folder / SUMMARY).read_bytes()), "version": 2})
    (folder / SUMMARY).write_text(newer)
    with pytest.raises(InputError, match="update"):
        recover(folder)
    assert (folder / SUMMARY).read_text() == newer


def test_a_journal_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    whole, partial = filming.film(tmp_path, 4), cut_off(tmp_path)
    for folder in (whole, partial):
        data = bytearray((folder / LOG).read_bytes())
        data[len(MAGIC)] = 2
        (folder / LOG).write_bytes(data)
    (whole / INDEX).unlink()
    told = r"take\.log: this program reads journals of version 1, the file is of version 2; update it"
    with pytest.raises(InputError, match=told):
        Replay.load(whole)
    takes, (problem,) = recover_all(tmp_path)
    assert takes == []
    assert re.search(told, problem)
    assert (partial / LOG).read_bytes()[len(MAGIC)] == 2


def test_the_bin_gives_back(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    discard(folder)
    with pytest.raises(InputError, match="'park_002': not in the bin; there is park_001"):
        restore(tmp_path, "park_002")
    assert restore(tmp_path, "park_001") == folder
    assert Replay.load(folder).take.id == "park_001"
    discard(folder)
    folder.mkdir()
    with pytest.raises(InputError, match="is there already"):
        restore(tmp_path, "park_001")


def test_takes_are_chosen_by_their_marks(tmp_path: Path) -> None:
    folders = [filming.film(tmp_path, 2) for _ in range(4)]
    change_edits(folders[0], circled=True)
    change_edits(folders[1], starred=True)
    change_edits(folders[2], circled=True, starred=True)
    library = open_library(tmp_path)

    def names(**wanted: bool) -> list[str]:
        return [take.id[-1] for take in chosen(library, **wanted).takes]

    assert names() == ["1", "2", "3", "4"]
    assert names(circled=True) == ["1", "3"]
    assert names(starred=True) == ["2", "3"]
    assert names(circled=True, starred=True) == ["3"]


def test_a_folder_that_can_only_be_read_loses_nothing(tmp_path: Path) -> None:
    with filming.tiny_disk(tmp_path / "disk", "1m") as disk:
        whole, partial = filming.film(disk, 4), cut_off(disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        before = {path: path.read_bytes() for path in disk.rglob("*") if path.is_file()}
        for job, told in (
            (lambda: Recorder(disk, filming.header()), "cannot be made .*Read-only file system"),
            (lambda: recover(partial), "Read-only file system"),
            (lambda: discard(whole), "cannot be moved .*Read-only file system"),
        ):
            with pytest.raises(InputError, match=told):
                job()
        assert Replay.load(whole).frame(0.01).tick == 1
        assert {path: path.read_bytes() for path in disk.rglob("*") if path.is_file()} == before


def test_what_is_being_recorded_is_left_alone(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, filming.header())
    filming.play(recorder, 4)
    for job in (recover, discard):
        with pytest.raises(InputError, match="is being recorded"):
            job(recorder.state.folder)
    assert Replay.load(recorder.close()).steps.ticks.tolist() == [0, 1, 2, 3]


def test_recover_names_what_is_no_take(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        recover(tmp_path)


def test_the_bin_keeps_the_take(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 4)
    binned = discard(folder)
    assert binned == tmp_path / BIN / folder.parent.name / "park_001"
    assert open_library(tmp_path).takes == ()
    assert Replay.load(binned).take.id == "park_001"
    for gone in (folder, binned):
        with pytest.raises(InputError, match="no take"):
            discard(gone)


def test_a_take_outside_a_folder_of_takes_is_not_thrown_away(tmp_path: Path) -> None:
    copied = shutil.copytree(filming.film(tmp_path / "takes", 4), tmp_path / "desk" / "park_001")
    with pytest.raises(InputError, match="no take"):
        discard(copied)
    assert copied.is_dir()


def test_a_take_that_cannot_be_read_is_found_and_says_why(tmp_path: Path) -> None:
    folder = filming.film(tmp_path, 2)
    summary = folder / SUMMARY
    summary.write_text(summary.read_text().replace('"version": 1,', '"version": 2,'))
    for wanted in ("park_001", "park"):
        with pytest.raises(InputError, match=r"the file is backflip\.take 2; update it"):
            find(tmp_path, wanted)
    filming.film(tmp_path, 2)
    assert find(tmp_path, "park_002").id == "park_002"


def test_finds_folders_of_what_was_cut_off_too(tmp_path: Path) -> None:
    whole, partial = filming.film(tmp_path, 4), cut_off(tmp_path)
    assert find_folder(tmp_path, "park_001") == whole
    assert find_folder(tmp_path, "park_002") == partial
    assert find_folder(tmp_path, str(partial)) == partial
    assert find_folder(tmp_path, "park") == whole
    with pytest.raises(InputError, match="no such take"):
        find_folder(tmp_path, "garden")
