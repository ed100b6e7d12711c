"""A person on disk: a folder with `person.toml`, which says what each bone is for, and a skinned glTF model.

Nothing else in this room knows a bone by name, so a body from another tool needs another table, not other code.
The model is read here before Panda3D sees it: its loader answers a damaged file with whatever Python raises first.
"""

from __future__ import annotations

import json
import struct
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError

SCHEMA = "backflip.person"
VERSION = 1
_MAGIC, _GLTF_2, _JSON_CHUNK = 0x46546C67, 2, 0x4E4F534A


@dataclass(frozen=True)
class Side:
    """The bones of one side, from the trunk outwards; toes holds those that leave the foot at the ball."""

    collar: tuple[str, ...]
    upper_arm: tuple[str, ...]
    forearm: tuple[str, ...]
    hand: str
    thumb: tuple[str, ...]
    fingers: tuple[tuple[str, ...], ...]
    thigh: tuple[str, ...]
    shin: tuple[str, ...]
    foot: str
    toes: tuple[str, ...]


@dataclass(frozen=True)
class Bones:
    """What each bone is for. trunk: from the pelvis to the ribs; neck: up to and with the head."""

    trunk: tuple[str, ...]
    neck: tuple[str, ...]
    left: Side
    right: Side


@dataclass(frozen=True)
class Person:
    """height: metres from sole to crown in the scene. clothes: meshes of the model that lie over others.

    The model stands in its bind pose, glTF's front is its front.
    """

    name: str
    model: Path
    height: float
    clothes: tuple[str, ...]
    bones: Bones


def load_person(folder: Path) -> Person:
    """Read ``folder/person.toml`` and check that the model has a skin with every bone it names.

    Raises:
        InputError: something is missing, damaged, or of another version.
    """
    path = folder / "person.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); a person's folder needs this file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a TOML file ({error}); mend the line it names") from error
    if data.get("schema") != SCHEMA or data.get("version") != VERSION:
        raise InputError(
            f"{path}: needs schema = '{SCHEMA}' and version = {VERSION}; take the shipped one as a pattern"
        )
    name, model = _text(path, data, "name"), _text(path, data, "model")
    height = data.get("height")
    if isinstance(height, bool) or not isinstance(height, int | float) or not 0.5 <= height <= 3.0:
        raise InputError(f"{path}: height must be a number of metres between 0.5 and 3")
    table = _table(path, data, "bones")
    bones = Bones(
        _chain(path, table, "trunk", 2),
        _chain(path, table, "neck", 1),
        _side(path, _table(path, table, "left")),
        _side(path, _table(path, table, "right")),
    )
    person = Person(name, folder / model, float(height), _chain(path, data, "clothes", 0), bones)
    _check_model(person)
    return person


def chains(bones: Bones) -> list[tuple[str, ...]]:
    """Bones that must hang below one another, chain by chain; together they hold every bone that the table names."""
    found = [bones.trunk + bones.neck]
    for side in (bones.left, bones.right):
        arm = (*side.collar, *side.upper_arm, *side.forearm, side.hand)
        leg = (*side.thigh, *side.shin, side.foot)
        found += [(bones.trunk[-1], *arm), leg]
        found += [(side.hand, *finger) for finger in (side.thumb, *side.fingers)]
        found += [(side.foot, toe) for toe in side.toes]
    return found


def _side(path: Path, table: dict[str, Any]) -> Side:
    fingers = table.get("fingers", [])
    if not isinstance(fingers, list):
        raise InputError(f"{path}: fingers must be a list of lists of bone names")
    return Side(
        _chain(path, table, "collar", 0),
        _chain(path, table, "upper_arm", 1),
        _chain(path, table, "forearm", 1),
        _text(path, table, "hand"),
        _chain(path, table, "thumb", 0),
        tuple(_chain(path, {"fingers": finger}, "fingers", 1) for finger in fingers),
        _chain(path, table, "thigh", 1),
        _chain(path, table, "shin", 1),
        _text(path, table, "foot"),
        _chain(path, table, "toes", 0),
    )


def _table(path: Path, data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise InputError(f"{path}: the table '{key}' is missing; take the shipped person.toml as a pattern")
    return value


def _text(path: Path, data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(f"{path}: '{key}' must be a text; take the shipped person.toml as a pattern")
    return value


def _chain(path: Path, data: dict[str, Any], key: str, least: int) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or len(value) < least or not all(isinstance(bone, str) and bone for bone in value):
        raise InputError(f"{path}: '{key}' must be a list of names, {least} or more")
    return tuple(value)


def _check_model(person: Person) -> None:
    """Raise unless the model is a binary glTF 2 whose skin holds the named bones."""
    path = person.model
    try:
        document = _gltf_document(path.read_bytes())
        nodes = document["nodes"]
        joints = {nodes[joint].get("name", "") for skin in document.get("skins", []) for joint in skin["joints"]}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); put the model beside person.toml") from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error) as error:
        raise InputError(f"{path}: not a binary glTF 2 model, or cut short; export it again as .glb") from error
    if not joints:
        raise InputError(f"{path}: has no skin; export the mesh together with its armature")
    missing = [bone for chain in chains(person.bones) for bone in chain if bone not in joints]
    if missing:
        raise InputError(f"{path}: its skin lacks the bone '{missing[0]}' that person.toml names; mend either of them")


def _gltf_document(data: bytes) -> Any:
    magic, version, total, length, kind = struct.unpack_from("<5I", data)
    if (magic, version, kind) != (_MAGIC, _GLTF_2, _JSON_CHUNK) or total > len(data):
        raise ValueError("header")
    return json.loads(data[20 : 20 + length])
