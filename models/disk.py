"""Files that are there whole, and on the disk, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to in place of ``path``; it replaces ``path`` when the block ends well.

    Raises:
        OSError: the disk is full or broken. Whatever is raised inside or here, nothing is left behind.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        _sync(partial)
        os.replace(partial, path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole, on the disk, or not at all.

    Raises:
        OSError: the disk is full or broken; nothing is left behind.
    """
    with whole(path) as partial:
        partial.write_bytes(data)


def free_bytes(folder: Path) -> int | None:
    """Bytes that can still be written where ``folder`` is, or will be made; None: nobody can tell."""
    there = next((path for path in (folder, *folder.absolute().parents) if path.is_dir()), None)
    try:
        return None if there is None else shutil.disk_usage(there).free
    except OSError:
        return None


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk.

    Raises:
        OSError: the disk is broken.
    """
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
