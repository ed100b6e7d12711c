"""Props in an attempt: handled by the operator, and the same again at every retry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from game.blocking import Mark
from game.performance import Snapshot
from game.performer import Performer
from models.body import Body
from models.props import Handling, Prop, kind_named, standing_pose
from models.reference import Reference
from models.stage import Stage

BALL, BOX, MATTRESS = 0, 1, 2
PROPS = (
    Prop("ball", kind_named("ball"), (1.5, 0.0, 1.0)),
    Prop("box", kind_named("box"), (-2.0, 0.0, 0.5), 0.3),
    Prop("mattress", kind_named("mattress"), (-1.3, 0.0, 0.0)),
)


@pytest.fixture
def performer(body: Body, reference: Reference, stage: Stage) -> Iterator[Performer]:
    performer = Performer(body, reference, stage, Mark(), props=PROPS)
    yield performer
    performer.close()


def fingerprint(snapshot: Snapshot) -> bytes:
    pose = snapshot.pose
    arrays = (pose.root_pos, pose.root_rot, pose.joint_rot, snapshot.props)
    return b"".join(array.tobytes() for array in arrays) + repr(snapshot.contacts).encode()


def play(performer: Performer, ticks: int, each: Callable[[int], None] = lambda tick: None) -> list[bytes]:
    seen = []
    for _ in range(ticks):
        each(performer.snapshot.tick)
        seen.append(fingerprint(performer.tick()))
    return seen


def throw_the_ball(performer: Performer) -> Callable[[int], None]:
    """Carries the ball about for half a second and throws it at the body's chest."""

    def hands(tick: int) -> None:
        held = np.array([2.0, 1.3 + 0.002 * tick, 0.0, 0.0, 0.0, 0.0, 1.0])
        if tick < 60:
            performer.handle(Handling("grab" if tick == 0 else "carry", BALL, held))
        elif tick == 60:
            performer.handle(Handling("throw", BALL, held, (-9.0, 1.0, 0.0), (0.0, 0.0, 5.0)))

    return hands


def test_a_snapshot_shows_the_props_where_they_stand(performer: Performer) -> None:
    assert performer.snapshot.props.shape == (3, 7)
    for shown, prop in zip(performer.snapshot.props, PROPS, strict=True):
        assert np.allclose(shown, prop.pose, atol=1e-9)


def test_a_retry_throws_the_same_ball_to_the_last_bit(performer: Performer) -> None:
    first = play(performer, 200, throw_the_ball(performer))
    told = [event.name for event in performer.take_events()]
    performer.retry()
    assert play(performer, 200) == first
    assert [event.name for event in performer.take_events()][1:] == [name for name in told if name != "attempt"]
    assert "throw" in told
    performer.retry()
    hit = [snapshot.contacts for snapshot in (performer.tick() for _ in range(120))]
    assert any(contact.surface == "ball" and contact.force > 50.0 for contacts in hit for contact in contacts)


def test_rewinding_throws_it_again(performer: Performer) -> None:
    first = play(performer, 150, throw_the_ball(performer))
    performer.rewind(100)
    assert fingerprint(performer.snapshot) == first[49]
    assert play(performer, 100) == first[50:]


def test_what_hands_do_now_replaces_what_was_to_follow(performer: Performer) -> None:
    play(performer, 150, throw_the_ball(performer))
    performer.retry()
    play(performer, 30)
    there = standing_pose(PROPS[BALL].kind, np.array([3.0, 0.0, 2.0]), 0.0)
    performer.handle(Handling("place", BALL, there))
    play(performer, 100)
    assert np.allclose(performer.snapshot.props[BALL, :3], there[:3], atol=0.01)
    performer.retry()
    play(performer, 130)
    assert np.allclose(performer.snapshot.props[BALL, :3], there[:3], atol=0.01)


def test_what_is_placed_stays_there_and_what_is_thrown_comes_back(performer: Performer) -> None:
    there = standing_pose(PROPS[MATTRESS].kind, np.array([1.0, 0.0, -2.0]), 0.5)
    performer.handle(Handling("place", MATTRESS, there))
    play(performer, 120, throw_the_ball(performer))
    performer.next_attempt()
    assert np.allclose(performer.snapshot.props[MATTRESS], there, atol=1e-9)
    assert np.allclose(performer.snapshot.props[BALL], PROPS[BALL].pose, atol=1e-9)
    performer.tick()
    assert not any(event.name == "throw" for event in performer.take_events()[-1:])


def test_who_stands_still_sees_at_once_what_the_hands_do(performer: Performer) -> None:
    """While time stands nothing moves in the physics, but the carried prop must follow the camera."""
    for height in (1.0, 1.5):
        held = np.array([0.0, height, 2.0, 0.0, 0.0, 0.0, 1.0])
        performer.handle(Handling("grab" if height == 1.0 else "carry", BOX, held))
    assert np.array_equal(performer.in_hand(performer.snapshot.props)[BOX], held)
    assert np.allclose(performer.snapshot.props[BOX], PROPS[BOX].pose, atol=1e-9)
    performer.tick()
    assert [event.detail["prop"] for event in performer.take_events() if event.name == "grab"] == ["box"]
    assert performer.in_hand(performer.snapshot.props)[BOX, 1] == pytest.approx(1.5, abs=0.01)


def test_looking_changes_no_bit(performer: Performer) -> None:
    plain = play(performer, 60)
    performer.retry()
    eye, end = np.array([4.0, 1.0, 1.0]), np.array([-4.0, 0.0, 1.0])
    assert play(performer, 60, lambda tick: performer.look_along(eye, end)) == plain


def test_who_lies_on_a_mattress_has_fallen_and_who_is_hit_by_a_ball_has_not(performer: Performer) -> None:
    play(performer, 90, throw_the_ball(performer))
    seen = {contact.surface for _ in range(400) for contact in performer.tick().contacts}
    events = performer.take_events()
    assert "fall" in [event.name for event in events]
    assert {"ground", "mattress"} & seen
