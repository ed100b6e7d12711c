"""Proximal policy optimisation (Schulman et al. 2017) with a KL-adaptive step, as rsl_rl does it.

The batch is time-major: ``(steps, attempts, …)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.policy import Critic, Policy


@dataclass(frozen=True)
class PPOSettings:
    """The update. target_kl: mean KL of one iteration that the learning rate is steered to."""

    gamma: float = 0.97
    lam: float = 0.95
    clip: float = 0.2
    epochs: int = 5
    minibatches: int = 4
    learning_rate: float = 3e-4
    learning_rate_range: tuple[float, float] = (1e-5, 2e-3)
    target_kl: float = 0.02
    value_weight: float = 0.5
    mean_penalty: float = 0.002
    max_grad_norm: float = 1.0


@dataclass
class Batch:
    """One iteration's experience, ``(steps, attempts, …)``; last_observation ``(attempts, …)`` follows the last step.

    boundary: 1 where the attempt ended after this step. Where it was cut rather than failed, the reward already holds
    what it would still have earned.
    """

    observation: Tensor
    action: Tensor
    log_prob: Tensor
    mean: Tensor
    reward: Tensor
    boundary: Tensor
    last_observation: Tensor


def log_prob(action: Tensor, mean: Tensor, std: float) -> Tensor:
    """Log density of a Gaussian up to the constant, which cancels in the ratio."""
    return -0.5 * ((action - mean) / std).square().sum(-1)


@torch.no_grad()
def advantages(reward: Tensor, value: Tensor, boundary: Tensor, gamma: float, lam: float) -> Tensor:
    """Generalised advantage estimation (Schulman et al. 2016). reward, boundary ``(T, N)``; value ``(T + 1, N)``."""
    result = torch.zeros_like(reward)
    running = torch.zeros_like(reward[0])
    for t in reversed(range(len(reward))):
        going_on = 1.0 - boundary[t]
        delta = reward[t] + gamma * value[t + 1] * going_on - value[t]
        running = delta + gamma * lam * going_on * running
        result[t] = running
    return result


class PPO:
    """Owns the optimiser; `update` improves ``policy`` and ``critic`` in place."""

    def __init__(self, policy: Policy, critic: Critic, settings: PPOSettings) -> None:
        self.policy = policy
        self.critic = critic
        self.settings = settings
        self.learning_rate = settings.learning_rate
        self._parameters = [*policy.actor.parameters(), *critic.parameters()]
        self.optimizer = torch.optim.Adam(self._parameters, lr=self.learning_rate)

    @torch.no_grad()
    def value(self, observation: Tensor) -> Tensor:
        """Critic's estimate for raw observations ``(…, observation)``."""
        flat = observation.reshape(-1, observation.shape[-1])
        result: Tensor = self.critic(self.policy.normalizer(flat)).reshape(observation.shape[:-1])
        return result

    def update(self, batch: Batch, std: float) -> dict[str, float]:
        """One iteration of `epochs` over ``batch``; returns the figures to log."""
        value = self.value(torch.cat((batch.observation, batch.last_observation[None])))
        advantage = advantages(batch.reward, value, batch.boundary, self.settings.gamma, self.settings.lam)
        returns = (advantage + value[:-1]).flatten()
        advantage = advantage.flatten()
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        with torch.no_grad():
            normalized = self.policy.normalizer(batch.observation.flatten(0, 1))
        data = (normalized, batch.action.flatten(0, 1), batch.log_prob.flatten(), advantage.clamp(-4, 4), returns)
        totals = {"policy_loss": 0.0, "value_loss": 0.0}
        steps = 0
        for _ in range(self.settings.epochs):
            for rows in torch.randperm(len(advantage)).chunk(self.settings.minibatches):
                losses = self._step(tuple(column[rows] for column in data), std)
                totals = {name: totals[name] + loss for name, loss in losses.items()}
                steps += 1
        kl = self._steer(normalized, batch.mean.flatten(0, 1), std)
        spread = float((returns - value[:-1].flatten()).var() / (returns.var() + 1e-8))
        self.policy.normalizer.update(batch.observation.flatten(0, 1))
        means = {name: total / steps for name, total in totals.items()}
        return means | {"kl": kl, "learning_rate": self.learning_rate, "explained_variance": 1.0 - spread}

    def _step(self, columns: tuple[Tensor, ...], std: float) -> dict[str, float]:
        observation, action, old_log_prob, advantage, returns = columns
        mean = self.policy.actor(observation)
        ratio = (log_prob(action, mean, std) - old_log_prob).exp()
        clipped = ratio.clamp(1 - self.settings.clip, 1 + self.settings.clip)
        policy_loss = -torch.min(ratio * advantage, clipped * advantage).mean()
        value_loss = (self.critic(observation) - returns).square().mean()
        penalty = mean.square().sum(-1).mean()
        loss = policy_loss + self.settings.value_weight * value_loss + self.settings.mean_penalty * penalty
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._parameters, self.settings.max_grad_norm)
        self.optimizer.step()
        return {"policy_loss": policy_loss.item(), "value_loss": value_loss.item()}

    @torch.no_grad()
    def _steer(self, normalized: Tensor, old_mean: Tensor, std: float) -> float:
        """Measure how far the policy has moved and set the next learning rate."""
        moved = self.policy.actor(normalized) - old_mean
        kl = float((0.5 * (moved / std).square().sum(-1)).mean())
        low, high = self.settings.learning_rate_range
        if kl > 2.0 * self.settings.target_kl:
            self.learning_rate = max(self.learning_rate / 1.5, low)
        elif kl < 0.5 * self.settings.target_kl:
            self.learning_rate = min(self.learning_rate * 1.5, high)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        return kl
