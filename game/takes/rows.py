"""Rows of numbers that grow while a take is recorded, without the memory growing with them."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_MOST_NUMBERS = 8192  # that are kept in memory when `spill` is called


class Rows:
    """Numbers of one kind, in a file without a name once there are many: it vanishes with the process.

    code: "q", whole numbers of 64 bits, or "d", float64. width: how many make a row; 0: one, and no row of its own.
    """

    def __init__(self, code: str, width: int) -> None:
        self._near = array(code)
        self._far: IO[bytes] | None = None
        self._shape = (-1, width) if width else (-1,)

    def extend(self, numbers: Iterable[Any]) -> None:
        """Add a row."""
        self._near.extend(numbers)

    def spill(self, folder: Path) -> None:
        """Move what is in memory to the disk of ``folder``, if it has become much.

        Raises:
            OSError: that is full or broken; the rows are of no use any more.
        """
        if len(self._near) >= _MOST_NUMBERS:
            if self._far is None:
                self._far = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115, it stays open
            self._far.write(self._near.tobytes())
            self._far.flush()
            self._near = array(self._near.typecode)

    def whole(self) -> NDArray[Any]:
        """All rows, ``(n, width)`` or ``(n,)``.

        Raises:
            OSError: the disk is broken.
        """
        kind = np.dtype(self._near.typecode)
        near = np.array(self._near, dtype=kind)
        if self._far is None:
            return near.reshape(self._shape)
        self._far.seek(0)
        far = np.frombuffer(self._far.read(), dtype=kind)
        return np.concatenate((far, near)).reshape(self._shape)

    def close(self) -> None:
        """Give the disk its room back."""
        if self._far is not None:
            with suppress(OSError):  # on a full disk, for what it holds back
                self._far.close()
