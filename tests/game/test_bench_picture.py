from __future__ import annotations

from typing import Any

from rich.console import Console

from game.bench_picture import AIMS, BenchSettings, Cost, measure, table
from game.finding import find_environment


def test_both_ways_of_painting_are_drawn_in_every_round(base: Any) -> None:
    before = len(base.render.children), len(base.graphicsEngine.windows)
    rounds: list[None] = []
    cost = measure(base, "apartment", BenchSettings(rounds=2, frames=1), lambda: rounds.append(None))
    assert len(rounds) == 2
    assert cost.projectors == len(find_environment("apartment").projectors)
    assert cost.plain_ms > 0.0
    assert cost.projected_ms > 0.0
    assert cost.ratio > 0.0
    assert (len(base.render.children), len(base.graphicsEngine.windows)) == before


def test_the_shipped_places_have_the_projectors_that_are_aimed_at() -> None:
    assert {len(find_environment(name).projectors) for name in ("apartment", "park")} == set(AIMS)


def test_the_table_says_what_was_measured() -> None:
    console = Console(width=160, record=True)
    console.print(table([Cost("park", 4, 20.0, 41.0, 2.05, 80.0, 39.0)], "llvmpipe", software=True))
    text = console.export_text()
    for said in ("park", "41.0", "2.05", "≤ 2.5", "39.0", "llvmpipe", "processor time"):
        assert said in text
