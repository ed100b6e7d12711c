from __future__ import annotations

import numpy as np
import pytest

from game.blocking import Mark, start_of
from game.clips import Clips
from game.finding import find_environment
from models import rotations
from models.contact import Box
from models.props import Prop, kind_named
from models.reference import Reference

MARK = Mark((2.0, 0.5, -1.0), 0.4)
AHEAD = rotations.rotate(rotations.about(1, MARK.yaw), np.array([1.0, 0.0, 0.0]))


def way(start: Mark, reference: Reference, seconds: float = 12.0, steps: int = 60) -> np.ndarray:
    """Where attempts from ``start`` lead in so many seconds, ``(steps, 3)``."""
    travel = rotations.rotate(rotations.about(1, start.yaw), reference.travel) / reference.clip.duration
    return np.array(start.origin) + np.linspace(0.0, seconds, steps)[:, None] * travel


@pytest.mark.parametrize("skill", ["backflip", "stand", "getup_facedown", "getup_faceup"])
def test_what_goes_backwards_or_stays_on_the_spot_starts_at_the_mark(clips: Clips, skill: str) -> None:
    assert start_of(MARK, clips.reference(skill)) == MARK


@pytest.mark.parametrize("skill", ["walk", "run", "jump", "roll", "cartwheel", "spinkick"])
def test_what_travels_goes_along_the_marks_line_and_past_the_mark(clips: Clips, skill: str) -> None:
    reference = clips.reference(skill)
    start = start_of(MARK, reference)
    there = way(start, reference, 3.0) - np.array(MARK.origin)
    off = there - (there @ AHEAD)[:, None] * AHEAD
    assert np.abs(off).max() < 0.01
    assert np.all(np.diff(there @ AHEAD) > 0.0)
    speed = np.linalg.norm(reference.travel) / reference.clip.duration
    assert there[0] @ AHEAD == pytest.approx(-min(6.0 * speed, 2.2), abs=0.11)


def test_something_in_the_way_is_gone_past_and_what_hangs_high_or_lies_flat_is_not(clips: Clips) -> None:
    walk = clips.reference("walk")
    trunk = Box("trunk", (2.0, 1.0, -1.0), (0.2, 1.0, 0.2), 0.3)
    start = start_of(MARK, walk, [trunk])
    nearest = np.linalg.norm((way(start, walk) - np.array(trunk.centre))[:, [0, 2]], axis=1).min()
    assert 0.6 < nearest < 1.0
    bough = Box("bough", (2.0, 3.0, -1.0), (0.2, 0.3, 0.2))
    slab = Box("slab", (2.0, 0.4, -1.0), (0.2, 0.12, 0.2))
    assert start_of(MARK, walk, [bough, slab]) == start_of(MARK, walk)
    ball = Prop("ball", kind_named("ball"), MARK.origin)
    assert start_of(MARK, walk, props=[ball]) != start_of(MARK, walk)


def test_in_a_room_it_starts_in_front_of_the_wall(clips: Clips) -> None:
    walls = [Box(str(x), (x, 1.0, 0.0), (0.1, 1.0, 9.0)) for x in (-1.5, 3.5)]
    start = start_of(Mark(), clips.reference("walk"), walls)
    assert start.origin[0] == pytest.approx(-1.5 + 0.1 + 0.45, abs=0.11)
    closed = [Box("rock", (0.0, 1.0, 0.0), (20.0, 1.0, 20.0))]
    assert start_of(MARK, clips.reference("walk"), closed) == MARK


@pytest.mark.parametrize(("name", "metres"), [("park", 6.0), ("street", 6.0), ("apartment", 2.5)])
def test_in_the_places_that_ship_a_walk_has_room(clips: Clips, name: str, metres: float) -> None:
    place, walk = find_environment(name), clips.reference("walk")
    origin, yaw = place.mark_in_bullet()
    start = start_of(Mark(origin, yaw), walk, place.solids(), place.props)
    path = way(start, walk, metres)
    path = path[np.linalg.norm(path - path[0], axis=1) < metres]
    if name == "apartment":  # and no walk begins outside of it
        assert np.all(np.abs(path[:, [0, 2]] - (0.15, 0.4)) < (2.48, 2.33))
    for box in [*place.solids(), *(Box(p.name, tuple(p.pose[:3]), p.kind.half, p.yaw) for p in place.props)]:
        off = np.abs(rotations.rotate(rotations.about(1, -box.yaw), path - np.array(box.centre)))
        low = box.centre[1] - box.half[1] < 1.8
        assert not low or not np.any((off[:, 0] < box.half[0] + 0.3) & (off[:, 2] < box.half[2] + 0.3)), box.name
