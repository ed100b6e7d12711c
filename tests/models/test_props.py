from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from models import rotations
from models.body import Body
from models.contact import Box
from models.errors import InputError
from models.motion import Pose
from models.props import CATALOGUE, Handling, Prop, kind_named, poses_of, standing_pose
from models.reference import Reference
from models.world import GRAVITY, World

ASIDE = 30.0  # m; where a body stands that has nothing to do with the matter


def still(body: Body, position: tuple[float, float, float], lean: float = 0.0) -> Pose:
    joints = np.tile(rotations.IDENTITY, (1, len(body.joints), 1))
    nothing = np.zeros((1, 3))
    turn = rotations.about(2, lean)[None]
    return Pose(np.array([position]), turn, joints, nothing, nothing, np.zeros((1, len(body.joints), 3)))


def put_aside(world: World) -> Pose:
    pose = still(world.body, (ASIDE, 0.9, 0.0))
    world.reset([0], pose)
    return pose


def stage_of(surface: str) -> tuple[list[Box], list[Prop], float]:
    """Boxes, props and the height of what is landed on."""
    if surface == "ground":
        return [], [], 0.0
    if surface == "table":
        return [Box("table", (0.0, 0.36, 0.0), (1.0, 0.36, 0.7))], [], 0.72
    kind = kind_named(surface)
    return [], [Prop(surface, kind, (0.0, 0.0, 0.0))], 2.0 * kind.half[1]


@dataclass(frozen=True)
class Landing:
    """What a fall did, in m and N: how far below the surface, how far up again, where it lies, the hardest moment."""

    sink: float
    rebound: float
    rest: float
    force: float


def landing(heights: list[float], forces: list[float]) -> Landing:
    first = int(np.argmin(heights[: int(np.argmin(heights)) + 1]))
    return Landing(-heights[first], max(heights[first:]) - heights[first], heights[-1], max(forces))


def drop(body: Body, what: str, surface: str, height: float) -> Landing:
    """A prop let go ``height`` above a surface; heights are those of its underside."""
    boxes, props, top = stage_of(surface)
    falling = Prop("it", kind_named(what), (0.0, top + height, 0.0))
    heights = []
    with World(body, solids=boxes, props=[*props, falling]) as world:
        pose = put_aside(world)
        for _ in range(240):
            world.step(pose.joint_rot, pose.joint_vel)
            heights.append(float(world.props.poses()[-1, 1]) - falling.kind.half[1] - top)
    touched = next(tick for tick, y in enumerate(heights) if y < 0.0)
    deepest = touched + int(np.argmin(heights[touched : touched + 12]))
    return Landing(-heights[deepest], max(heights[deepest:]), heights[-1], 0.0)


def fall(body: Body, surface: str, lean: float) -> Landing:
    """A body that falls flat from a metre above a surface; heights are those of its pelvis."""
    boxes, props, top = stage_of(surface)
    heights, forces = [], []
    with World(body, solids=boxes, props=props) as world:
        pose = still(body, (0.0, top + 1.0, 0.0), lean)
        world.reset([0], pose)
        for _ in range(300):
            world.step(pose.joint_rot, pose.joint_vel)
            heights.append(float(world.pose().root_pos[0, 1]) - top)
            forces.append(sum(contact.force for contact in world.contacts()))
    return landing(heights, forces)


# Sink in mm, rebound and rest in m. A hard surface is sunk into by what one step of 1/120 s brings, 50 mm at most.
DROPS = [
    ("ball", "ground", 2.0, (0, 55), (1.15, 1.6), None),
    ("ball", "table", 2.0, (0, 55), (1.15, 1.6), None),
    ("ball", "mattress", 2.0, (15, 80), (-0.02, 0.15), -0.005),
    ("ball", "cushion", 2.0, (15, 80), (-0.02, 0.15), -0.005),
    ("box", "ground", 1.0, (0, 40), (-0.01, 0.2), 0.0),
    ("box", "mattress", 1.0, (20, 80), (-0.01, 0.1), -0.002),
    ("cushion", "ground", 1.0, (15, 60), (-0.01, 0.1), 0.0),
    ("chair", "ground", 0.3, (0, 30), (-0.01, 0.1), 0.0),
    ("bottle", "ground", 0.1, (0, 20), (-0.01, 0.1), 0.0),
]


@pytest.mark.parametrize(("what", "surface", "height", "sink", "rebound", "rest"), DROPS)
def test_what_is_dropped_sinks_in_and_comes_up_again_as_the_table_says(
    body: Body,
    what: str,
    surface: str,
    height: float,
    sink: tuple[float, float],
    rebound: tuple[float, float],
    rest: float | None,
) -> None:
    found = drop(body, what, surface, height)
    assert sink[0] <= 1000.0 * found.sink <= sink[1], found
    assert rebound[0] <= found.rebound <= rebound[1], found
    if rest is not None:
        assert found.rest == pytest.approx(rest, abs=0.005)


ON_ITS_FACE, ON_ITS_BACK = -0.5 * np.pi, 0.5 * np.pi


@pytest.mark.parametrize("lean", [ON_ITS_FACE, ON_ITS_BACK])
def test_a_body_falls_softer_on_a_mattress_than_on_table_or_ground(body: Body, lean: float) -> None:
    ground, table, mattress = (fall(body, surface, lean) for surface in ("ground", "table", "mattress"))
    assert ground.force == pytest.approx(table.force, rel=0.05)
    assert mattress.force < 0.75 * ground.force
    # The pelvis, 8 cm thick from its middle, goes 5 to 15 cm deeper into the 25 cm of foam.
    assert 0.05 < mattress.sink - ground.sink < 0.15
    assert 0.05 < mattress.rebound < 0.2
    # At rest 441 N lie on a dozen springs or more.
    assert 0.005 < ground.rest - mattress.rest < 0.04


def test_a_mattress_carries_a_weight_by_its_stiffness(body: Body) -> None:
    mattress = kind_named("mattress")
    stack = [Prop("mattress", mattress, (0.0, 0.0, 0.0)), Prop("ball", kind_named("ball"), (0.0, 0.25, 0.0))]
    with World(body, props=stack) as world:
        pose = put_aside(world)
        world.step(pose.joint_rot, pose.joint_vel, ticks=600)
        depth = 0.25 + 0.11 - world.props.poses()[1, 1]
    springs = 1.0 / (1.0 / mattress.stiffness + 1.0 / kind_named("ball").stiffness)
    assert depth == pytest.approx(0.43 * GRAVITY / springs, rel=0.05)


def test_who_goes_through_a_mattress_meets_the_ground(body: Body) -> None:
    """Head first from 3 m: no foam holds that, and nothing is thrown out sideways or kept below."""
    boxes, props, _ = stage_of("mattress")
    with World(body, solids=boxes, props=props) as world:
        pose = still(body, (0.0, 3.0, 0.0), np.pi)
        world.reset([0], pose)
        met = set()
        for _ in range(360):
            world.step(pose.joint_rot, pose.joint_vel)
            met |= {contact.surface for contact in world.contacts()}
        root = world.pose().root_pos[0]
    assert met == {"mattress", "ground"}
    assert 0.2 < root[1] < 0.6
    assert np.hypot(root[0], root[2]) < 1.0


def test_contacts_know_what_they_hit_and_how_hard(body: Body) -> None:
    """A ball of 0.43 kg that comes at 8 m/s from the front: it hits the trunk by name, and loses its momentum to it."""
    ball = Prop("ball", kind_named("ball"), (5.0, 0.0, 3.0))
    pose = still(body, (0.0, 3.0, 0.0))
    with World(body, props=[ball]) as world:
        world.reset([0], pose)
        start = standing_pose(ball.kind, np.array([0.6, 3.1, 0.0]), 0.0)
        world.props.handle(Handling("throw", 0, start, velocity=(-8.0, 0.5, 0.0)))
        hits, mask = [], np.zeros(len(body.links), dtype=bool)
        for _ in range(20):
            world.step(pose.joint_rot, pose.joint_vel)
            touching, contacts = world.touches()
            mask |= touching
            hits += contacts
    assert {contact.surface for contact in hits} == {"ball"}
    assert "chest" in {body.links[contact.link].name for contact in hits}
    impulse = sum(contact.force for contact in hits) / 120.0
    assert impulse == pytest.approx(0.43 * 8.0, rel=0.3)
    assert not mask.any()  # nobody lies on a ball


def test_one_question_says_what_two_did(body: Body, reference: Reference) -> None:
    boxes = [Box("bench", (0.0, 0.2, 0.0), (0.3, 0.2, 0.5))]
    pose = reference.at(np.array([60])).pose
    with World(body, solids=boxes, props=[Prop("mattress", kind_named("mattress"), (1.0, 0.0, 0.0))]) as world:
        world.reset([0], pose)
        seen = set()
        for _ in range(180):
            world.step(pose.joint_rot, np.zeros_like(pose.joint_vel))
            touching, contacts = world.touches()
            assert np.array_equal(touching, world.touching()[0])
            assert contacts == world.contacts()
            seen |= {contact.surface for contact in contacts}
    assert {"bench", "ground"} <= seen


def test_what_is_held_touches_nothing_and_what_is_let_go_falls(body: Body) -> None:
    boxes, props, top = stage_of("table")
    with World(body, solids=boxes, props=[*props, Prop("box", kind_named("box"), (3.0, 0.0, 0.0))]) as world:
        pose = put_aside(world)
        inside = standing_pose(kind_named("box"), np.array([0.0, 0.3, 0.0]), 0.5)
        for _ in range(30):
            world.props.handle(Handling("carry", 0, inside))
            world.step(pose.joint_rot, pose.joint_vel)
            assert np.allclose(world.props.poses()[0, :3], inside[:3], atol=2e-3)
        above = standing_pose(kind_named("box"), np.array([0.0, top + 0.05, 0.0]), 0.5)
        world.props.handle(Handling("place", 0, above))
        world.step(pose.joint_rot, pose.joint_vel, ticks=120)
        assert world.props.poses()[0, 1] == pytest.approx(top + 0.2, abs=0.005)


def test_a_mattress_lies_where_it_is_laid(body: Body) -> None:
    props = [Prop("mattress", kind_named("mattress"), (0.0, 0.0, 0.0))]
    there = standing_pose(props[0].kind, np.array([4.0, 0.0, 1.0]), 0.7)
    with World(body, props=props) as world:
        world.props.handle(Handling("place", 0, there))
        pose = still(body, (4.0, 1.4, 1.0), ON_ITS_BACK)
        world.reset([0], pose)
        world.step(pose.joint_rot, pose.joint_vel, ticks=240)
        assert {contact.surface for contact in world.contacts()} == {"mattress"}
        assert np.allclose(world.props.poses()[0], there, atol=1e-9)


def test_a_look_meets_what_stands_first(body: Body) -> None:
    props = [Prop("ball", kind_named("ball"), (2.0, 0.0, 0.0))]
    with World(body, props=props) as world:
        put_aside(world)
        eye, beyond = np.array([0.0, 0.11, 0.0]), np.array([9.0, 0.11, 0.0])
        hit = world.look_along(eye, beyond)
        assert hit is not None
        assert hit.surface == "ball"
        assert hit.position == pytest.approx((1.89, 0.11, 0.0), abs=1e-3)
        down = world.look_along(np.array([0.0, 2.0, 0.0]), np.array([0.0, -2.0, 0.0]))
        assert down is not None
        assert (down.surface, down.normal) == ("ground", pytest.approx((0.0, 1.0, 0.0), abs=1e-6))
        world.props.handle(Handling("carry", 0, props[0].pose))
        assert world.look_along(eye, beyond) is None


# What the learner relies on.


def run(body: Body, reference: Reference, props: list[Prop]) -> bytes:
    start = np.array([40])
    pose = reference.at(start).pose
    with World(body, props=props) as world:
        world.reset([0], pose)
        bits = []
        for _ in range(120):
            world.step(pose.joint_rot, np.zeros_like(pose.joint_vel))
            motion = world.motion()
            bits += [motion.pose.root_pos.tobytes(), motion.pose.joint_rot.tobytes(), motion.link_lin_vel.tobytes()]
            bits.append(repr((world.touching().tolist(), world.contacts())).encode())
    return b"".join(bits)


def test_a_prop_that_nobody_touches_changes_no_bit_of_a_body(body: Body, reference: Reference) -> None:
    far = [Prop(kind.name, kind, (8.0 + 3.0 * i, 0.0, 5.0)) for i, kind in enumerate(CATALOGUE.values())]
    assert run(body, reference, far) == run(body, reference, [])


def test_worlds_of_many_copies_hold_bodies_and_a_ground_and_nothing_else(body: Body) -> None:
    with World(body, 3) as world:
        assert world._client.getNumBodies() == 4
        assert len(world.props) == 0
        assert world.props.poses().shape == (0, 7)
        assert all(world._client.getDynamicsInfo(ident, -1)[5] == 0.0 for ident in range(4))  # restitution
    with pytest.raises(ValueError, match="one copy"):
        World(body, 2, props=[Prop("ball", kind_named("ball"), (0.0, 0.0, 0.0))])


# The catalogue.


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_a_prop_that_stands_stays_where_it_stands(body: Body, kind) -> None:
    prop = Prop("it", kind, (1.0, 0.0, -2.0), 0.4)
    with World(body, props=[prop]) as world:
        pose = put_aside(world)
        world.step(pose.joint_rot, pose.joint_vel, ticks=240)
        found = world.props.poses()
    assert np.allclose(found[0, :3], prop.pose[:3], atol=0.01)
    assert rotations.angle_between(found[0, 3:], prop.pose[3:]) < 0.02
    assert np.array_equal(poses_of((prop,))[0], prop.pose)


def test_what_the_catalogue_lacks_is_told_with_what_it_has() -> None:
    with pytest.raises(InputError, match="no prop 'piano'; use one of mattress, cushion, box, chair, ball, bottle"):
        kind_named("piano")
