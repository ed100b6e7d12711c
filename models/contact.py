"""What a body can touch, and a touch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A static block to stand on or run into: centre and half extents in metres, Bullet's frame, yaw about Y in rad."""

    name: str
    centre: tuple[float, float, float]
    half: tuple[float, float, float]
    yaw: float = 0.0


@dataclass(frozen=True)
class Hull:
    """A static convex piece to stand on or run into: its corners in metres, Bullet's frame."""

    name: str
    corners: tuple[tuple[float, float, float], ...]

    @property
    def box(self) -> Box:
        """The block around it, along the axes."""
        sides = [(min(axis), max(axis)) for axis in zip(*self.corners, strict=True)]
        x, y, z = (0.5 * (low + high) for low, high in sides)
        width, height, depth = (0.5 * (high - low) for low, high in sides)
        return Box(self.name, (x, y, z), (width, height, depth))


Solid = Box | Hull


@dataclass(frozen=True)
class Contact:
    """One touching point in one physics step, Bullet's frame.

    link: index into `models.body.Body.links`. position in m, force in N along the normal, speed in m/s into the
    surface (0 when leaving), surface: "ground" or the name of a `Solid` or a `models.props.Prop`.
    """

    link: int
    position: tuple[float, float, float]
    force: float
    speed: float
    surface: str


@dataclass(frozen=True)
class Hit:
    """What a ray met first: "ground", the name of a solid or a prop, or "" for a body; the point (m) and the normal."""

    surface: str
    position: tuple[float, float, float]
    normal: tuple[float, float, float]
