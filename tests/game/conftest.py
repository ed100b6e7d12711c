from __future__ import annotations

from pathlib import Path

import pytest
import torch

from game.clips import Clips
from models.body import Body
from models.imitation import observation_size
from models.policy import Policy, PolicySettings
from models.stage import Stage, StageInfo, load_stage, save_stage


def publish(
    folder: Path, body: Body, iteration: int, seed: int = 0, skill: str = "backflip", success: float | None = None
) -> Path:
    """Write a stage whose policy is random: it plays the clip almost blindly and falls."""
    torch.manual_seed(seed)
    sizes = PolicySettings(observation_size(body), body.dofs, (16,))
    path = folder / f"iteration_{iteration:05d}.safetensors"
    judged = {} if success is None else {"success": success}
    info = StageInfo(skill, iteration, 6144 * iteration, 700 * iteration, body.digest, sizes, judged, {})
    save_stage(path, info, Policy(sizes))
    return path


@pytest.fixture(scope="session")
def clips(body: Body) -> Clips:
    return Clips(body)


@pytest.fixture(scope="session")
def ladders(body: Body, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Untrained ladders: three stages of the backflip, two of walking, one of getting up."""
    folder = tmp_path_factory.mktemp("ladders")
    for iteration, success in enumerate((0.0, 0.5, 0.9)):
        publish(folder / "backflip", body, iteration, iteration, success=success)
    for iteration, success in enumerate((0.25, 0.94)):
        publish(folder / "walk", body, iteration, iteration, "walk", success)
    publish(folder / "getup_faceup", body, 0, 0, "getup_faceup")
    return folder


@pytest.fixture(scope="session")
def stage(body: Body, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return load_stage(publish(tmp_path_factory.mktemp("stages"), body, 0), body)
