"""Where in a take's journal everything lies, so that an hour opens as fast as a minute.

`take.index` stands beside the journal. It is made from it, in the pass that also makes the summary, and holds for that
very journal only: one that is missing, older or of another journal is made anew in memory. Records that hold numbers
that are not finite are left out. The file is in the safetensors format; its metadata names schema and version.
"""

from __future__ import annotations

import math
import zlib
from array import array
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from game.camera.pose import Sample
from game.props.told import told
from game.takes.facts import Kind, decode_header, from_json
from game.takes.journal import Record
from game.takes.packing import decode_sample, decode_step, decode_view, pose_bytes, props_of
from models.rotations import Array

INDEX = "take.index"
_SCHEMA, _VERSION = "backflip.take_index", 1
_BLOCK = 1 << 20

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Index:
    """Rows in the order of recording; ``at`` and ``length`` are those of a record's payload in the file, in bytes.

    steps (n, 5): moment ns, attempt, tick, at, length. samples (n, 3): moment ns, at, length. view_moments (n,) ns and
    view_poses (n, 7): position xyz in m and rotation wxyz of the camera that was seen. header, changes, events (n, 2):
    at, length.
    """

    steps: Whole
    samples: Whole
    view_moments: Whole
    view_poses: Array
    header: Whole
    changes: Whole
    events: Whole


class Indexer:
    """Makes an `Index` of a journal's records as they are read."""

    def __init__(self) -> None:
        self._rows = {name: array("q") for name in ("steps", "samples", "view_moments", "header", "changes", "events")}
        self._view_poses = array("d")
        self._joints: int | None = None
        self._props = 0
        self._plain = {Kind.HEADER: "header", Kind.SETTINGS: "changes", Kind.EVENT: "events"}

    def add(self, record: Record) -> None:
        """Take in the next record.

        Raises:
            ValueError: its bytes are not what its kind says, or its body has another number of joints than before.
        """
        place = (record.at, len(record.payload))
        if record.kind == Kind.SNAPSHOT:
            self._add_step(record.payload, place)
        elif record.kind == Kind.CAMERA:
            sample = decode_sample(record.payload)
            if _is_finite(sample):
                self._rows["samples"].extend((sample.time_ns, *place))
        elif record.kind == Kind.VIEW:
            at_ns, pose = decode_view(record.payload)
            numbers = (*pose.position, *pose.rotation)
            if all(map(math.isfinite, numbers)):
                self._rows["view_moments"].append(at_ns)
                self._view_poses.extend(numbers)
        elif record.kind in self._plain:
            if record.kind == Kind.HEADER:
                self._props = len(told(decode_header(record.payload)[0].settings.get("props", {})))
            self._rows[self._plain[Kind(record.kind)]].extend(place)

    def _add_step(self, payload: bytes, place: tuple[int, int]) -> None:
        step = decode_step(payload)
        if self._joints not in (None, step.joints):
            raise ValueError("its steps are of different bodies")
        self._joints = step.joints
        finite = np.isfinite(np.frombuffer(pose_bytes(payload), dtype="<f8")).all()
        if finite and np.isfinite(props_of(payload, self._props)).all():
            self._rows["steps"].extend((step.at_ns, step.attempt, step.tick, *place))

    def index(self) -> Index:
        """The index of all that was added."""
        rows = {name: np.array(values, dtype=np.int64) for name, values in self._rows.items()}
        shaped = {name: values.reshape(-1, *_SHAPES[name]) for name, values in rows.items()}
        return Index(**shaped, view_poses=np.array(self._view_poses, dtype=np.float64).reshape(-1, 7))


_SHAPES: dict[str, tuple[int, ...]] = {
    "steps": (5,),
    "samples": (3,),
    "view_moments": (),
    "view_poses": (7,),
    "header": (2,),
    "changes": (2,),
    "events": (2,),
}


def encode_index(index: Index, log: Path, digest: str) -> bytes:
    """The contents of take.index. digest: SHA-256 of the journal ``log``."""
    arrays = {field.name: np.ascontiguousarray(getattr(index, field.name)) for field in fields(Index)}
    of = {"schema": _SCHEMA, "version": str(_VERSION), "sha256": digest, "crc32": str(checksum(log))}
    return bytes(save(arrays, metadata=of))


def read_index(path: Path, log: Path, digest: str) -> Index | None:
    """An index file; None: it is not there, damaged, of another version, or not of this journal as it is now."""
    try:
        data = path.read_bytes()
        of, arrays = _metadata(data), load(data)
        if (of.get("schema"), of.get("version"), of.get("sha256")) != (_SCHEMA, str(_VERSION), digest):
            return None
        if of.get("crc32") != str(checksum(log)) or not _sound(arrays, log.stat().st_size):
            return None
        return Index(**arrays)
    except (OSError, ValueError, SafetensorError):
        return None


def _metadata(data: bytes) -> dict[str, str]:
    # The library gives metadata only of files that it opens itself; they stand as JSON behind the header's length.
    length = int.from_bytes(data[:8], "little")
    return dict(from_json(data[8 : 8 + length]).get("__metadata__") or {})


def _sound(arrays: dict[str, NDArray[np.generic]], size: int) -> bool:
    if set(arrays) != set(_SHAPES) or len(arrays["view_moments"]) != len(arrays["view_poses"]):
        return False
    for name, values in arrays.items():
        kind = np.float64 if name == "view_poses" else np.int64
        if values.dtype != kind or values.shape[1:] != _SHAPES[name]:
            return False
        if name not in ("view_moments", "view_poses"):
            at, length = values[:, -2].astype(np.int64), values[:, -1].astype(np.int64)
            if not np.all((at >= 0) & (length >= 0) & (at + length <= size)):
                return False
    return True


def checksum(log: Path) -> int:
    """CRC-32 of a file: tells damage from wholeness several times as fast as a cryptographic digest."""
    total = 0
    with log.open("rb") as file:
        while block := file.read(_BLOCK):
            total = zlib.crc32(block, total)
    return total


def _is_finite(sample: Sample) -> bool:
    return all(map(math.isfinite, (*sample.position, *sample.rotation, *sample.axes.values())))
