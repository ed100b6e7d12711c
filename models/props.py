"""Props: what lies about in a place, can be landed on, carried and thrown.

Bullet's frame: metres, Y up. A prop's origin is the middle of the block that it fills, its heading is about Y.

Soft props are rigid shapes with soft contacts: every contact point is a spring with a damper, which Bullet solves
implicitly (as ERP and CFM of the point), so that no step is too long for it. More of a body on a mattress means more
points, as more area means more foam. Friction and restitution are coefficients against the ground; between two props
Bullet multiplies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.errors import InputError
from models.rotations import Array, about

Vec3 = tuple[float, float, float]

BOX, BALL, CYLINDER = "box", "ball", "cylinder"
POSE = 7  # numbers of a prop's pose: position and rotation xyzw
NO_PROPS: Array = np.zeros((0, POSE))
NO_PROPS.flags.writeable = False


@dataclass(frozen=True)
class Part:
    """One convex piece in its prop's frame: a box, a ball or an upright cylinder that fills ``half`` extents, m."""

    shape: str
    half: Vec3
    centre: Vec3 = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Kind:
    """What a prop is made of.

    mass in kg; 0: it lies where it is put until somebody carries it elsewhere. stiffness in N/m and damping in N s/m of
    each contact point; stiffness 0: hard. rolling: coefficient of rolling friction, m. carries: who lies on it has
    fallen; what is too light to lie on only knocks. sound: a surface of the sound library.
    """

    name: str
    parts: tuple[Part, ...]
    mass: float
    friction: float
    restitution: float
    stiffness: float = 0.0
    damping: float = 0.0
    rolling: float = 0.0
    carries: bool = True
    sound: str = "wood"

    @property
    def soft(self) -> bool:
        """Whether one lies on it softly."""
        return self.carries and self.stiffness > 0.0

    @cached_property
    def half(self) -> Vec3:
        """Half extents of the block that it fills, m."""
        x, y, z = (max(part.half[axis] + abs(part.centre[axis]) for part in self.parts) for axis in range(3))
        return x, y, z


@dataclass(frozen=True)
class Prop:
    """A prop and where it stands: middle of its underside (m) and heading about Y (rad)."""

    name: str
    kind: Kind
    foot: Vec3
    yaw: float = 0.0

    @cached_property
    def pose(self) -> Array:
        """Position of its middle and rotation xyzw, ``(7,)``."""
        x, y, z = self.foot
        return np.array([x, y + self.kind.half[1], z, *about(1, self.yaw)])


@dataclass(frozen=True)
class Handling:
    """What the operator's hands do with a prop before a physics step.

    name: "grab", "carry", "place" or "throw". prop: index. pose (7,): where it is put. velocity (m/s) and spin (rad/s):
    with which it leaves the hands. A prop in the hands ("grab", "carry") touches nothing.
    """

    name: str
    prop: int
    pose: Array
    velocity: Vec3 = (0.0, 0.0, 0.0)
    spin: Vec3 = (0.0, 0.0, 0.0)

    @property
    def held(self) -> bool:
        """Whether the prop stays in the hands."""
        return self.name in ("grab", "carry")


def standing_pose(kind: Kind, foot: Array, yaw: float) -> Array:
    """Pose ``(7,)`` of a prop that stands on ``foot`` (3,), turned by ``yaw`` about Y (rad)."""
    return np.array([foot[0], foot[1] + kind.half[1], foot[2], *about(1, yaw)])


def poses_of(props: tuple[Prop, ...]) -> Array:
    """Where props stand at first, ``(props, 7)``."""
    return np.array([prop.pose for prop in props]).reshape(-1, POSE)


def kind_named(name: str) -> Kind:
    """What the catalogue has under that name.

    Raises:
        InputError: nothing.
    """
    if name not in CATALOGUE:
        raise InputError(f"there is no prop '{name}'; use one of {', '.join(CATALOGUE)}")
    return CATALOGUE[name]


def _chair() -> tuple[Part, ...]:
    """Seat 0.45 m up, back to 0.88 m; the back is at -X, so that who sits looks along +X. Middle at 0.44 m."""
    legs = [Part(BOX, (0.02, 0.215, 0.02), (x, -0.225, z)) for x in (-0.19, 0.19) for z in (-0.19, 0.19)]
    return (
        *legs,
        Part(BOX, (0.21, 0.02, 0.21), (0.0, 0.01, 0.0)),
        Part(BOX, (0.015, 0.205, 0.20), (-0.195, 0.235, 0.0)),
    )


# Foam is graded by the force with which a plate of 323 cm² dents 100 mm of it by a quarter (ASTM D3574, IFD): 25 to 35
# pounds-force is a mattress, 4.4 to 6.2 N for each mm; 14 to 22 a soft cushion, 2.5 to 3.9. Such a plate, 20 cm across,
# is about what one contact point stands for: a trunk, a thigh, half a foot. Damping is set so that who falls flat from
# a metre comes up again by about a tenth of it, as from a landing mat.
# A size 5 football weighs 410 to 450 g, is 68 to 70 cm round, and dropped from 2 m onto steel comes back to 1.25 to
# 1.55 m (FIFA Quality Programme). Ball and bottle are stiff springs with strong dampers: a hard contact would hand a
# small thing, deep in the ground after one step, more speed than it came with. The bottle is one of wine, 0.75 l, full;
# the box a packing case of corrugated board with something in it; the chair a kitchen chair of beech. The mat is a
# gym's of the mattress's foam, so thin that who has learned on flat ground comes down on it as on the ground.
CATALOGUE = {
    kind.name: kind
    for kind in (
        Kind("mattress", (Part(BOX, (1.0, 0.125, 0.45)),), 0.0, 0.9, 0.0, 5000.0, 120.0, sound="soft"),
        Kind("cushion", (Part(BOX, (0.25, 0.08, 0.25)),), 1.0, 0.8, 0.0, 3000.0, 40.0, sound="soft"),
        Kind("box", (Part(BOX, (0.25, 0.2, 0.2)),), 4.0, 0.5, 0.0),
        Kind("chair", _chair(), 4.5, 0.45, 0.0),
        Kind("ball", (Part(BALL, (0.11, 0.11, 0.11)),), 0.43, 0.6, 0.9, 10000.0, 750.0, 0.0015, carries=False),
        Kind(
            "bottle",
            (
                Part(CYLINDER, (0.037, 0.1, 0.037), (0.0, -0.05, 0.0)),
                Part(CYLINDER, (0.014, 0.05, 0.014), (0.0, 0.1, 0.0)),
            ),
            1.25,
            0.45,
            0.3,
            10000.0,
            750.0,
            0.0005,
            carries=False,
        ),
        Kind("mat", (Part(BOX, (1.0, 0.015, 0.6)),), 0.0, 0.9, 0.0, 5000.0, 120.0, sound="soft"),
    )
}
