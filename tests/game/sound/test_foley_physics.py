"""Foley of real falls: the humanoid dropped in Bullet."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from game.sound.foley import Cue, Foley
from models import rotations
from models.body import Body, load_humanoid
from models.contact import Contact
from models.motion import Pose
from models.world import GRAVITY, World
from tests.game.sound.conftest import all_cues

DROP = 1.2  # m, height of the root
TICK = 1.0 / 120.0


@cache
def drop(lying: bool) -> list[tuple[float, list[Contact]]]:
    body = load_humanoid()
    count = len(body.joints)
    still = np.tile(rotations.IDENTITY, (1, count, 1))
    turn = rotations.about(2, 0.5 * math.pi if lying else 0.0)[None]
    zeros, no_speed = np.zeros((1, 3)), np.zeros((1, count, 3))
    stream = []
    with World(body) as world:
        world.reset([0], Pose(np.array([[0.0, DROP, 0.0]]), turn, still, zeros, zeros, no_speed))
        for tick in range(240):
            stream.append((tick * TICK, world.contacts()))
            world.step(still, no_speed)
    return stream


def first_touch(stream: list[tuple[float, list[Contact]]]) -> float:
    return next(time for time, contacts in stream if contacts)


def cues_of(body: Body, lying: bool) -> list[Cue]:
    return all_cues(Foley(body, "grass"), drop(lying))


def test_a_drop_onto_the_feet_lands_when_they_touch(body: Body) -> None:
    cues = cues_of(body, lying=False)
    assert {cue.link for cue in cues[:2]} == set(body.feet)
    for cue in cues[:2]:
        assert (cue.kind, cue.surface) == ("land", "grass")
        assert abs(cue.time_s - first_touch(drop(False))) <= 0.02
        assert abs(cue.position[2]) < 0.05
    # Free fall from the root's height to where it stands.
    seconds = math.sqrt(2.0 * (DROP - body.standing_height) / GRAVITY)
    assert abs(cues[0].time_s - seconds) <= 0.02
    speed = GRAVITY * seconds
    assert abs(cues[0].strength * Foley(body).settings.loudest_speed - speed) < 0.25 * speed


def test_a_drop_onto_the_front_is_one_loud_fall(body: Body) -> None:
    cues = cues_of(body, lying=True)
    assert cues[0].kind == "fall"
    assert body.links[cues[0].link].name in ("chest", "root")
    assert abs(cues[0].time_s - first_touch(drop(True))) <= 0.02
    assert cues[0].strength > 0.6
    assert cues[0].strength > max(cue.strength for cue in cues_of(body, lying=False)[:2])
    body_cues = [cue for cue in cues if cue.kind in ("fall", "cloth")]
    assert sum(cue.time_s < cues[0].time_s + 0.08 for cue in body_cues) <= 2


def test_who_lies_is_silent(body: Body) -> None:
    assert [cue for cue in cues_of(body, lying=True) if cue.time_s > 1.5] == []
