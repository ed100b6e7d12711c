from __future__ import annotations

import io
import json
from argparse import Namespace

import pytest
from rich.console import Console

from training.bench_scaling import (
    Bench,
    Messages,
    Row,
    ScalingSettings,
    Wire,
    many_machines,
    measure_wire,
    one_machine,
    ring,
    say,
    scaling,
    table,
)

SMALL = ScalingSettings(workers=(1, 2), bodies=2, steps=8, rounds=1, reductions=3)
ROWS = [Row(1, 2.0, 1.0, 500.0), Row(2, 2.5, 2.0, 600.0), Row(4, 5.0, 4.0, 650.0)]


def test_one_machine_keeps_the_time_of_collecting_and_its_learner_pays_for_all() -> None:
    found = one_machine(ROWS, cores=2, each=1500)
    assert (found.collecting, found.updating, found.reducing) == (2.5, 64.0, 0.0)
    assert found.samples_per_second == pytest.approx(64 * 1500 / 66.5)


def test_many_machines_pay_for_the_ring_alone() -> None:
    messages = Messages(actor=4_000, critic=2_000, steps=20, rest=100)
    found = many_machines(ROWS, 1500, messages, Wire(small=0.0, actor=0.004, critic=0.002))
    assert found.reducing == pytest.approx(20 * 0.006 * 2 * 63 / 64)
    assert found.samples_per_second == pytest.approx(64 * 1500 / (3.0 + found.reducing))
    assert (messages.step, messages.iteration) == (6_000, 120_100)


def test_a_ring_of_two_takes_what_was_measured_and_latency_grows_with_the_ring() -> None:
    assert ring(2, two=0.010, small=0.002) == pytest.approx(0.010)
    assert ring(64, two=0.002, small=0.002) == pytest.approx(0.126)
    assert ring(64, two=0.010, small=0.002) == pytest.approx(0.126 + 2 * 63 / 64 * 0.008)


def test_a_longer_message_takes_longer_between_two_real_processes() -> None:
    wire = measure_wire(Messages(actor=40_000_000, critic=4_000_000, steps=1, rest=0), 3)
    assert 0.0 < wire.small < wire.actor
    assert wire.critic < wire.actor < 60.0


@pytest.mark.slow
def test_the_verb_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert scaling(Namespace(json=True), SMALL) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"cores", "rows", "wire", "bytes_a_step", "bytes_an_iteration", "predicted"}
    assert [row["workers"] for row in found["rows"]] == [1, 2]
    for row in found["rows"]:
        whole = row["workers"] * SMALL.bodies * SMALL.steps / (row["collecting"] + row["updating"])
        assert row["samples_per_second"] == pytest.approx(whole)
    assert set(found["predicted"]) == {"cores", "machines"}


def test_the_table_says_who_shares_cores_and_the_words_say_the_predictions() -> None:
    printed = io.StringIO()
    Console(file=printed, width=100).print(table(ROWS, 2, ScalingSettings()))
    lines = {line.split()[1]: line for line in printed.getvalue().splitlines() if line.startswith("│")}
    assert "share 2 cores" in lines["4"]
    assert not any("share" in lines[workers] for workers in ("1", "2"))
    assert "1.20" in lines["2"]
    messages, wire = Bench(SMALL, 2).messages, Wire(0.001, 0.004, 0.003)
    predicted = {"cores": one_machine(ROWS, 2, 1500), "machines": many_machines(ROWS, 1500, messages, wire)}
    words = "\n".join(say(messages, wire, predicted))
    for part in ("7.0 ms a step", "64 cores in one machine: 1,444", "64 machines of one worker", "1.00 ms when empty"):
        assert part in words
