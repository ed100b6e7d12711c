"""A rehearsal on disk, beside the run that started from it; and the search for it, while it is under way."""

from __future__ import annotations

from pathlib import Path

import torch

from models.errors import InputError
from models.motion import Clip, Pose
from models.reference import LINK_FIELDS, TICKS_PER_SECOND, Motion, Reference
from training import checkpoint
from training.rehearsal import Rehearsal
from training.search import Sketch

NAME = "rehearsal.safetensors"
SKETCH_NAME = "sketch.safetensors"
SCHEMA = "backflip.rehearsal"
SKETCH_SCHEMA = "backflip.sketch"
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


def save_sketch(path: Path, sketch: Sketch, clip: Clip, seed: int) -> None:
    """Write how far the search for the rehearsal of ``clip`` has come, whole or not at all."""
    header = {"clip": clip.name, "seed": str(seed), "generator": sketch.generator, "samples": str(sketch.samples)}
    tensors = {"action": torch.from_numpy(sketch.action), "plan": torch.from_numpy(sketch.plan)}
    checkpoint.write(path, SKETCH_SCHEMA, VERSION, header, tensors)


def load_sketch(path: Path, clip: Clip, seed: int) -> Sketch:
    """Read what `save_sketch` wrote.

    Raises:
        InputError: torn, or of another clip or seed.
    """
    header, tensors = checkpoint.read(path, SKETCH_SCHEMA, VERSION)
    if (header.get("clip"), header.get("seed")) != (clip.name, str(seed)):
        raise InputError(f"{path}: a search for another clip or with another seed; choose another --out")
    return Sketch(tensors["action"].numpy(), tensors["plan"].numpy(), header["generator"], int(header["samples"]))
