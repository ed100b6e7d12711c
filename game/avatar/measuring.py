"""From a body's mesh to its physics: how long, how thick and how heavy each part is beside the default person's.

The humanoid is what the default person stands on. So a part of somebody else is as much longer, thicker and heavier
than the humanoid's as it is beside the default person's. Masses taken from the mesh alone would give the humanoid a
heavier head and lighter shins than anything was learned with: of its backflips 2 in 100 were left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from game.avatar.body_model import Figure
from game.avatar.person import Bones
from models.body import Body
from models.physique import PARTS, Part, Physique
from models.rotations import Array

_GRID = 0.02  # m between the points that fill a body
_RIGHT = -1
_SINGLE = ("root", "chest", "neck")


def physique_of(figure: Figure, default: Figure, bones: Bones, humanoid: Body, scale: float) -> Physique:
    """The physics of ``figure``.

    Args:
        default: the default person. bones: what each bone is for, the same for both. humanoid: the default person's
        body. scale: metres of the humanoid per metre of the default person.
    """
    lengths, default_lengths = part_lengths(figure, bones), part_lengths(default, bones)
    fill, default_fill = fillings(figure, bones), fillings(default, bones)
    masses = {link.name.split("_")[-1]: link.mass for link in humanoid.links}
    raw = {name: masses[name] * len(fill[name]) / len(default_fill[name]) for name in PARTS}
    whole = sum(mass if name in _SINGLE else 2.0 * mass for name, mass in raw.items())
    parts = {}
    for name in PARTS:
        longer = lengths[name] / default_lengths[name]
        thicker = math.sqrt(len(fill[name]) / len(default_fill[name]) / longer)
        mass = raw[name] * figure.mass / whole
        axis = np.array([0.0, -1.0, 0.0]) if name == "ankle" else part_axis(figure, bones, name)
        parts[name] = Part(longer / scale, thicker / scale, mass, inertia(fill[name], mass, axis, name == "ankle"))
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


def inertia(points: Array, mass: float, axis: Array, lying: bool) -> tuple[float, float, float]:
    """Principal inertia in kg m² of ``mass`` spread over ``points`` ``(n, 3)``, round about ``axis``.

    lying: the axis is the link's x, as a foot's, instead of its y.
    """
    from_centre = points - points.mean(axis=0)
    along = from_centre @ axis
    squares = np.sum(from_centre**2, axis=1)
    about = float(mass * np.mean(squares - along**2))
    across = float(mass * np.mean(squares + along**2) / 2.0)
    return (about, across, across) if lying else (across, about, across)


def fillings(figure: Figure, bones: Bones) -> dict[str, Array]:
    """Points ``(n, 3)`` on a grid inside each part in `PARTS`, on the left where there are two."""
    import trimesh  # comes with the body model

    points = np.asarray(trimesh.Trimesh(figure.vertices, figure.triangles).voxelized(_GRID).fill().points)
    skin = np.unique(figure.triangles)
    _, nearest = cKDTree(figure.vertices[skin]).query(points)
    part_of = _owners(figure, bones)[skin[nearest]]
    return {name: points[part_of == number] for number, name in enumerate(PARTS)}


def _owners(figure: Figure, bones: Bones) -> NDArray[np.int64]:
    """The number in `PARTS` of each vertex; -1 on the right side, which is like the left."""
    side = bones.left
    chains: Mapping[str, Sequence[str]] = {
        "root": bones.trunk[:2],
        "chest": bones.trunk[2:],
        "neck": bones.neck,
        "hip": side.thigh,
        "knee": side.shin,
        "ankle": (side.foot, *side.toes),
        "shoulder": side.upper_arm,
        "elbow": side.forearm,
        "wrist": (side.hand,),
    }
    part = {bone: PARTS.index(name) for name, chain in chains.items() for bone in chain}
    part |= dict.fromkeys((bones.right.upper_arm[0], bones.right.thigh[0]), _RIGHT)
    return np.array([_nearest_named(figure, bone, part) for bone in range(len(figure.bones))])[figure.owners]


def _nearest_named(figure: Figure, bone: int, part: Mapping[str, int]) -> int:
    """The part of a bone, or of the nearest bone above it; at the top the pelvis."""
    while bone >= 0:
        if figure.bones[bone] in part:
            return part[figure.bones[bone]]
        bone = figure.parents[bone]
    return PARTS.index("root")


def _numbers(figure: Figure, names: Sequence[str]) -> list[int]:
    return [figure.bones.index(name) for name in names]


def _apart(a: Array, b: Array) -> float:
    return float(np.linalg.norm(a - b))
