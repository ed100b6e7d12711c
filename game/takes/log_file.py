"""A take's journal, read here and there: what is not looked at stays on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from game.camera.pose import Sample
from game.takes.facts import Change, decode_change
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

    def change(self, place: NDArray[np.int64]) -> Change:
        """The settings or the event at ``place``."""
        try:
            return decode_change(self.read(place))
        except ValueError as error:
            raise self._damaged(error) from error

    def sample(self, place: NDArray[np.int64]) -> Sample:
        """The tracker's word at ``place``."""
        try:
            return decode_sample(self.read(place))
        except ValueError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: ValueError) -> InputError:
        return InputError(f"{self._path}: damaged ({error}); restore it from a copy, or delete take.index beside it")


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
        return self._log.sample(self._rows[index, 1:])

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(len(self)))

    def at(self, moment: int) -> int:
        """The last sample at a moment, or the first; -1: there are none."""
        return min(max(int(np.searchsorted(self.moments, moment, side="right")) - 1, 0), len(self) - 1)


class Changes:
    """Settings of one name, in the order of time. first: as they are at the take's start, if the header tells."""

    def __init__(self, first: Change | None, rows: NDArray[np.int64], log: LogFile) -> None:
        """rows: (n, 4), of that name only, as `Index.changes` has them."""
        self._first = first
        self._rows = rows[np.argsort(rows[:, 0], kind="stable")]
        self._log = log

    def __iter__(self) -> Iterator[Change]:
        if self._first is not None:
            yield self._first
        for row in self._rows:
            yield self._log.change(row[-2:])

    def at(self, moment: int) -> Change:
        """The one in force at a moment; before their first record, that one."""
        later = int(np.searchsorted(self._rows[:, 0], moment, side="right"))
        if not later and self._first is not None:
            return self._first
        return self._log.change(self._rows[max(later - 1, 0), -2:])
