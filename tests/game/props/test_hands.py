"""What the operator's hands do, in a real world, seen through a camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from game.blocking import Mark
from game.camera.pose import CameraPose
from game.controls import find_action
from game.performer import Performer
from game.props.hands import Hands, aimed
from models.body import Body
from models.contact import Box
from models.coords import bullet_to_panda, hpr_to_wxyz
from models.props import Prop, kind_named
from models.reference import Reference
from models.stage import Stage

BALL, MATTRESS = 0, 1
PROPS = (
    Prop("ball", kind_named("ball"), (3.0, 0.0, 0.0)),
    Prop("mattress", kind_named("mattress"), (0.0, 0.0, -4.0), 0.2),
)
TABLE = Box("table", (3.0, 0.35, -3.0), (0.6, 0.35, 0.6))


class Shoot:
    """A performer and hands, and a camera that is put where a test wants it."""

    def __init__(self, performer: Performer) -> None:
        self.performer = performer
        self.said: list[str] = []
        self.hands = Hands(performer, self.said.append)

    def look_at(self, point: tuple[float, float, float], eye: tuple[float, float, float] = (4.5, 1.6, 3.0)) -> None:
        """The camera at ``eye`` with ``point`` in the middle of its picture; Bullet's frame."""
        way = bullet_to_panda(np.array(point) - np.array(eye))
        heading = np.degrees(np.arctan2(-way[0], way[1]))
        pitch = np.degrees(np.arctan2(way[2], np.hypot(way[0], way[1])))
        self.hands.follow(CameraPose(bullet_to_panda(np.array(eye)), hpr_to_wxyz(heading, pitch, 0.0)))

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self.hands.carry()
            self.performer.tick()

    def where(self, prop: int) -> np.ndarray:
        return self.performer.snapshot.props[prop, :3]


@pytest.fixture
def shoot(body: Body, reference: Reference, stage: Stage) -> Iterator[Shoot]:
    performer = Performer(body, reference, stage, Mark(), [TABLE], props=PROPS)
    yield Shoot(performer)
    performer.close()


def test_what_is_in_the_middle_is_taken_carried_and_set_down(shoot: Shoot) -> None:
    shoot.look_at((3.0, 0.11, 0.0))
    shoot.hands.take_or_place()
    shoot.run(10)
    assert shoot.said == ["ball in hand"]
    assert shoot.where(BALL)[1] > 0.8
    shoot.look_at((3.2, 0.7, -2.9))
    shoot.run(10)
    carried = shoot.where(BALL).copy()
    shoot.hands.take_or_place()
    shoot.run(60)
    assert np.allclose(shoot.where(BALL), (3.2, 0.81, -2.9), atol=0.05)
    assert np.linalg.norm(carried - shoot.where(BALL)) > 1.0
    names = [event.name for event in shoot.performer.take_events()]
    assert [name for name in names if name in ("grab", "place", "throw")] == ["grab", "place"]


def test_a_mattress_keeps_its_heading_against_the_camera_and_lies_flat(shoot: Shoot) -> None:
    shoot.look_at((0.0, 0.25, -4.0), eye=(2.0, 1.6, 0.0))
    shoot.hands.take_or_place()
    shoot.run(5)
    shoot.look_at((1.0, 0.0, 1.5))
    shoot.run(5)
    shoot.hands.take_or_place()
    shoot.run(5)
    pose = shoot.performer.snapshot.props[MATTRESS]
    assert np.allclose(pose[:3], (1.0, 0.125, 1.5), atol=0.01)
    assert np.allclose(pose[[3, 5]], 0.0, atol=1e-9)
    shoot.hands.throw()
    assert "nothing in hand" in shoot.said[-1]


def test_against_a_wall_it_is_set_down_at_its_foot(shoot: Shoot) -> None:
    shoot.look_at((3.0, 0.11, 0.0))
    shoot.hands.take_or_place()
    shoot.run(2)
    shoot.look_at((3.0, 0.35, -2.4), eye=(3.0, 0.8, 1.0))
    shoot.hands.take_or_place()
    shoot.run(30)
    x, y, z = shoot.where(BALL)
    assert (x, y) == pytest.approx((3.0, 0.11), abs=0.02)
    assert -2.4 + 0.11 <= z < -2.1


def test_a_thrown_ball_hits_the_body_and_always_in_the_same_way(shoot: Shoot) -> None:
    hits = []
    for _ in range(2):
        shoot.look_at((3.0, 0.11, 0.0))
        shoot.hands.take_or_place()
        shoot.run(10)
        shoot.hands.throw()
        hit = []
        for _ in range(100):
            shoot.run(1)
            hit += [(shoot.performer.snapshot.tick, contact) for contact in shoot.performer.snapshot.contacts]
        hits.append([entry for entry in hit if entry[1].surface == "ball"])
        shoot.performer.retry()
        shoot.performer.play(shoot.performer.stage, shoot.performer.reference)
    assert hits[0]
    assert hits[0] == hits[1]


def test_a_throw_meets_what_moves() -> None:
    start, target, moving = np.array([0.0, 1.0, 0.0]), np.array([5.0, 1.5, 1.0]), np.array([0.0, 0.5, -1.0])
    velocity = aimed(start, target, moving, 0.43)
    seconds = np.linalg.norm(target - start) / 10.0
    there = start + velocity * seconds - (0.0, 0.5 * 9.81 * seconds**2, 0.0)
    assert np.allclose(there, target + moving * seconds)
    assert np.linalg.norm(aimed(start, target, 0.0 * moving, 4.5)) < np.linalg.norm(velocity)


def test_what_cannot_be_done_is_told(shoot: Shoot, tmp_path: Path) -> None:
    shoot.look_at((4.5, 5.0, 2.0))
    shoot.hands.take_or_place()
    assert shoot.said[-1].startswith("no prop in the middle of the picture")
    shoot.look_at((0.0, 0.25, -4.0), eye=(2.0, 1.6, 0.0))
    shoot.hands.take_or_place()
    shoot.hands.throw()
    assert "too heavy to throw" in shoot.said[-1]
    shoot.hands.keep_props()
    assert "no file" in shoot.said[-1]
    lost = Hands(shoot.performer, shoot.said.append, tmp_path / "environment.toml")
    lost.keep_props()
    assert "cannot be written" in shoot.said[-1]


def test_buttons_take_throw_and_keep_only_while_there_is_something_to_handle(shoot: Shoot) -> None:
    shoot.look_at((0.0, 5.0, 0.0))
    assert [shoot.hands.action_of(button) for button in ("stick", "y", "a", "b")] == [None] * 4
    shoot.look_at((3.0, 0.11, 0.0))
    assert [shoot.hands.action_of(button) for button in ("stick", "a", "b")] == ["take_or_place", None, None]
    shoot.hands.take_or_place()
    assert [shoot.hands.action_of(button) for button in ("stick", "y", "b", "trigger")] == [
        "take_or_place",
        "take_or_place",
        "throw",
        None,
    ]
    shoot.run(5)
    shoot.look_at((2.5, 0.0, 1.0))
    find_action(str(shoot.hands.action_of("a")), (shoot.hands,))()
    shoot.run(30)
    assert np.allclose(shoot.where(BALL), (2.5, 0.11, 1.0), atol=0.05)
    assert shoot.said[-1] == "this place has no file to keep its props in"
    assert np.allclose(shoot.performer.layout[BALL, ::2][:2], (2.5, 1.0), atol=0.05)
