from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models import imitation
from models.assets import find_clip
from models.attempt import Attempts
from models.body import Body
from models.motion import Clip
from models.policy import Control
from models.reference import TICKS_PER_CONTROL, Motion, Reference, tabulate
from models.world import World
from tests.conftest import ASSETS
from training.rehearsal import planted, slip, topple
from training.rehearsal_file import load_rehearsal, load_sketch
from training.search import RehearsalSettings, Search, Try

CHECKPOINTS = ASSETS / "checkpoints"
STANDING, FLYING = 0, 110  # ticks of the backflip


@pytest.fixture(scope="module")
def reference(clip: Clip, body: Body) -> Reference:
    return tabulate(clip, body)


def moved(motion: Motion, place: tuple[float, float, float], velocity: tuple[float, float, float]) -> Motion:
    """``motion`` somewhere else, and moving on as a whole."""
    return dataclasses.replace(
        motion, link_pos=motion.link_pos + np.array(place), link_lin_vel=motion.link_lin_vel + np.array(velocity)
    )


def test_feet_are_planted_when_it_stands_and_not_when_it_flies(body: Body, reference: Reference) -> None:
    assert planted(body, reference.at(np.array([STANDING, FLYING]))).tolist() == [[True, True], [False, False]]


def test_whoever_moves_back_to_where_he_should_be_does_not_topple(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([STANDING]))
    away = topple(body, moved(wanted, (0.1, 0.0, 0.0), (0.3, 0.0, 0.0)), wanted)[0]
    still = topple(body, moved(wanted, (0.1, 0.0, 0.0), (0.0, 0.0, 0.0)), wanted)[0]
    back = topple(body, moved(wanted, (0.1, 0.0, 0.0), (-0.3, 0.0, 0.0)), wanted)[0]
    assert still == pytest.approx(0.01)
    assert back < 0.1 * still < still < away


def test_nobody_topples_in_the_air(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([FLYING]))
    assert topple(body, moved(wanted, (0.3, 0.0, 0.0), (1.0, 0.0, 0.0)), wanted)[0] == 0.0


def test_slipping_is_counted_for_planted_feet_alone(body: Body, reference: Reference) -> None:
    wanted = reference.at(np.array([STANDING, FLYING]))
    sliding = moved(wanted, (0.0, 0.0, 0.0), (0.5, 0.0, 0.0))
    assert slip(body, sliding, wanted) == pytest.approx([2 * 0.25, 0.0])


def test_absolute_actions_do_what_the_residual_ones_of_the_rehearsal_do(clip: Clip, body: Body) -> None:
    rehearsal = load_rehearsal(CHECKPOINTS / "backflip" / "rehearsal.safetensors", clip)
    reference, tick = tabulate(clip, body), np.zeros(1, dtype=np.int64)
    with World(body) as world:
        attempts = Attempts(body, reference, world, Control.ABSOLUTE)
        attempts.reset(tick, tick, reference.at(tick).pose)
        for _ in range(24):
            ticks = attempts.ticks
            midway = rehearsal.reference.at(ticks + TICKS_PER_CONTROL // 2).pose.joint_rot
            attempts.aim(imitation.as_absolute(body, reference, ticks, rehearsal.action_at(ticks), midway))
            attempts.tick(TICKS_PER_CONTROL)
            attempts.settle()
        wanted = rehearsal.reference.at(attempts.ticks)
        assert attempts.motion.pose.root_pos[0, 1] > 0.88  # in the air, on its way up
        assert imitation.furthest_link(attempts.motion, wanted)[0] < 0.1


def refuse(order: Try) -> np.ndarray:
    raise AssertionError("a finished search has nothing left to try")


@pytest.mark.parametrize("skill", sorted(path.parent.name for path in CHECKPOINTS.glob("*/sketch.safetensors")))
def test_the_searches_that_ship_are_finished_and_end_on_their_feet(skill: str, body: Body) -> None:
    clip, seed = find_clip(skill, body), 2 if skill == "jump" else 1
    search = Search(body, tabulate(clip, body), 0.0, RehearsalSettings(), refuse, seed)
    rehearsal = search.run(begun=load_sketch(CHECKPOINTS / skill / "sketch.safetensors", clip, seed))
    table = rehearsal.reference.table
    assert table.pose.root_pos[-1, 1] > 0.8 * body.standing_height
    assert imitation.furthest_link(table, tabulate(clip, body).at(np.arange(len(table.link_pos)))).mean() < 0.5
