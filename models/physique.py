"""A person's physics body: the humanoid with their limb lengths, girths and masses.

Strength follows from dynamic similarity (Hof 1996, "Scaling gait data to body size"): a body ``l`` times as long and
``m`` times as heavy moves like the humanoid if its torques are ``m l`` times as large and its time runs ``sqrt(l)``
times as slowly. So gains and torque limits grow with the body; `models.borrowing` does the same for clips and policies.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from models.body import Body, load_humanoid, parse_urdf
from models.disk import write_whole
from models.errors import InputError

PARTS = ("root", "chest", "neck", "hip", "knee", "ankle", "shoulder", "elbow", "wrist")
"""The humanoid by the joints that parts hang from: pelvis, ribs, head, thigh, shin, foot, upper arm, forearm, hand."""

BODY_FILE = "body.urdf"
"""What a person's folder calls it."""

_MEND = "fit the person again with `backflip avatar fit`"
_LEAST, _MOST = 0.4, 2.5  # times the humanoid's own measure; beyond that it is a mistake, and the physics may burst


@dataclass(frozen=True)
class Part:
    """length, girth: times the humanoid's. mass in kg, and principal inertia (3,) in kg m², of one such part."""

    length: float
    girth: float
    mass: float
    inertia: tuple[float, float, float]


@dataclass(frozen=True)
class Physique:
    """parts: by the names in `PARTS`, both sides alike. hips, shoulders: their width, times the humanoid's."""

    parts: Mapping[str, Part]
    hips: float
    shoulders: float


def write_body(path: Path, physique: Physique) -> None:
    """Write the person's URDF.

    Raises:
        InputError: the measures are no person's, or the disk is full.
    """
    ratios = [number for part in physique.parts.values() for number in (part.length, part.girth)]
    for ratio in (*ratios, physique.hips, physique.shoulders):
        if not _LEAST <= ratio <= _MOST:
            told = f"a part {ratio:.2f} times the humanoid's"
            raise InputError(f"{path}: a body with {told} cannot be simulated; measure again, in metres and kilograms")
    robot = ElementTree.fromstring(Path(load_humanoid().urdf).read_bytes().strip(b"\0"))
    for link in robot.findall("link"):
        if (part := physique.parts.get(_part(link))) is not None:
            _scale_link(link, part)
    for joint in robot.findall("joint"):
        _scale_joint(joint, physique)
    try:
        write_whole(path, ElementTree.tostring(robot, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room or choose another folder") from error


def load_body(path: Path) -> Body:
    """The body that `write_body` wrote, as strong for its size as the humanoid.

    Raises:
        InputError: the file is gone, damaged, or no person's.
    """
    humanoid = load_humanoid()
    body = parse_urdf("person", path, humanoid.scale, humanoid.standing_height, _MEND)
    names = [link.name for link in humanoid.links]
    numbers = np.array([[*link.offset, *link.centre, link.mass] for link in body.links])
    if [link.name for link in body.links] != names or not np.isfinite(numbers).all() or (body.masses <= 0.0).any():
        raise InputError(f"{path}: not a humanoid's body; {_MEND}")
    size = _leg(body) / _leg(humanoid)
    if not _LEAST <= size <= _MOST:
        raise InputError(f"{path}: legs {size:.2f} times the humanoid's cannot be simulated; {_MEND}")
    strength = float(body.masses.sum() / humanoid.masses.sum()) * size
    joints = tuple(
        dataclasses.replace(
            joint,
            kp=joint.kp * strength,
            kd=joint.kd * strength * math.sqrt(size),
            torque_limit=joint.torque_limit * strength,
        )
        for joint in body.joints
    )
    return dataclasses.replace(body, joints=joints, standing_height=humanoid.standing_height * size)


def size_of(body: Body) -> float:
    """How many times as long as the humanoid."""
    return body.standing_height / load_humanoid().standing_height


def _leg(body: Body) -> float:
    """Metres from the hip joint to the sole, the leg straight."""
    offsets = {link.name: link.offset[1] for link in body.links}
    return -(offsets["right_knee"] + offsets["right_ankle"] + body.sole[1])


def _part(element: ElementTree.Element | None) -> str:
    name = "" if element is None else element.get("name") or element.get("link") or ""
    return name.split("_")[-1]


def _scale_link(link: ElementTree.Element, part: Part) -> None:
    """Lengths run along the link's y axis, but for a foot, whose length is x."""
    foot = _part(link) == "ankle"
    along = (part.length, part.girth, part.girth) if foot else (part.girth, part.length, part.girth)
    for origin in (*link.findall("inertial/origin"), *link.findall("collision/origin")):
        _multiply(origin, "xyz", along)
    for shape in link.findall("collision/geometry/*"):
        _multiply(shape, "radius", (part.girth,))
        _multiply(shape, "length", (part.length,))
        _multiply(shape, "size", along)
    for mass in link.findall("inertial/mass"):
        mass.set("value", f"{part.mass:.6f}")
    for inertia in link.findall("inertial/inertia"):
        for axis, moment in zip("xyz", part.inertia, strict=True):
            inertia.set(f"i{axis}{axis}", f"{moment:.6f}")


def _scale_joint(joint: ElementTree.Element, physique: Physique) -> None:
    """A joint is as far along its parent as that is long; hips and shoulders are as wide apart as the person's."""
    part, above = _part(joint.find("child")), physique.parts.get(_part(joint.find("parent")))
    origin = joint.find("origin")
    if above is None or origin is None:
        return
    width = {"hip": physique.hips, "shoulder": physique.shoulders}.get(part, above.girth)
    _multiply(origin, "xyz", (above.girth, above.length, width))


def _multiply(element: ElementTree.Element, key: str, factors: tuple[float, ...]) -> None:
    if (text := element.get(key)) is not None:
        numbers = [float(number) * factor for number, factor in zip(text.split(), factors, strict=True)]
        element.set(key, " ".join(f"{number:.6f}" for number in numbers))
