"""The imitation task as a `gymnasium` environment, so that others can bring their own learner.

Importing this module registers ``backflip/Imitate-v0``. Gymnasium looks for no plugins of its own accord, so name it:

    gymnasium.make("training.gym_env:backflip/Imitate-v0", skill="backflip")
    gymnasium.make_vec("training.gym_env:backflip/Imitate-v0", num_envs=24)

What is seen, done, earned and forbidden is what `training.rollout` learns from, with the bare clip in the rehearsal's
place. An attempt starts anywhere in the clip, perturbed; it ends when it fails, or is cut after 8 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from models import imitation
from models.assets import SHIPPED_SKILL, find_clip
from models.attempt import Attempts, Perturbation, perturbed
from models.body import Body, load_humanoid
from models.errors import InputError
from models.motion import join_poses
from models.reference import CONTROL_HZ, TICKS_PER_CONTROL, tabulate
from models.rotations import Array
from models.world import World
from training.curriculum import CurriculumSettings

ID = "backflip/Imitate-v0"
MAX_EPISODE_STEPS = 8 * CONTROL_HZ
_REACH = 1.0  # rad; from half of it on, every joint's PD control is at its torque limit (neck: 50 N m, 100 N m/rad)
_BOUND = 1000.0  # m, m/s, rad/s; Bullet holds each speed of a body below 100, and no chain of joints adds up to ten


def observation_space(body: Body) -> spaces.Box:
    """Of one attempt: `models.imitation.observation`, float32."""
    return spaces.Box(-_BOUND, _BOUND, (imitation.observation_size(body),), np.float32)


def action_space(body: Body) -> spaces.Box:
    """Of one attempt: radians added to the clip (`models.imitation.target`), float32; beyond it nothing is clipped."""
    return spaces.Box(-_REACH, _REACH, (body.dofs,), np.float32)


class Imitation:
    """Attempts at a skill, ``count`` of them in one world: the task itself, which both environments wrap.

    Raises:
        InputError: there is no such skill.
    """

    def __init__(self, skill: str, count: int) -> None:
        self.body = load_humanoid()
        self.reference = tabulate(find_clip(skill, self.body), self.body)
        self.count = count
        self._rope = CurriculumSettings().rope
        self._open()

    def _open(self) -> None:
        self._world = World(self.body, self.count)
        self.attempts = Attempts(self.body, self.reference, self._world)
        self._is_open = True

    def close(self) -> None:
        """Free the world, if it is not free already."""
        if self._is_open:
            self._world.close()
        self._is_open = False

    def renew(self) -> None:
        """Begin a new world: old contacts go on acting in a used one, and no seed would give the same twice."""
        self.close()
        self._open()

    def restart(self, which: np.ndarray, generators: Sequence[np.random.Generator]) -> None:
        """Start the attempts ``which`` ``(m,)`` anew, each with the draws of its own one of ``generators``."""
        amount, last = Perturbation(), self.reference.ticks - TICKS_PER_CONTROL
        ticks, poses = [], []
        for copy, rng in zip(which, generators, strict=True):
            ticks.append(rng.integers(last, size=1, endpoint=True))
            poses.append(perturbed(self.body, self.reference.at(ticks[-1]).pose, amount, rng))
            self._world.set_friction(int(copy), float(rng.uniform(*amount.friction)))
        self.attempts.reset(which, np.concatenate(ticks), join_poses(poses))

    def observation(self) -> np.ndarray:
        """``(count, observation)`` float32, now."""
        return self.attempts.observation().astype(np.float32)

    def step(self, action: np.ndarray) -> tuple[Array, np.ndarray]:
        """One control step of every attempt.

        Args:
            action: ``(count, dofs)`` radians.

        Returns:
            Reward ``(count,)`` in [0, 1] and whether it failed ``(count,)`` bool: touched the ground with what may not
            (`models.imitation.fallen`), or strayed from the clip. Whoever failed earns nothing and awaits `restart`.

        Raises:
            InputError: the action has another shape, or is not finite.
        """
        action = np.asarray(action, dtype=np.float32).astype(np.float64)
        shape = (self.count, self.body.dofs)
        if action.shape != shape or not np.isfinite(action).all():
            raise InputError(f"an action of shape {action.shape} came; give {shape} finite numbers, in radians")
        attempts = self.attempts
        attempts.aim(action)
        attempts.tick(TICKS_PER_CONTROL)
        over = attempts.settle()
        reward, failed = imitation.outcome(
            self.body, attempts.motion, attempts.wanted(), self._world.touching(), attempts.allowed, self._rope
        )
        attempts.wrap(over)
        return reward, failed


class ImitateEnv(gymnasium.Env[np.ndarray, np.ndarray]):
    """One attempt at a time. A reset with a seed begins a new world: from there all is repeated to the last bit."""

    metadata = {"render_modes": []}  # noqa: RUF012 (gymnasium declares it so)

    def __init__(self, skill: str = SHIPPED_SKILL) -> None:
        self._task = Imitation(skill, 1)
        self.observation_space = observation_space(self._task.body)
        self.action_space = action_space(self._task.body)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start somewhere in the clip; there are no ``options``. Returns the observation ``(size,)`` and no info."""
        super().reset(seed=seed)
        if seed is not None:
            self._task.renew()
        self._task.restart(np.zeros(1, dtype=np.int64), [self.np_random])
        return self._task.observation()[0], {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """One control step of 1/30 s.

        Args:
            action: ``(dofs,)`` radians.

        Returns:
            Observation ``(size,)``, reward in [0, 1], whether it failed, False (gymnasium's own wrapper counts the
            time), and no info.

        Raises:
            InputError: the action has another shape, or is not finite.
        """
        reward, failed = self._task.step(np.asarray(action)[None])
        return self._task.observation()[0], float(reward[0]), bool(failed[0]), False, {}

    def close(self) -> None:
        """Free the world."""
        self._task.close()


class ImitateVectorEnv(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """Many attempts in one world, which is faster than a world for each.

    As in `training.rollout`, whoever ended starts anew in the same step; ``final_obs`` of the info is what it saw last.
    Body ``i`` of a reset with a seed draws as the single environment does with ``seed + i``.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012 (declared so)

    def __init__(
        self, num_envs: int = 1, skill: str = SHIPPED_SKILL, max_episode_steps: int = MAX_EPISODE_STEPS
    ) -> None:
        if num_envs < 1:
            raise InputError(f"num_envs={num_envs}: an environment needs a body; give 1 or more")
        self._task = Imitation(skill, num_envs)
        self._longest = max_episode_steps
        self._ages = np.zeros(num_envs, dtype=np.int64)
        self._generators: list[np.random.Generator] = []
        self.num_envs = num_envs
        self.single_observation_space = observation_space(self._task.body)
        self.single_action_space = action_space(self._task.body)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start all anew; there are no ``options``. Returns the observations ``(num_envs, size)`` and no infos."""
        super().reset(seed=seed)
        if seed is not None:
            self._task.renew()
            self._generators = [seeding.np_random(seed + i)[0] for i in range(self.num_envs)]
        elif not self._generators:
            self._generators = [seeding.np_random()[0] for _ in range(self.num_envs)]
        self._restart(np.arange(self.num_envs))
        return self._task.observation(), {}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One control step of 1/30 s.

        Args:
            actions: ``(num_envs, dofs)`` radians.

        Returns:
            Observations ``(num_envs, size)``, rewards, terminations (failed) and truncations (out of time), each
            ``(num_envs,)``, and the infos of those that ended.

        Raises:
            InputError: the actions have another shape, or are not finite.
        """
        if not self._generators:
            raise ResetNeeded("nothing has started yet; call reset before step")
        rewards, failed = self._task.step(actions)
        self._ages += 1
        late = self._ages >= self._longest
        observations, infos = self._task.observation(), dict[str, Any]()
        ended = np.flatnonzero(failed | late)
        for i in ended:
            infos = self._add_info(infos, {"final_obs": observations[i], "final_info": {}}, int(i))
        if len(ended):
            self._restart(ended)
            observations = self._task.observation()
        return observations, rewards, failed, late, infos

    def _restart(self, which: np.ndarray) -> None:
        self._ages[which] = 0
        self._task.restart(which, [self._generators[i] for i in which])

    def close_extras(self) -> None:
        """Free the world."""
        self._task.close()


gymnasium.register(
    ID,
    entry_point=f"{__name__}:{ImitateEnv.__name__}",
    vector_entry_point=f"{__name__}:{ImitateVectorEnv.__name__}",
    max_episode_steps=MAX_EPISODE_STEPS,
)
