"""A reference clip: load and save DeepMimic text, sample it at any time.

DeepMimic's file is JSON: ``{"Loop": "wrap"|"none", "Frames": [[dt, root xyz, root wxyz, chest wxyz, …], …]}`` with
44 numbers a frame (metres, radians, Y up), joints in the order of `models.body.Body.joints`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models import rotations
from models.body import HINGE_AXIS, SPHERICAL, Body
from models.errors import InputError
from models.rotations import Array, Index

_SAME_FRAME = 1e-6  # s
VELOCITY_WINDOW = 1.0 / 30.0  # s; clips have 16 to 60 frames a second, shorter differences are noise
_REPAIRABLE = 1e-3  # largest deviation from unit length that is rounding, not damage
_SUNKEN = 0.05  # m; deeper soles mean a root that is too low, not a foot that is stiffer than a real one


@dataclass(frozen=True)
class Pose:
    """Where a body is and how it moves, batched over ``(...)``; metres, seconds, radians, world Y up.

    root_pos (..., 3), root_rot (..., 4), joint_rot (..., joints, 4) local; root_lin_vel and root_ang_vel (..., 3) in
    the world frame; joint_vel (..., joints, 3) in the joint's own (child) frame, hinges about local z.
    """

    root_pos: Array
    root_rot: Array
    joint_rot: Array
    root_lin_vel: Array
    root_ang_vel: Array
    joint_vel: Array

    def __getitem__(self, index: Index) -> Pose:
        return Pose(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def replaced(self, rows: np.ndarray, others: Pose) -> Pose:
        """A copy of this batch ``(n,)`` with ``rows`` taken from ``others`` (batched in the same order)."""
        copy = Pose(*(getattr(self, name).copy() for name in self.__dataclass_fields__))
        for name in self.__dataclass_fields__:
            getattr(copy, name)[rows] = getattr(others, name)
        return copy


def join_poses(poses: Sequence[Pose]) -> Pose:
    """One batch of several, in their order."""
    return Pose(*(np.concatenate([getattr(pose, name) for pose in poses]) for name in Pose.__dataclass_fields__))


@dataclass(frozen=True)
class Clip:
    """A motion: frame times ``(F,)`` in s, root positions ``(F, 3)``, rotations ``(F, 4)``, joints ``(F, J, 4)``.

    rest: where it comes to rest, as a share of its duration; None: nowhere.
    """

    name: str
    loop: bool
    times: Array
    root_pos: Array
    root_rot: Array
    joint_rot: Array
    rest: float | None = None

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last."""
        return float(self.times[-1])

    def place(self, time: Array) -> tuple[Array, Array, Array]:
        """Positions at ``time`` (any shape, s). A looping clip wraps and carries its travel on the ground along."""
        time = np.asarray(time, dtype=np.float64)
        cycles = np.floor(time / self.duration) if self.loop else np.zeros_like(time)
        local = np.clip(time - cycles * self.duration, 0.0, self.duration)
        after = np.clip(np.searchsorted(self.times, local, side="right"), 1, len(self.times) - 1)
        before = after - 1
        part = (local - self.times[before]) / (self.times[after] - self.times[before])
        root_pos = self.root_pos[before] + part[..., None] * (self.root_pos[after] - self.root_pos[before])
        travel = (self.root_pos[-1] - self.root_pos[0]) * np.array([1.0, 0.0, 1.0])
        joint_rot = rotations.slerp(self.joint_rot[before], self.joint_rot[after], part[..., None])
        root_rot = rotations.slerp(self.root_rot[before], self.root_rot[after], part)
        return root_pos + cycles[..., None] * travel, root_rot, joint_rot

    def rested(self, at: float, seconds: float) -> Clip:
        """This clip with a rest: it stands still for ``seconds`` at the time ``at``.

        A clip cut for looping runs straight on; whoever has just landed wants to stand before he jumps again.
        """
        pos, rot, joints = (part[None] for part in self.place(np.array(at)))
        early, late = self.times < at - _SAME_FRAME, self.times > at + _SAME_FRAME

        def insert(frames: Array, still: Array) -> Array:
            return np.concatenate((frames[early], still, still, frames[late]))

        times = np.concatenate((self.times[early], [at, at + seconds], self.times[late] + seconds))
        return Clip(
            self.name,
            self.loop,
            times,
            insert(self.root_pos, pos),
            insert(self.root_rot, rot),
            insert(self.joint_rot, joints),
            at / (self.duration + seconds),
        )

    def slowed(self, begin: float, end: float, factor: float) -> Clip:
        """This clip with what it does between ``begin`` and ``end`` (s) taking ``factor`` times as long."""
        ends = [end for end in (begin, end) if np.abs(self.times - end).min() > _SAME_FRAME]
        times = np.union1d(self.times, ends)
        slow = begin + (end - begin) * factor
        warped = np.interp(times, [0.0, begin, end, self.duration], [0.0, begin, slow, self.duration + slow - end])
        return Clip(self.name, self.loop, warped, *self._frames(times))

    def bridged(self, seconds: float) -> Clip:
        """This clip, which loops, with ``seconds`` to come back from its last frame to its first.

        A clip cut where it nearly repeats jumps at the seam, which no body can follow. Its travel goes on meanwhile.
        """
        ground = np.array([1.0, 0.0, 1.0])
        step = self.root_pos[[1, -1]] - self.root_pos[[0, -2]]
        velocity = (step / (self.times[[1, -1]] - self.times[[0, -2]])[:, None]).mean(axis=0)
        place = self.root_pos[:1] * (1.0 - ground) + (self.root_pos[-1:] + velocity * seconds) * ground
        return Clip(
            self.name,
            self.loop,
            np.append(self.times, self.times[-1] + seconds),
            np.concatenate((self.root_pos, place)),
            np.concatenate((self.root_rot, self.root_rot[:1])),
            np.concatenate((self.joint_rot, self.joint_rot[:1])),
        )

    def _frames(self, times: Array) -> tuple[Array, Array, Array]:
        # place() wraps the last frame onto the first one; it is kept as it is
        parts = self.place(times[:-1])
        last = (self.root_pos[-1:], self.root_rot[-1:], self.joint_rot[-1:])
        root_pos, root_rot, joint_rot = (np.concatenate(pair) for pair in zip(parts, last, strict=True))
        return root_pos, root_rot, joint_rot

    def sample(self, time: Array, window: float = VELOCITY_WINDOW) -> Pose:
        """Pose and velocities at ``time``; velocities are central differences over ``window`` seconds.

        A clip that does not loop has no past before its first frame and stands still after its last.
        """
        time = np.asarray(time, dtype=np.float64)
        pos, rot, joints = self.place(time)
        early, late = time - 0.5 * window, time + 0.5 * window
        if not self.loop:
            early = np.maximum(early, 0.0)
        span = (late - early)[..., None]
        pos0, rot0, joints0 = self.place(early)
        pos1, rot1, joints1 = self.place(late)
        return Pose(
            pos,
            rot,
            joints,
            (pos1 - pos0) / span,
            rotations.log(rotations.multiply(rot1, rotations.conjugate(rot0))) / span,
            rotations.log(rotations.multiply(rotations.conjugate(joints0), joints1)) / span[..., None],
        )


def load_clip(path: Path, body: Body, repair: bool = False) -> Clip:
    """Read a DeepMimic text clip for ``body``; ``repair`` normalises quaternions however far they are off.

    Raises:
        InputError: the file is missing, no DeepMimic clip, of another body, holds numbers that are no motion, or has
            its feet in the ground.
    """
    try:
        data = json.loads(path.read_text())
        rows = [[float(number) for number in row] for row in data["Frames"]]
        loop = data["Loop"] == "wrap"
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such clip; give a DeepMimic text file") from error
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a DeepMimic clip ({error}); it needs 'Loop' and 'Frames'") from error
    width = 8 + sum(4 if joint.dofs == SPHERICAL else 1 for joint in body.joints)
    wrong = next((i for i, row in enumerate(rows) if len(row) != width), None)
    if wrong is not None:
        raise InputError(f"{path}: frame {wrong} has {len(rows[wrong])} numbers, body '{body.name}' needs {width}")
    frames = np.array(rows, dtype=np.float64).reshape(-1, width)
    if len(frames) < 2 or not np.all(np.isfinite(frames)) or np.any(frames[:-1, 0] <= 0.0):
        raise InputError(f"{path}: needs two frames or more, finite numbers and frame times above 0")
    clip = _from_rows(path, frames, loop, body, repair)
    _refuse_sunken(path, clip, body)
    return clip


def _refuse_sunken(path: Path, clip: Clip, body: Body) -> None:
    # The middle of a sole is measured: real toes and heels give way, so a stiff foot's corners dip in any clip.
    position, turn = body.forward(clip.root_pos, clip.root_rot, clip.joint_rot)
    feet = list(body.feet)
    ankle = position[:, feet]
    sole = ankle + rotations.rotate(turn[:, feet], np.broadcast_to(np.array(body.sole), ankle.shape))
    height = sole[..., 1].min(axis=1)
    frame = int(np.argmin(height))
    if height[frame] < -_SUNKEN:
        depth = f"{-100.0 * height[frame]:.1f} cm"
        raise InputError(
            f"{path}: a foot is {depth} under the ground at {clip.times[frame]:.2f} s; raise the root by {depth}"
        )


def _from_rows(path: Path, frames: Array, loop: bool, body: Body, repair: bool) -> Clip:
    times = np.concatenate(([0.0], np.cumsum(frames[:-1, 0])))
    root_rot = _unit(path, frames[:, [5, 6, 7, 4]], repair)
    columns: list[Array] = []
    at = 8
    for joint in body.joints:
        if joint.dofs == SPHERICAL:
            columns.append(_unit(path, frames[:, [at + 1, at + 2, at + 3, at]], repair))
            at += 4
        else:
            columns.append(rotations.about(HINGE_AXIS, frames[:, at]))
            at += 1
    name = path.stem.removeprefix("humanoid3d_")
    return Clip(name, loop, times, frames[:, 1:4], root_rot, np.stack(columns, axis=1))


def _unit(path: Path, quaternions: Array, repair: bool) -> Array:
    off = float(np.max(np.abs(np.linalg.norm(quaternions, axis=-1) - 1.0)))
    if off > _REPAIRABLE and not repair:
        raise InputError(
            f"{path}: a quaternion is {off:.3g} off unit length; export the clip again with unit quaternions"
        )
    if off > 1e-5:
        warnings.warn(f"{path}: quaternions up to {off:.1e} off unit length were normalised", stacklevel=4)
    return rotations.normalize(quaternions)


def save_clip(clip: Clip, path: Path, body: Body) -> None:
    """Write DeepMimic text; `load_clip` reads it back to within rounding."""
    steps = np.diff(clip.times, append=clip.times[-1] + (clip.times[-1] - clip.times[-2]))
    rows = []
    for i, step in enumerate(steps):
        row = [step, *clip.root_pos[i], *np.roll(clip.root_rot[i], 1)]
        for j, joint in enumerate(body.joints):
            q = clip.joint_rot[i, j]
            row += [*np.roll(q, 1)] if joint.dofs == SPHERICAL else [float(rotations.twist_angle(q, HINGE_AXIS))]
        rows.append([round(float(number), 7) for number in row])
    path.write_text(json.dumps({"Loop": "wrap" if clip.loop else "none", "Frames": rows}))
