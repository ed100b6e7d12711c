"""One machine of a team that makes one step of a tiny PPO on its share of a batch, and writes down the gradients.

torchrun … -m tests.training.team_gradient FOLDER
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from models.policy import Critic, Policy, PolicySettings
from training.ppo import PPO, Batch, PPOSettings, log_prob
from training.team import Team

ONE_STEP = PPOSettings(epochs=1, minibatches=1)
STD = 0.2


def learner(team: Team) -> PPO:
    """The same networks on every machine."""
    torch.manual_seed(0)
    sizes = PolicySettings(5, 3, (16,))
    return PPO(Policy(sizes), Critic(sizes), ONE_STEP, team.average)


def batch(ppo: PPO) -> Batch:
    """Two machines' experience in one, ``(6, 8, …)``; the second's observations and rewards are unlike the first's."""
    torch.manual_seed(1)
    second = (torch.arange(8) >= 4).float()
    observation = torch.randn(6, 8, 5) + 0.5 * second[:, None]
    with torch.no_grad():
        mean = ppo.policy(observation.flatten(0, 1)).reshape(6, 8, 3)
    action = mean + STD * torch.randn_like(mean)
    reward = torch.rand(6, 8) * (1.0 + 2.0 * second)
    boundary = (torch.rand(6, 8) < 0.2).float()
    return Batch(observation, action, log_prob(action, mean, STD), mean, reward, boundary, torch.randn(8, 5))


def part(whole: Batch, rank: int) -> Batch:
    """The half of ``whole`` that the machine ``rank`` has collected."""
    mine = slice(4 * rank, 4 * rank + 4)
    columns = {name: tensor[:, mine] for name, tensor in vars(whole).items() if name != "last_observation"}
    return replace(whole, **columns, last_observation=whole.last_observation[mine])


def gradients(ppo: PPO) -> dict[str, torch.Tensor]:
    """Of the last step, after the clipping of their norm."""
    networks = {"actor": ppo.policy.actor, "critic": ppo.critic}
    return {
        f"{network}.{name}": parameter.grad
        for network, module in networks.items()
        for name, parameter in module.named_parameters()
        if parameter.grad is not None
    }


if __name__ == "__main__":
    with Team() as joined:
        ppo = learner(joined)
        figures = ppo.update(part(batch(ppo), joined.rank), STD, seed=3)
    found = gradients(ppo) | {
        "learning_rate": torch.tensor(figures["learning_rate"]),
        "sent": torch.tensor(joined.sent),
    }
    save_file(found, Path(sys.argv[1]) / f"{joined.rank}.safetensors")
