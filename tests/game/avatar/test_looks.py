"""How a person looks, against stored pictures: from six sides, head turned, in a tuck, and fallen.

A picture changes with the renderer's rounding, so a small mean difference is let pass; a missing limb, a wrong light or
a torn shirt is not. After a wanted change `python -m tests.game.avatar.test_looks` stores what is seen now: look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from game.avatar.avatar import Avatar
from game.performance import BodyPose
from game.window import open_base
from models import coords, rotations
from models.assets import ASSETS, find_clip
from models.body import Body, load_humanoid
from tests.game.avatar.conftest import zero_pose
from tests.game.avatar.eye import Eye

STORED = Path(__file__).parent / "pictures"
SIDES = (0, 60, 120, 180, 240, 300)
MEAN, SPOT = 1.5, 8.0  # of 255: over the whole picture, and in the worst square of a tenth of its width


def turned(body: Body, turns: dict[str, tuple[int, float]]) -> BodyPose:
    """Standing, with some joints turned about an axis by degrees."""
    pose = zero_pose(body)
    joints = pose.joint_rot.copy()
    for index, joint in enumerate(body.joints):
        if joint.name in turns:
            axis, degrees = turns[joint.name]
            joints[index] = rotations.about(axis, np.radians(degrees))
    return BodyPose(pose.root_pos, pose.root_rot, joints)


def fallen(body: Body) -> BodyPose:
    """Flat on the front, arms away from the body."""
    pose = turned(body, {"left_shoulder": (0, 70.0), "right_shoulder": (0, -70.0), "left_elbow": (2, 40.0)})
    return BodyPose(np.array([0.0, 0.1, 0.0]), rotations.about(2, np.radians(-90.0)), pose.joint_rot)


def sheet(eye: Eye, avatar: Avatar, body: Body, tuck: BodyPose) -> NDArray[np.uint8]:
    """All pictures in two rows."""
    poses = [(zero_pose(body), side) for side in SIDES]
    poses += [(turned(body, {"neck": (1, 55.0)}), 90), (turned(body, {"neck": (0, 30.0)}), 90), (tuck, 0), (tuck, 90)]
    poses += [(fallen(body), 0), (fallen(body), 90)]
    pictures = []
    for pose, side in poses:
        avatar.live(1, 1.0)
        avatar.show(pose)
        pictures.append(eye.look(coords.bullet_to_panda(pose.root_pos), avatar.root, float(side)))
    half = len(pictures) // 2
    rows = [np.concatenate(pictures[:half], axis=1), np.concatenate(pictures[half:], axis=1)]
    return np.concatenate(rows).astype(np.uint8)


def differences(a: NDArray[np.uint8], b: NDArray[np.uint8], square: int = 20) -> tuple[float, float]:
    """Mean difference of two pictures, and that of the worst square."""
    apart = np.abs(a.astype(np.float64) - b).mean(axis=2)
    squares = apart.reshape(apart.shape[0] // square, square, apart.shape[1] // square, square).mean(axis=(1, 3))
    return float(apart.mean()), float(squares.max())


@pytest.mark.parametrize("name", ["default"])
def test_a_person_looks_as_stored(base: Any, eye: Eye, body: Body, at: Callable[[float], BodyPose], name: str) -> None:
    avatar = Avatar(base, ASSETS / "people" / name, body)
    seen = sheet(eye, avatar, body, at(0.8))
    stored = np.asarray(Image.open(STORED / f"{name}.png").convert("RGB"))
    mean, spot = differences(seen, stored)
    assert mean < MEAN
    assert spot < SPOT
    # the tolerance still sees what matters: an arm that hangs otherwise
    avatar.show(turned(body, {"left_shoulder": (0, 8.0)}))
    other = eye.look(coords.bullet_to_panda(zero_pose(body).root_pos), avatar.root, 90.0).astype(np.uint8)
    avatar.show(zero_pose(body))
    same = eye.look(coords.bullet_to_panda(zero_pose(body).root_pos), avatar.root, 90.0).astype(np.uint8)
    assert differences(other, same)[1] > SPOT


if __name__ == "__main__":
    humanoid = load_humanoid()
    window = open_base((64, 64), offscreen=True)
    backflip = find_clip("backflip", humanoid)
    for folder in sorted((ASSETS / "people").iterdir()):
        person = Avatar(window, folder, humanoid)
        look = sheet(Eye(window), person, humanoid, BodyPose(*backflip.place(np.array(0.8))))
        Image.fromarray(look).save(STORED / f"{folder.name}.png", optimize=True)
        person.destroy()
