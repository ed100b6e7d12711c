"""A clip turned into tables, once, so that neither learning nor playing interpolates a motion again.

Time is counted in *ticks* of 1/120 s. A control step is 4 ticks (30 Hz); every start phase is a whole tick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import rotations
from models.body import Body
from models.motion import VELOCITY_WINDOW, Clip, Pose
from models.rotations import Array, Index

GRAVITY = 9.81  # m/s²
TICKS_PER_SECOND = 120
CONTROL_HZ = 30
TICKS_PER_CONTROL = TICKS_PER_SECOND // CONTROL_HZ
_BEYOND = TICKS_PER_SECOND  # how far a table goes on after its cycle; nobody looks further ahead
LINK_FIELDS = ("link_pos", "link_rot", "link_lin_vel", "link_ang_vel")  # what `Motion` holds beside the pose


@dataclass(frozen=True)
class Motion:
    """What the imitation compares, batched over ``(...)``: a pose and the links it puts in space.

    link_pos (..., links, 3): centres of mass; link_rot (..., links, 4); link_lin_vel, link_ang_vel (..., links, 3);
    all in the world frame, or in the attempt's own frame where a function says so.
    """

    pose: Pose
    link_pos: Array
    link_rot: Array
    link_lin_vel: Array
    link_ang_vel: Array

    def __getitem__(self, index: Index) -> Motion:
        return Motion(
            self.pose[index],
            self.link_pos[index],
            self.link_rot[index],
            self.link_lin_vel[index],
            self.link_ang_vel[index],
        )

    def replaced(self, rows: np.ndarray, others: Motion) -> Motion:
        """A copy of this batch ``(n, …)`` with ``rows`` taken from ``others`` (batched in the same order)."""
        links = [getattr(self, name).copy() for name in LINK_FIELDS]
        for array, name in zip(links, LINK_FIELDS, strict=True):
            array[rows] = getattr(others, name)
        return Motion(self.pose.replaced(rows, others.pose), *links)


@dataclass(frozen=True)
class Reference:
    """A clip on the tick grid.

    `table` holds one entry a tick. It goes on beyond the cycle's end as the motion does, for who looks ahead.
    """

    clip: Clip
    ticks: int
    table: Motion

    @property
    def loop(self) -> bool:
        """Whether the motion goes on after its last frame."""
        return self.clip.loop

    @property
    def travel(self) -> Array:
        """How far a cycle leads over the ground, ``(3,)`` metres."""
        root = self.clip.root_pos
        return np.asarray((root[-1] - root[0]) * np.array([1.0, 0.0, 1.0]))

    def at(self, tick: np.ndarray) -> Motion:
        """The motion at ``tick`` counted from the start of the current cycle."""
        return self.table[np.minimum(tick, len(self.table.link_pos) - 1)]


def tabulate(clip: Clip, body: Body) -> Reference:
    """Sample ``clip`` at every tick and put the body's links in space."""
    ticks = round(clip.duration * TICKS_PER_SECOND)
    scale = clip.duration / ticks
    time = np.arange(ticks + _BEYOND + 1, dtype=np.float64) * scale
    pose = clip.sample(time)
    h = 0.5 * VELOCITY_WINDOW
    before, after = _links(clip, body, time - h), _links(clip, body, time + h)
    position, turn = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
    relative = rotations.multiply(after[1], rotations.conjugate(before[1]))
    table = Motion(
        pose, body.centres(position, turn), turn, (after[0] - before[0]) / (2 * h), rotations.log(relative) / (2 * h)
    )
    return Reference(clip, ticks, table)


def _links(clip: Clip, body: Body, time: Array) -> tuple[Array, Array]:
    position, turn = body.forward(*clip.place(time))
    return body.centres(position, turn), turn
