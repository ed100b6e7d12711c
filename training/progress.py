"""Watching a run: a line that lives in the terminal, and a table on disk."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table

if TYPE_CHECKING:
    from training.learn import Progress

_COLUMNS = ("iteration", "samples", "attempts", "seconds")


class Watch:
    """Shows the newest figures and appends them to ``progress.csv``. A context manager."""

    def __init__(self, folder: Path, samples: int) -> None:
        self._path = folder / "progress.csv"
        self._samples = samples
        self._live = Live(console=Console(stderr=True), refresh_per_second=2)

    def __enter__(self) -> Watch:
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def report(self, progress: Progress, figures: dict[str, float]) -> None:
        """Take in one iteration."""
        row = {name: getattr(progress, name) for name in _COLUMNS} | figures
        new = not self._path.exists()
        with self._path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)
        self._live.update(self._table(progress, figures))

    def _table(self, progress: Progress, figures: dict[str, float]) -> Table:
        left = (self._samples - progress.samples) / max(figures["samples_per_second"], 1.0)
        hours = max(progress.seconds / 3600.0, 1e-9)
        table = Table(show_header=False, title="learning (Ctrl-C stops and keeps everything)")
        table.add_row("iteration", f"{progress.iteration:,}")
        table.add_row("jumps so far", f"{progress.attempts:,}  ({progress.attempts / hours:,.0f} an hour)")
        table.add_row("samples", f"{progress.samples:,} of {self._samples:,}  ({left / 60.0:.0f} min left)")
        table.add_row("samples a second", f"{figures['samples_per_second']:,.0f}")
        table.add_row("reward a step", f"{figures['reward']:.3f}")
        table.add_row("failures a step", f"{figures['failures_per_step']:.4f}")
        table.add_row("whole clips", f"{figures['cycles']:.0f} in this iteration")
        return table
