from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from models.body import Body
from models.imitation import observation_size
from models.policy import Policy, PolicySettings
from models.stage import StageInfo, save_stage, stage_name
from tests.training.full_disk import no_file_beyond
from training.events import Events
from training.learn import Progress
from training.progress import Pace, Watch, append_row, newest_stage, read_columns

FIGURES = {"reward": 0.5, "failures_per_step": 0.02, "cycles": 3.0, "samples_per_second": 1_000.0}


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def publish(folder: Path, body: Body, iteration: int, judged: dict[str, float]) -> StageInfo:
    sizes = PolicySettings(observation_size(body), body.dofs, (8,))
    info = StageInfo("backflip", iteration, 1_000 * iteration, 10, body.digest, sizes, judged, {}, 0.0)
    save_stage(folder / "stages" / stage_name(iteration), info, Policy(sizes))
    return info


def watch(folder: Path, clock: Clock, terminal: bool = False, film: bool = False) -> tuple[Watch, io.StringIO]:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=120)
    return Watch(folder, 10_000, film, console, clock), text


def reached(iteration: int) -> Progress:
    return Progress(iteration, 1_000 * iteration, 90 * iteration, 60.0 * iteration)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorBoard itself reads: tag -> (step, value)."""
    events = EventAccumulator(str(folder))
    events.Reload()
    tags = events.Tags()["scalars"]
    return {tag: [(event.step, pytest.approx(event.value)) for event in events.Scalars(tag)] for tag in tags}


def test_every_figure_is_in_the_table_and_in_tensorboard(tmp_path: Path) -> None:
    watched, _ = watch(tmp_path, Clock())
    with watched:
        watched.report(reached(1), FIGURES)
        watched.report(reached(2), FIGURES | {"reward": 0.75})
    table = rows(tmp_path / "progress.csv")
    assert [row["samples"] for row in table] == ["1000", "2000"]
    assert [row["reward"] for row in table] == ["0.5", "0.75"]
    found = scalars(tmp_path)
    assert found["learning/reward"] == [(1_000, 0.5), (2_000, 0.75)]
    assert found["progress/attempts"] == [(1_000, 90.0), (2_000, 180.0)]
    assert {tag.split("/")[1] for tag in found} == set(table[0])


def test_a_run_that_goes_on_adds_to_both(tmp_path: Path) -> None:
    for iteration in (1, 2):
        watched, text = watch(tmp_path, Clock(), terminal=True)
        with watched:
            watched.report(reached(iteration), FIGURES | {"reward": 0.1 * iteration})
    assert len(rows(tmp_path / "progress.csv")) == 2
    assert [step for step, _ in scalars(tmp_path)["learning/reward"]] == [1_000, 2_000]
    assert "▁█" in text.getvalue()  # the curve begins with the run, not with its second part


def test_what_the_judge_says_of_a_stage_is_shown_and_charted(tmp_path: Path, body: Body) -> None:
    judged = {"success": 0.25, "success_low": 0.1, "success_high": 0.5}
    publish(tmp_path, body, 0, judged | {"success": 0.0})
    clock = Clock()
    watched, text = watch(tmp_path, clock)
    with watched:
        publish(tmp_path, body, 2, judged)
        watched.report(reached(2), FIGURES)
        clock.now += 31.0
        watched.report(reached(5), FIGURES)
        publish(tmp_path, body, 6, judged | {"success": 1.0})  # the last one comes after the last report
    assert "success 25 % (10–50), judged 3,000 samples ago" in text.getvalue()
    assert scalars(tmp_path)["judged/success"] == [(2_000, 0.25), (6_000, 1.0)]


def test_a_stage_that_cannot_be_read_is_no_stage(tmp_path: Path) -> None:
    assert newest_stage(tmp_path) is None
    (tmp_path / stage_name(3)).write_bytes(b"torn")
    assert newest_stage(tmp_path) is None


def test_a_terminal_gets_the_live_view(tmp_path: Path) -> None:
    watched, text = watch(tmp_path, Clock(), terminal=True, film=True)
    with watched:
        watched.rehearsing(0.5)
        watched.report(reached(3), FIGURES)
    for words in ("rehearsing", "50 %", "jumps so far", "(5,400 an hour)", "the film", "8,640", "129,600"):
        assert words in text.getvalue()


def test_a_log_gets_a_line_every_half_minute(tmp_path: Path) -> None:
    clock = Clock()
    watched, text = watch(tmp_path, clock)
    with watched:
        for step in range(10):
            watched.rehearsing(step / 10)
            clock.now += 4.0
        for iteration in range(1, 10):
            watched.report(reached(iteration), FIGURES)
            clock.now += 10.0
    lines = text.getvalue().splitlines()
    # At 0 s, 32 s, from then on all 30 s, and what was known in the end.
    assert [line.split(";")[0] for line in lines] == [
        "rehearsing: 0 %, 0 s left",
        "rehearsing: 80 %, 8 s left",
        "iteration 4",
        "iteration 7",
        "iteration 9",
    ]
    assert "\x1b" not in text.getvalue()


def test_the_time_left_follows_the_clock(tmp_path: Path) -> None:
    clock = Clock()
    watched, text = watch(tmp_path, clock)
    with watched:
        watched.report(reached(1), FIGURES)  # 9,000 samples to go at 1,000 a second
        clock.now += 100.0  # judging stages takes time, too
        watched.report(reached(2), FIGURES)
    first, second = text.getvalue().splitlines()
    assert first.endswith("; 9 s left")
    assert second.endswith("; 13 min left")


def test_a_pace_is_unknown_until_something_has_moved() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.mark(10.0)
    clock.now += 1.0
    pace.mark(10.0)
    assert pace.seconds_to(20.0) is None
    clock.now += 1.0
    pace.mark(15.0)
    assert pace.seconds_to(20.0) == pytest.approx(2.0)
    assert pace.seconds_to(12.0) == 0.0


def test_a_full_disk_is_told_once_and_learning_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watched, _ = watch(tmp_path, Clock())
    with watched:
        watched.report(reached(1), FIGURES)
        with no_file_beyond(max(path.stat().st_size for path in tmp_path.iterdir())):
            for iteration in range(2, 30):  # more than any queue would hold
                watched.report(reached(iteration), FIGURES)
        watched.report(reached(30), FIGURES)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "progress.csv: cannot be written (File too large); learning goes on without it" in said[0] + said[1]
    assert "the events for TensorBoard: cannot be written" in said[0] + said[1]
    table = rows(tmp_path / "progress.csv")
    assert table[-1]["iteration"] == "30"  # there was room again
    assert all(None not in row.values() and None not in row for row in table)
    assert scalars(tmp_path)["learning/reward"] == [(1_000, 0.5)]


def test_half_a_row_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    append_row(path, {"a": 1.0, "b": 2.0})
    before = path.read_bytes()
    with no_file_beyond(len(before) + 3), pytest.raises(OSError, match="too large"):
        append_row(path, {"a": 3.0, "b": 4.0})
    assert path.read_bytes() == before


def test_rows_keep_to_the_columns_of_the_table_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("b,gone\r\n1.0,2.0\r\n")
    append_row(path, {"a": 3.0, "b": 4.0})
    assert rows(path) == [{"b": "1.0", "gone": "2.0"}, {"b": "4.0", "gone": ""}]
    assert read_columns(path, ("b",)) == {"b": [1.0, 4.0]}
    assert read_columns(tmp_path / "none.csv", ("b",)) == {"b": []}


def test_events_that_were_cut_off_are_read_as_far_as_they_are_whole(tmp_path: Path) -> None:
    events = Events(tmp_path)
    events.add({"a": 1.0}, 10)
    size = next(tmp_path.iterdir()).stat().st_size
    with no_file_beyond(size + 5):
        with pytest.raises(OSError, match="too large"):
            events.add({"a": 2.0}, 20)
        events.add({"a": 3.0}, 30)  # it has said so once; from now on it is silent
    events.add({"a": 4.0}, 40)
    events.close()
    assert next(tmp_path.iterdir()).stat().st_size == size + 5
    assert scalars(tmp_path)["a"] == [(10, 1.0)]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(OSError, match=os.strerror(17)):
        Events(tmp_path / "run").add({"a": 1.0}, 10)
