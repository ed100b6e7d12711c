"""Where in a take's journal everything lies, so that an hour opens as fast as a minute.

`take.index` stands beside the journal. It is made while the take is recorded, or of what a crash has left, and holds
for that very journal only: one that is missing, older or of another journal is made anew in memory. Records that hold
numbers that are not finite are left out. The file is in the safetensors format; its metadata names schema and version.
"""

from __future__ import annotations

import json
import math
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from game.camera.pose import CameraPose, Sample
from game.props.told import told
from game.takes.facts import Change, TakeHeader, from_json
from game.takes.journal import Fingerprint
from game.takes.packing import Step, is_finite
from game.takes.rows import Rows
from models.rotations import Array

INDEX = "take.index"
_SCHEMA, _VERSION = "backflip.take_index", 2
_BLOCK = 1 << 20

_SPILLS = 64  # frames between two looks at whether there is much in memory

Whole = NDArray[np.int64]
Place = tuple[int, int]


@dataclass(frozen=True)
class Index:
    """Rows in the order of recording; ``at`` and ``length`` are those of a record's payload in the file, in bytes.

    steps (n, 5): moment ns, attempt, tick, at, length. samples (n, 3): moment ns, at, length. view_moments (n,) ns and
    view_poses (n, 7): position xyz in m and rotation wxyz of the camera that was seen. changes (n, 4): moment ns, which
    of `names`, at, length. header, events (n, 2): at, length. names: of the settings that change.
    """

    steps: Whole
    samples: Whole
    view_moments: Whole
    view_poses: Array
    header: Whole
    changes: Whole
    events: Whole
    names: tuple[str, ...]


_WIDTHS = {"steps": 5, "samples": 3, "view_moments": 0, "view_poses": 7, "header": 2, "changes": 4, "events": 2}


class Indexer:
    """Makes an `Index` of a journal's records, as they are recorded or read. place: at and length, in bytes."""

    def __init__(self) -> None:
        self._rows = {name: Rows("d" if name == "view_poses" else "q", width) for name, width in _WIDTHS.items()}
        self._names: dict[str, int] = {}
        self._joints: int | None = None
        self._props = 0
        self._frames = 0

    def header(self, header: TakeHeader, place: Place) -> None:
        """Take in the header."""
        self._props = len(told(header.settings.get("props", {})))
        self._rows["header"].extend(place)

    def step(self, step: Step, payload: bytes, place: Place) -> None:
        """Take in a snapshot.

        Raises:
            ValueError: it is cut off, or of a body with another number of joints than before.
        """
        if self._joints not in (None, step.joints):
            raise ValueError("its steps are of different bodies")
        self._joints = step.joints
        if is_finite(payload, step, self._props):
            self._rows["steps"].extend((step.at_ns, step.attempt, step.tick, *place))

    def sample(self, sample: Sample, place: Place) -> None:
        """Take in a tracker's word."""
        numbers = (*sample.position.tolist(), *sample.rotation.tolist(), *sample.axes.values())
        if all(map(math.isfinite, numbers)):
            self._rows["samples"].extend((sample.time_ns, *place))

    def view(self, at_ns: int, pose: CameraPose) -> None:
        """Take in where the camera was seen to be."""
        numbers = (*pose.position.tolist(), *pose.rotation.tolist())
        if all(map(math.isfinite, numbers)):
            self._rows["view_moments"].extend((at_ns,))
            self._rows["view_poses"].extend(numbers)

    def change(self, change: Change, place: Place) -> None:
        """Take in changed settings."""
        name = self._names.setdefault(change.name, len(self._names))
        self._rows["changes"].extend((change.at_ns, name, *place))

    def event(self, place: Place) -> None:
        """Take in an event."""
        self._rows["events"].extend(place)

    def spill(self, folder: Path) -> None:
        """Once a frame: keep no more in memory than some seconds'; ``folder`` is where the rest goes.

        Raises:
            OSError: the disk is full or broken; no index comes of this any more.
        """
        self._frames += 1
        if self._frames % _SPILLS == 0:
            for rows in self._rows.values():
                rows.spill(folder)

    def index(self) -> Index:
        """The index of all that was added.

        Raises:
            OSError: the disk is broken.
        """
        return Index(**{name: rows.whole() for name, rows in self._rows.items()}, names=tuple(self._names))

    def close(self) -> None:
        """Give the disk its room back."""
        for rows in self._rows.values():
            rows.close()


def write_index(path: Path, index: Index, of: Fingerprint) -> None:
    """Write take.index. of: the journal.

    Raises:
        OSError: the disk is full or broken.
    """
    arrays = {name: np.ascontiguousarray(getattr(index, name)) for name in _WIDTHS}
    said = {"schema": _SCHEMA, "version": str(_VERSION), "sha256": of.sha256, "crc32": str(of.crc32)}
    # Not synced: an hour's is large, and one that a crash tears is made anew from the journal, which is on the disk.
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(save(arrays, metadata={**said, "names": json.dumps(index.names)}))
        os.replace(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def read_index(path: Path, log: Path, digest: str) -> Index | None:
    """An index file; None: it is not there, damaged, of another version, or not of this journal as it is now."""
    try:
        data = path.read_bytes()
        of, arrays = _metadata(data), load(data)
        if (of.get("schema"), of.get("version"), of.get("sha256")) != (_SCHEMA, str(_VERSION), digest):
            return None
        names = tuple(map(str, json.loads(of.get("names", ""))))
        if of.get("crc32") != str(checksum(log)) or not _sound(arrays, len(names), log.stat().st_size):
            return None
        return Index(**arrays, names=names)
    except (OSError, ValueError, TypeError, SafetensorError):
        return None


def _metadata(data: bytes) -> dict[str, str]:
    # The library gives metadata only of files that it opens itself; they stand as JSON behind the header's length.
    length = int.from_bytes(data[:8], "little")
    return dict(from_json(data[8 : 8 + length]).get("__metadata__") or {})


def _sound(arrays: dict[str, NDArray[np.generic]], names: int, size: int) -> bool:
    if set(arrays) != set(_WIDTHS) or len(arrays["view_moments"]) != len(arrays["view_poses"]):
        return False
    for name, values in arrays.items():
        kind, width = np.float64 if name == "view_poses" else np.int64, _WIDTHS[name]
        if values.dtype != kind or values.shape[1:] != ((width,) if width else ()):
            return False
        if name not in ("view_moments", "view_poses"):
            at, length = values[:, -2].astype(np.int64), values[:, -1].astype(np.int64)
            if not np.all((at >= 0) & (length >= 0) & (at + length <= size)):
                return False
    which = arrays["changes"][:, 1].astype(np.int64)
    return bool(np.all((which >= 0) & (which < names)))


def checksum(log: Path) -> int:
    """CRC-32 of a file: tells damage from wholeness several times as fast as a cryptographic digest."""
    total = 0
    with log.open("rb") as file:
        while block := file.read(_BLOCK):
            total = zlib.crc32(block, total)
    return total
