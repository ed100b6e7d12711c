from __future__ import annotations

import math

import pytest
import torch

from models.policy import Critic, Policy, PolicySettings
from training.finite import NotFiniteError
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
    for iteration in range(60):
        observation = torch.randn(16, 32, 4)
        with torch.no_grad():
            mean = policy(observation.flatten(0, 1)).reshape(16, 32, 2)
        action = mean + std * torch.randn_like(mean)
        reward = torch.exp(-error(observation, action))
        batch = Batch(
            observation, action, log_prob(action, mean, std), mean, reward, torch.ones(16, 32), torch.randn(32, 4)
        )
        figures = learner.update(batch, std, seed=iteration)
    after = float(error(test, policy(test).detach()).mean())
    assert after < 0.35 * before
    assert all(value == value for value in figures.values())  # no NaN


def test_the_critic_alone_can_learn() -> None:
    torch.manual_seed(0)
    sizes = PolicySettings(4, 2, (32,))
    policy, critic = Policy(sizes), Critic(sizes)
    learner = PPO(policy, critic, PPOSettings())
    before = {name: tensor.clone() for name, tensor in policy.actor.state_dict().items()}
    observation = torch.randn(16, 32, 4)
    still = torch.zeros(16, 32, 2)
    reward = observation[..., 0] + 3.0
    batch = Batch(observation, still, torch.zeros(16, 32), still, reward, torch.ones(16, 32), torch.randn(32, 4))
    losses = [learner.update(batch, 0.1, seed, actor=False)["value_loss"] for seed in range(30)]
    assert losses[-1] < 0.2 * losses[0]
    assert all(torch.equal(tensor, policy.actor.state_dict()[name]) for name, tensor in before.items())


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


def steady_batch() -> tuple[PPO, Batch]:
    torch.manual_seed(0)
    sizes = PolicySettings(4, 2, (32,))
    learner = PPO(Policy(sizes), Critic(sizes), PPOSettings())
    observation, action = torch.randn(16, 32, 4), 0.1 * torch.randn(16, 32, 2)
    still = torch.zeros(16, 32, 2)
    past = log_prob(action, still, 0.1)
    return learner, Batch(observation, action, past, still, torch.rand(16, 32), torch.zeros(16, 32), torch.randn(32, 4))


def refused(learner: PPO, batch: Batch, term: str) -> None:
    """The update names ``term`` and has not made a step."""
    networks = (learner.policy, learner.critic)
    before = [{name: tensor.clone() for name, tensor in network.state_dict().items()} for network in networks]
    with pytest.raises(NotFiniteError, match=f"^the {term} is not finite$"):
        learner.update(batch, 0.1, seed=0)
    for network, state in zip(networks, before, strict=True):
        assert all(torch.equal(tensor, state[name]) for name, tensor in network.state_dict().items())
    assert not learner.actor_optimizer.state
    assert not learner.critic_optimizer.state


@pytest.mark.parametrize("name", list(Batch.__dataclass_fields__))
@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_one_wrong_number_in_a_batch_stops_learning_and_is_named(name: str, wrong: float) -> None:
    learner, batch = steady_batch()
    getattr(batch, name)[-1, 1] = wrong
    refused(learner, batch, name.replace("_", " "))


def test_what_grows_beyond_all_numbers_is_named() -> None:
    learner, batch = steady_batch()
    batch.reward *= 1e30  # its square is infinite
    refused(learner, batch, "value loss")
    learner, batch = steady_batch()
    with torch.no_grad():
        learner.critic.value[-1].weight *= 1e10  # its loss is finite, the squares of its gradient are not
    refused(learner, batch, "gradient of the value loss")
    learner, batch = steady_batch()
    batch.reward[:] = 3e38
    refused(learner, batch, "advantage")


def test_a_network_that_is_ruined_already_is_named() -> None:
    learner, batch = steady_batch()
    with torch.no_grad():
        next(learner.critic.parameters())[0, 0] = math.nan
    with pytest.raises(NotFiniteError, match="the value is not finite"):
        learner.update(batch, 0.1, seed=0)
    learner, batch = steady_batch()
    with torch.no_grad():
        next(learner.policy.actor.parameters())[0, 0] = math.nan
    with pytest.raises(NotFiniteError, match="the policy loss is not finite"):
        learner.update(batch, 0.1, seed=0)
    assert not learner.actor_optimizer.state
    with pytest.raises(NotFiniteError, match="the policy network is not finite"):
        learner.update(batch, 0.1, seed=0, actor=False)


def test_a_policy_that_has_leapt_is_stopped_before_the_step() -> None:
    learner, batch = steady_batch()
    batch.log_prob -= 1e4  # such actions it would now take beyond all measure more often
    with pytest.raises(NotFiniteError, match="the policy loss is not finite"):
        learner.update(batch, 0.1, seed=0)
    assert not learner.actor_optimizer.state
