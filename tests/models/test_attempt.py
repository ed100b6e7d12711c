from __future__ import annotations

import numpy as np
import pytest

from models import imitation, rotations
from models.assets import find_clip
from models.attempt import MOST_TURN, SPEEDS, Attempts, Steering
from models.body import Body
from models.reference import CONTROL_HZ, TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference, tabulate
from models.rotations import Array
from models.world import World


@pytest.fixture(scope="module")
def walking(body: Body) -> Reference:
    return tabulate(find_clip("walk", body), body)


def led(body: Body, reference: Reference, turn: float, speed: float, steps: int) -> tuple[Array, float]:
    """Where the clip has the root after ``steps`` control steps, in the world, and the heading of its frame."""
    one = np.zeros(1, dtype=np.int64)
    with World(body) as world:
        attempts = Attempts(body, reference, world)
        attempts.reset(one, one, reference.at(one).pose)
        attempts.steer(Steering(np.array([turn]), np.array([speed])))
        for _ in range(steps):
            attempts.aim(np.zeros((1, body.dofs)))
            attempts.tick(TICKS_PER_CONTROL)
            attempts.wrap(attempts.settle())
        root = attempts.wanted().pose.root_pos
        yaw = attempts.frame.yaw
        return (rotations.rotate(rotations.about(1, yaw), root) + attempts.frame.origin)[0], float(yaw[0])


def test_straight_on_it_leads_as_far_as_the_clip_goes(body: Body, walking: Reference) -> None:
    steps = 2 * walking.ticks // TICKS_PER_CONTROL + 5  # over two seams
    place, yaw = led(body, walking, 0.0, 1.0, steps)
    assert yaw == 0.0
    speed = np.linalg.norm(walking.travel) / walking.clip.duration
    assert np.hypot(place[0], place[2]) == pytest.approx(speed * steps / CONTROL_HZ, rel=0.1)


def test_faster_it_leads_further_and_turning_it_leads_round(body: Body, walking: Reference) -> None:
    steps = CONTROL_HZ
    straight, _ = led(body, walking, 0.0, 1.0, steps)
    fast, _ = led(body, walking, 0.0, 1.3, steps)
    more = 0.3 * walking.travel / walking.clip.duration
    assert np.allclose(fast - straight, more, atol=0.01)
    left, yaw = led(body, walking, 0.5, 1.0, steps)
    assert yaw == pytest.approx(0.5)
    # Y is up and it walks along x: to the left is towards -z
    assert left[2] < straight[2] - 0.1
    assert left[0] < straight[0]


def test_the_ways_it_is_led_while_learning_cover_all_of_them() -> None:
    drawn = Steering.drawn(3000, np.random.default_rng(1))
    assert np.mean(drawn.turn == 0.0) == pytest.approx(1 / 3, abs=0.05)
    assert drawn.turn.min() < -0.9 * MOST_TURN < 0.9 * MOST_TURN < drawn.turn.max()
    assert SPEEDS[0] <= drawn.speed.min() < SPEEDS[0] + 0.02
    assert SPEEDS[1] - 0.02 < drawn.speed.max() <= SPEEDS[1]


def test_who_has_got_up_elsewhere_rests_there(body: Body) -> None:
    reference = tabulate(find_clip("getup_faceup", body), body)
    seconds = reference.clip.duration - 1.0  # it rests for the last second
    before = np.full(1, round(seconds * TICKS_PER_SECOND) - 2 * TICKS_PER_CONTROL)
    elsewhere = imitation.place_in_world(
        reference.at(before).pose, imitation.Frame(np.array([[0.3, 0.0, -0.2]]), np.array([0.4]))
    )
    off, turned = [], []
    with World(body) as world:
        attempts = Attempts(body, reference, world)
        attempts.reset(np.zeros(1, dtype=np.int64), before, elsewhere)
        for _ in range(5):
            attempts.aim(np.zeros((1, body.dofs)))
            attempts.tick(TICKS_PER_CONTROL)
            attempts.settle()
            pose, wanted = attempts.motion.pose, attempts.wanted().pose
            off.append(float(np.hypot(*(pose.root_pos - wanted.root_pos)[0, [0, 2]])))
            turned.append(float(rotations.angle_between(pose.root_rot, wanted.root_rot)[0]))
            assert np.allclose(
                imitation.place_in_world(pose, attempts.frame).root_pos, world.motion().pose.root_pos, atol=1e-9
            )
    assert min(off[0], turned[0]) > 0.3
    assert max(off[1:]) < 0.05  # it comes to rest in the second step, and the clip with it
    assert max(turned[1:]) < 0.25
