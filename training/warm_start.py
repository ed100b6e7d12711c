"""From a rehearsal to a policy that can repeat it: behaviour cloning (Pomerleau 1989).

The rehearsal's actions are made again and again, with noise, from all over the clip; the policy learns to say from what
it sees which of them is due. It is then where a learner by trial and error would be after millions of samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.policy import Policy


@dataclass(frozen=True)
class WarmStartSettings:
    """iterations of following the rehearsal with noise (rad); then epochs of regression."""

    iterations: int = 8
    noise: float = 0.1
    epochs: int = 20
    minibatch: int = 512
    learning_rate: float = 1e-3


def clone(policy: Policy, observation: Tensor, action: Tensor, settings: WarmStartSettings, seed: int) -> None:
    """Fit ``policy`` to ``action`` ``(n, dofs)`` at ``observation`` ``(n, size)``, in the mean square."""
    normalized = policy.normalizer(observation)
    optimizer = torch.optim.Adam(policy.actor.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.epochs)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(settings.epochs):
        order = torch.randperm(len(action), generator=generator)
        for rows in order.chunk(-(-len(action) // settings.minibatch)):
            loss = (policy.actor(normalized[rows]) - action[rows]).square().mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        schedule.step()
