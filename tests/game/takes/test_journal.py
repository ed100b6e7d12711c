from __future__ import annotations

import resource
import struct
from pathlib import Path

import numpy as np
import pytest

from game.takes.journal import MAGIC, MOST_BYTES, VERSION, Reader, Writer, is_being_written, scan, sole_use
from models.errors import InputError

RECORDS = [(1, b"{}"), (2, bytes(range(60))), (200, b""), (3, b"\0" * 17), (2, b"x")]
HEAD = 9


@pytest.fixture
def log(tmp_path: Path) -> Path:
    writer = Writer(tmp_path / "a.log")
    for record in RECORDS:
        writer.append(*record)
    writer.close()
    return tmp_path / "a.log"


def read(path: Path) -> list[tuple[int, bytes]]:
    return [(record.kind, record.payload) for record in Reader(path)]


def test_returns_what_was_appended(log: Path) -> None:
    assert read(log) == RECORDS
    assert scan(log).records == len(RECORDS)
    assert scan(log).whole_bytes == log.stat().st_size


def test_cut_anywhere_it_gives_whole_records_only(log: Path, tmp_path: Path) -> None:
    whole = log.read_bytes()
    ends = [12 + sum(HEAD + len(payload) for _, payload in RECORDS[:count]) for count in range(len(RECORDS) + 1)]
    cut = tmp_path / "cut.log"
    for length in range(len(whole) + 1):
        cut.write_bytes(whole[:length])
        expected = sum(end <= length for end in ends[1:])
        assert read(cut) == RECORDS[:expected]
        found = scan(cut)
        assert found.records == expected
        assert found.whole_bytes + found.lost_bytes == length
        assert bool(found.damage) == (length not in (0, *ends))


def test_a_changed_byte_never_passes(log: Path, tmp_path: Path) -> None:
    whole = log.read_bytes()
    bad = tmp_path / "bad.log"
    for at in range(12, len(whole)):
        bad.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        found = read(bad)
        assert found == RECORDS[: len(found)]
        assert len(found) < len(RECORDS)
        assert scan(bad).damage


def test_noise_is_no_journal(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for size in (0, 3, 12, 500):
        noise = tmp_path / "noise.log"
        noise.write_bytes(rng.bytes(size))
        if size == 0:
            assert read(noise) == []
        else:
            with pytest.raises(InputError, match=r"noise\.log: not a take's journal"):
                read(noise)


def test_noise_after_the_header_is_left(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    path = tmp_path / "noise.log"
    for _ in range(200):
        path.write_bytes(MAGIC + struct.pack("<I", VERSION) + rng.bytes(300))
        assert read(path) == []


def test_another_version_is_refused(log: Path) -> None:
    log.write_bytes(MAGIC + struct.pack("<I", VERSION + 1) + log.read_bytes()[12:])
    with pytest.raises(InputError, match=f"version {VERSION}"):
        read(log)


@pytest.mark.parametrize("length", [MOST_BYTES + 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_hostile_length_takes_no_memory(log: Path, length: int) -> None:
    with log.open("ab") as file:
        file.write(struct.pack("<BII", 2, length, 0))
        file.truncate(20 << 30)  # sparse: the bytes that it claims are really there
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(log) == RECORDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 << 10  # kB


def test_refuses_to_write_what_it_would_not_read(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.log")
    with pytest.raises(ValueError, match="at most"):
        writer.append(1, bytes(MOST_BYTES + 1))
    writer.append(1, bytes(MOST_BYTES))
    writer.close()
    assert scan(tmp_path / "a.log").records == 1


def test_never_overwrites(log: Path) -> None:
    with pytest.raises(FileExistsError):
        Writer(log)


def test_is_locked_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    writer = Writer(path)
    assert is_being_written(path)
    with pytest.raises(InputError, match="is being recorded"), sole_use(path):
        pass
    writer.close()
    assert not is_being_written(path)
    with sole_use(path), pytest.raises(InputError, match="is being recorded"), sole_use(path):
        pass


def test_what_was_flushed_is_in_the_file(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.log")
    writer.append(*RECORDS[0])
    assert (tmp_path / "a.log").stat().st_size == 0
    writer.flush()
    assert read(tmp_path / "a.log") == RECORDS[:1]
    writer.close()


def test_syncs_to_disk_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    now = [100.0]
    monkeypatch.setattr("game.takes.journal.monotonic", lambda: now[0])
    monkeypatch.setattr("game.takes.journal.os.fsync", synced.append)
    monkeypatch.setattr("game.takes.journal.sync_folder", lambda folder: None)
    writer = Writer(tmp_path / "a.log")
    for frame in range(181):
        now[0] = 100.0 + frame / 60
        writer.append(*RECORDS[1])
        writer.flush()
        if writer._sync is not None:
            writer._sync.result()
    assert len(synced) == 3
    writer.close()
    assert len(synced) == 4


def test_a_broken_disk_is_told_at_the_next_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    now = [100.0]
    monkeypatch.setattr("game.takes.journal.monotonic", lambda: now[0])
    writer = Writer(tmp_path / "a.log")
    now[0] += 1.5
    with monkeypatch.context() as broken:
        broken.setattr("game.takes.journal.os.fsync", fail)
        writer.flush()
        assert writer._sync is not None
        writer._sync.exception()
        with pytest.raises(OSError, match="Input/output"):
            writer.flush()
    writer.close()
