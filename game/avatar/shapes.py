"""The shapes that the physics collides, read from the body's URDF: what an attempt really did, under the skin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from models import rotations
from models.body import Body
from models.errors import InputError
from models.rotations import Array


@dataclass(frozen=True)
class Shape:
    """One collision shape in its link's frame, metres, Bullet's axes.

    link: index into `Body.links`. kind: "sphere" (size: radius), "capsule" (size: radius, length between the two
    centres, along local z) or "box" (size: full edges). centre (3,), turn (4,) xyzw.
    """

    link: int
    kind: str
    size: tuple[float, ...]
    centre: Array
    turn: Array


def read_shapes(body: Body) -> tuple[Shape, ...]:
    """All collision shapes of ``body``.

    Raises:
        InputError: the URDF is gone, damaged, or holds a shape that is none of the three.
    """
    path = Path(body.urdf)
    index = {link.name: i for i, link in enumerate(body.links)}
    try:
        robot = ElementTree.fromstring(path.read_bytes().strip(b"\0"))
        return tuple(
            _shape(index[part.get("name", "")], collision, body.scale)
            for part in robot.findall("link")
            for collision in part.findall("collision")
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); restore it, it ships with the program") from error
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not the body's URDF ({error}); restore it, it ships with the program") from error


def ankle_height(body: Body) -> float:
    """Metres from the ankle joint down to the sole: the underside of the foot's box."""
    foot = next(shape for shape in read_shapes(body) if shape.link == body.feet[0])
    return float(0.5 * foot.size[1] - foot.centre[1])


def _shape(link: int, collision: ElementTree.Element, scale: float) -> Shape:
    origin = collision.find("origin")
    centre = _numbers(origin, "xyz")
    roll, pitch, yaw = _numbers(origin, "rpy")
    about = rotations.about
    # URDF: fixed axes, roll about x first
    turn = rotations.multiply(about(2, yaw), rotations.multiply(about(1, pitch), about(0, roll)))
    geometry = collision.find("geometry")
    if geometry is None or len(geometry) != 1:
        raise ValueError("a collision without geometry")
    kind, shape = geometry[0].tag, geometry[0]
    if kind == "sphere":
        size: tuple[float, ...] = (float(shape.get("radius", "")),)
    elif kind == "capsule":
        size = (float(shape.get("radius", "")), float(shape.get("length", "")))
    elif kind == "box":
        size = tuple(float(number) for number in shape.get("size", "").split())
    else:
        raise ValueError(f"a shape '{kind}'")
    return Shape(link, kind, tuple(scale * number for number in size), scale * centre, turn)


def _numbers(origin: ElementTree.Element | None, key: str) -> Array:
    text = "0 0 0" if origin is None else origin.get(key, "0 0 0")
    return np.array([float(number) for number in text.split()]).reshape(3)
