"""A person on disk: a folder with `person.toml`, which says what each bone is for, and a skinned glTF model.

Nothing else in this room knows a bone by name, so a body from another tool needs another table, not other code.
The model is read here before Panda3D sees it: its loader answers a damaged file with whatever Python raises first.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from game.table import Table, read_table
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
    """What each bone is for. trunk: from the pelvis to the ribs; neck: up to and with the head; chest: its front."""

    trunk: tuple[str, ...]
    neck: tuple[str, ...]
    left: Side
    right: Side
    chest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """height: metres from sole to crown in the scene. clothes: meshes of the model that lie over others.

    body: URDF of the person's physics, None for the humanoid's.

    The model stands in its bind pose, glTF's front is its front.
    """

    name: str
    model: Path
    height: float
    clothes: tuple[str, ...]
    bones: Bones
    body: Path | None = None


def load_person(folder: Path) -> Person:
    """Read ``folder/person.toml`` and check that the model has a skin with every bone it names.

    Raises:
        InputError: something is missing, damaged, or of another version.
    """
    root = read_table(folder / "person.toml", SCHEMA, VERSION)
    person = Person(
        name=root.text("name"),
        model=folder / root.text("model"),
        height=root.number("height", low=0.5, high=3.0),
        clothes=root.texts("clothes", ()),
        bones=_bones(root.table("bones")),
        body=folder / root.text("body") if "body" in root else None,
    )
    root.done()
    _check_model(person)
    return person


def chains(bones: Bones) -> list[tuple[str, ...]]:
    """Bones that must hang below one another, chain by chain; together they hold every bone that the table names."""
    found = [bones.trunk + bones.neck, *((bone,) for bone in bones.chest)]
    for side in (bones.left, bones.right):
        arm = (*side.collar, *side.upper_arm, *side.forearm, side.hand)
        leg = (*side.thigh, *side.shin, side.foot)
        found += [(bones.trunk[-1], *arm), leg]
        found += [(side.hand, *finger) for finger in (side.thumb, *side.fingers)]
        found += [(side.foot, toe) for toe in side.toes]
    return found


def _bones(table: Table) -> Bones:
    bones = Bones(
        trunk=table.texts("trunk", least=2),
        neck=table.texts("neck", least=1),
        left=_side(table.table("left")),
        right=_side(table.table("right")),
        chest=table.texts("chest", ()),
    )
    table.done()
    return bones


def _side(table: Table) -> Side:
    side = Side(
        collar=table.texts("collar", ()),
        upper_arm=table.texts("upper_arm", least=1),
        forearm=table.texts("forearm", least=1),
        hand=table.text("hand"),
        thumb=table.texts("thumb", ()),
        fingers=table.text_rows("fingers", ()),
        thigh=table.texts("thigh", least=1),
        shin=table.texts("shin", least=1),
        foot=table.text("foot"),
        toes=table.texts("toes", ()),
    )
    table.done()
    return side


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
