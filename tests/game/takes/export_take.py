"""A take with everything that exports can carry, and where it all was."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from game.camera.lens import Lens
from game.camera.pose import CameraPose, Sample
from game.performance import BodyPose, Snapshot
from game.props.told import tell
from game.takes.export.motion import Motion, sample_take
from game.takes.facts import SECOND
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from models import rotations
from models.body import HINGE, HINGE_AXIS, Body
from models.coords import xyzw_to_wxyz
from models.props import CATALOGUE, Prop
from models.rotations import Array
from tests.game.takes import filming

SECONDS = 2.0
PROPS = tuple(
    Prop(f"{name} {number}", kind, (0.5 * number, 0.0, 1.0)) for number, (name, kind) in enumerate(CATALOGUE.items())
)
LENS = Lens(35.0, focus_distance=4.5, aperture=2.8, depth_of_field=True, shift=(1.5, -2.0))


def body_pose(body: Body, at: float) -> BodyPose:
    """Turning over backwards, with all joints moving."""
    joints = np.array([
        rotations.about(HINGE_AXIS, np.sin(at + number)) if joint.dofs == HINGE
        else rotations.exp(0.8 * np.sin(at * np.array([1.0, 1.3, 0.7]) + number))
        for number, joint in enumerate(body.joints)
    ])  # fmt: skip
    turn = rotations.multiply(rotations.about(1, 0.3), rotations.about(2, 3.5 * at))
    return BodyPose(np.array([0.4 * at, 0.9 + 0.3 * np.sin(at), -0.2]), turn, joints)


def prop_poses(at: float) -> Array:
    """One prop stands, the others roll away."""
    poses = np.array([prop.pose for prop in PROPS])
    poses[1:, 0] += at
    poses[1:, 3:] = rotations.about(2, -2.0 * at)
    return poses


def camera_pose(at: float) -> CameraPose:
    """A hand that pans right round while it walks."""
    turn = rotations.multiply(rotations.about(2, 4.0 * at), rotations.exp(np.array([0.3, 0.1, 0.0])))
    return CameraPose(np.array([at, -5.0 + 0.2 * at, 1.6]), xyzw_to_wxyz(turn))


def focal_length(at: float) -> float:
    return 35.0 if at < 1.0 else 50.0


def record(root: Path, body: Body, slate: str = "park", shot: str = "A") -> Path:
    settings = {"lens": LENS.to_dict(), "props": tell(PROPS)}
    header = dataclasses.replace(filming.header(slate), settings=settings, body=body.digest, scene="12", shot=shot)
    recorder = Recorder(root, header)
    for tick in range(round(SECONDS * 120) + 1):
        at = tick / 120
        now = filming.START + tick * SECOND // 120
        recorder.snapshot(now, Snapshot(1, tick, body_pose(body, at), props=prop_poses(at)))
        pose = camera_pose(at)
        recorder.camera(Sample(now, pose.position, pose.rotation))
        recorder.view(now, pose)
        if tick == 120:
            recorder.settings(now, "lens", dataclasses.replace(LENS, focal_length=50.0).to_dict())
            recorder.event(now, "marker", {"number": 1})
    return recorder.close()


def motion(root: Path, body: Body) -> Motion:
    return sample_take(Replay.load(record(root, body)), body)


def record_camera_only(root: Path, body: Body) -> Path:
    recorder = Recorder(root, dataclasses.replace(filming.header(), body=body.digest))
    for number in range(3):
        pose = camera_pose(number / 10)
        recorder.view(filming.START + number * SECOND // 10, pose)
        recorder.camera(Sample(filming.START + number * SECOND // 10, pose.position, pose.rotation))
    return recorder.close()
