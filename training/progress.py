"""Watching a run: a view that lives in the terminal, a table on disk, and curves for TensorBoard."""

from __future__ import annotations

import csv
import io
import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.live import Live

from models.errors import InputError
from models.stage import StageInfo, list_stages, load_info
from training import view
from training.events import Events
from training.forgiving import Forgiving
from training.view import View

if TYPE_CHECKING:
    from training.learn import Progress

_COLUMNS = ("iteration", "samples", "attempts", "seconds")
_LINE_SECONDS = 30.0  # between lines where nobody watches
_MARKS = 20  # iterations that the time left is reckoned from


class Pace:
    """How fast a number grows by the clock, over its last marks."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, float]] = deque(maxlen=_MARKS)

    def mark(self, amount: float) -> None:
        """The number is at ``amount`` now."""
        self._marks.append((self._clock(), amount))

    def seconds_to(self, target: float) -> float | None:
        """Seconds from the last mark until it is at ``target``; None while nobody knows."""
        (began, first), (now, last) = self._marks[0], self._marks[-1]
        if now <= began or last <= first:
            return None
        return max(target - last, 0.0) * (now - began) / (last - first)


class Watch:
    """Shows the newest figures, appends them to ``progress.csv`` and to TensorBoard's events. A context manager.

    folder: of the run. samples: control steps to learn from. film: show the film's own bookkeeping beside the run's.
    Where ``console`` is no terminal, it prints a plain line every half minute of ``clock`` (s) instead of a live view.
    """

    def __init__(
        self,
        folder: Path,
        samples: int,
        film: bool = False,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table, self._stages = folder / "progress.csv", folder / "stages"
        self._samples, self._film, self._clock = samples, film, clock
        self._console = console or Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._events = Events(folder)
        self._spare_table = Forgiving(str(self._table))
        self._spare_events = Forgiving(f"{folder}: the events for TensorBoard")
        self._history = read_columns(self._table, ("reward", "failures_per_step"))
        self._stage: StageInfo | None = newest_stage(self._stages)
        self._pace, self._rehearsal_pace = Pace(clock), Pace(clock)
        self._line, self._line_at = "", float("-inf")

    def __enter__(self) -> Watch:
        self._rehearsal_pace.mark(0.0)
        if self._live:
            self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._judged()  # the last stage is published after the last report
        self._events.close()
        if self._live:
            self._live.__exit__(None, None, None)
        elif self._line:
            self._print_line()

    def rehearsing(self, share: float) -> None:
        """Take in how much of the rehearsal is found, 0 … 1."""
        self._rehearsal_pace.mark(share)
        left = self._rehearsal_pace.seconds_to(1.0) or 0.0
        self._show(view.rehearsing(share, left), "rehearsing: {}, {}".format(*view.spell_rehearsal(share, left)))

    def report(self, progress: Progress, figures: dict[str, float]) -> None:
        """Take in one iteration."""
        counts: dict[str, float] = {name: getattr(progress, name) for name in _COLUMNS}
        with self._spare_table:
            append_row(self._table, counts | figures)
        with self._spare_events:
            self._events.add({f"learning/{name}": value for name, value in figures.items()}, progress.samples)
            self._events.add({f"progress/{name}": value for name, value in counts.items()}, progress.samples)
        self._judged()
        for name, values in self._history.items():
            values.append(figures[name])
        self._pace.mark(progress.samples)
        left = self._pace.seconds_to(self._samples)
        if left is None:
            left = max(self._samples - progress.samples, 0) / max(figures["samples_per_second"], 1.0)
        rewards, failures = self._history.values()
        seen = View(progress, figures, rewards, failures, self._samples, left, self._stage)
        self._show(view.learning(seen, self._film), view.learning_line(seen, self._film))

    def _judged(self) -> None:
        """Take in the newest stage, if there is one that was not there before."""
        newest = newest_stage(self._stages)
        if newest is None or newest == self._stage:
            return
        self._stage = newest
        with self._spare_events:
            self._events.add({f"judged/{name}": value for name, value in newest.judged.items()}, newest.samples)

    def _show(self, picture: RenderableType, line: str) -> None:
        if self._live:
            self._live.update(picture, refresh=True)
            return
        self._line = line
        if self._clock() - self._line_at >= _LINE_SECONDS:
            self._print_line()

    def _print_line(self) -> None:
        self._console.print(self._line, highlight=False, markup=False, soft_wrap=True)
        self._line, self._line_at = "", self._clock()


def newest_stage(folder: Path) -> StageInfo | None:
    """What is known about the latest stage in ``folder``; None if there is none that can be read."""
    with suppress(InputError, IndexError):
        return load_info(list_stages(folder)[-1])
    return None


def append_row(path: Path, row: dict[str, float]) -> None:
    """Append to a CSV table under its own columns, which are ``row``'s where there is no table yet.

    Raises:
        OSError: the disk is full or broken. The table is as it was.
    """
    there = path.stat().st_size if path.exists() else 0
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _columns(path) if there else list(row), extrasaction="ignore")
    if not there:
        writer.writeheader()
    writer.writerow(row)
    try:
        with path.open("a", newline="") as file:
            file.write(text.getvalue())
    except OSError:
        with suppress(OSError):
            os.truncate(path, there)  # half a row would be read as a whole one
        raise


def _columns(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return next(csv.reader(file), [])


def read_columns(path: Path, names: tuple[str, ...]) -> dict[str, list[float]]:
    """The numbers under ``names`` in a CSV table, row after row; empty lists where there is no such table or column."""
    found: dict[str, list[float]] = {name: [] for name in names}
    with suppress(OSError, ValueError, csv.Error), path.open(newline="") as file:
        for row in csv.DictReader(file):
            for name in names:
                found[name].append(float(row.get(name) or "nan"))
    return found
