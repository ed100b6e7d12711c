from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models.body import Body
from models.errors import InputError
from models.imitation import observation_size
from models.policy import Control, Policy, PolicySettings
from models.stage import StageInfo, list_stages, load_info, load_stage, save_stage


@pytest.fixture
def policy(body: Body) -> Policy:
    torch.manual_seed(3)
    return Policy(PolicySettings(observation_size(body), body.dofs, (8,), Control.ABSOLUTE))


@pytest.fixture
def info(body: Body, policy: Policy) -> StageInfo:
    judged, versions = {"success": 0.5}, {"torch": torch.__version__}
    return StageInfo("backflip", 7, 43_008, 120, body.digest, policy.settings, judged, versions, 0.1)


def test_a_stage_comes_back_whole(tmp_path: Path, body: Body, policy: Policy, info: StageInfo) -> None:
    path = tmp_path / "s.safetensors"
    save_stage(path, info, policy)
    stage = load_stage(path, body)
    assert stage.info == info
    observation = torch.randn(5, policy.settings.observation)
    assert torch.equal(stage.policy(observation), policy(observation))
    assert [p.name for p in tmp_path.iterdir()] == ["s.safetensors"]


def test_a_stage_that_cannot_be_written_is_told(tmp_path: Path, policy: Policy, info: StageInfo) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"s\.safetensors: cannot be written .*; make room"):
        save_stage(tmp_path / "file" / "s.safetensors", info, policy)


def test_every_torn_length_is_refused_in_one_sentence(
    tmp_path: Path, body: Body, policy: Policy, info: StageInfo
) -> None:
    path = tmp_path / "s.safetensors"
    save_stage(path, info, policy)
    whole = path.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            load_stage(path, body)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_strangers_are_refused(tmp_path: Path, body: Body, policy: Policy, info: StageInfo) -> None:
    path = tmp_path / "s.safetensors"
    with pytest.raises(InputError, match="no such stage"):
        load_info(path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(InputError, match="no schema"):
        load_info(path)
    save_file({"a": torch.zeros(1)}, path, metadata={"schema": "backflip.stage", "version": "99"})
    with pytest.raises(InputError, match=r"reads backflip\.stage 3"):
        load_info(path)
    save_file({"a": torch.zeros(1)}, path, metadata={"schema": "backflip.stage", "version": "3", "info": "{}"})
    with pytest.raises(InputError, match="damaged"):
        load_info(path)
    save_stage(path, dataclasses.replace(info, body="0123"), policy)
    with pytest.raises(InputError, match="another body"):
        load_stage(path, body)
    small = dataclasses.replace(info, policy=dataclasses.replace(info.policy, hidden=(4,)))
    save_stage(path, small, policy)
    with pytest.raises(InputError, match="do not fit"):
        load_stage(path, body)
    with torch.no_grad():
        policy.actor[0].bias[0] = float("nan")
    save_stage(path, info, policy)
    with pytest.raises(InputError, match="not finite"):
        load_stage(path, body)


def test_the_ladder_is_listed_early_to_late(tmp_path: Path, policy: Policy, info: StageInfo) -> None:
    for name in ("iteration_00100", "iteration_00002", ".iteration_00050.safetensors.12.partial"):
        save_stage(tmp_path / f"{name}.safetensors", info, policy)
    assert [path.stem for path in list_stages(tmp_path)] == ["iteration_00002", "iteration_00100"]
