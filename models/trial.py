"""How often a stage turns over and stays on its feet: a quick count for comparing one body with another.

For comparison only: what counts as a backflip, `backflip judge` decides, by another rule.
"""

from __future__ import annotations

import numpy as np

from models import imitation, rotations
from models.attempt import Attempts, Perturbation, perturbed
from models.body import Body
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference
from models.stage import Stage
from models.world import World

_TURN = np.radians(330.0)  # backwards, nearly right round
_STEADY = round(1.0 * TICKS_PER_SECOND)  # ticks that must follow on the feet alone
_HIGH = 0.7  # of standing height, when they are over
_SECONDS = 4.0
_BATCH = 32


def turned_over(stage: Stage, body: Body, reference: Reference, attempts: int, seed: int = 1) -> int:
    """How many of ``attempts`` turn over backwards and still stand a second later; starts and friction vary."""
    rng = np.random.default_rng(seed)
    found = 0
    for done in range(0, attempts, _BATCH):
        count = min(_BATCH, attempts - done)
        with World(body, count) as world:
            for copy in range(count):
                world.set_friction(copy, float(rng.uniform(*Perturbation().friction)))
            running = Attempts(body, reference, world, stage.policy.settings.control)
            start = np.zeros(count, dtype=np.int64)
            running.reset(np.arange(count), start, perturbed(body, reference.at(start).pose, Perturbation(), rng))
            found += int(_stood(stage, running).sum())
    return found


def _stood(stage: Stage, running: Attempts) -> np.ndarray:
    """``(count,)`` bool."""
    world, count = running.world, running.world.count
    turned, since = np.zeros(count), np.full(count, np.inf)
    fallen, stood = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for tick in range(round(_SECONDS * TICKS_PER_SECOND)):
        if tick % TICKS_PER_CONTROL == 0:
            running.aim(stage.policy.act(running.observation()))
        running.tick()
        pose = world.pose()
        lateral = rotations.rotate(pose.root_rot, np.broadcast_to([0.0, 0.0, 1.0], pose.root_pos.shape))
        turned += np.sum(pose.root_ang_vel * lateral, axis=1) / TICKS_PER_SECOND
        fallen |= imitation.fallen(world.touching(), running.allowed)
        since = np.where(turned >= _TURN, np.minimum(since, tick), since)
        stood |= (tick - since == _STEADY) & ~fallen & (pose.root_pos[:, 1] > _HIGH * running.body.standing_height)
        if (tick + 1) % TICKS_PER_CONTROL == 0:
            running.wrap(running.settle())
    return stood
