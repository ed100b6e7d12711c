"""The person of a take as others can show them: the model with its bones, and how bones and face move.

The same arithmetic as on screen (`game.avatar.retarget`), picture by picture. Panda's axes: Z up; the model faces -Y.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from game.avatar.face_track import FaceTrack
from game.avatar.fitting import fit
from game.avatar.glb import Glb, load_glb
from game.avatar.life import breath, lids, life_seconds
from game.avatar.model import check_bones, load_model, read_skeleton
from game.avatar.person import load_person
from game.performance import BodyPose
from game.takes.export.motion import BodyMotion, Motion, continuous
from models.coords import wxyz_to_xyzw
from models.reference import TICKS_PER_SECOND
from models.rotations import Array


@dataclass(frozen=True)
class Figure:
    """A person in n pictures.

    model: as it lies in its file. scale: metres of the scene per metre of the model. positions (n, 3) m and turns
    (n, 4) xyzw: of the model in the world. bones: the names of those that move, N of them, with offsets (n, N, 3) in
    the model's metres and joint_turns (n, N, 4) xyzw, each in its parent's frame. posture: turns (4,) xyzw of bones
    that are held otherwise than the model has them, and do not move. face: weights (n,), 0 … 1, of every expression
    that is made at all.
    """

    model: Glb
    scale: float
    positions: Array
    turns: Array
    bones: tuple[str, ...]
    offsets: Array
    joint_turns: Array
    posture: Mapping[str, Array]
    face: Mapping[str, Array]


def figure_of(motion: Motion) -> Figure | None:
    """The person of a take; None: it has no performance, or nobody said who plays.

    Raises:
        InputError: the person's folder is gone or damaged.
    """
    if motion.body is None or motion.cast is None:
        return None
    person = load_person(motion.cast.person)
    skeleton = read_skeleton(load_model(person.model))
    check_bones(person, skeleton)
    retarget = fit(skeleton, person.bones, motion.body.body, person.height)
    seconds = motion.ticks / TICKS_PER_SECOND
    lives = [life_seconds(int(attempt), at) for attempt, at in zip(motion.attempts, seconds.tolist(), strict=True)]
    poses = [retarget.pose(pose, breath(life)) for pose, life in zip(_poses(motion.body), lives, strict=True)]
    return Figure(
        model=load_glb(person.model),
        scale=retarget.scale,
        positions=np.array([pose.position for pose in poses]),
        turns=continuous(wxyz_to_xyzw(np.array([pose.rotation for pose in poses]))),
        bones=retarget.names,
        offsets=np.array([pose.offsets for pose in poses]),
        joint_turns=continuous(np.array([pose.turns for pose in poses])),
        posture=retarget.posture,
        face=_face(motion.cast.face, seconds.tolist(), lives),
    )


def _poses(body: BodyMotion) -> list[BodyPose]:
    rows = zip(body.root_pos, body.root_rot, body.joint_rot, strict=True)
    return [BodyPose(root_pos, root_rot, joint_rot) for root_pos, root_rot, joint_rot in rows]


def _face(track: FaceTrack | None, seconds: list[float], lives: list[float]) -> dict[str, Array]:
    """Expressions by name; a face that plays no track blinks."""
    shown = [lids(life) for life in lives] if track is None else [track.at(at) for at in seconds]
    names = dict.fromkeys(name for weights in shown for name, weight in weights.items() if weight)
    return {name: np.array([weights.get(name, 0.0) for weights in shown]) for name in names}
