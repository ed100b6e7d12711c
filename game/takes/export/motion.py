"""A take at the film's rate: what every exporter writes, in the project's own axes.

Picture ``i`` stands at ``i / RATE`` seconds of the take, as in its movie.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from game.avatar.face_track import FaceTrack
from game.camera.lens import Lens
from game.camera.readout import RATE
from game.takes.replay import Replay
from game.takes.shot import Shot
from models.body import Body
from models.coords import wxyz_to_xyzw
from models.errors import InputError
from models.props import POSE, Prop
from models.rotations import Array


@dataclass(frozen=True)
class BodyMotion:
    """A body in Bullet's axes (Y up): root_pos (n, 3) m, root_rot (n, 4), joint_rot (n, joints, 4), xyzw, local."""

    body: Body
    root_pos: Array
    root_rot: Array
    joint_rot: Array

    def links(self) -> tuple[Array, Array]:
        """Each link in its parent's frame: offsets (links, 3) m and rotations (n, links, 4); the root's is the world's.

        The root's offset is 0; where it is, `root_pos` says.
        """
        offsets = np.array([link.offset for link in self.body.links])
        turns = np.zeros((len(self.root_pos), len(self.body.links), 4))
        turns[..., 3] = 1.0
        turns[:, 0] = self.root_rot
        turns[:, self.body.joint_links] = self.joint_rot
        return offsets, turns


@dataclass(frozen=True)
class PropsMotion:
    """What lies about, in Bullet's axes: positions (n, props, 3) m of each prop's middle, turns (n, props, 4) xyzw."""

    props: tuple[Prop, ...]
    positions: Array
    turns: Array


@dataclass(frozen=True)
class Cast:
    """Who is seen. person: the folder. face: what the face plays; None: it only blinks."""

    person: Path
    face: FaceTrack | None = None


@dataclass(frozen=True)
class Motion:
    """The take ``name`` in n pictures.

    positions (n, 3) m and turns (n, 4) xyzw: of the camera, Panda's axes (Z up, looks along +Y). lenses: n. attempts
    and ticks (n,). body: None in a take without a performance. facts: what else is known, for people. cast: None where
    nobody asked for more than the body's joints.
    """

    name: str
    positions: Array
    turns: Array
    lenses: tuple[Lens, ...]
    attempts: NDArray[np.int64]
    ticks: NDArray[np.int64]
    body: BodyMotion | None
    props: PropsMotion
    facts: dict[str, str]
    digest: str
    cast: Cast | None = None

    def __len__(self) -> int:
        return len(self.positions)


def sample_take(replay: Replay, body: Body, cast: Cast | None = None) -> Motion:
    """All pictures of a take. cast: who is to be seen in formats that can show people.

    Raises:
        InputError: the take's settings make no sense, or it is of another body.
    """
    if replay.header.body != body.digest:
        told = f"filmed with another body ({replay.header.body}), this one is {body.digest}"
        raise InputError(f"{replay.take.id}: {told}; use the version of this program that filmed it")
    shot = Shot(replay)
    seconds = [index / RATE for index in range(replay.take.frames)]
    frames = [replay.frame(at) for at in seconds]
    cameras = [shot.camera(at) for at in seconds]
    poses = [frame.pose for frame in frames if frame.pose is not None]
    props = np.array([frame.props for frame in frames]).reshape(len(frames), -1, POSE)
    header = replay.header
    return Motion(
        name=replay.take.label,
        positions=np.array([camera.position for camera in cameras]),
        turns=continuous(wxyz_to_xyzw(np.array([camera.rotation for camera in cameras]))),
        lenses=tuple(shot.lens(at) for at in seconds),
        attempts=np.array([frame.attempt for frame in frames]),
        ticks=np.array([frame.tick for frame in frames]),
        body=BodyMotion(
            body,
            np.array([pose.root_pos for pose in poses]),
            continuous(np.array([pose.root_rot for pose in poses])),
            continuous(np.array([pose.joint_rot for pose in poses])),
        )
        if poses
        else None,
        props=PropsMotion(replay.props, props[..., :3], continuous(props[..., 3:])),
        facts={
            "take": replay.take.id,
            "slate": replay.take.label,
            "scene": header.scene,
            "shot": header.shot,
            "environment": header.environment,
            "skill": header.skill,
            "created": str(replay.take.facts["created"]),
        },
        digest=replay.take.log_digest,
        cast=cast,
    )


def continuous(turns: Array) -> Array:
    """The same rotations (n, …, 4), each with the sign that is nearer to the one before: others interpolate numbers."""
    flips = np.sum(turns[1:] * turns[:-1], axis=-1) < 0.0
    signs = np.where(np.cumsum(flips, axis=0) % 2 == 0, 1.0, -1.0)
    return np.concatenate((turns[:1], turns[1:] * signs[..., None]))
