"""What a run looks like in the terminal: pure functions from its numbers to text and tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from models.stage import StageInfo

if TYPE_CHECKING:
    from training.learn import Progress

FILM = {"iteration": 6.0, "hour": 360.0, "day": 8_640.0}
"""Jumps that the film counts: one for each of its six processes in an iteration, and an iteration a minute."""

_PER = {"iteration": "an iteration", "hour": "an hour", "day": "a day"}
_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH = 40  # characters of a curve


@dataclass(frozen=True)
class View:
    """What there is to show after an iteration.

    figures: of the newest iteration. rewards, failures: a step, of every iteration so far. total: control steps to
    learn from; seconds_left: until then. stage: the newest that was published.
    """

    progress: Progress
    figures: dict[str, float]
    rewards: Sequence[float]
    failures: Sequence[float]
    total: int
    seconds_left: float
    stage: StageInfo | None


def sparkline(values: Sequence[float], width: int = _WIDTH) -> str:
    """``values`` as at most ``width`` blocks from the lowest to the highest; each is the mean of its share of them.

    What is not finite is left out, and a share without a number is a blank.
    """
    count = min(width, len(values))
    parts = [values[i * len(values) // count : (i + 1) * len(values) // count] for i in range(count)]
    numbers = [[value for value in part if math.isfinite(value)] for part in parts]
    means = [sum(part) / len(part) if part else math.nan for part in numbers]
    known = [mean for mean in means if math.isfinite(mean)]
    if not known:
        return " " * count
    low, span = min(known), max(known) - min(known)
    steps = len(_BLOCKS) - 1
    return "".join(
        " " if math.isnan(mean) else _BLOCKS[round(steps * (mean - low) / span) if span > 0.0 else 0] for mean in means
    )


def spell_seconds(seconds: float) -> str:
    """A length of time, as precise as one wants to know it."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60.0)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def jump_rates(progress: Progress) -> dict[str, float]:
    """Jumps an iteration, an hour and a day, over the whole of a run."""
    hourly = 3600.0 * progress.attempts / max(progress.seconds, 1e-9)
    return {"iteration": progress.attempts / max(progress.iteration, 1), "hour": hourly, "day": 24.0 * hourly}


def spell_judgement(stage: StageInfo | None, samples: int) -> str:
    """The judge's word on the newest stage, seen from ``samples`` control steps of learning."""
    if stage is None:
        return "no stage yet"
    ago = f"{samples - stage.samples:,} samples ago"
    if "success" not in stage.judged:
        return f"not judged (published {ago})"
    low, high = (100.0 * stage.judged[f"success_{end}"] for end in ("low", "high"))
    return f"{100.0 * stage.judged['success']:.0f} % ({low:.0f}–{high:.0f}), judged {ago}"


def learning(view: View, film: bool) -> RenderableType:
    """The live view of an iteration; ``film`` adds the film's own bookkeeping."""
    progress, figures = view.progress, view.figures
    table = Table(show_header=False, title="learning (Ctrl-C stops and keeps everything)", title_justify="left")
    table.add_row("iteration", f"{progress.iteration:,}")
    table.add_row("jumps so far", f"{progress.attempts:,}  ({jump_rates(progress)['hour']:,.0f} an hour)")
    table.add_row("samples", f"{progress.samples:,} of {view.total:,}  ({figures['samples_per_second']:,.0f} a second)")
    table.add_row("time left", spell_seconds(view.seconds_left))
    table.add_row("success", spell_judgement(view.stage, progress.samples))
    table.add_row("reward a step", f"{figures['reward']:.3f}   {sparkline(view.rewards)}")
    table.add_row("failures a step", f"{figures['failures_per_step']:.4f}  {sparkline(view.failures)}")
    table.add_row("whole clips", f"{figures['cycles']:.0f} in this iteration")
    return Group(table, _film(progress)) if film else table


def _film(progress: Progress) -> Table:
    table = Table("jumps", "the film", "this run", title="as the film counts", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for unit, rate in jump_rates(progress).items():
        table.add_row(_PER[unit], f"{FILM[unit]:,.0f}", f"{rate:,.0f}")
    return table


def rehearsing(share: float, seconds_left: float) -> RenderableType:
    """The live view before the first iteration. share: of the clip done, 0 … 1."""
    if share >= 1.0:
        return "rehearsed; now learning to repeat it"
    row = Table.grid(padding=(0, 2))
    row.add_row("rehearsing", ProgressBar(1.0, share, width=_WIDTH), *spell_rehearsal(share, seconds_left))
    return Group(row, "[dim]finding out how this body can do the clip, before anything is learned[/dim]")


def spell_rehearsal(share: float, seconds_left: float) -> tuple[str, str]:
    """How much of the rehearsal is done, and how long the rest takes."""
    return f"{100.0 * share:.0f} %", f"{spell_seconds(seconds_left)} left"


def learning_line(view: View, film: bool) -> str:
    """`learning` in one line, for a log."""
    progress, rates = view.progress, jump_rates(view.progress)
    parts = [
        f"iteration {progress.iteration:,}",
        f"{progress.attempts:,} jumps ({rates['hour']:,.0f} an hour)",
        f"{progress.samples:,} of {view.total:,} samples",
        f"reward {view.figures['reward']:.3f}",
        f"failures {view.figures['failures_per_step']:.4f}",
        f"success {spell_judgement(view.stage, progress.samples)}",
        f"{spell_seconds(view.seconds_left)} left",
    ]
    if film:
        parts += [f"{rates[unit]:,.0f} jumps {spelt} (the film {FILM[unit]:,.0f})" for unit, spelt in _PER.items()]
    return "; ".join(parts)
