"""The network: a normaliser, an actor with a fixed exploration noise, and the critic that only learning needs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from torch import Tensor, nn

from models.rotations import Array

_CLIP = 5.0  # normalised observations beyond this say nothing that was ever learned


class Control(StrEnum):
    """What an action means.

    RESIDUAL: it corrects the clip, which is played whether the policy knows anything or not. ABSOLUTE: it is the pose
    to strive for, as in the original DeepMimic; who knows nothing yet stands and flails.
    """

    RESIDUAL = "residual"
    ABSOLUTE = "absolute"


@dataclass(frozen=True)
class PolicySettings:
    """Sizes and meaning. observation and action come from the body; hidden are the widths of both networks."""

    observation: int
    action: int
    hidden: tuple[int, ...] = (512, 256)
    control: Control = Control.RESIDUAL


class Normalizer(nn.Module):
    """Running mean and variance of observations (Chan's parallel update); frozen wherever nobody calls `update`."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))
        self.register_buffer("count", torch.tensor(0.0, dtype=torch.float64))
        self.mean: Tensor
        self.variance: Tensor
        self.count: Tensor

    def forward(self, observation: Tensor) -> Tensor:
        """Scale ``(n, size)`` to zero mean and unit variance, clipped."""
        scaled = (observation - self.mean) / torch.sqrt(self.variance + 1e-4)
        return scaled.clamp(-_CLIP, _CLIP)

    @torch.no_grad()
    def update(self, batch: Tensor) -> None:
        """Take ``batch`` ``(n, size)`` into the statistics."""
        new = float(len(batch))
        total = self.count + new
        mean, variance = batch.mean(0), batch.var(0, unbiased=False)
        delta = mean - self.mean
        share = (new / total).float()
        self.variance.mul_(1 - share).add_(share * variance + share * (1 - share) * delta * delta)
        self.mean.add_(share * delta)
        self.count.copy_(total)


def _mlp(sizes: tuple[int, ...], last_gain: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(sizes):
        layer = nn.Linear(before, after)
        last = len(layers) == 2 * (len(sizes) - 2)
        nn.init.orthogonal_(layer.weight, gain=last_gain if last else 2**0.5)
        nn.init.zeros_(layer.bias)
        layers += [layer] if last else [layer, nn.ELU()]
    return nn.Sequential(*layers)


class Policy(nn.Module):
    """Observation -> mean action in radians. Starts at zero: a residual policy begins as an open-loop player."""

    def __init__(self, settings: PolicySettings) -> None:
        super().__init__()
        self.settings = settings
        self.normalizer = Normalizer(settings.observation)
        self.actor = _mlp((settings.observation, *settings.hidden, settings.action), last_gain=0.01)

    def forward(self, observation: Tensor) -> Tensor:
        """``(n, observation)`` raw -> ``(n, action)``."""
        result: Tensor = self.actor(self.normalizer(observation))
        return result

    def act(self, observation: Array) -> Array:
        """The mean action in radians, without a gradient: ``(n, observation)`` raw -> ``(n, action)``."""
        with torch.inference_mode():
            mean: Tensor = self(torch.from_numpy(observation.astype(np.float32)))
        return np.asarray(mean.numpy(), dtype=np.float64)


class Critic(nn.Module):
    """Normalised observation -> expected discounted reward."""

    def __init__(self, settings: PolicySettings) -> None:
        super().__init__()
        self.value = _mlp((settings.observation, *settings.hidden, 1), last_gain=1.0)

    def forward(self, normalized: Tensor) -> Tensor:
        """``(n, observation)`` -> ``(n,)``."""
        result: Tensor = self.value(normalized).squeeze(-1)
        return result
