"""The humanoid: which links and joints it has, how heavy, how strong.

The geometry is DeepMimic's humanoid (``assets/bodies/humanoid.urdf`` at scale 0.25): 45 kg, 1.6 m, Y up, facing +X,
left is -Z. Gains and torque limits are those of the paper's character file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from models import rotations
from models.errors import InputError
from models.paths import ASSETS
from models.rotations import Array

SPHERICAL = 3
HINGE = 1
HINGE_AXIS = 2  # knees and elbows turn about their local z
_SERVOS = ("knee", "ankle")


@dataclass(frozen=True)
class Joint:
    """One actuated joint; it carries the link of the same index.

    kp in N m/rad, kd in N m s/rad, torque_limit in N m, weight: share in the pose reward.
    """

    name: str
    link: int
    dofs: int
    kp: float
    kd: float
    torque_limit: float
    weight: float

    @property
    def servo(self) -> bool:
        """Whether the physics drives it as a motor that is solved with the contacts, see `models.world`."""
        return self.name.endswith(_SERVOS)


@dataclass(frozen=True)
class Link:
    """One rigid part: parent index (-1: the root itself), joint offset in the parent frame, centre of mass, mass."""

    name: str
    parent: int
    offset: tuple[float, float, float]
    centre: tuple[float, float, float]
    mass: float


@dataclass(frozen=True)
class Body:
    """A humanoid: tree, gains and the file the physics engine loads.

    sole: middle of a foot's underside in the ankle's frame, m.
    """

    name: str
    urdf: str
    scale: float
    links: tuple[Link, ...]
    joints: tuple[Joint, ...]
    feet: tuple[int, ...]
    end_effectors: tuple[int, ...]
    standing_height: float
    sole: tuple[float, float, float]
    friction: float = 0.9

    @cached_property
    def dofs(self) -> int:
        """Number of actuated degrees of freedom, the length of an action."""
        return sum(joint.dofs for joint in self.joints)

    @cached_property
    def hinges(self) -> Array:
        """Indices into `joints` of the hinges."""
        return np.array([i for i, j in enumerate(self.joints) if j.dofs == HINGE])

    @cached_property
    def joint_links(self) -> Array:
        """Link index of every joint."""
        return np.array([joint.link for joint in self.joints])

    @cached_property
    def masses(self) -> Array:
        """Mass of every link in kg."""
        return np.array([link.mass for link in self.links])

    @cached_property
    def pose_weights(self) -> Array:
        """Shares ``(1 + joints,)`` of root and joints in how alike two poses are; their sum is 1."""
        weights = np.array([1.0] + [joint.weight for joint in self.joints])
        return np.asarray(weights / weights.sum())

    @cached_property
    def digest(self) -> str:
        """Short fingerprint of everything that a policy depends on; stages carry it."""
        facts = repr((self.name, self.scale, self.links, self.joints, self.feet, self.friction))
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    def forward(self, root_pos: Array, root_rot: Array, joint_rot: Array) -> tuple[Array, Array]:
        """Forward kinematics.

        Args:
            root_pos: ``(..., 3)`` metres, world. root_rot: ``(..., 4)``. joint_rot: ``(..., joints, 4)``, local.

        Returns:
            Link frames: positions of the joints ``(..., links, 3)`` and rotations ``(..., links, 4)``, world.
        """
        batch = root_pos.shape[:-1]
        positions = np.empty((*batch, len(self.links), 3))
        turns = np.empty((*batch, len(self.links), 4))
        root = next(index for index, link in enumerate(self.links) if link.parent < 0)
        positions[..., root, :], turns[..., root, :] = root_pos, root_rot
        local = np.concatenate((joint_rot, np.broadcast_to(rotations.IDENTITY, (*batch, 1, 4))), axis=-2)
        for links, parents, joints, offsets in self._levels:
            above = turns[..., parents, :]
            positions[..., links, :] = positions[..., parents, :] + rotations.rotate(above, offsets)
            turns[..., links, :] = rotations.multiply(above, local[..., joints, :])
        return positions, turns

    @cached_property
    def _levels(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]]:
        """Links as far from the root as each other, with their parents, joints (-1: welded) and offsets (n, 3), m."""
        joint_of_link = {joint.link: i for i, joint in enumerate(self.joints)}
        depth: list[int] = []
        for link in self.links:
            depth.append(0 if link.parent < 0 else 1 + depth[link.parent])
        levels = []
        for level in range(1, max(depth) + 1):
            links = [index for index, at in enumerate(depth) if at == level]
            parents = [self.links[index].parent for index in links]
            joints = [joint_of_link.get(index, -1) for index in links]
            offsets = np.array([self.links[index].offset for index in links])
            levels.append((np.array(links), np.array(parents), np.array(joints), offsets))
        return levels

    @cached_property
    def _centres(self) -> Array:
        return np.array([link.centre for link in self.links])

    def centres(self, positions: Array, turns: Array) -> Array:
        """Centres of mass ``(..., links, 3)`` of link frames as `forward` returns them."""
        return positions + rotations.rotate(turns, np.broadcast_to(self._centres, positions.shape))


# Gains, limits and pose weights of DeepMimic's humanoid3d controller (Peng et al. 2018).
_GAINS = {
    "chest": (1000.0, 100.0, 200.0, 0.5),
    "neck": (100.0, 10.0, 50.0, 0.3),
    "hip": (500.0, 50.0, 200.0, 0.5),
    "knee": (500.0, 50.0, 150.0, 0.3),
    "ankle": (400.0, 40.0, 90.0, 0.2),
    "shoulder": (400.0, 40.0, 100.0, 0.3),
    "elbow": (300.0, 30.0, 60.0, 0.2),
}
_DOFS = {"spherical": SPHERICAL, "revolute": HINGE}


def _vector(element: ElementTree.Element | None, scale: float) -> tuple[float, float, float]:
    text = "0 0 0" if element is None else element.get("xyz", "0 0 0")
    x, y, z = (scale * float(number) for number in text.split())
    return (x, y, z)


def _child(element: ElementTree.Element, path: str, attribute: str) -> str:
    found = element.find(path)
    if found is None or (value := found.get(attribute)) is None:
        raise ValueError(f"{path}/@{attribute} is missing")
    return value


def load_humanoid() -> Body:
    """The humanoid that every shipped stage was trained on.

    Raises:
        InputError: its URDF is gone or damaged.
    """
    return parse_urdf("humanoid", ASSETS / "bodies" / "humanoid.urdf", scale=0.25, standing_height=0.887)


_SHIPPED = "restore it, it ships with the program"


def parse_urdf(name: str, urdf: Path, scale: float, standing_height: float, mend: str = _SHIPPED) -> Body:
    """Read a body from its URDF; ``scale`` makes metres of its lengths, standing_height: of the root, in metres.

    mend: what to do about a file that is gone or damaged, for the message.

    Raises:
        InputError: the file is gone or damaged.
    """
    try:
        robot = ElementTree.fromstring(urdf.read_bytes().strip(b"\0"))
        links, joints = _parts(robot, scale)
        index = {link.name: number for number, link in enumerate(links)}
        feet = tuple(index[f"{side}_ankle"] for side in ("right", "left"))
        hands = tuple(index[f"{side}_wrist"] for side in ("right", "left"))
        sole = _sole(robot, scale)
    except OSError as error:
        raise InputError(f"{urdf}: cannot be read ({error.strerror}); {mend}") from error
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise InputError(f"{urdf}: not a humanoid's URDF ({error}); {mend}") from error
    return Body(name, str(urdf), scale, links, joints, feet, feet + hands, standing_height, sole)


def _sole(robot: ElementTree.Element, scale: float) -> tuple[float, float, float]:
    # Both feet are the same box.
    box = "link[@name='right_ankle']/collision"
    x, y, z = _vector(robot.find(f"{box}/origin"), scale)
    _, height, _ = (scale * float(number) for number in _child(robot, f"{box}/geometry/box", "size").split())
    return (x, y - 0.5 * height, z)


def _parts(robot: ElementTree.Element, scale: float) -> tuple[tuple[Link, ...], tuple[Joint, ...]]:
    """The tree below the URDF's massless base link; joints are listed parents first, as Bullet orders them."""
    by_name = {element.get("name", ""): element for element in robot.findall("link")}
    index: dict[str, int] = {}
    links: list[Link] = []
    joints: list[Joint] = []
    for element in robot.findall("joint"):
        child = _child(element, "child", "link")
        part = by_name[child]
        index[child] = len(links)
        links.append(
            Link(
                child,
                index.get(_child(element, "parent", "link"), -1),
                _vector(element.find("origin"), scale),
                _vector(part.find("inertial/origin"), scale),
                float(_child(part, "inertial/mass", "value")),
            )
        )
        kind = element.get("type", "")
        if kind in _DOFS:
            kp, kd, limit, weight = _GAINS[child.split("_")[-1]]
            joints.append(Joint(child, index[child], _DOFS[kind], kp, kd, limit, weight))
    return tuple(links), tuple(joints)
