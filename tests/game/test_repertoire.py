"""Skills and stages are gone through while a shoot runs, and led where they can be."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from game.blocking import Mark
from game.camera.lens import Lens
from game.clips import Clips
from game.controls import CONTROLS, find_action
from game.lead import STRAIGHT
from game.operator import Operator
from game.performer import Performer
from game.reins import told
from game.reshoot import Reshoot
from game.session import Session
from game.shelf import Shelf
from game.sight import Sight
from game.takes.facts import CHANNELS
from game.takes.replay import Replay
from game.taking import SessionSettings
from models.attempt import MOST_TURN, SPEEDS
from models.body import Body
from models.stage import load_stage
from tests.game.conftest import publish
from tests.game.test_session import HOME, Hand, Shoot, TickingClock, run, take


@pytest.fixture
def shoot(body: Body, clips: Clips, ladders: Path, tmp_path: Path) -> Iterator[Shoot]:
    """A shoot of the backflip's last stage, with three ladders on the shelf."""
    clock = TickingClock()
    hand = Hand(clock)
    stage = load_stage(ladders / "backflip" / "iteration_00002.safetensors", body)
    performer = Performer(body, clips.reference("backflip"), stage, Mark())
    settings = SessionSettings(tmp_path / "takes", "park", "park", "default", {"backflip": "test"})
    operator = Operator(hand, Lens(24.0), [("home", HOME)], clock, Sight(body))
    session = Session(performer, Shelf(sorted(ladders.iterdir()), clips), operator, settings, clock)
    yield session, clock, hand
    session.close()


def press(session: Session, action: str) -> None:
    find_action(action, session.owners)()


def test_keys_go_through_the_skills_and_round_each_at_its_last_stage(shoot: Shoot) -> None:
    session = shoot[0]
    seen = []
    for action in ("next_skill", "next_skill", "next_skill", "previous_skill"):
        press(session, action)
        run(shoot, 0.04)
        performer = session.performer
        assert performer.reference.clip.name == performer.stage.info.skill == session.repertoire.skill
        seen.append((performer.stage.info.skill, performer.stage.info.iteration))
    assert seen == [("walk", 1), ("getup_faceup", 0), ("backflip", 2), ("getup_faceup", 0)]


def test_the_viewfinder_names_skill_stage_and_success(shoot: Shoot) -> None:
    session = shoot[0]
    assert session.readout(25.0).stage == "BACKFLIP 3/3, 90 % succeed"
    press(session, "earlier_stage")
    assert session.readout(25.0).stage == "BACKFLIP 2/3, 50 % succeed"
    press(session, "next_skill")
    assert session.readout(25.0).stage == "WALK 2/2, 94 % succeed"
    press(session, "next_skill")
    assert session.readout(25.0).stage == "GETUP FACEUP 1/1"


def test_a_fall_is_told_where_the_skill_has_falls_and_flips_of_the_backflip_alone(shoot: Shoot) -> None:
    session = shoot[0]
    run(shoot, 2.0)
    assert session.performer.fallen
    assert "FALLEN" in session.readout(25.0).stage
    session.performer._flips.count = 2
    assert "2 FLIPS" in session.readout(25.0).stage
    press(session, "previous_skill")
    run(shoot, 2.0)
    assert not session.performer.fallen
    session.performer._flips.count = 2
    assert session.readout(25.0).stage == "GETUP FACEUP 1/1"


def test_a_new_stage_of_another_skill_is_told_and_gone_to(shoot: Shoot, ladders: Path, body: Body) -> None:
    session = shoot[0]
    path = publish(ladders / "walk", body, 7, 7, "walk")
    try:
        run(shoot, 1.2)
        assert session.hint == "walk: new stage after 4,900 attempts, press N to see it"
        press(session, "newest_stage")
        assert session.performer.stage.path == path
        assert session.performer.reference.clip.name == "walk"
    finally:
        path.unlink()


def test_with_one_skill_only_there_is_no_other(body: Body, clips: Clips, shoot: Shoot, ladders: Path) -> None:
    session = shoot[0]
    session.repertoire.shelf = Shelf([ladders / "backflip"], clips)
    press(session, "next_skill")
    assert "no other skill has a stage" in session.hint
    assert session.performer.stage.info.skill == "backflip"


def test_a_walk_is_led_by_keys_and_says_by_which(shoot: Shoot) -> None:
    session = shoot[0]
    press(session, "lead_left")
    assert session.hint == "backflip cannot be led; of all skills these can: walk"
    press(session, "leave_left")
    press(session, "next_skill")
    assert session.hint == "lead it: 1 left, 2 right, 3 slower, 4 faster"
    wanted: list[float] = []
    for action in ("lead_left", "lead_right", "leave_left", "leave_right"):
        press(session, action)
        wanted.append(session.performer.wanted.turn)
    assert wanted == [MOST_TURN, 0.0, -MOST_TURN, 0.0]
    for action, speed in (("lead_faster", SPEEDS[1]), ("lead_slower", SPEEDS[0])):
        for _ in range(9):
            press(session, action)
        assert session.performer.wanted.speed == speed
    press(session, "lead_right")
    run(shoot, 1.0)
    session.say("")
    assert session.readout(25.0).hint == "right 34 deg/s, speed 70 %"


def test_the_hint_names_the_users_own_keys() -> None:
    mine = [dataclasses.replace(control, label="F9") for control in CONTROLS if control.action == "lead_left"]
    assert told(mine) == "lead it: F9 left"


def test_buttons_lead_a_walk_as_long_as_they_are_held_and_change_stages_of_the_rest(shoot: Shoot) -> None:
    session, _, hand = shoot

    def hold(*buttons: str) -> None:
        hand.buttons = frozenset(buttons)
        run(shoot, 0.04)

    hold("left")
    assert session.performer.stage.info.iteration == 1
    hold()
    press(session, "next_skill")
    hold("left")
    assert session.performer.wanted.turn == MOST_TURN
    assert session.performer.stage.info.iteration == 1
    hold("left", "shoulder")
    assert session.performer.wanted.speed == 1.1
    hold()
    assert session.performer.wanted.turn == 0.0


def performed(replay: Replay) -> list[tuple[int, int, bytes]]:
    steps = replay.snapshots(-1.0, 99.0)
    return [(each.attempt, each.tick, each.pose.root_pos.tobytes()) for _, each in steps]


def test_a_take_of_a_walk_that_is_led_replays_and_can_be_filmed_anew(shoot: Shoot, tmp_path: Path) -> None:
    session, clock, _ = shoot
    press(session, "next_skill")
    heard: list[tuple[int, int, bytes]] = []
    session.hear = lambda each: heard.append((each.attempt, each.tick, each.pose.root_pos.tobytes()))
    session.start_take()
    run(shoot, 0.5)
    press(session, "lead_left")
    run(shoot, 0.5)
    press(session, "next_skill")
    run(shoot, 0.3)
    session.stop_take()
    replay = take(shoot)
    assert [step for step in performed(replay) if step[1]] == heard
    assert replay.header.skill == "walk"
    told = [(event.name, event.detail.get("skill")) for event in replay.events if event.name != "fall"]
    assert told == [("lead", None), ("attempt", "getup_faceup")]
    assert replay.events[0].detail["turn"] == MOST_TURN
    again = Reshoot(replay, session.operator, tmp_path, CHANNELS, {}, clock)
    again.start_take()
    play(again.film, again.advance, clock, lambda: again.ended)
    assert again.last_take is not None
    new = Replay.load(again.last_take)
    assert performed(new) == performed(replay)
    assert [(event.name, event.detail) for event in new.events] == [(e.name, e.detail) for e in replay.events]


def play(
    film: Callable[[], object], advance: Callable[[float], object], clock: TickingClock, over: Callable[[], bool]
) -> None:
    for _ in range(200):
        if over():
            return
        film()
        clock.ns += 20_000_000
        advance(0.02)


def test_a_lead_is_kept_for_the_next_attempt_and_forgotten_with_another_skill(shoot: Shoot) -> None:
    session = shoot[0]
    press(session, "next_skill")
    press(session, "lead_faster")
    press(session, "next_attempt")
    assert session.performer.wanted.speed == 1.1
    press(session, "next_skill")
    press(session, "previous_skill")
    assert session.performer.wanted == STRAIGHT
