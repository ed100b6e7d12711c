from __future__ import annotations

import numpy as np
import pytest

from models import bullet
from models.body import Body
from models.bullet import BulletClient, pybullet
from models.props import Prop, kind_named
from models.reference import Reference
from models.world import World, WorldSettings

BALL = Prop("ball", kind_named("ball"), (0.0, 1.8, 0.0))


def fallen(body: Body, reference: Reference) -> list[bytes]:
    """Every bit of a body that is let fall, hit by a ball."""
    seen = []
    with World(body, props=[BALL]) as world:
        start = reference.at(np.zeros(1, dtype=np.int64)).pose
        world.reset([0], start)
        for _ in range(120):
            world.step(start.joint_rot, np.zeros_like(start.joint_vel))
            pose = world.pose()
            seen.append(pose.root_pos.tobytes() + pose.joint_rot.tobytes() + world.props.poses().tobytes())
    return seen


def test_a_simulation_taken_again_differs_in_nothing_from_a_new_one(
    body: Body, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bullet, "_idle", [])
    fresh = fallen(body, reference)
    assert len(bullet._idle) == 1
    with World(body, 3, WorldSettings(substeps=2, contact_erp=0.2, ground_friction=0.1)) as other:
        assert not bullet._idle  # it has it
        other.step(np.tile([0.0, 0.0, 0.0, 1.0], (3, len(body.joints), 1)), np.zeros((3, len(body.joints), 3)), 60)
    assert fallen(body, reference) == fresh
    assert len(bullet._idle) == 1


def test_a_simulation_that_nobody_let_go_of_is_taken_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bullet, "_idle", [])
    client = BulletClient(pybullet.DIRECT)
    client.createMultiBody(1.0)
    assert client.getNumBodies() == 1
    del client
    client = BulletClient(pybullet.DIRECT)
    assert client.getNumBodies() == 0
    client.disconnect()
    client.disconnect()
    assert len(bullet._idle) == 1
    with pytest.raises(pybullet.error):
        client.getNumBodies()
