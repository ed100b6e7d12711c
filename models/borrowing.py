"""The humanoid's skills on a person's body: its clips, and the policies that were learned on it.

By dynamic similarity (see `models.physique`) a larger body does the same more slowly, further and higher. A policy is
shown the person in the humanoid's measures. What the person's own proportions change beyond that, nobody learned.
"""

from __future__ import annotations

import copy
import dataclasses
import math

import numpy as np
import torch

from models.body import Body
from models.imitation import observation_size
from models.motion import Clip
from models.physique import size_of
from models.policy import Policy
from models.rotations import Array
from models.stage import Stage


def retargeted(clip: Clip, body: Body) -> Clip:
    """The humanoid's ``clip`` for ``body``: the same angles, travel and time in proportion to its size."""
    size = size_of(body)
    return dataclasses.replace(clip, times=clip.times * math.sqrt(size), root_pos=clip.root_pos * size)


def borrowed(stage: Stage, body: Body) -> Stage:
    """A ``stage`` that was learned on the humanoid, for ``body``: it sees that body in the humanoid's measures."""
    policy: Policy = copy.deepcopy(stage.policy)
    factors = torch.from_numpy(_measures(body).astype(np.float32))
    normalizer = policy.normalizer
    noise = 1e-4  # what the normaliser adds to its variance
    normalizer.mean.div_(factors)
    normalizer.variance.add_(noise).div_(factors**2).sub_(noise)
    return dataclasses.replace(stage, policy=policy)


def _measures(body: Body) -> Array:
    """What to multiply an observation ``(n,)`` of ``body`` with, see `models.imitation.observation`."""
    size, links = size_of(body), len(body.links)
    lengths = np.full(1 + 3 + 3 * links, 1.0 / size)
    speeds = np.full(3 * links, 1.0 / math.sqrt(size))
    spins = np.full(3 * links, math.sqrt(size))
    angles = np.ones(6 * links)
    rest = np.ones(observation_size(body) - len(lengths) - len(angles) - len(speeds) - len(spins))
    return np.concatenate((lengths, angles, speeds, spins, rest))
