"""Figures of a bench, and the time that they are taken with."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_THREADS = Path("/proc/self/task")  # in each, schedstat: ns on a processor, ns ready without one, number of turns

Tick = Callable[[], None]
"""Called after each step of a long measurement, for who waits."""


@dataclass(frozen=True)
class Row:
    """One figure. limit: what it must not be above, None: it is told for its own sake."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.value <= self.limit


@dataclass(frozen=True)
class Reading:
    """Seconds. came, went: on the wall, before and after it was taken. busy: of this thread on a processor. kept: that
    each thread was ready without one, by its number.
    """

    came: float
    went: float
    busy: float
    kept: dict[str, float]


def read() -> Reading:
    """What there is to read now."""
    came, busy, kept = time.perf_counter(), time.thread_time(), _kept()
    return Reading(came, time.perf_counter(), busy, kept)


def between(begin: Reading, end: Reading) -> float:
    """Seconds from ``begin`` to ``end`` as they would have been on a machine of one's own.

    Waiting for a disk counts; waiting for a processor that works for another program tells about that program alone,
    whether it is this thread that waits or one whose turn at Python's lock it is.
    """
    # Not every thread that waits is waited for, and a pause may fall into a reading.
    kept = sum(seconds - begin.kept[thread] for thread, seconds in end.kept.items() if thread in begin.kept)
    return max(end.came - begin.went - kept, end.busy - begin.busy)


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """What ``do`` gives, and how many seconds it takes, see `between`."""
    begin = read()
    result = do()
    return result, between(begin, read())


def _kept() -> dict[str, float]:
    kept = {}
    with suppress(OSError):  # not Linux, or without statistics: all that waiting counts; or a thread has just ended
        for task in _THREADS.iterdir():
            kept[task.name] = 1e-9 * int((task / "schedstat").read_text().split()[1])
    return kept
