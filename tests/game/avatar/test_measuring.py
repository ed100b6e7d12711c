"""A body cut into parts: nothing is lost, nothing counted twice, and a part that is a known solid has its figures."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from game.avatar.body_model import Figure
from game.avatar.measuring import inertia, moments, part_moments, physique_of
from game.avatar.person import Bones, Side
from models.physique import PARTS
from models.rotations import Array

LIMBS = ("thigh", "shin", "foot", "arm", "forearm", "hand")
SCALE = 0.9
RING = 0.005  # m


def block(low: tuple[float, float, float], size: tuple[float, float, float]) -> Array:
    """The twelve triangles of a box ``(12, 3, 3)``, counter-clockwise seen from outside."""
    faces = []
    for axis in range(3):
        right, up = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
        for far in (0.0, 1.0):
            corner = far * np.eye(3)[axis]
            square = [corner, corner + right, corner + right + up, corner + up]
            a, b, c, d = square if far else square[::-1]
            faces += [[a, b, c], [a, c, d]]
    return np.asarray(np.array(low) + np.array(faces) * np.array(size))


def bar(length: float) -> Array:
    """The triangles ``(T, 3, 3)`` of a square bar 0.1 m thick along x that begins at 0, in rings of 4 corners."""
    square = np.array([[-0.05, -0.05], [0.05, -0.05], [0.05, 0.05], [-0.05, 0.05]])
    rings = [np.insert(square, 0, x, axis=1) for x in np.linspace(0.0, length, round(length / RING) + 1)]
    faces = [[rings[0][i] for i in (0, 2, 1)], [rings[0][i] for i in (0, 3, 2)]]
    faces += [[rings[-1][i] for i in (0, 1, 2)], [rings[-1][i] for i in (0, 2, 3)]]
    for near, far in pairwise(rings):
        for i, j in pairwise((0, 1, 2, 3, 0)):
            faces += [[near[i], near[j], far[j]], [near[i], far[j], far[i]]]
    return np.array(faces)


def figure_of(part: float = 0.4) -> tuple[Figure, Bones]:
    """Somebody made of boxes, and of bars for limbs, three parts each ``part`` m long, that go off to the sides."""
    pieces: list[tuple[Array, tuple[str, ...]]] = []
    joints = {"pelvis": (0.0, 0.0, 0.8), "waist": (0.0, 0.0, 0.9), "ribs": (0.0, 0.0, 1.0), "head": (0.0, 0.0, 1.45)}
    above = {"pelvis": "", "waist": "pelvis", "ribs": "waist", "head": "ribs"}
    pieces.append((block((-0.15, -0.1, 0.8), (0.3, 0.2, 0.19)), ("pelvis",)))
    pieces.append((block((-0.15, -0.1, 1.0), (0.3, 0.2, 0.4)), ("ribs",)))
    pieces.append((block((-0.1, -0.1, 1.45), (0.2, 0.2, 0.25)), ("head",)))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        for parts, start, height in ((LIMBS[:3], "pelvis", 0.05), (LIMBS[3:], "ribs", 1.3)):
            faces = (bar(3.0 * part) + np.array([0.2, 0.0, height])) * np.array([sign, 1.0, 1.0])
            names = tuple(f"{name}.{side}" for name in parts)
            pieces.append((faces if sign > 0.0 else faces[:, ::-1], names))
            for i, name in enumerate(names):
                joints[name], above[name] = ((0.2 + part * i) * sign, 0.0, height), names[i - 1] if i else start
        joints[f"tip.{side}"], above[f"tip.{side}"] = ((0.2 + 2.5 * part) * sign, 0.0, 1.3), f"hand.{side}"
    names = tuple(joints)
    places: list[Array] = []
    owners: list[int] = []
    triangles: list[NDArray[np.int64]] = []
    for faces, mine in pieces:
        corners, index = np.unique(np.round(faces.reshape(-1, 3), 6), axis=0, return_inverse=True)
        triangles.append(index.reshape(-1, 3) + sum(map(len, places)))
        number = np.clip((np.abs(corners[:, 0]) - 0.2) / part + 1e-6, 0, len(mine) - 1).astype(int)
        owners += [names.index(mine[i]) for i in number]
        places.append(corners)
    rows = tuple(names.index(above[name]) if above[name] else -1 for name in names)
    at = {name: np.array(place) for name, place in joints.items()}
    figure = Figure(np.concatenate(places), np.concatenate(triangles), at, np.array(owners), names, rows)
    return figure, Bones(("pelvis", "waist", "ribs"), ("head",), _side("L"), _side("R"))


def _side(side: str) -> Side:
    thigh, shin, foot, arm, forearm, hand = (f"{part}.{side}" for part in LIMBS)
    return Side((), (arm,), (forearm,), hand, (), ((hand,), (f"tip.{side}",)), (thigh,), (shin,), foot, ())


def test_a_box() -> None:
    solid = moments(block((1.0, 2.0, 3.0), (0.2, 0.4, 0.6)))
    assert solid.volume == pytest.approx(0.048)
    np.testing.assert_allclose(solid.first / solid.volume, [1.1, 2.2, 3.3])
    about, across = 12.0 * (0.04 + 0.36) / 12.0, 12.0 * ((0.16 + 0.04) / 2.0 + (0.16 + 0.36) / 2.0) / 12.0
    found = inertia(solid, 12.0, np.array([0.0, 1.0, 0.0]), lying=False)
    assert found == pytest.approx((across - 0.5 * (0.16 + 0.16 - 2 * 0.16), about, across))


def test_the_parts_are_the_whole_body() -> None:
    figure, bones = figure_of()
    solids = part_moments(figure, bones)
    both = {name: 1.0 if name in ("root", "chest", "neck") else 2.0 for name in PARTS}
    whole = sum(both[name] * solids[name].volume for name in PARTS)
    assert whole == pytest.approx(figure.mass / 1030.0)
    assert solids["neck"].volume == pytest.approx(0.2 * 0.2 * 0.25)
    assert solids["chest"].volume == pytest.approx(0.3 * 0.2 * 0.4)
    legs = sum(solids[name].volume for name in ("hip", "knee", "ankle"))
    assert legs == pytest.approx(3 * 0.4 * 0.01)
    assert solids["knee"].volume == pytest.approx(0.4 * 0.01, rel=2.0 * RING / 0.4)
    middle = solids["knee"].first / solids["knee"].volume
    np.testing.assert_allclose(middle, [0.8, 0.0, 0.05], atol=RING)


def test_masses_add_up_and_denser_parts_weigh_more() -> None:
    figure, bones = figure_of()
    physique = physique_of(figure, figure, bones, SCALE)
    single = sum(physique.parts[name].mass for name in ("root", "chest", "neck"))
    total = 2.0 * sum(part.mass for part in physique.parts.values()) - single
    assert total == pytest.approx(figure.mass)
    solids = part_moments(figure, bones)
    densities = {name: part.mass / solids[name].volume for name, part in physique.parts.items()}
    assert densities["wrist"] / densities["chest"] == pytest.approx(1160.0 / 1030.0)
    for part in physique.parts.values():
        assert (part.length, part.girth) == pytest.approx((1.0 / SCALE, 1.0 / SCALE))
        assert all(moment > 0.0 for moment in part.inertia)


def test_longer_limbs_are_heavier_and_as_thick() -> None:
    usual, bones = figure_of()
    long, _ = figure_of(0.5)
    physique, before = physique_of(long, usual, bones, 1.0), physique_of(usual, usual, bones, 1.0)
    for name in ("knee", "elbow"):
        assert physique.parts[name].length == pytest.approx(1.25)
        assert physique.parts[name].girth == pytest.approx(1.0, rel=0.01)
        share = physique.parts[name].mass / physique.parts["chest"].mass
        assert share == pytest.approx(1.25 * before.parts[name].mass / before.parts["chest"].mass, rel=0.02)
