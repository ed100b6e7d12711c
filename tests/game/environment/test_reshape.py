"""Blocks that are drawn by their corners, edges and tops, in a photograph whose camera is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from game.environment.blockout import Entry, faces_of
from game.environment.optics import Vec3
from game.environment.reshape import Grip, grip_near, grips, reshaped
from models.errors import InputError
from tests.game.environment.test_matching import TRUE, seen

BOX: Entry = {"kind": "box", "name": "box", "position": [0.0, 3.0, 0.0], "size": [1.0, 0.8, 1.2], "heading": 20.0}
GROUND: Entry = {"kind": "ground", "name": "bed", "position": [0.0, 3.0, 0.3], "size": [2.0, 1.0]}
WALL: Entry = {"kind": "wall", "name": "wall", "start": [-1.0, 3.0], "end": [1.0, 3.5], "span": [0.0, 1.5]}
CARD: Entry = {"kind": "card", "name": "card", "position": [0.0, 3.0, 0.0], "size": [1.0, 1.2], "heading": 10.0}


def draw(entry: Entry, grip: Grip, to: Vec3) -> Entry:
    return reshaped(entry, TRUE, grip, seen(TRUE, to)[0])


def grip_at(entry: Entry, point: Any) -> Grip:
    grip = grip_near([entry], TRUE, seen(TRUE, tuple(point))[0], 1.0)
    assert grip is not None
    return grip


def corners(entry: Entry) -> set[tuple[float, ...]]:
    return {tuple(np.round(corner, 2)) for face in faces_of(entry, TRUE) for corner in face}


@pytest.mark.parametrize("entry", [BOX, GROUND], ids=["box", "ground"])
def test_a_corner_that_is_drawn_leaves_the_opposite_one_where_it_was(entry: Entry) -> None:
    level = entry["position"][2]
    turn = np.radians(entry.get("heading", 0.0))
    axes = np.array([[np.cos(turn), np.sin(turn), 0.0], [-np.sin(turn), np.cos(turn), 0.0]])
    half = 0.5 * np.array(entry["size"][:2])
    near, far = (np.array(entry["position"]) + sign * half @ axes for sign in (-1.0, 1.0))
    goal = near + (-0.2, -0.3) @ axes
    changed = draw(entry, grip_at(entry, near), (goal[0], goal[1], level))
    assert {tuple(np.round(far, 2)), tuple(np.round(goal, 2))} <= corners(changed)
    np.testing.assert_allclose(changed["size"][:2], 2.0 * half + (0.2, 0.3), atol=0.01)
    assert changed["size"][2:] == entry["size"][2:]


def test_an_edge_moves_one_side_alone() -> None:
    right = grip_at(GROUND, (1.0, 3.0, 0.3))
    changed = draw(GROUND, right, (1.5, 3.2, 0.3))
    np.testing.assert_allclose(changed["position"], (0.25, 3.0, 0.3), atol=0.01)
    np.testing.assert_allclose(changed["size"], (2.5, 1.0), atol=0.01)
    front = grip_at(GROUND, (0.0, 2.5, 0.3))
    changed = draw(GROUND, front, (0.3, 2.0, 0.3))
    np.testing.assert_allclose(changed["position"], (0.0, 2.75, 0.3), atol=0.01)
    np.testing.assert_allclose(changed["size"], (2.0, 1.5), atol=0.01)


def test_a_top_goes_up_and_down() -> None:
    for entry, top in ((WALL, (1.0, 3.5, 1.5)), (CARD, None), (BOX, None)):
        corner = top or max((c for face in faces_of(entry, TRUE) for c in face), key=lambda c: (c[2], c[0]))
        changed = draw(entry, grip_at(entry, corner), (corner[0], corner[1], 0.9))
        assert max(corner[2] for face in faces_of(changed, TRUE) for corner in face) == pytest.approx(0.9, abs=0.01)
        assert {c for c in corners(changed) if c[2] == 0.0} == {c for c in corners(entry) if c[2] == 0.0}


@pytest.mark.parametrize("entry", [WALL, CARD], ids=["wall", "card"])
def test_what_is_upright_is_turned_by_an_end_and_moved_by_its_middle(entry: Entry) -> None:
    (face,) = faces_of(entry, TRUE)
    start, end = np.array(face[0]), np.array(face[1])
    turned = faces_of(draw(entry, grip_at(entry, end), (1.2, 2.6, 0.0)), TRUE)[0]
    np.testing.assert_allclose(np.array(turned[:2]), np.array([start, (1.2, 2.6, 0.0)]), atol=0.01)
    middle = 0.5 * (start + end)
    moved = faces_of(draw(entry, grip_at(entry, middle), tuple(middle + (0.3, 0.4, 0.0))), TRUE)[0]
    np.testing.assert_allclose(np.array(moved) - face, np.broadcast_to((0.3, 0.4, 0.0), (4, 3)), atol=0.01)


def test_a_cut_out_is_drawn_by_its_points_and_moved_by_its_foot() -> None:
    (u, v) = seen(TRUE, (0.0, 3.0, 0.0))[0]
    outline = [[u - 40.0, v], [u + 40.0, v], [u + 40.0, v - 150.0], [u - 40.0, v - 150.0]]
    entry: Entry = {"kind": "card", "name": "tree", "traced_from": "photograph", "outline": outline}
    entry = {**entry, "position": [0.0, 3.0, 0.0], "heading": 0.0, "depth": 0.2}
    point = next(grip for grip in grips(entry, TRUE) if grip.pixel == (u + 40.0, v - 150.0))
    assert reshaped(entry, TRUE, point, (u + 55.0, v - 180.0))["outline"][2] == [
        round(u + 55.0, 1),
        round(v - 180.0, 1),
    ]
    with pytest.raises(InputError, match="crosses itself"):
        reshaped(entry, TRUE, point, (u - 200.0, v - 60.0))
    (foot,) = (grip for grip in grips(entry, TRUE) if grip.part == "middle")
    np.testing.assert_allclose(draw(entry, foot, (0.2, 3.6, 0.0))["position"], (0.2, 3.6, 0.0), atol=0.01)


def test_what_cannot_be_is_told_and_nothing_is_near_the_sky() -> None:
    corner = grip_at(GROUND, (-1.0, 2.5, 0.3))
    with pytest.raises(InputError, match="nothing would be left"):
        draw(GROUND, corner, (0.99, 3.49, 0.3))
    with pytest.raises(InputError, match="below the horizon"):
        reshaped(GROUND, TRUE, corner, (corner.pixel[0], 5.0))
    assert grip_near([GROUND, BOX, WALL], TRUE, (3.0, 3.0), 8.0) is None
