"""Attempts at other skills than the backflip: led, got up from, ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from game.blocking import Mark
from game.clips import Clips
from game.lead import STRAIGHT, Lead
from game.performance import Snapshot
from game.performer import Performer
from models.attempt import MOST_TURN
from models.body import Body
from models.stage import load_stage

LEFT = Lead(MOST_TURN, 1.2)


def performing(skill: str, ladders: Path, clips: Clips, body: Body) -> Performer:
    stage = load_stage(ladders / skill / "iteration_00000.safetensors", body)
    return Performer(body, clips.reference(skill), stage, Mark())


@pytest.fixture
def walker(ladders: Path, clips: Clips, body: Body) -> Iterator[Performer]:
    performer = performing("walk", ladders, clips, body)
    yield performer
    performer.close()


def fingerprint(snapshot: Snapshot) -> bytes:
    return snapshot.pose.root_pos.tobytes() + snapshot.pose.joint_rot.tobytes()


def test_a_lead_turns_the_way_slowly_and_then_fully(walker: Performer) -> None:
    walker.tick()
    walker.lead(LEFT)
    yaws, turns = [], []
    for _ in range(120):
        walker.tick()
        yaws.append(float(walker._running.frame.yaw[0]))
        turns.append(walker.led.turn)
    assert turns[:4] < [0.1 * MOST_TURN] * 4
    assert np.all(np.diff(turns) >= 0.0)
    assert turns[-1] == MOST_TURN
    assert walker.led == walker.wanted == LEFT
    assert 0.5 * MOST_TURN < yaws[-1] - yaws[0] < MOST_TURN


def test_the_same_attempt_again_is_led_the_same_way_and_going_back_too(walker: Performer) -> None:
    seen = {}
    for tick in range(160):
        if tick in (20, 90):
            walker.lead({20: LEFT, 90: Lead(-MOST_TURN)}[tick])
        seen[tick + 1] = (fingerprint(walker.tick()), walker.led)
    events = [(event.name, event.tick, event.detail) for event in walker.take_events() if event.name == "lead"]
    assert events == [
        ("lead", 20, {"turn": MOST_TURN, "speed": 1.2}),
        ("lead", 90, {"turn": -MOST_TURN, "speed": 1.0}),
    ]
    walker.rewind(120)
    assert [(fingerprint(walker.tick()), walker.led) for _ in range(40)] == [seen[tick] for tick in range(41, 81)]
    walker.retry()
    assert walker.wanted == STRAIGHT
    assert [(fingerprint(walker.tick()), walker.led) for _ in range(160)] == list(seen.values())
    walker.rewind(100)
    walker.lead(STRAIGHT)  # replaces what was to follow
    for _ in range(60):
        walker.tick()
    assert walker.wanted == STRAIGHT


def test_the_next_attempt_is_led_on_and_another_skill_is_not(
    walker: Performer, ladders: Path, clips: Clips, body: Body
) -> None:
    walker.tick()
    walker.lead(LEFT)
    walker.next_attempt()
    assert walker.wanted == LEFT
    assert walker.led == STRAIGHT
    walker.play(load_stage(ladders / "backflip" / "iteration_00000.safetensors", body), clips.reference("backflip"))
    walker.lead(LEFT)
    assert walker.wanted == STRAIGHT
    for _ in range(8):
        walker.tick()
    assert walker.led == STRAIGHT


def test_who_gets_up_is_given_the_time_for_it_and_then_comes_the_next_attempt(
    ladders: Path, clips: Clips, body: Body
) -> None:
    performer = performing("getup_faceup", ladders, clips, body)
    assert performer.snapshot.pose.root_pos[1] < 0.2
    ticks = 0
    while performer.tick().attempt == 1:
        ticks = performer.snapshot.tick
    performer.close()
    events = performer.take_events()
    assert ticks > clips.reference("getup_faceup").ticks
    assert ticks <= clips.reference("getup_faceup").ticks + 2 * 120
    assert [event.name for event in events] == ["attempt", "attempt"]  # lying is no fall here, and nothing begins anew
    assert [event.detail["skill"] for event in events] == ["getup_faceup", "getup_faceup"]


def test_a_clip_that_is_over_holds_its_last_frame(ladders: Path, clips: Clips, body: Body) -> None:
    """Drawn along the clip itself, for nobody untrained gets up."""
    performer = performing("getup_faceup", ladders, clips, body)
    reference = clips.reference("getup_faceup")
    last = reference.at(np.array([reference.ticks])).pose
    performer._running.world.reset(np.array([0]), last)
    performer._running.ticks[:] = performer._tick = performer._last_up = reference.ticks
    for _ in range(2 * 120):
        performer.tick()
    assert performer.snapshot.attempt == 1
    assert np.array_equal(performer._running.wanted().pose.joint_rot, last.joint_rot)
    performer.tick()
    assert performer.snapshot.attempt == 2
    performer.close()
