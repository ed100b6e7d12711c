"""Proximal policy optimisation (Schulman et al. 2017) with a KL-adaptive step, as rsl_rl does it.

The batch is time-major: ``(steps, attempts, …)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.policy import Critic, Policy
from training.finite import require_finite


@dataclass(frozen=True)
class PPOSettings:
    """The update. target_kl: mean KL of one iteration that the actor's learning rate is steered to.

    The critic keeps its own rate: steered with the actor's it would fall behind when the noise is small. actor_lam is
    lower than critic_lam: the actor takes the critic's word for what comes after a few steps, for what really came
    after them says more of the noise than of the action.
    """

    gamma: float = 0.95
    actor_lam: float = 0.3
    critic_lam: float = 0.95
    clip: float = 0.2
    epochs: int = 5
    minibatches: int = 4
    learning_rate: float = 3e-5
    learning_rate_range: tuple[float, float] = (1e-6, 2e-3)
    target_kl: float = 0.04
    critic_rate: float = 5e-4
    mean_penalty: float = 1e-4
    max_grad_norm: float = 1.0


@dataclass
class Batch:
    """One iteration's experience, ``(steps, attempts, …)``; last_observation ``(attempts, …)`` follows the last step.

    boundary: 1 where the attempt ended after this step.
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
    """Owns the optimisers; `update` improves ``policy`` and ``critic`` in place.

    average: replaces tensors by their mean over all machines that learn together, see `training.team`.
    """

    def __init__(
        self,
        policy: Policy,
        critic: Critic,
        settings: PPOSettings,
        average: Callable[[Iterable[Tensor]], None] = lambda tensors: None,
    ) -> None:
        self._average = average
        self.policy = policy
        self.critic = critic
        self.settings = settings
        self.learning_rate = settings.learning_rate
        self.actor_optimizer = torch.optim.Adam(policy.actor.parameters(), lr=self.learning_rate)
        self.critic_optimizer = torch.optim.Adam(critic.parameters(), lr=settings.critic_rate)

    @torch.no_grad()
    def value(self, observation: Tensor) -> Tensor:
        """Critic's estimate for raw observations ``(…, observation)``."""
        flat = observation.reshape(-1, observation.shape[-1])
        result: Tensor = self.critic(self.policy.normalizer(flat)).reshape(observation.shape[:-1])
        return result

    def update(self, batch: Batch, std: float, seed: int, actor: bool = True) -> dict[str, float]:
        """One iteration of `epochs` over ``batch``; returns the figures to log.

        seed: of the order in which the samples are taken. actor: False leaves the policy as it is.

        Raises:
            NotFiniteError: something that a step would be made from is NaN or infinite, and which. No step was made
                from it, but steps may have been made before it, within this update.
        """
        for name, tensor in vars(batch).items():
            require_finite(name.replace("_", " "), [tensor])
        value = self.value(torch.cat((batch.observation, batch.last_observation[None])))
        settings = self.settings
        advantage = advantages(batch.reward, value, batch.boundary, settings.gamma, settings.actor_lam)
        returns = advantages(batch.reward, value, batch.boundary, settings.gamma, settings.critic_lam) + value[:-1]
        returns = returns.flatten()
        require_finite("value", [value])
        require_finite("advantage", [advantage])
        advantage = self._normalize(advantage.flatten())
        with torch.no_grad():
            normalized = self.policy.normalizer(batch.observation.flatten(0, 1))
        data = (normalized, batch.action.flatten(0, 1), batch.log_prob.flatten(), advantage.clamp(-4, 4))
        totals = {"policy_loss": 0.0, "value_loss": 0.0}
        generator = torch.Generator().manual_seed(seed)
        for _ in range(self.settings.epochs):
            order = torch.randperm(len(returns), generator=generator)
            for rows in order.chunk(self.settings.minibatches):
                totals["value_loss"] += self._improve_critic(normalized[rows], returns[rows])
                if actor:
                    totals["policy_loss"] += self._improve_actor(tuple(column[rows] for column in data), std)
        steps = self.settings.epochs * self.settings.minibatches
        kl = self._steer(normalized, batch.mean.flatten(0, 1), std) if actor else 0.0
        require_finite("policy network", self.policy.state_dict().values())
        require_finite("critic network", self.critic.state_dict().values())
        spread = float((returns - value[:-1].flatten()).var() / (returns.var() + 1e-8))
        means = {name: total / steps for name, total in totals.items()}
        return means | {"kl": kl, "learning_rate": self.learning_rate, "explained_variance": 1.0 - spread}

    def _normalize(self, advantage: Tensor) -> Tensor:
        moments = torch.stack((advantage.mean(), advantage.square().mean()))
        self._average([moments])
        mean, square = moments
        spread = (square - mean * mean).clamp(min=0.0).sqrt()
        normal: Tensor = (advantage - mean) / (spread + 1e-8)
        return normal

    def _improve_actor(self, columns: tuple[Tensor, ...], std: float) -> float:
        observation, action, old_log_prob, advantage = columns
        mean = self.policy.actor(observation)
        ratio = (log_prob(action, mean, std) - old_log_prob).exp()
        clipped = ratio.clamp(1 - self.settings.clip, 1 + self.settings.clip)
        policy_loss = -torch.min(ratio * advantage, clipped * advantage).mean()
        penalty = self.settings.mean_penalty * mean.square().sum(-1).mean()
        self._descend("policy loss", policy_loss + penalty, self.actor_optimizer)
        return float(policy_loss.item())

    def _improve_critic(self, observation: Tensor, returns: Tensor) -> float:
        loss = (self.critic(observation) - returns).square().mean()
        self._descend("value loss", loss, self.critic_optimizer)
        return float(loss.item())

    def _descend(self, term: str, loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
        require_finite(term, [loss])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for group in optimizer.param_groups:
            self._average([parameter.grad for parameter in group["params"]])
            norm = nn.utils.clip_grad_norm_(group["params"], self.settings.max_grad_norm)
            require_finite(f"gradient of the {term}", [norm])
        optimizer.step()

    @torch.no_grad()
    def _steer(self, normalized: Tensor, old_mean: Tensor, std: float) -> float:
        """Measure how far the policy has moved and set the next learning rate."""
        moved = self.policy.actor(normalized) - old_mean
        mean_kl = (0.5 * (moved / std).square().sum(-1)).mean()[None]
        self._average([mean_kl])
        kl = float(mean_kl)
        low, high = self.settings.learning_rate_range
        if kl > 2.0 * self.settings.target_kl:
            self.learning_rate = max(self.learning_rate / 1.5, low)
        elif kl < 0.5 * self.settings.target_kl:
            self.learning_rate = min(self.learning_rate * 1.5, high)
        for group in self.actor_optimizer.param_groups:
            group["lr"] = self.learning_rate
        return kl
