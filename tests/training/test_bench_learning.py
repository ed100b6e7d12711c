from __future__ import annotations

import io
import json
import sys
from argparse import Namespace
from dataclasses import astuple

import numpy as np
import pytest
from rich.console import Console

from models.body import Body
from models.reference import Reference
from models.world import GRAVITY
from training.bench_learning import BareWorld, BenchSettings, Port, Rates, learning, measure, summarize, table

SMALL = BenchSettings(rounds=2, bodies=2, steps=8, port_steps=4, learn_steps=8)


def test_all_four_are_measured_in_every_round(capfd: pytest.CaptureFixture[str]) -> None:
    told: list[None] = []
    rounds = measure(SMALL, lambda: told.append(None))
    assert len(told) == 4 * len(rounds) == 8
    assert all(1.0 < rate < 1e6 for rates in rounds for rate in astuple(rates))
    best = Rates(*np.max([astuple(rates) for rates in rounds], axis=0))  # a busy moment may meet one round
    assert best.bare > best.world > best.learning  # each does all that the one before it does, and more
    assert capfd.readouterr().out == ""  # a machine may be reading


def test_ratios_are_taken_within_a_round() -> None:
    rounds = [Rates(400.0, 200.0, 50.0, 100.0), Rates(40.0, 20.0, 10.0, 12.0), Rates(300.0, 100.0, 20.0, 80.0)]
    figures = summarize(rounds)
    assert figures.rates == Rates(300.0, 100.0, 20.0, 80.0)
    assert (figures.world_over_port, figures.bare_over_world) == (4.0, 2.0)


def test_bare_bodies_fall_for_the_time_they_are_given_and_nothing_holds_them(body: Body, reference: Reference) -> None:
    pose = reference.at(np.zeros(2, dtype=np.int64)).pose
    for velocity in (pose.root_lin_vel, pose.root_ang_vel, pose.joint_vel):
        velocity[:] = 0.0
    pose.root_pos[0, 1] = 5.0
    with BareWorld(body, 2) as world:
        world.reset(np.arange(2), pose)
        world.fall(24)
        in_the_air, on_the_ground = world.pose().root_pos[:, 1]
    assert in_the_air == pytest.approx(5.0 - 0.5 * GRAVITY * 0.8**2, abs=0.1)
    assert on_the_ground < 0.5


def test_the_port_makes_control_steps_until_it_falls_and_then_starts_anew() -> None:
    port = Port()
    assert port.environment.record_state(0).shape == (197,)
    going_on, steps = True, 0
    while going_on and steps < 300:
        before = port.environment.t
        updates = port.step()
        assert updates in (8, 9)
        going_on = bool(np.isclose(port.environment.t - before, updates / 240.0))
        steps += 1
    assert 1 <= steps < 300
    assert port.step() in (8, 9)


def test_the_port_leaves_no_module_behind_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    path = list(sys.path)
    Port()
    assert not [name for name in sys.modules if name.startswith("pybullet_envs")]
    assert sys.path == path
    assert capfd.readouterr().out == ""


def test_the_verb_prints_a_table_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert learning(Namespace(json=True), SMALL) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"rates", "world_over_port", "bare_over_world", "rounds", "bodies"}
    assert set(found["rates"]) == {"bare", "world", "port", "learning"}
    printed = io.StringIO()
    Console(file=printed, width=80).print(table(summarize([Rates(3000.0, 2000.0, 500.0, 1300.0)]), SMALL))
    for words in ("1.50 x ours", "4.00 x the port", "1,300", "1,250 or more", "120 Hz", "240 Hz"):
        assert words in printed.getvalue()
