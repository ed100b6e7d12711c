"""A rehearsal on disk, beside the run that started from it."""

from __future__ import annotations

from pathlib import Path

import torch

from models.errors import InputError
from models.motion import Clip, Pose
from models.reference import LINK_FIELDS, TICKS_PER_SECOND, Motion, Reference
from training import checkpoint
from training.rehearsal import Rehearsal

SCHEMA = "backflip.rehearsal"
VERSION = 1


def save_rehearsal(path: Path, rehearsal: Rehearsal) -> None:
    """Write it whole or not at all, to the last bit."""
    table = rehearsal.reference.table
    arrays = {name: getattr(table.pose, name) for name in Pose.__dataclass_fields__}
    arrays |= {name: getattr(table, name) for name in LINK_FIELDS} | {"action": rehearsal.action}
    header = {"clip": rehearsal.reference.clip.name, "ticks": str(rehearsal.reference.ticks)}
    checkpoint.write(path, SCHEMA, VERSION, header, {name: torch.from_numpy(array) for name, array in arrays.items()})


def load_rehearsal(path: Path, clip: Clip) -> Rehearsal:
    """Read the rehearsal of ``clip``.

    Raises:
        InputError: missing, torn, or of another clip.
    """
    header, tensors = checkpoint.read(path, SCHEMA, VERSION)
    if (header.get("clip"), header.get("ticks")) != (clip.name, str(round(clip.duration * TICKS_PER_SECOND))):
        found = header.get("clip")
        raise InputError(f"{path}: a rehearsal of {found}, not of {clip.name} as it is now; choose another --out")
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    pose = Pose(*(arrays[name] for name in Pose.__dataclass_fields__))
    table = Motion(pose, *(arrays[name] for name in LINK_FIELDS))
    return Rehearsal(Reference(clip, int(header["ticks"]), table), arrays["action"])
