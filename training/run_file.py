"""The whole of a learner's state on disk: networks, optimisers, failures, landings, and how far the run has come."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from models.errors import InputError
from models.motion import Pose
from training import checkpoint
from training.finite import require_finite

if TYPE_CHECKING:
    from training.learn import Learner

NAME = "checkpoint.safetensors"
SCHEMA = "backflip.checkpoint"
VERSION = 3


def save(path: Path, learner: Learner) -> None:
    """Write it whole or not at all.

    Raises:
        NotFiniteError: something in it is NaN or infinite; the last checkpoint stays.
        InputError: it cannot be written.
    """
    tensors = checkpoint.under("policy", learner.policy.state_dict())
    tensors |= checkpoint.under("average", learner.average.state_dict())
    tensors |= checkpoint.under("critic", learner.critic.state_dict())
    tensors |= checkpoint.under("actor_optimizer", checkpoint.optimizer_tensors(learner.ppo.actor_optimizer))
    tensors |= checkpoint.under("critic_optimizer", checkpoint.optimizer_tensors(learner.ppo.critic_optimizer))
    tensors["failure"] = torch.from_numpy(learner.curriculum.failure)
    if learner.landings is not None:
        poses = {name: torch.from_numpy(getattr(learner.landings, name)) for name in Pose.__dataclass_fields__}
        tensors |= checkpoint.under("landings", poses)
    require_finite("checkpoint", tensors.values())
    header = {
        "progress": json.dumps(asdict(learner.progress)),
        "learning_rate": repr(learner.ppo.learning_rate),
        "body": learner.body.digest,
        "clip": learner.clip.name,
    }
    checkpoint.write(path, SCHEMA, VERSION, header, tensors)


def load(path: Path, learner: Learner) -> None:
    """Put ``learner`` where the one stood that wrote ``path``.

    Raises:
        InputError: there is none, or it is not one of this body and clip.
    """
    header, tensors = checkpoint.read(path, SCHEMA, VERSION)
    if (header.get("body"), header.get("clip")) != (learner.body.digest, learner.clip.name):
        raise InputError(f"{path}: a checkpoint of another body or clip; choose another --out")
    below = checkpoint.below
    learner.policy.load_state_dict(below("policy", tensors))
    learner.average.load_state_dict(below("average", tensors))
    learner.critic.load_state_dict(below("critic", tensors))
    learner.ppo.learning_rate = float(header["learning_rate"])
    checkpoint.restore_optimizer(
        learner.ppo.actor_optimizer, below("actor_optimizer", tensors), learner.ppo.learning_rate
    )
    checkpoint.restore_optimizer(
        learner.ppo.critic_optimizer, below("critic_optimizer", tensors), learner.settings.ppo.critic_rate
    )
    learner.curriculum.failure = tensors["failure"].numpy()
    poses = below("landings", tensors)
    learner.landings = Pose(**{name: tensor.numpy() for name, tensor in poses.items()}) if poses else None
    learner.progress = replace(learner.progress, **json.loads(header["progress"]))
