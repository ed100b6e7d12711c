"""One person for all tests: reading the model takes a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panda3d.core import Thread

from game.avatar.avatar import Avatar
from game.avatar.fitting import fit
from game.avatar.model import load_model, read_skeleton
from game.avatar.person import Person, load_person
from game.avatar.retarget import Retarget
from game.avatar.skeleton import Skeleton
from game.performance import BodyPose
from models import rotations
from models.assets import ASSETS
from models.body import HINGE_AXIS, Body
from models.motion import Clip
from models.rotations import Array
from tests.game.avatar.eye import Eye

FOLDER = ASSETS / "people" / "default"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def person() -> Person:
    return load_person(FOLDER)


@pytest.fixture(scope="session")
def skeleton(person: Person) -> Skeleton:
    return read_skeleton(load_model(person.model))


@pytest.fixture(scope="session")
def retarget(skeleton: Skeleton, person: Person, body: Body) -> Retarget:
    return fit(skeleton, person.bones, body, person.height)


@pytest.fixture(scope="session")
def at(clip: Clip) -> Callable[[float], BodyPose]:
    """The backflip's pose at a time in s."""
    return lambda time: BodyPose(*clip.place(np.array(time)))


def zero_pose(body: Body) -> BodyPose:
    """Standing on the ground, everything straight."""
    return BodyPose(
        np.array([0.0, 0.8813, 0.0]), rotations.IDENTITY, np.tile(rotations.IDENTITY, (len(body.joints), 1))
    )


def random_poses(body: Body, count: int) -> list[BodyPose]:
    """Anywhere, any way up, ball joints up to 2 rad, hinges the way they bend."""
    rng = np.random.default_rng(5)
    poses = []
    for _ in range(count):
        joints = rotations.exp(rng.uniform(-1.0, 1.0, (len(body.joints), 3)) * 1.15)
        for i, joint in enumerate(body.joints):
            if joint.dofs == 1:
                sign = -1.0 if "knee" in joint.name else 1.0
                joints[i] = rotations.about(HINGE_AXIS, sign * rng.uniform(0.0, 2.4))
        root = rotations.normalize(rng.normal(size=4))
        poses.append(BodyPose(rng.uniform(1.0, 3.0, 3), root, joints))
    return poses


def vertices(avatar: Avatar, base: Any, mesh: str) -> Array:
    """Skinned positions ``(V, 3)`` of one mesh in the world."""
    node = avatar.root.find(f"**/{mesh}/+GeomNode")
    data = node.node().getGeom(0).getVertexData().animateVertices(True, Thread.getCurrentThread())
    rows = np.frombuffer(memoryview(data.getArray(0)).cast("B"), np.float32).reshape(data.getNumRows(), -1)
    matrix = np.array(node.getMat(base.render)).reshape(4, 4)
    return np.asarray(rows[:, :3] @ matrix[:3, :3] + matrix[3, :3])


@pytest.fixture
def eye(base: Any) -> Iterator[Eye]:
    eye = Eye(base)
    yield eye
    base.graphicsEngine.removeWindow(eye.buffer)
