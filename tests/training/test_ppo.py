from __future__ import annotations

import torch

from models.policy import Critic, Policy, PolicySettings
from training.ppo import PPO, Batch, PPOSettings, advantages, log_prob


def test_advantages_by_hand() -> None:
    reward = torch.tensor([[1.0], [2.0], [3.0]])
    value = torch.tensor([[0.5], [0.4], [0.3], [10.0]])
    boundary = torch.tensor([[0.0], [0.0], [1.0]])
    last = 3.0 - 0.3
    middle = 2.0 + 0.9 * 0.3 - 0.4 + 0.9 * 0.8 * last
    first = 1.0 + 0.9 * 0.4 - 0.5 + 0.9 * 0.8 * middle
    found = advantages(reward, value, boundary, gamma=0.9, lam=0.8)
    assert torch.allclose(found.flatten(), torch.tensor([first, middle, last]))


def test_nothing_leaks_over_the_end_of_an_attempt() -> None:
    reward, boundary = torch.ones(4, 1), torch.tensor([[0.0], [1.0], [0.0], [0.0]])
    value = torch.zeros(5, 1)
    later = value.clone()
    later[2:] = 100.0
    plain = advantages(reward, value, boundary, 0.99, 0.95)
    other = advantages(reward, later, boundary, 0.99, 0.95)
    assert torch.equal(plain[:2], other[:2])
    assert not torch.equal(plain[2:], other[2:])


def test_it_learns_to_aim() -> None:
    """A one-step task: the reward is the closeness of the action to a linear function of the observation."""
    torch.manual_seed(0)
    sizes = PolicySettings(4, 2, (32,))
    policy, critic = Policy(sizes), Critic(sizes)
    learner = PPO(policy, critic, PPOSettings(target_kl=0.02, learning_rate=3e-4))
    wanted = torch.tensor([[0.5, 0.0, -0.5, 0.0], [0.0, 0.3, 0.0, 0.3]])
    std = 0.3

    def error(observation: torch.Tensor, action: torch.Tensor) -> torch.Tensor:
        return (action - observation @ wanted.T).square().sum(-1)

    test = torch.randn(500, 4)
    before = float(error(test, policy(test).detach()).mean())
    for _ in range(60):
        observation = torch.randn(16, 32, 4)
        with torch.no_grad():
            mean = policy(observation.flatten(0, 1)).reshape(16, 32, 2)
        action = mean + std * torch.randn_like(mean)
        reward = torch.exp(-error(observation, action))
        batch = Batch(
            observation, action, log_prob(action, mean, std), mean, reward, torch.ones(16, 32), torch.randn(32, 4)
        )
        figures = learner.update(batch, std)
    after = float(error(test, policy(test).detach()).mean())
    assert after < 0.35 * before
    assert all(value == value for value in figures.values())  # no NaN


def test_the_step_follows_the_kl() -> None:
    sizes = PolicySettings(3, 2, (8,))
    learner = PPO(Policy(sizes), Critic(sizes), PPOSettings(target_kl=0.02))
    still = torch.zeros(10, 3)
    mean = learner.policy.actor(still).detach()
    rate = learner.learning_rate
    learner._steer(still, mean, 0.1)
    assert learner.learning_rate == rate * 1.5
    learner._steer(still, mean + 1.0, 0.1)
    assert abs(learner.learning_rate - rate) < 1e-12
