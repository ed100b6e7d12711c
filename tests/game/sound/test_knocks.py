"""Props that fall, bounce and are carried, as the physics moves them and as hands do."""

from __future__ import annotations

import numpy as np
import pytest

from game.performance import BodyPose, Snapshot
from game.sound.foley import LAND, SOFT, Cue, Foley
from game.sound.foley_track import cues_of
from game.sound.knocks import Knocks
from models import rotations
from models.body import Body
from models.props import Handling, Prop, kind_named, poses_of, standing_pose
from models.rotations import Array
from models.world import World

SECONDS = 2.5
LEANING = rotations.about(2, 0.3)


def dropped(body: Body, props: tuple[Prop, ...], height: float) -> list[Array]:
    """Poses, step by step, of props of which the first falls from ``height`` m, leaning; the body lies far away."""
    still = np.tile(rotations.IDENTITY, (1, len(body.joints), 1))
    moves = []
    with World(body, props=props) as world:
        poses = poses_of(props)
        poses[0, 1] += height
        poses[0, 3:] = rotations.multiply(LEANING, poses[0, 3:])
        world.props.set_poses(poses)
        for _ in range(int(120 * SECONDS)):
            world.step(still, np.zeros((1, len(body.joints), 3)))
            moves.append(world.props.poses())
    return moves


def heard(props: tuple[Prop, ...], moves: list[Array]) -> list[Cue]:
    knocks = Knocks(props)
    return [cue for tick, poses in enumerate(moves) for cue in knocks.hear(tick, poses)]


@pytest.mark.parametrize("name", ["box", "ball", "chair", "bottle", "cushion"])
def test_what_falls_is_heard_when_it_arrives_and_falls_silent(body: Body, name: str) -> None:
    props = (Prop(name, kind_named(name), (3.0, 0.0, 3.0)),)
    cues = heard(props, dropped(body, props, 0.6))
    assert cues[0].time_s == pytest.approx(np.sqrt(2.0 * 0.6 / 9.81), abs=0.08)
    assert cues[0].kind == LAND
    assert cues[0].strength == max(cue.strength for cue in cues)
    assert cues[0].position[2] < 0.6
    late = [cue.strength for cue in cues if cue.time_s > 2.0]
    assert len(cues) < 12
    assert max(late, default=0.0) < (0.5 * cues[0].strength if name == "ball" else 1e-9)  # a ball goes on for long


def test_a_higher_fall_is_louder_and_a_soft_landing_softer(body: Body) -> None:
    box = Prop("box", kind_named("box"), (3.0, 0.0, 3.0))
    low, high = heard((box,), dropped(body, (box,), 0.3))[0], heard((box,), dropped(body, (box,), 1.2))[0]
    assert high.strength > 1.5 * low.strength
    mattress = Prop("mattress", kind_named("mattress"), (3.0, 0.0, 3.0))
    soft = heard((box, mattress), dropped(body, (box, mattress), 1.2))[0]
    assert low.surface == "wood"
    assert soft.surface == SOFT
    assert soft.strength < high.strength


def test_light_things_sound_higher(body: Body) -> None:
    ball, chair = (Prop(name, kind_named(name), (3.0, 0.0, 3.0)) for name in ("ball", "chair"))
    pitches = [heard((prop,), dropped(body, (prop,), 0.6))[0].pitch for prop in (ball, chair)]
    assert pitches[0] > 1.2 * pitches[1]


def test_what_lies_is_silent_and_so_is_what_hands_carry(body: Body) -> None:
    box = Prop("box", kind_named("box"), (3.0, 0.0, 3.0))
    assert heard((box,), [poses_of((box,))] * 60) == []
    still = np.tile(rotations.IDENTITY, (1, len(body.joints), 1))
    moves = []
    with World(body, props=(box,)) as world:
        for tick in range(240):
            foot = np.array([np.sin(0.3 * (tick // 4)), 1.0 + 0.2 * (tick // 4 % 3), 3.0])  # at 30 pictures a second
            world.props.handle(Handling("carry", 0, standing_pose(box.kind, foot, 0.01 * tick)))
            world.step(still, np.zeros((1, len(body.joints), 3)))
            moves.append(world.props.poses())
    assert heard((box,), moves) == []


def test_a_rewind_is_no_blow(body: Body) -> None:
    props = (Prop("box", kind_named("box"), (3.0, 0.0, 3.0)),)
    moves, knocks = dropped(body, props, 0.6), Knocks((Prop("box", kind_named("box"), (3.0, 0.0, 3.0)),))
    for tick in range(30):
        assert knocks.hear(tick, moves[tick]) == ()
    assert knocks.hear(3, moves[3]) == ()
    assert knocks.hear(4, moves[4]) == ()


def test_body_and_props_are_heard_together(body: Body) -> None:
    props = (Prop("box", kind_named("box"), (3.0, 0.0, 3.0)),)
    pose = BodyPose(np.zeros(3), rotations.IDENTITY, np.tile(rotations.IDENTITY, (len(body.joints), 1)))
    foley, knocks = Foley(body), Knocks(props)
    snapshots = [Snapshot(1, tick, pose, (), poses) for tick, poses in enumerate(dropped(body, props, 0.6))]
    cues = [cue for snapshot in snapshots for cue in cues_of(foley, knocks, snapshot, 7.0)]
    assert {cue.time_s for cue in cues} == {7.0}
    assert {cue.surface for cue in cues} == {"wood"}
