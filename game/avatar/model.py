"""The person's model in Panda3D: load it, read its skeleton, make its surfaces right for the figure's shader."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import gltf
import numpy as np
from panda3d.core import (
    BoundingSphere,
    CharacterJoint,
    LMatrix4,
    NodePath,
    Point3,
    SamplerState,
    TransformState,
    TransparencyAttrib,
)

from game.avatar.person import Person, chains
from game.avatar.shading import pull, split_strands
from game.avatar.skeleton import Skeleton
from models.errors import InputError
from models.rotations import Array

CLOTH = 0.012  # m by which cloth wins over skin; a sleeve is off the arm by less


def load_model(path: Path) -> NodePath:
    """Load a glTF model whose textures are shown as they are; the result holds exactly one Character.

    Raises:
        InputError: the file breaks the loader, or joints and meshes do not hang under one node.
    """
    try:
        # no_srgb: the photographs are not linearised either
        model = NodePath(gltf.load_model(str(path), gltf.GltfSettings(no_srgb=True)))
    except Exception as error:  # whatever the damage makes the loader raise
        raise InputError(f"{path}: the glTF loader cannot read it ({error}); export the model again") from error
    if len(model.findAllMatches("**/+Character")) != 1:
        raise InputError(f"{path}: joints and meshes must hang under one node; export one armature with its meshes")
    return model


def read_skeleton(model: NodePath) -> Skeleton:
    """The bind pose of a model that `load_model` gave."""
    names: list[str] = []
    parents: list[int] = []
    matrices: list[LMatrix4] = []

    def walk(part: Any, parent: int) -> None:
        if isinstance(part, CharacterJoint):
            names.append(part.name)
            parents.append(parent)
            matrices.append(part.getDefaultValue())
            parent = len(names) - 1
        for i in range(part.getNumChildren()):
            walk(part.getChild(i), parent)

    walk(model.find("**/+Character").node().getBundle(0), -1)
    transforms = [TransformState.makeMat(matrix) for matrix in matrices]
    return Skeleton(
        tuple(names),
        tuple(parents),
        np.array([[*transform.getPos()] for transform in transforms], dtype=np.float64),
        np.array([_xyzw(transform) for transform in transforms], dtype=np.float64),
        _vertices(model),
    )


def _vertices(model: NodePath) -> Array:
    """Bind positions ``(V, 3)`` of all meshes, in the model's frame."""
    found = [np.empty((0, 3))]
    for node in model.findAllMatches("**/+GeomNode"):
        matrix = np.array(node.getMat(model)).reshape(4, 4)
        for geom in node.node().getGeoms():
            data = geom.getVertexData()
            column = data.getFormat().getColumn("vertex")
            array = data.getArray(data.getFormat().getArrayWith("vertex"))
            rows = np.frombuffer(memoryview(array).cast("B"), np.uint8).reshape(data.getNumRows(), -1)
            start = column.getStart()
            points = np.ascontiguousarray(rows[:, start : start + 12]).view(np.float32).astype(np.float64)
            found.append(points @ matrix[:3, :3] + matrix[3, :3])
    return np.concatenate(found)


def check_bones(person: Person, skeleton: Skeleton) -> None:
    """Raise unless every chain of bones that the person names runs downwards in the skeleton and has a length.

    Raises:
        InputError: the table in person.toml is out of order, or the model has no body.
    """
    if skeleton.crown <= skeleton.sole:
        raise InputError(f"{person.model}: has no mesh; export the body together with its armature")
    for chain in chains(person.bones):
        for above, bone in pairwise(chain):
            if not skeleton.below(skeleton.parents[skeleton.index[bone]], (above,)):
                raise InputError(
                    f"{person.model}: the bone '{bone}' does not hang below '{above}' as person.toml says; "
                    "list the bones from the trunk outwards"
                )
            if np.allclose(skeleton.place(bone), skeleton.place(above)):
                raise InputError(f"{person.model}: the bones '{above}' and '{bone}' share one place; name only one")


def dress(model: NodePath, person: Person, reach: float) -> None:
    """Clothes over skin, hair in strands, textures filtered, and bounds that hold whatever the pose.

    The model must be shaded already. reach: metres of the model that a limb can be from the hips.

    Raises:
        InputError: the model lacks a mesh that the person names as clothes.
    """
    for name in person.clothes:
        mesh = model.find(f"**/{name}")
        if mesh.isEmpty():
            raise InputError(f"{person.model}: has no mesh '{name}' that person.toml names among the clothes")
        pull(mesh, CLOTH)
    for node in model.findAllMatches("**/+GeomNode"):
        if any(state.hasAttrib(TransparencyAttrib) for state in node.node().getGeomStates()):
            split_strands(node)
    for texture in model.findAllTextures():
        texture.setMinfilter(SamplerState.FTLinearMipmapLinear)
        texture.setAnisotropicDegree(4)
    # Panda3D would cull by the bind pose's bounds, which stay where the model was loaded.
    for node in [model.find("**/+Character"), *model.findAllMatches("**/+GeomNode")]:
        node.node().setBounds(BoundingSphere(Point3(0, 0, 0), reach))
        node.node().setFinal(True)


def _xyzw(transform: TransformState) -> Array:
    w, x, y, z = transform.getNormQuat()
    return np.array([x, y, z, w])
