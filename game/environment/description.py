"""What a place is, as plain data: photographs, the cameras that took them, rough geometry, light and marks.

Panda3D's axes: metres, Z up, +Y forward; headings in degrees, counter-clockwise seen from above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from game.environment.optics import Camera, Sphere, Vec3
from models import contact
from models.coords import panda_to_bullet
from models.props import Prop

Colour = tuple[float, float, float]
Face = tuple[Vec3, ...]
FillKind = Literal["panorama", "nearest", "material"]
FILLS: tuple[FillKind, ...] = ("panorama", "nearest", "material")

SKY = "sky"
"""What projectors call everything that is further away than all geometry."""


@dataclass(frozen=True)
class Projector:
    """A photograph and the camera that took it; a `Sphere` took an equirectangular one.

    mask: a grey picture of the photograph's shape, black where it is not to be used; priority: a higher one covers a
    lower one, equal ones blend by facing ** facing_power; border: pixels over which the picture fades out at its edges;
    spill: 0 … 1, how much of it shows on surfaces within its view that it does not see; only: names of the surfaces
    that it paints and that stand in each other's way for it (`SKY` is one), None for all; gain: as of a `Panorama`.
    """

    name: str
    image: Path
    camera: Camera | Sphere
    mask: Path | None = None
    gain: Colour = (1.0, 1.0, 1.0)
    priority: float = 0.0
    facing_power: float = 1.0
    border: float = 16.0
    spill: float = 0.0
    only: frozenset[str] | None = None

    def paints(self, surface: str) -> bool:
        """Whether this projector has to do with the surface of that name."""
        return self.only is None or surface in self.only


@dataclass(frozen=True)
class Panorama:
    """An equirectangular picture seen from position; heading: where its middle column looks, 0 is +Y; gain: linear."""

    image: Path
    position: Vec3
    heading: float
    gain: Colour


@dataclass(frozen=True)
class Block:
    """An upright box that bodies run into: centre and half extents in m, turned by heading."""

    centre: Vec3
    half: Vec3
    heading: float


@dataclass(frozen=True)
class Surface:
    """A piece of geometry: planar faces, counter-clockwise seen from the front, and what bodies feel of it, if any.

    fill: what stands where no projector reaches: the panorama, the nearest colour that one put on it, or ``material``.
    hulls: corners of the convex pieces that bodies feel of what is no block.
    """

    name: str
    kind: str
    faces: tuple[Face, ...]
    block: Block | None
    fill: FillKind = "material"
    material: Colour = (0.5, 0.5, 0.5)
    hulls: tuple[tuple[Vec3, ...], ...] = ()


@dataclass(frozen=True)
class Light:
    """The one sun or window. direction: where it shines to, unit length; colours as shown on screen, 1 is white.

    shadow: 0 … 1, how much of the picture the avatar's shadow takes away; softness: radius in m of the shadow's edge
    one metre below what casts it.
    """

    direction: Vec3
    colour: Colour
    ambient: Colour
    shadow: float
    softness: float


@dataclass(frozen=True)
class Mark:
    """Where attempts stand: on the ground, facing +X at heading 0."""

    position: Vec3
    heading: float


@dataclass(frozen=True)
class Operator:
    """Where a camera operator may start: position of the camera and its heading, pitch, roll."""

    name: str
    position: Vec3
    hpr: Vec3


@dataclass(frozen=True)
class Environment:
    """A place. ambience: name of its room tone; footsteps: what all that is touched sounds like, steps and falls alike.

    fallback: the colour of the sky where nothing reaches; hard: each face shows one projector and no other. props: what
    lies about, in Bullet's frame; photographed: names of those that the photographs are projected on.
    """

    name: str
    folder: Path
    projectors: tuple[Projector, ...]
    surfaces: tuple[Surface, ...]
    panorama: Panorama | None
    light: Light
    mark: Mark
    operators: tuple[Operator, ...]
    ambience: str
    footsteps: str
    fallback: Colour
    hard: bool = False
    props: tuple[Prop, ...] = ()
    photographed: frozenset[str] = frozenset()

    def solids(self) -> tuple[contact.Solid, ...]:
        """What bodies run into, in Bullet's frame (same origin, Y up)."""
        boxes = [_to_bullet(surface.name, surface.block) for surface in self.surfaces if surface.block]
        hulls = [_hull_to_bullet(surface.name, hull) for surface in self.surfaces for hull in surface.hulls]
        return (*boxes, *hulls)

    def mark_in_bullet(self) -> tuple[Vec3, float]:
        """The mark's origin (m) and yaw about Y (rad) in Bullet's frame."""
        x, y, z = panda_to_bullet(np.array(self.mark.position)).tolist()
        return (x, y, z), math.radians(self.mark.heading)


def _to_bullet(name: str, block: Block) -> contact.Box:
    x, y, z = panda_to_bullet(np.array(block.centre)).tolist()
    half = block.half
    return contact.Box(name, (x, y, z), (half[0], half[2], half[1]), math.radians(block.heading))


def _hull_to_bullet(name: str, corners: tuple[Vec3, ...]) -> contact.Hull:
    return contact.Hull(name, tuple((x, y, z) for x, y, z in panda_to_bullet(np.array(corners)).tolist()))
