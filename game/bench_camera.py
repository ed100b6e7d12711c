"""What filming withstands and costs, as a table of rows."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from game.bench.app_work import FRAMES, app_work, recording
from game.bench.deaths import KILLS, killed
from game.bench.latency import hand_to_picture
from game.bench.long_take import MINUTES, long_take
from game.bench.rows import Row, Tick
from game.window import open_base

_PICTURE = (960, 519)  # pixels


def camera(arguments: Namespace) -> int:
    """`backflip bench camera`."""
    with Bar(console=Console(stderr=True), transient=True) as bar:

        def begin(what: str, total: int) -> Tick:
            task = bar.add_task(what, total=total)
            return lambda: bar.advance(task)

        # Deaths first: they fork, and a process that draws is no longer to be forked.
        rows = killed(KILLS, begin("sudden deaths", KILLS))
        rows += long_take(MINUTES, begin("a take of an hour", MINUTES))
        rows += recording(FRAMES, begin("with and without recording", FRAMES))
        base = open_base(_PICTURE, offscreen=True)
        rows += app_work(base, FRAMES, begin("work for each picture", FRAMES))
        rows += hand_to_picture(base)
        base.destroy()
    if arguments.json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in rows]))
    else:
        Console().print(table(rows))
    return 0


def table(rows: Sequence[Row]) -> Table:
    """The figures, with what they must hold."""
    drawn = Table("filming", "measured", "limit", "holds")
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:g} {row.unit}"
        holds = "" if row.limit is None else "yes" if row.holds else "no"
        drawn.add_row(row.name, f"{row.value:.4g} {row.unit}", limit, holds)
    drawn.caption = "times by the clock, less those in which other programs had the processors"
    return drawn
