"""A take's journal, read here and there: what is not looked at stays on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from game.camera.pose import Sample
from game.takes.packing import decode_sample
from models.errors import InputError


class LogFile:
    """An open journal.

    Raises:
        InputError: it cannot be read, now or later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); check the folder of the take") from error

    def read(self, place: NDArray[np.int64]) -> bytes:
        """The payload at ``place``: where it begins and how long it is, in bytes."""
        at, length = int(place[0]), int(place[1])
        try:
            data = os.pread(self._file.fileno(), length, at)
        except OSError as error:
            raise InputError(f"{self._path}: cannot be read ({error.strerror}); check the disk") from error
        if len(data) < length:
            raise InputError(f"{self._path}: has become shorter; open the take again")
        return data


class Samples:
    """A tracker's raw words in the order of time. moments: (n,) ns."""

    def __init__(self, rows: NDArray[np.int64], log: LogFile) -> None:
        """rows: (n, 3), moment, at and length, as `Index.samples` has them."""
        self._rows = rows[np.argsort(rows[:, 0], kind="stable")]
        self._log = log
        self.moments = self._rows[:, 0]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Sample:
        return decode_sample(self._log.read(self._rows[index, 1:]))

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(len(self)))

    def at(self, moment: int) -> int:
        """The last sample at a moment, or the first; -1: there are none."""
        return min(max(int(np.searchsorted(self.moments, moment, side="right")) - 1, 0), len(self) - 1)
