from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.body import Body
from models.imitation import observation_size
from models.policy import Policy, PolicySettings
from models.stage import Stage, StageInfo, load_stage, save_stage


def publish(folder: Path, body: Body, iteration: int, seed: int = 0) -> Path:
    """Write a stage whose policy is random: it plays the clip almost blindly and falls."""
    torch.manual_seed(seed)
    sizes = PolicySettings(observation_size(body), body.dofs, (16,))
    path = folder / f"iteration_{iteration:05d}.safetensors"
    info = StageInfo("backflip", iteration, 6144 * iteration, 700 * iteration, body.digest, sizes, {}, {})
    save_stage(path, info, Policy(sizes))
    return path


@pytest.fixture(scope="session")
def stage(body: Body, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return load_stage(publish(tmp_path_factory.mktemp("stages"), body, 0), body)
