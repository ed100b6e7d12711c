from __future__ import annotations

import io
import math

import pytest
from rich.console import Console, RenderableType

from models.policy import PolicySettings
from models.stage import StageInfo
from training import view
from training.learn import Progress
from training.view import View, jump_rates, sparkline, spell_judgement, spell_seconds

FIGURES = {"reward": 0.612, "failures_per_step": 0.0213, "cycles": 31.0, "samples_per_second": 1_234.0}


def stage(samples: int, judged: dict[str, float]) -> StageInfo:
    return StageInfo("backflip", 40, samples, 3_000, "body", PolicySettings(4, 2), judged, {}, 0.2)


def seen(newest: StageInfo | None = None) -> View:
    progress = Progress(iteration=50, samples=300_000, attempts=4_000, seconds=1_800.0)
    return View(progress, FIGURES, [0.5, 0.6, 0.7], [0.03, 0.02, 0.01], 6_000_000, 4_500.0, newest)


def rendered(picture: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(picture)
    return console.export_text()


def test_a_curve_runs_from_the_lowest_block_to_the_highest() -> None:
    assert sparkline(range(8)) == "▁▂▃▄▅▆▇█"
    assert sparkline([1.0, 0.0]) == "█▁"
    assert sparkline([3.0, 3.0, 3.0]) == "▁▁▁"
    assert sparkline([]) == ""


def test_a_long_curve_is_condensed_to_the_means_of_its_parts() -> None:
    assert sparkline([0.0] * 50 + [1.0] * 50, width=4) == "▁▁██"
    assert sparkline([0.0, 2.0, 1.0, 1.0, 2.0, 2.0], width=3) == "▁▁█"  # not the values at its corners
    assert len(sparkline(range(1_001), width=40)) == 40


def test_what_is_no_number_leaves_a_gap() -> None:
    assert sparkline([0.0, math.nan, 1.0]) == "▁ █"
    assert sparkline([0.0, math.nan, 0.0, 1.0, math.inf, 1.0], width=2) == "▁█"
    assert sparkline([math.nan, math.inf]) == "  "


@pytest.mark.parametrize(
    ("seconds", "spelt"),
    [
        (0.0, "0 s"),
        (99.0, "99 s"),
        (100.0, "2 min"),
        (5_940.0, "99 min"),
        (6_000.0, "1 h 40 min"),
        (7_500, "2 h 05 min"),
    ],
)
def test_time_is_spelt_as_precisely_as_one_wants_it(seconds: float, spelt: str) -> None:
    assert spell_seconds(seconds) == spelt


def test_jumps_are_counted_over_the_whole_run() -> None:
    assert jump_rates(seen().progress) == {"iteration": 80.0, "hour": 8_000.0, "day": 192_000.0}
    assert jump_rates(Progress()) == {"iteration": 0.0, "hour": 0.0, "day": 0.0}


def test_the_judge_s_word_says_how_old_it_is() -> None:
    judged = {"success": 0.0625, "success_low": 0.011, "success_high": 0.283}
    assert spell_judgement(stage(250_000, judged), 300_000) == "6 % (1–28), judged 50,000 samples ago"
    assert spell_judgement(stage(250_000, {}), 300_000) == "not judged (published 50,000 samples ago)"
    assert spell_judgement(None, 300_000) == "no stage yet"


def test_the_live_view_shows_how_far_it_is_and_how_well_it_goes() -> None:
    text = rendered(view.learning(seen(), film=False))
    for words in (
        "50",
        "4,000  (8,000 an hour)",
        "300,000 of 6,000,000",
        "75 min",
        "no stage yet",
        "0.612   ▁▅█",
        "█▅▁",
    ):
        assert words in text
    assert "film" not in text


def test_the_film_s_bookkeeping_stands_beside_the_run_s() -> None:
    lines = rendered(view.learning(seen(), film=True)).splitlines()
    for unit, film, run in (
        ("│ an iteration", "6", "80"),
        ("│ an hour", "360", "8,000"),
        ("│ a day", "8,640", "192,000"),
    ):
        line = next(line for line in lines if unit in line)
        assert [word for word in line.replace("│", " ").split() if word[0].isdigit()] == [film, run]


def test_the_rehearsal_shows_how_much_of_it_is_done() -> None:
    text = rendered(view.rehearsing(0.35, 240.0))
    assert "rehearsing" in text
    assert "35 %" in text
    assert "4 min left" in text
    assert "learning to repeat it" in rendered(view.rehearsing(1.0, 0.0))


def test_a_log_gets_all_of_it_in_one_line() -> None:
    line = view.learning_line(seen(), film=True)
    assert "\n" not in line
    for words in (
        "iteration 50",
        "4,000 jumps (8,000 an hour)",
        "75 min left",
        "80 jumps an iteration (the film 6)",
        "(the film 8,640)",
    ):
        assert words in line
    assert "film" not in view.learning_line(seen(), film=False)
