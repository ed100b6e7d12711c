"""The operator's hands: they take the prop in the middle of the picture, carry it, set it down, throw it at the body.

All that they do goes into the attempt (`Performer.handle`), so a retry, a rewind and a take show it again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from game.camera.pose import CameraPose
from game.controls import IN_HAND, REACHING
from game.performer import Performer
from game.props.keeping import keep
from models import rotations
from models.coords import panda_to_bullet, wxyz_to_xyzw
from models.errors import InputError
from models.props import Handling, standing_pose
from models.reference import GRAVITY, TICKS_PER_SECOND
from models.rotations import Array

_REACH = 8.0  # m; who films from afar has long arms
_LEVEL = 0.7  # of a normal's height: what is steeper is no place to stand on
_THROW = 35.0  # J that an arm gives what it throws, about
_FASTEST = 10.0  # m/s
_SCATTER = 0.02  # of the speed, by which a throw misses its aim
_SPIN = 3.0  # rad/s
_ABOVE = 0.002  # m over the ground at which a prop is let go


class Hands:
    """Hands of who holds the camera. Call `follow` with where the camera is, and `carry` before physics goes on.

    say: tells the operator something. file: of the place, where `keep_props` writes.
    """

    def __init__(self, performer: Performer, say: Callable[[str], None], file: Path | None = None) -> None:
        self._performer = performer
        self._say = say
        self._file = file
        self._eye, self._look = np.zeros(3), np.array([1.0, 0.0, 0.0])
        self._up, self._yaw = np.array([0.0, 1.0, 0.0]), 0.0
        self._held: int | None = None
        self._turned = 0.0  # heading of the prop in hand against the camera's
        self._seen = (0, performer.snapshot.pose.root_pos)
        self._velocity = np.zeros(3)  # of the body, m/s

    def follow(self, camera: CameraPose) -> None:
        """The camera is here now; Panda's axes."""
        turn = wxyz_to_xyzw(camera.rotation)
        self._eye = panda_to_bullet(camera.position)
        self._look = panda_to_bullet(rotations.rotate(turn, np.array([0.0, 1.0, 0.0])))
        self._up = panda_to_bullet(rotations.rotate(turn, np.array([0.0, 0.0, 1.0])))
        self._yaw = float(np.arctan2(-self._look[2], self._look[0]))

    def take_or_place(self) -> None:
        """Take what the middle of the picture shows, or set down there what is in hand."""
        if self._held is not None:
            self.let_go()
            return
        aimed_at = self._aimed_at()
        if aimed_at is None:
            self._say("no prop in the middle of the picture: put the cross on one, not further away than 8 m")
            return
        self._held = aimed_at
        front = rotations.rotate(self._performer.snapshot.props[self._held, 3:], np.array([1.0, 0.0, 0.0]))
        self._turned = float(np.arctan2(-front[2], front[0])) - self._yaw
        self._performer.handle(Handling("grab", self._held, self._hand_pose(self._held)))
        self._say(f"{self._performer.props[self._held].name} in hand")

    def action_of(self, button: str) -> str | None:
        """What a button of whatever holds the camera does to a prop now; None: nothing."""
        if self._held is not None:
            return IN_HAND.get(button)
        return REACHING.get(button) if button in REACHING and self._aimed_at() is not None else None

    def carry(self) -> None:
        """Bring what is in hand to where the camera is, before the next physics step."""
        now = self._performer.snapshot
        tick, before = self._seen
        if now.tick > tick:
            self._velocity = (now.pose.root_pos - before) * TICKS_PER_SECOND / (now.tick - tick)
        self._seen = (now.tick, now.pose.root_pos)
        if self._held is not None:
            self._performer.handle(Handling("carry", self._held, self._hand_pose(self._held)))

    def let_go(self) -> None:
        """Set down what is in hand, if anything is: where the middle of the picture is, or below that."""
        if self._held is None:
            return
        prop, self._held = self._held, None
        kind = self._performer.props[prop].kind
        pose = standing_pose(kind, self._spot(max(kind.half[0], kind.half[2])), self._yaw + self._turned)
        self._performer.handle(Handling("place", prop, pose))

    def throw(self) -> None:
        """Throw what is in hand at the body. The same attempt, tick and prop give the same throw."""
        if self._held is None:
            self._say("nothing in hand to throw: take a prop first")
            return
        prop = self._performer.props[self._held]
        if not prop.kind.mass:
            self._say(f"the {prop.name} is too heavy to throw; set it down")
            return
        snapshot = self._performer.snapshot
        rng = np.random.default_rng((self._performer.seed, snapshot.tick, self._held))
        pose = self._hand_pose(self._held)
        velocity = aimed(pose[:3], self._chest(), self._velocity, prop.kind.mass)
        velocity += rng.normal(0.0, _SCATTER * np.linalg.norm(velocity), 3)
        x, y, z = velocity.tolist()
        a, b, c = rng.normal(0.0, _SPIN, 3).tolist()
        self._performer.handle(Handling("throw", self._held, pose, (x, y, z), (a, b, c)))
        self._held = None

    def place_and_keep(self) -> None:
        """Set down what is in hand, if anything is, and keep the props so."""
        self.let_go()
        self.keep_props()

    def keep_props(self) -> None:
        """Write where the props stand when attempts begin into the place's file."""
        if self._file is None:
            self._say("this place has no file to keep its props in")
            return
        try:
            keep(self._file, self._performer.props, self._performer.layout)
        except InputError as error:
            self._say(str(error))
            return
        self._say(f"props kept in {self._file}")

    def _aimed_at(self) -> int | None:
        """The prop in the middle of the picture, within reach; None: there is none."""
        hit = self._performer.look_along(self._eye, self._eye + _REACH * self._look)
        names = [prop.name for prop in self._performer.props]
        return names.index(hit.surface) if hit is not None and hit.surface in names else None

    def _hand_pose(self, prop: int) -> Array:
        """Before the camera and a little below its axis, upright."""
        half = self._performer.props[prop].kind.half
        away = 0.6 + 1.5 * max(half)
        position = self._eye + away * self._look - 0.25 * away * self._up
        return np.concatenate((position, rotations.about(1, self._yaw + self._turned)))

    def _spot(self, radius: float) -> Array:
        """The point to stand something on that needs ``radius`` m around it."""
        hit = self._performer.look_along(self._eye, self._eye + _REACH * self._look)
        if hit is not None and hit.surface and hit.normal[1] > _LEVEL:
            return np.array(hit.position) + (0.0, _ABOVE, 0.0)
        if hit is None:
            above = self._eye + 0.5 * _REACH * self._look
        else:
            above = np.array(hit.position) + (radius + 0.05) * np.array(hit.normal)
        below = self._performer.look_along(above, above - (0.0, 50.0, 0.0))
        height = below.position[1] if below is not None and below.surface else 0.0
        return np.array([above[0], height + _ABOVE, above[2]])

    def _chest(self) -> Array:
        body, pose = self._performer.body, self._performer.snapshot.pose
        links = body.centres(*body.forward(pose.root_pos, pose.root_rot, pose.joint_rot))
        return np.asarray(links[next(i for i, link in enumerate(body.links) if link.name == "chest")])


def aimed(start: Array, target: Array, moving: Array, mass: float) -> Array:
    """Velocity ``(3,)`` m/s with which a mass (kg) thrown from ``start`` meets a target (m) that moves at ``moving``.

    A parabola without drag; the time of flight is that of the straight way at the speed that an arm gives the mass.
    """
    speed = min(np.sqrt(2.0 * _THROW / mass), _FASTEST)
    seconds = max(float(np.linalg.norm(target - start)) / speed, 0.05)
    return np.asarray((target - start) / seconds + moving + (0.0, 0.5 * GRAVITY * seconds, 0.0))
