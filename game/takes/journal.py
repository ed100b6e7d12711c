"""An append-only log of binary records that survives a crash.

A file is ``MAGIC``, the format version (uint32), then records; all numbers are little-endian:

    kind uint8 | length uint32 | CRC-32 of kind, length and payload uint32 | payload

A reader believes a record only when all of it is there and its checksum agrees, and stops at the first one that it
cannot believe. There is no footer: a log that was cut off anywhere is a shorter log.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import BinaryIO, NamedTuple

from models.disk import sync_folder
from models.errors import InputError

MAGIC = b"\x89BFLOG\r\n"
VERSION = 1
MOST_BYTES = 1 << 20  # of one payload; a larger length is damage
SYNC_SECONDS = 1.0
_BLOCK = 1 << 20
_HEADER = MAGIC + struct.pack("<I", VERSION)
_HEAD = struct.Struct("<BII")
_CHECKED = struct.Struct("<BI")


def record_bytes(kind: int, payload: bytes) -> bytes:
    """One record as it stands in the file.

    Raises:
        ValueError: the payload is larger than `MOST_BYTES`.
    """
    if len(payload) > MOST_BYTES:
        raise ValueError(f"a record of {len(payload)} bytes; the journal takes {MOST_BYTES} at most")
    return _HEAD.pack(kind, len(payload), _checksum(kind, payload)) + payload


def _checksum(kind: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_CHECKED.pack(kind, len(payload))))


class Record(NamedTuple):
    """What was appended. at: where in the file its payload begins."""

    kind: int
    payload: bytes
    at: int


@dataclass(frozen=True)
class Fingerprint:
    """What tells one file from another: its length in bytes, its SHA-256 in hexadecimal, its CRC-32."""

    size: int
    sha256: str
    crc32: int


def fingerprint(path: Path) -> Fingerprint:
    """That of a file.

    Raises:
        OSError: it cannot be read.
    """
    size, sha256, crc32 = 0, hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            size += len(block)
            sha256.update(block)
            crc32 = zlib.crc32(block, crc32)
    return Fingerprint(size, sha256.hexdigest(), crc32)


class Writer:
    """Appends records to a new file: gathers them until `flush`, and syncs to disk about once a second.

    The sync runs in a thread of its own, because a disk may take longer than a frame. While a writer is open, or until
    its process dies, the file is locked: `is_being_written` tells, and `sole_use` refuses it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._pending = bytearray(_HEADER)
        self._whole = 0  # length of the file after the last flush
        self._sha256, self._crc32 = hashlib.sha256(), 0  # of so much of it
        self._syncer = ThreadPoolExecutor(1, "journal-sync")
        self._sync: Future[None] | None = None
        self._synced = monotonic()
        self._named = False  # the file's name is on the disk too

    @property
    def fingerprint(self) -> Fingerprint:
        """That of the file as it was after the last flush."""
        return Fingerprint(self._whole, self._sha256.hexdigest(), self._crc32)

    def append(self, kind: int, payload: bytes) -> Record:
        """Gather a record for the next `flush`. Returns it as `Reader` will."""
        self._pending += record_bytes(kind, payload)
        return Record(kind, payload, self._whole + len(self._pending) - len(payload))

    def flush(self) -> None:
        """Hand what was gathered to the operating system, where the death of this process cannot touch it.

        Raises:
            OSError: the disk is full or broken. The file then ends with the last flush that fitted.
        """
        if self._pending:
            self._write()
        if self._sync is not None and self._sync.done():
            sync, self._sync = self._sync, None
            sync.result()
        if self._sync is None and monotonic() - self._synced >= SYNC_SECONDS:
            self._synced = monotonic()
            self._sync = self._syncer.submit(self._to_disk)

    def _write(self) -> None:
        data = bytes(self._pending)
        self._pending.clear()
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            os.ftruncate(self._descriptor, self._whole)
            raise
        self._whole += len(data)
        self._sha256.update(data)
        self._crc32 = zlib.crc32(data, self._crc32)

    def _to_disk(self) -> None:
        os.fsync(self._descriptor)
        if not self._named:
            sync_folder(self.path.parent)
            sync_folder(self.path.parent.parent)
            self._named = True

    def close(self) -> None:
        """Flush, sync and let go of the file.

        Raises:
            OSError: as `flush`; the file is closed all the same.
        """
        if self._descriptor < 0:
            return
        try:
            self._write()
            if self._sync is not None:
                self._sync.result()
            self._to_disk()
        finally:
            self._syncer.shutdown()
            os.close(self._descriptor)
            self._descriptor = -1


@dataclass(frozen=True)
class Scan:
    """How much of a log can be believed. damage: why reading stopped before the end of the file, or nothing."""

    records: int
    whole_bytes: int
    lost_bytes: int
    damage: str


class Reader:
    """Iterates over the whole records of a log; `scan` then tells how far it came."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scan = Scan(0, 0, 0, "")

    def __iter__(self) -> Iterator[Record]:
        try:
            with self.path.open("rb") as file:
                yield from self._records(file, os.fstat(file.fileno()).st_size)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror}); check the folder of the take") from error

    def _records(self, file: BinaryIO, size: int) -> Iterator[Record]:
        header = file.read(len(_HEADER))
        if len(header) < len(_HEADER) and _HEADER.startswith(header):
            self.scan = Scan(0, 0, size, "cut off in its header" if size else "")
            return
        if header != _HEADER:
            raise InputError(f"{self.path}: {_refused(header)}")
        count, at = 0, len(_HEADER)
        self.scan = Scan(0, at, size - at, "")
        while at < size:
            kind, payload, damage = _read_record(file, size - at)
            if damage:
                self.scan = Scan(count, at, size - at, f"{damage} after {count} records")
                return
            begins = at + _HEAD.size
            count, at = count + 1, begins + len(payload)
            self.scan = Scan(count, at, size - at, "")
            yield Record(kind, payload, begins)


def _refused(header: bytes) -> str:
    if not header.startswith(MAGIC) or len(header) < len(_HEADER):
        return "not a take's journal; copy the take again"
    (version,) = struct.unpack("<I", header[len(MAGIC) :])
    return f"this program reads journals of version {VERSION}, the file is of version {version}; update it"


def _read_record(file: BinaryIO, left: int) -> tuple[int, bytes, str]:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return 0, b"", "cut off"
    kind, length, checksum = _HEAD.unpack(head)
    if length > MOST_BYTES:
        return 0, b"", "damaged"
    if length > left - _HEAD.size:
        return 0, b"", "cut off"
    payload = file.read(length)
    if len(payload) < length:
        return 0, b"", "cut off"
    if _checksum(kind, payload) != checksum:
        return 0, b"", "damaged"
    return kind, payload, ""


def scan(path: Path) -> Scan:
    """Read a log to its end or to its first bad record.

    Raises:
        InputError: there is no such file, or it is no journal.
    """
    reader = Reader(path)
    for _ in reader:
        pass
    return reader.scan


@contextmanager
def sole_use(path: Path) -> Iterator[int]:
    """Open a log for mending, locked against recorders and other menders; gives the file descriptor.

    Raises:
        InputError: somebody is recording into it, or it cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); check the folder of the take") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    except BlockingIOError as error:
        raise InputError(f"{path}: is being recorded; stop the recording first") from error
    finally:
        os.close(descriptor)


def is_being_written(path: Path) -> bool:
    """Whether a living process still records into this log."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
