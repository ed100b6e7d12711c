from __future__ import annotations

from pathlib import Path

import pytest

from models.disk import free_bytes, whole, write_whole


def half_write(path: Path, ended_by: type[BaseException]) -> None:
    with whole(path) as partial:
        partial.write_bytes(b"half")
        raise ended_by


def test_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for data in (b"old", b"new"):
        write_whole(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ended_by", [ValueError, KeyboardInterrupt, OSError])
def test_what_is_broken_off_leaves_the_older_file(tmp_path: Path, ended_by: type[BaseException]) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")
    with pytest.raises(ended_by):
        half_write(path, ended_by)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "file", b"")


def test_free_bytes_are_those_of_where_a_folder_will_be(tmp_path: Path) -> None:
    there = free_bytes(tmp_path)
    assert there is not None
    assert there > 0
    assert free_bytes(tmp_path / "takes" / "2026") == pytest.approx(there, rel=0.05)
