"""Where a run stands, on disk: tensors, with everything else as JSON in their header.

What is kept is the whole of a learner's state; `Learner` goes on from it to the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from models.disk import write_whole
from models.errors import InputError

Tensors = dict[str, torch.Tensor]


def write(path: Path, schema: str, version: int, header: Mapping[str, str], tensors: Tensors) -> None:
    """Write whole or not at all.

    Raises:
        InputError: the disk is full, or the folder cannot be written.
    """
    whole = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, save(whole, metadata={"schema": schema, "version": str(version), **header}))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room on the disk") from error


def read(path: Path, schema: str, version: int) -> tuple[dict[str, str], Tensors]:
    """Header and tensors of a file that `write` wrote.

    Raises:
        InputError: missing, torn, or of another schema.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: not whole or not there ({error}); start without --resume") from error
    if (header.get("schema"), header.get("version")) != (schema, str(version)):
        raise InputError(f"{path}: this program reads {schema} {version}; choose another --out and start anew")
    return header, tensors


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> Tensors:
    """The moving averages of an Adam optimiser, flat."""
    state = optimizer.state_dict()["state"]
    return {f"{index}.{key}": value for index, entry in state.items() for key, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Tensors, learning_rate: float) -> None:
    """The inverse of `optimizer_tensors`."""
    state: dict[int, Tensors] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".", 1)
        state.setdefault(int(index), {})[key] = tensor
    whole = optimizer.state_dict()
    whole["state"] = state
    optimizer.load_state_dict(whole)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def below(prefix: str, tensors: Tensors) -> Tensors:
    """The tensors whose names begin with ``prefix.``, without it."""
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """The inverse of `below`."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}
