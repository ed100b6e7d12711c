"""The person in a glTF file: their own model, skin, face and pictures, moved as in the take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pygltflib as gltf

from game.avatar.glb import Glb
from game.takes.export.figure import Figure
from game.takes.export.gltf_builder import CORNERS, VERTICES, Builder
from models.coords import panda_quat_to_bullet, panda_to_bullet, xyzw_to_wxyz
from models.rotations import Array


def prepare(model: Glb) -> list[int]:
    """Make a person's file fit to be part of a take's. Returns the roots of its nodes.

    Skinned meshes go to the top, because only joints move them; joints of no weight are numbered 0, buffer views say
    what they are for: so the Khronos validator wants it. Cameras and animations of the model's own are left out.
    """
    document = model.document
    nodes = document["nodes"]
    skinned = [number for number, node in enumerate(nodes) if "skin" in node]
    for node in nodes:
        node.pop("camera", None)
        if "children" in node:
            node["children"] = [child for child in node["children"] if child not in skinned]
            if not node["children"]:
                del node["children"]
    scene = document["scenes"][document.get("scene", 0)]
    roots = [node for node in scene["nodes"] if node not in skinned]
    for name in ("animations", "cameras", "scenes", "scene"):
        document.pop(name, None)
    for primitive in _primitives(document):
        _name_views(document, primitive)
        _forget_idle_joints(model, primitive["attributes"])
    return [*roots, *skinned]


def add_figure(builder: Builder, figure: Figure, roots: list[int]) -> list[int]:
    """Move what `prepare` prepared. Returns the nodes for the scene."""
    nodes = builder.file.nodes
    own = len(figure.model.document["nodes"])  # come first; other nodes may be called as bones are
    at = {node.name: number for number, node in enumerate(nodes[:own])}
    skinned = [number for number in roots if nodes[number].skin is not None]
    scale = [figure.scale] * 3
    below = [number for number in roots if number not in skinned]
    person = builder.node(gltf.Node(name="Person", children=below, scale=scale))
    builder.move(person, "translation", panda_to_bullet(figure.positions))
    builder.move(person, "rotation", _turns(figure.turns))
    for name, turn in figure.posture.items():
        nodes[at[name]].rotation = _turns(turn).tolist()
    for row, name in enumerate(figure.bones):
        builder.move(at[name], "translation", panda_to_bullet(figure.offsets[:, row]))
        builder.move(at[name], "rotation", _turns(figure.joint_turns[:, row]))
    for number in skinned:
        _add_face(builder, number, figure)
    return [person, *skinned]


def _add_face(builder: Builder, number: int, figure: Figure) -> None:
    mesh = builder.file.meshes[builder.file.nodes[number].mesh]
    names = list((mesh.extras or {}).get("targetNames", ()))
    made = [name for name in names if name in figure.face]
    if made:
        weights = np.zeros((len(figure.positions), len(names)))
        for name in made:
            weights[:, names.index(name)] = figure.face[name]
        builder.move(number, "weights", weights)


def _turns(turns: Array) -> Array:
    return panda_quat_to_bullet(xyzw_to_wxyz(turns))


def _primitives(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for mesh in document["meshes"]:
        yield from mesh["primitives"]


def _name_views(document: dict[str, Any], primitive: dict[str, Any]) -> None:
    shapes = primitive.get("targets", ())
    for accessor in (*primitive["attributes"].values(), *(each for shape in shapes for each in shape.values())):
        document["bufferViews"][document["accessors"][accessor]["bufferView"]]["target"] = VERTICES
    if "indices" in primitive:
        document["bufferViews"][document["accessors"][primitive["indices"]]["bufferView"]]["target"] = CORNERS


def _forget_idle_joints(model: Glb, attributes: dict[str, int]) -> None:
    if "JOINTS_0" in attributes and "WEIGHTS_0" in attributes:
        model.array(attributes["JOINTS_0"])[model.array(attributes["WEIGHTS_0"]) == 0] = 0
