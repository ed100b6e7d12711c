"""From the physics humanoid to a skeleton: pure arithmetic on what `game.avatar.fitting` worked out for a person.

A bone turns as its link turns: bone = link * rest. Four things do not follow from turning alone:

- The humanoid has one joint in its back and one in its neck; the person bends several bones there, and the small of
  the back gives way so that the ribs are where the humanoid's chest is.
- Thighs take the pelvis along, or the seat of a tuck would be torn; arms take the collar bones along.
- A foot stands where the physics stands it, whatever the person's legs measure: it hangs on the humanoid's ankle,
  sole on the underside of its box, and the difference lies in the ankle, under the trouser leg.
- The person is larger than the humanoid's balls and boxes; `game.avatar.ground` keeps it out of the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from game.avatar.ground import Ground, Shoe, Tip
from game.performance import BodyPose
from models import coords, rotations
from models.body import Body
from models.rotations import Array

_TURN: Array = np.array([0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)])  # model (facing -Y) -> Panda's humanoid (facing +X)
_PELVIS_SHARE = 0.25  # how much of the thighs' mean turn the pelvis makes: a tuck rounds the small of the back
_COLLAR_LIFT = 0.35  # rad that a collar bone rises with an arm held straight up
_COLLAR_REACH = 0.2  # rad that it comes forward with an arm held straight forward


@dataclass(frozen=True)
class SkeletonPose:
    """A posed skeleton. position (3,) m and rotation (4,) wxyz of the model in Panda's world, times `Retarget.scale`.

    offsets (N, 3) in the model's metres and turns (N, 4) xyzw: the driven bones, each in its parent's frame. joints
    (links, 3): of the body, m in Panda's world.
    """

    position: Array
    rotation: Array
    offsets: Array
    turns: Array
    joints: Array


@dataclass(frozen=True)
class Foot:
    """One foot.

    bone: row of the driven bone; knee, ankle: links of the body. rise (3,): how much higher the person's ankle
    is than the humanoid's; socket, hip (3,): where the humanoid's hip joint and the person's lie, from the middle
    between them; all three in the model's metres.
    """

    bone: int
    knee: int
    ankle: int
    rise: Array
    socket: Array
    hip: Array
    shoe: Shoe


@dataclass(frozen=True)
class Ribs:
    """The last bone of the trunk. path: driven bones down to it; give: those of them that are shifted to place it.

    link: the body's chest. joint, rest (3,): its joint and the bone at rest, from between the hips, model's metres.
    """

    path: tuple[int, ...]
    give: tuple[int, ...]
    link: int
    joint: Array
    rest: Array


@dataclass(frozen=True)
class Frames:
    """Numbers of the rotations that turn bones: the body's links, then those that `Retarget` blends from them."""

    links: int
    back: int
    neck: int

    @property
    def collars(self) -> int:
        """The left collar's; the right one follows."""
        return self.links + self.back + self.neck

    @property
    def pelvis(self) -> int:
        """The pelvis's."""
        return self.collars + 2

    @property
    def toes(self) -> int:
        """The left toes'; the right ones follow."""
        return self.pelvis + 1

    @property
    def hands(self) -> int:
        """The left hand's; the right one follows."""
        return self.toes + 2


@dataclass(frozen=True)
class Retarget:
    """What is constant for one person on one body.

    scale: metres of the scene per metre of the model. Driven bones, parents first: names, parents (-1: the model),
    offsets (N, 3) and rest (N, 4), turned by frame `turned_by` (N,). back, neck: how much of the joint's turn each
    bone of the chain has made. feet: left, right. tips: head and hands. swell (N, 3): what a full chest adds to the
    offsets. posture: constant local turns of bones that nothing drives.
    """

    body: Body
    scale: float
    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Array
    rest: Array
    turned_by: tuple[int, ...]
    back: Array
    neck: Array
    ribs: Ribs
    feet: tuple[Foot, Foot]
    tips: tuple[Tip, ...]
    swell: Array
    posture: dict[str, Array]

    def pose(self, pose: BodyPose, breath: float = 0.0) -> SkeletonPose:
        """Put the skeleton where the body is; the ground is the world's, at height 0. breath: 0 … 1, a full chest."""
        positions, links = self.body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        feet = [(foot.shoe, positions[foot.ankle], links[foot.ankle]) for foot in self.feet]
        bends = np.array([shoe.bend(position, turn) for shoe, position, turn in feet])
        lifts = [shoe.lift(position, turn, bend) for (shoe, position, turn), bend in zip(feet, bends, strict=True)]
        to_root = rotations.conjugate(pose.root_rot)
        frames = self._blend(to_model_turn(rotations.multiply(to_root, links)), bends)
        up = to_model(rotations.rotate(to_root, np.array([0.0, 1.0, 0.0])))
        ground = Ground(up, float(pose.root_pos[1]) / self.scale)
        chest = self._chest(frames)
        depths = [
            self._yield(tip, chain, chest, frames, ground) for tip, chain in zip(self.tips, self._chains, strict=True)
        ]
        world = rotations.multiply(frames[list(self.turned_by)], self.rest)
        above = np.concatenate((world, rotations.IDENTITY[None]))[list(self.parents)]
        turns = rotations.multiply(rotations.conjugate(above), world)
        offsets = self._offsets(frames, above, up, lifts) + breath * self.swell
        for tip, depth in zip(self.tips, depths, strict=True):
            if depth == 0.0:
                continue
            path, rise = list(tip.path), min(depth, tip.give / self.scale) / len(tip.path)
            offsets[path] += rotations.rotate(rotations.conjugate(above[path]), rise * up)
        turn = coords.wxyz_to_xyzw(coords.bullet_quat_to_panda(pose.root_rot))
        rotation = coords.xyzw_to_wxyz(rotations.multiply(turn, _TURN))
        place, joints = coords.bullet_to_panda(pose.root_pos), coords.bullet_to_panda(positions)
        return SkeletonPose(place, rotation, offsets, turns, joints)

    @cached_property
    def frames(self) -> Frames:
        """How the rotations are numbered."""
        return Frames(len(self.body.links), len(self.back), len(self.neck))

    def _blend(self, links: Array, bends: Array) -> Array:
        """Turns ``(frames, 4)`` in the model's frame, numbered as `Frames` says, from those of the links."""
        at = self._at
        chest, neck = links[at["chest"]], links[at["neck"]]
        thighs = rotations.log(links[[at["left_hip"], at["right_hip"]]])
        pelvis = rotations.exp(_PELVIS_SHARE * np.mean(thighs, axis=0))
        back = rotations.slerp(np.tile(pelvis, (len(self.back), 1)), chest[None], self.back)
        nape = rotations.slerp(np.tile(chest, (len(self.neck), 1)), neck[None], self.neck)
        arms = links[[at["left_shoulder"], at["right_shoulder"]]]
        collars = rotations.multiply(chest[None], _collar_turns(rotations.multiply(rotations.conjugate(chest), arms)))
        ankles = links[[foot.ankle for foot in self.feet]]
        toes = rotations.multiply(ankles, rotations.about(0, -bends))
        hands = links[[at["left_elbow"], at["right_elbow"]]]
        return np.concatenate((links, back, nape, collars, pelvis[None], toes, hands))

    @cached_property
    def _chains(self) -> list[Array]:
        """For each tip, how its bones follow each other at rest, ``(bones, 3)``, in the frames of their turns."""
        paths = [list(tip.path) for tip in self.tips]
        return [rotations.rotate(self.rest[[self.parents[row] for row in p]], self.offsets[p]) for p in paths]

    def _chest(self, frames: Array) -> Array:
        """Where the ribs' bone is ``(3,)``, from between the hips."""
        return self.ribs.joint + rotations.rotate(frames[self.ribs.link], self.ribs.rest - self.ribs.joint)

    def _yield(self, tip: Tip, chain: Array, chest: Array, frames: Array, ground: Ground) -> float:
        """Turn ``tip`` in ``frames`` so that it lies on the ground. Returns how deep it still is, m of the model."""
        joints = chain.copy()
        joints[0] = chest + rotations.rotate(frames[self.turned_by[self.ribs.path[-1]]], chain[0])
        if tip.is_clear(joints, ground):
            return 0.0
        turned_by = np.array(self.turned_by)[list(tip.path)]
        turn, depth = tip.yielding(frames[turned_by], joints, ground)
        moved = tip.shares > 0.0
        turned = rotations.exp(tip.shares[moved, None] * turn)
        frames[turned_by[moved]] = rotations.multiply(turned, frames[turned_by[moved]])
        return depth

    @cached_property
    def _at(self) -> dict[str, int]:
        """Link number by name."""
        return {link.name: i for i, link in enumerate(self.body.links)}

    def _offsets(self, frames: Array, above: Array, up: Array, lifts: list[float]) -> Array:
        """Offsets ``(N, 3)``: the pelvis turned between the hips, ribs and feet moved to where the humanoid's are.

        above: ``(N, 4)`` turns of the bones' parents. lifts: m by which the feet rise along ``up``.
        """
        offsets, pelvis = self.offsets.copy(), frames[self.frames.pelvis]
        for row, parent in enumerate(self.parents):
            if parent < 0:
                offsets[row] = rotations.rotate(pelvis, offsets[row])
        ribs, path = self.ribs, list(self.ribs.path)
        reached = offsets[path[0]] + np.sum(rotations.rotate(above[path[1:]], offsets[path[1:]]), axis=0)
        slip = self._chest(frames) - reached
        give = list(ribs.give)
        offsets[give] += rotations.rotate(rotations.conjugate(above[give]), slip / len(give))
        for foot, lift in zip(self.feet, lifts, strict=True):
            ankle, knee = frames[foot.ankle], frames[foot.knee]
            wanted = foot.socket + rotations.rotate(ankle, foot.rise + foot.hip - foot.socket) + up * lift / self.scale
            slip = wanted - rotations.rotate(pelvis, foot.hip) - rotations.rotate(knee, foot.rise)
            offsets[foot.bone] += rotations.rotate(rotations.conjugate(above[foot.bone]), slip)
        return offsets


def _collar_turns(arms: Array) -> Array:
    """Turns ``(2, 4)`` of the collar bones on the ribs for those of the arms, left and right.

    They depend on where an arm points, not on how it got there, so nothing jumps when one passes overhead.
    """
    points = rotations.rotate(arms, np.array([0.0, 0.0, -1.0]))
    lift = _COLLAR_LIFT * 0.5 * (1.0 + points[:, 2])
    reach = _COLLAR_REACH * -points[:, 1]
    return rotations.exp(np.array([[-1.0], [1.0]]) * np.stack((np.zeros(2), lift, reach), axis=-1))


def to_model_turn(q: Array) -> Array:
    """Rotations ``(..., 4)`` xyzw in the humanoid's frame (Bullet) -> the model's."""
    return np.append(to_model(q[..., :3]), q[..., 3:], axis=-1)


def to_model(vector: Array) -> Array:
    """Vectors ``(..., 3)`` in the humanoid's frame -> the model's."""
    return np.stack((-vector[..., 2], -vector[..., 0], vector[..., 1]), axis=-1)
