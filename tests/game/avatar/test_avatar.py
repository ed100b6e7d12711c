"""What is seen: the skin covers the physics body, stands on the ground and takes the place's light."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from game.avatar.avatar import Avatar
from game.avatar.capsules import Capsules
from game.avatar.shapes import read_shapes
from game.performance import BodyPose
from models import coords, rotations
from models.body import Body
from models.motion import Clip
from tests.game.avatar.conftest import vertices, zero_pose
from tests.game.avatar.eye import SIZE, Eye


@pytest.fixture
def avatar(base: Any, folder: Path, body: Body) -> Avatar:
    return Avatar(base, folder, body)


def lowest_box(body: Body, pose: BodyPose) -> float:
    """Height of the lowest corner of the physics feet."""
    positions, turns = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
    signs = np.array([[a, b, c] for a in (-0.5, 0.5) for b in (-0.5, 0.5) for c in (-0.5, 0.5)])
    feet = [shape for shape in read_shapes(body) if shape.kind == "box"]
    corners = [
        positions[foot.link] + rotations.rotate(np.tile(turns[foot.link], (8, 1)), foot.centre + signs * foot.size)
        for foot in feet
    ]
    return float(np.min(np.array(corners)[..., 1]))


def test_the_skin_covers_the_capsules(
    base: Any, eye: Eye, avatar: Avatar, body: Body, at: Callable[[float], BodyPose]
) -> None:
    capsules = Capsules(base, body)
    for time in (0.0, 0.3, 0.5, 0.8, 0.95, 1.1, 1.3, 1.6):
        pose = at(time)
        avatar.show(pose)
        capsules.show(pose)
        target = coords.bullet_to_panda(pose.root_pos)
        skin, shapes = eye.silhouette(target, avatar.root), eye.silhouette(target, capsules.root)
        assert np.sum(skin & shapes) / np.sum(skin | shapes) > 0.5, time
        assert np.sum(skin & shapes) / np.sum(shapes) > 0.85, time


def test_the_shoes_stand_where_the_physics_stands(
    base: Any, avatar: Avatar, body: Body, clip: Clip, at: Callable[[float], BodyPose]
) -> None:
    errors = []
    for time in np.arange(0.0, clip.duration, 0.05):
        box = lowest_box(body, at(time))
        if box < 0.02:  # on the ground
            avatar.show(at(time))
            errors.append(float(vertices(avatar, base, "shoes06")[:, 2].min()) - max(box, 0.0))
    assert len(errors) > 15
    assert np.abs(errors).max() < 0.012
    assert abs(np.mean(errors)) < 0.006


def test_standing_he_is_as_tall_as_told_and_on_the_ground(base: Any, avatar: Avatar, body: Body) -> None:
    avatar.show(zero_pose(body))
    soles, hair = vertices(avatar, base, "shoes06")[:, 2].min(), vertices(avatar, base, "short02")[:, 2].max()
    assert soles == pytest.approx(0.0, abs=0.003)
    assert hair == pytest.approx(1.64, abs=0.05)


def test_hands_are_relaxed(base: Any, avatar: Avatar, body: Body) -> None:
    avatar.show(zero_pose(body))
    skin = vertices(avatar, base, "body")
    hand = skin[(skin[:, 1] > 0.1) & (skin[:, 2] < 0.8) & (skin[:, 2] > 0.5)]
    assert np.ptp(hand[:, 2]) < 0.25  # a stretched hand reaches further down
    assert np.ptp(hand[:, 1]) < 0.1  # palm to the thigh
    assert hand[:, 1].min() > 0.1  # beside it, not in it


def test_light_comes_from_where_it_is_told(eye: Eye, avatar: Avatar, body: Body) -> None:
    pose = zero_pose(body)
    avatar.show(pose)
    target = coords.bullet_to_panda(pose.root_pos)

    def brightness(direction: tuple[float, float, float], sun: float, ambient: float) -> float:
        avatar.light(direction, (sun, sun, sun), (ambient, ambient, ambient))
        return float(eye.look(target, avatar.root).sum())

    at_us, away = brightness((0, 1, 0), 1.0, 0.1), brightness((0, -1, 0), 1.0, 0.1)
    assert at_us > 2.0 * away
    assert brightness((0, 1, 0), 0.0, 0.0) == 0.0
    assert 1.8 < brightness((0, 1, 0), 0.0, 0.6) / brightness((0, 1, 0), 0.0, 0.3) < 2.2


def test_the_suns_colour_colours_the_shirt(eye: Eye, avatar: Avatar, body: Body) -> None:
    pose = zero_pose(body)
    avatar.show(pose)
    avatar.light((0, 1, 0), (1.0, 0.5, 0.25), (0.0, 0.0, 0.0))
    picture = eye.look(coords.bullet_to_panda(pose.root_pos) + np.array([0.0, 0.0, 0.35]), avatar.root)
    shirt = picture[SIZE // 2 - 3 : SIZE // 2 + 3, SIZE // 2 - 3 : SIZE // 2 + 3].mean(axis=(0, 1))
    assert shirt[1] / shirt[0] == pytest.approx(0.5, abs=0.06)
    assert shirt[2] / shirt[0] == pytest.approx(0.25, abs=0.06)


def test_two_poses_within_one_tick_of_the_clock_both_show(
    base: Any, avatar: Avatar, body: Body, at: Callable[[float], BodyPose]
) -> None:
    for pose in (zero_pose(body), at(0.8), zero_pose(body)):
        avatar.show(pose)
        positions, _ = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        head = coords.bullet_to_panda(positions[body.joints[1].link])
        assert np.linalg.norm(vertices(avatar, base, "short02").mean(axis=0) - head) < 0.3


def test_nothing_is_seen_before_the_first_pose_nor_after_the_end(
    base: Any, eye: Eye, avatar: Avatar, body: Body
) -> None:
    target = np.array([0.0, 0.0, 0.9])
    assert not eye.silhouette(target, base.render).any()
    avatar.show(zero_pose(body))
    assert eye.silhouette(target, base.render).any()
    avatar.destroy()
    assert not eye.silhouette(target, base.render).any()


def test_capsules_stand_where_the_links_are(base: Any, body: Body) -> None:
    capsules = Capsules(base, body)
    pose = zero_pose(body)
    capsules.show(pose)
    low, high = capsules.root.getTightBounds()
    assert low[2] == pytest.approx(lowest_box(body, pose), abs=1e-3)
    assert high[2] == pytest.approx(0.8813 + 0.46 + 0.175 + 0.1025, abs=5e-3)  # the head's ball
    capsules.destroy()
    assert base.render.find("capsules").isEmpty()
