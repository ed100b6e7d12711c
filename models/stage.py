"""One learned stage on disk, and the library of stages.

A stage is a safetensors file: weights and normaliser as tensors, everything else as one JSON text in its header.
It is written whole (a temporary file, then a rename), so a running game may pick it up at any moment.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from models.body import Body
from models.disk import write_whole
from models.errors import InputError
from models.policy import Control, Policy, PolicySettings

SCHEMA = "backflip.stage"
VERSION = 3  # 3: it says what its actions mean, and the backflip takes its time to rise; what was learned before falls
_LARGEST = 64 * 1024 * 1024  # bytes; a stage is about a megabyte


@dataclass(frozen=True)
class StageInfo:
    """What is known about a stage.

    skill names the clip. samples: control steps learned from. attempts: tries that learning has made. judged: the
    judge's figures, empty until judged. versions: of the code and the libraries it was learned with.
    """

    skill: str
    iteration: int
    samples: int
    attempts: int
    body: str
    policy: PolicySettings
    judged: dict[str, float]
    versions: dict[str, str]
    hours: float = 0.0


@dataclass(frozen=True)
class Stage:
    """A policy at one point of learning."""

    path: Path
    info: StageInfo
    policy: Policy
    digest: str


def save_stage(path: Path, info: StageInfo, policy: Policy) -> None:
    """Write a stage whole or not at all.

    Raises:
        InputError: the disk is full, or the folder cannot be written.
    """
    header = {"schema": SCHEMA, "version": str(VERSION), "info": json.dumps(dataclasses.asdict(info), sort_keys=True)}
    tensors = {name: tensor.contiguous() for name, tensor in policy.state_dict().items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, save(tensors, metadata=header))
    except OSError as error:
        mend = "make room on the disk or choose another folder"
        raise InputError(f"{path}: cannot be written ({error.strerror}); {mend}") from error


def load_info(path: Path) -> StageInfo:
    """Read what is known about a stage without its weights.

    Raises:
        InputError: missing, torn, or of another schema.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such stage; `backflip stages` lists those there are")
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path}: too large for a stage; choose a .safetensors file that `backflip train` wrote")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: torn or no stage ({error}); copy it again or publish it anew") from error
    if header.get("schema") != SCHEMA or header.get("version") != str(VERSION):
        found = f"{header.get('schema', 'no schema')} {header.get('version', '')}".strip()
        raise InputError(f"{path}: this program reads {SCHEMA} {VERSION}, the file is {found}; publish the stage anew")
    try:
        fields = json.loads(header["info"])
        policy = fields.pop("policy")
        hidden, control = tuple(policy["hidden"]), Control(policy["control"])
        settings = PolicySettings(policy["observation"], policy["action"], hidden, control)
        return StageInfo(policy=settings, **fields)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: its header is damaged ({error}); copy it again or publish it anew") from error


def load_stage(path: Path, body: Body) -> Stage:
    """Read a stage that was learned on ``body``.

    Raises:
        InputError: missing, torn, of another schema or of another body.
    """
    info = load_info(path)
    if info.body != body.digest:
        raise InputError(
            f"{path}: learned on another body ({info.body}), this one is {body.digest}; train it on this body"
        )
    policy = Policy(info.policy)
    try:
        with safe_open(path, framework="pt") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        policy.load_state_dict(state)
    except (SafetensorError, OSError, RuntimeError) as error:
        raise InputError(
            f"{path}: its weights do not fit ({str(error).splitlines()[0]}); publish the stage anew"
        ) from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in state.values()):
        raise InputError(f"{path}: holds numbers that are not finite; publish the stage anew")
    policy.eval().requires_grad_(False)
    return Stage(path, info, policy, hashlib.sha256(path.read_bytes()).hexdigest())


def list_stages(folder: Path) -> list[Path]:
    """Stage files below ``folder``, early to late: names begin with the iteration, zero-padded."""
    return sorted(path for path in folder.glob("*.safetensors") if not path.name.startswith("."))


def stage_name(iteration: int) -> str:
    """File name of the stage published after ``iteration``."""
    return f"iteration_{iteration:05d}.safetensors"
