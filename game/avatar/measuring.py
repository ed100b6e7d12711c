"""From a body's mesh to its physics: how long, how thick and how heavy each part is.

The humanoid is what the default person stands on. So a part of somebody else is as much longer and thicker than the
humanoid's as it is beside the default person's. Masses and inertias are the mesh's own: it is cut where one bone gives
way to the next, each part is integrated exactly and has the density that parts of people have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from game.avatar.body_model import Figure
from game.avatar.person import Bones, Side
from models.physique import PARTS, Part, Physique
from models.rotations import Array

_SINGLE = ("root", "chest", "neck")
_DENSITIES = {
    "root": 1030.0,
    "chest": 1030.0,
    "neck": 1110.0,
    "hip": 1050.0,
    "knee": 1090.0,
    "ankle": 1100.0,
    "shoulder": 1070.0,
    "elbow": 1130.0,
    "wrist": 1160.0,
}
"""kg/m³ of each part (Dempster 1955, as in Winter, "Biomechanics and Motor Control of Human Movement", table 4.1)."""


@dataclass(frozen=True)
class Moments:
    """Integrals over a solid: volume in m³, first (3,) of the place in m⁴, second (3, 3) of its products in m⁵."""

    volume: float
    first: Array
    second: Array

    def __sub__(self, other: Moments) -> Moments:
        return Moments(self.volume - other.volume, self.first - other.first, self.second - other.second)


def physique_of(figure: Figure, default: Figure, bones: Bones, scale: float) -> Physique:
    """The physics of ``figure``.

    Args:
        default: the default person. bones: what each bone is for, the same for both. scale: metres of the humanoid per
        metre of the default person.
    """
    lengths, default_lengths = part_lengths(figure, bones), part_lengths(default, bones)
    solids, default_solids = part_moments(figure, bones), part_moments(default, bones)
    raw = {name: _DENSITIES[name] * solids[name].volume for name in PARTS}
    whole = sum(mass if name in _SINGLE else 2.0 * mass for name, mass in raw.items())
    parts = {}
    for name in PARTS:
        longer = lengths[name] / default_lengths[name]
        thicker = math.sqrt(solids[name].volume / default_solids[name].volume / longer)
        mass = raw[name] * figure.mass / whole
        axis = np.array([0.0, -1.0, 0.0]) if name == "ankle" else part_axis(figure, bones, name)
        parts[name] = Part(longer / scale, thicker / scale, mass, inertia(solids[name], mass, axis, name == "ankle"))
    hips, shoulders = (
        width(figure, bones, above) / width(default, bones, above) / scale for above in ("thigh", "upper_arm")
    )
    return Physique(parts, hips, shoulders)


def part_lengths(figure: Figure, bones: Bones) -> dict[str, float]:
    """Metres of each part in `PARTS`, on the left where there are two."""
    side, at = bones.left, figure.joints
    hips = 0.5 * (at[side.thigh[0]] + at[bones.right.thigh[0]])
    shoulders = 0.5 * (at[side.upper_arm[0]] + at[bones.right.upper_arm[0]])
    foot = figure.vertices[np.isin(figure.owners, _numbers(figure, (side.foot, *side.toes)))]
    trunk = float(np.linalg.norm(shoulders - hips))
    return {
        "root": trunk,
        "chest": trunk,
        "neck": figure.height - float(shoulders[2]),
        "hip": _apart(at[side.thigh[0]], at[side.shin[0]]),
        "knee": _apart(at[side.shin[0]], at[side.foot]),
        "ankle": float(np.ptp(foot[:, 1])),
        "shoulder": _apart(at[side.upper_arm[0]], at[side.forearm[0]]),
        "elbow": _apart(at[side.forearm[0]], at[side.hand]),
        "wrist": _apart(at[side.hand], at[side.fingers[1][-1]]),
    }


def part_axis(figure: Figure, bones: Bones, name: str) -> Array:
    """Which way ``(3,)`` a part runs, from its joint on."""
    side, at = bones.left, figure.joints
    ends = {
        "hip": (side.thigh[0], side.shin[0]),
        "knee": (side.shin[0], side.foot),
        "shoulder": (side.upper_arm[0], side.forearm[0]),
        "elbow": (side.forearm[0], side.hand),
        "wrist": (side.hand, side.fingers[1][-1]),
    }
    if name not in ends:
        return np.array([0.0, 0.0, 1.0])
    start, end = ends[name]
    return np.asarray((at[end] - at[start]) / _apart(at[start], at[end]))


def width(figure: Figure, bones: Bones, above: str) -> float:
    """Metres between the joints of the two limbs ``above`` names: "thigh" or "upper_arm"."""
    left, right = (getattr(side, above)[0] for side in (bones.left, bones.right))
    return _apart(figure.joints[left], figure.joints[right])


def inertia(solid: Moments, mass: float, axis: Array, lying: bool) -> tuple[float, float, float]:
    """Principal inertia in kg m² of ``mass`` spread evenly over ``solid``, round about ``axis``.

    lying: the axis is the link's x, as a foot's, instead of its y.
    """
    middle = solid.first / solid.volume
    spread = solid.second / solid.volume - np.outer(middle, middle)
    along = float(axis @ spread @ axis)
    square = float(np.trace(spread))
    about, across = mass * (square - along), 0.5 * mass * (square + along)
    return (about, across, across) if lying else (across, about, across)


def part_moments(figure: Figure, bones: Bones) -> dict[str, Moments]:
    """The solid of each part in `PARTS`, on the left where there are two, in the bind pose.

    Everything from a joint on is cut off with a fan of triangles to the joint; what the next joint cuts off is taken
    away again. So the parts, both sides together, are the whole body to the last drop.
    """
    whole = {name: _beyond(figure, start) for name, start in {**_limbs(bones.left), "neck": bones.neck[0]}.items()}
    right = _limbs(bones.right)
    above = _beyond(figure, bones.trunk[2])
    arms, legs = ((whole[part], _beyond(figure, right[part])) for part in ("shoulder", "hip"))
    solids = {
        "root": moments(figure.vertices[figure.triangles]) - above - legs[0] - legs[1],
        "chest": above - whole["neck"] - arms[0] - arms[1],
        "neck": whole["neck"],
    }
    for chain in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
        solids |= {name: whole[name] - whole[after] for name, after in pairwise(chain)}
        solids[chain[-1]] = whole[chain[-1]]
    return solids


def moments(corners: Array) -> Moments:
    """Of the solid within the closed surface of triangles ``(T, 3, 3)``, counter-clockwise seen from outside.

    The sum over tetrahedra to the origin; over one with corners 0, a, b, c the integral of x xᵀ is
    V/20 (a aᵀ + b bᵀ + c cᵀ + s sᵀ), s = a + b + c.
    """
    volumes = np.einsum("ij,ij->i", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2]) / 6.0
    sums = corners.sum(axis=1)
    products = np.einsum("t,tki,tkj->ij", volumes, corners, corners) + np.einsum("t,ti,tj->ij", volumes, sums, sums)
    return Moments(float(volumes.sum()), volumes @ sums / 4.0, products / 20.0)


def _limbs(side: Side) -> dict[str, str]:
    """With which bone each part begins."""
    return {
        "hip": side.thigh[0],
        "knee": side.shin[0],
        "ankle": side.foot,
        "shoulder": side.upper_arm[0],
        "elbow": side.forearm[0],
        "wrist": side.hand,
    }


def _beyond(figure: Figure, start: str) -> Moments:
    """What hangs from the bone ``start``, itself too: triangles most of whose corners such a bone moves."""
    first = figure.bones.index(start)
    below = np.zeros(len(figure.bones), dtype=bool)
    for bone, parent in enumerate(figure.parents):  # parents come first
        below[bone] = bone == first or (parent >= 0 and below[parent])
    mine = figure.triangles[below[figure.owners][figure.triangles].sum(axis=1) >= 2]
    edges = mine[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    count = len(figure.vertices)
    cut = edges[~np.isin(edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0])]
    joint = np.broadcast_to(figure.joints[start], (len(cut), 3))
    lid = np.stack((figure.vertices[cut[:, 1]], figure.vertices[cut[:, 0]], joint), axis=1)
    return moments(np.concatenate((figure.vertices[mine], lid)))


def _numbers(figure: Figure, names: Sequence[str]) -> list[int]:
    return [figure.bones.index(name) for name in names]


def _apart(a: Array, b: Array) -> float:
    return float(np.linalg.norm(a - b))
