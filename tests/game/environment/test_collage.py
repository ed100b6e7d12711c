from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from game.environment.collage import winner
from game.environment.description import Projector
from game.environment.geometry import wall
from game.environment.optics import Camera, Sphere, axes_of

AHEAD = Camera((0.0, -5.0, 1.5), axes_of(0.0, 0.0, 0.0), 300.0, (320, 240), (160.0, 120.0))
FRONT = Projector("front", Path("front.png"), AHEAD)
ASLANT = Projector("aslant", Path("aslant.png"), replace(AHEAD, position=(5.0, 0.0, 1.5), axes=axes_of(45.0, 0.0, 0.0)))
FACE = wall("end", (-1.0, 5.0), (1.0, 5.0), (0.5, 2.5), False).faces[0]


def test_who_meets_a_face_most_squarely_paints_it() -> None:
    assert winner(FACE, [(0, ASLANT), (1, FRONT)]) == 1
    assert winner(FACE, [(3, FRONT), (4, ASLANT)]) == 3


def test_priority_goes_before_angle() -> None:
    assert winner(FACE, [(0, replace(ASLANT, priority=1.0)), (1, FRONT)]) == 0


def test_a_face_seen_from_behind_or_out_of_the_frame_has_no_winner() -> None:
    assert winner(tuple(reversed(FACE)), [(0, FRONT)]) is None
    turned = replace(FRONT, camera=replace(AHEAD, axes=axes_of(120.0, 0.0, 0.0)))
    assert winner(FACE, [(0, turned)]) is None


def test_who_looks_all_around_shows_every_front() -> None:
    around = Projector("around", Path("around.png"), Sphere((0.0, 0.0, 1.5), 0.0))
    assert winner(FACE, [(0, around)]) == 0
    assert winner(tuple(reversed(FACE)), [(0, around)]) is None
