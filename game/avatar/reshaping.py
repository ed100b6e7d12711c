"""One person's model made into another's: every vertex moves as the body model's skin beside it does.

Clothes, hair, eyes and teeth have no measures of their own. They go where the skin under them goes, so a wider chest
widens the shirt. Weights, textures and the shapes of the face stay, so what was tuned on the model stays tuned.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from game.avatar.glb import Glb
from models.rotations import Array

_NEAR = 12  # vertices of the body model that a vertex of the person follows
_DRAPE = 6  # times that a cloth's shift is evened out with that of the cloth around it


def reshape(model: Glb, skin: Array, moved: Array, joints: Mapping[str, Array], clothes: Collection[str] = ()) -> None:
    """Change ``model`` in place.

    Args:
        skin, moved: ``(V, 3)`` the body model's vertices before, as the model is now, and after; m, Z up, facing -Y.
        joints: where each bone begins afterwards, by name, in the same frame. clothes: meshes that hang over the skin
        and bridge what is hollow in it.
    """
    _move_joints(model, joints)
    for mesh in model.document["meshes"]:
        for primitive in mesh["primitives"]:
            attributes = primitive["attributes"]
            places = model.array(attributes["POSITION"])
            corners = model.array(primitive["indices"]).reshape(-1, 3)
            shift = displacement(from_gltf(places.astype(np.float64)), skin, moved - skin)
            if mesh["name"] in clothes:
                shift = draped(shift, places, corners)
            places += to_gltf(shift).astype(np.float32)
            model.settle(attributes["POSITION"])
            model.array(attributes["NORMAL"])[:] = _normals(places, corners, model.array(attributes["NORMAL"]))


def displacement(points: Array, skin: Array, shift: Array) -> Array:
    """How ``points`` ``(n, 3)`` move with the vertices ``skin`` ``(V, 3)`` near them, which move by ``shift``."""
    distance, near = cKDTree(skin).query(points, k=_NEAR)
    # as wide as the furthest of them, so that nothing jumps from vertex to vertex
    weight = np.square(1.0 - distance / (1.01 * distance[:, -1:] + 1e-9))
    return np.asarray(np.einsum("nk,nkd->nd", weight / weight.sum(axis=1, keepdims=True), shift[near]))


def draped(shift: Array, places: NDArray[np.float32], corners: NDArray[np.int64]) -> Array:
    """``shift`` ``(n, 3)`` of a cloth evened out along it: beside the skin its folds would follow every hollow.

    places ``(n, 3)``; corners ``(T, 3)`` of its triangles. Vertices at one place, a seam, stay together.
    """
    same = _seams(places)
    count = int(same.max()) + 1
    edges = same[corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)]
    ends = np.concatenate((edges, edges[:, ::-1]))
    beside = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (count, count)).tocsr()
    lonely = beside.sum(axis=1) == 0.0
    whole = np.zeros((count, 3))
    np.add.at(whole, same, shift)
    whole /= np.bincount(same)[:, None]
    for _ in range(_DRAPE):
        around = (beside @ whole) / np.where(lonely, 1.0, beside.sum(axis=1))[:, None]
        whole = np.where(lonely[:, None], whole, 0.5 * (whole + around))
    return np.asarray(whole[same])


def to_gltf(vector: Array) -> Array:
    """Z up, facing -Y -> glTF's Y up, facing +Z; ``(..., 3)``."""
    return np.stack((vector[..., 0], vector[..., 2], -vector[..., 1]), axis=-1)


def from_gltf(vector: Array) -> Array:
    """The inverse of `to_gltf`."""
    return np.stack((vector[..., 0], -vector[..., 2], vector[..., 1]), axis=-1)


def joint_places(model: Glb) -> dict[str, Array]:
    """Where each bone of the skin begins in the bind pose, m, Z up; bones of the model do not turn in it."""
    skin, nodes = model.document["skins"][0], model.document["nodes"]
    inverse = model.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
    places = from_gltf(-inverse[:, 3, :3].astype(np.float64))
    return {nodes[joint]["name"]: place for joint, place in zip(skin["joints"], places, strict=True)}


def _move_joints(model: Glb, joints: Mapping[str, Array]) -> None:
    skin, nodes = model.document["skins"][0], model.document["nodes"]
    inverse = model.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
    above = {child: node for node, facts in enumerate(nodes) for child in facts.get("children", ())}
    places = {joint: to_gltf(joints[nodes[joint]["name"]]) for joint in skin["joints"]}
    for row, joint in enumerate(skin["joints"]):
        inverse[row, 3, :3] = -places[joint]
        nodes[joint]["translation"] = (places[joint] - places.get(above.get(joint, -1), np.zeros(3))).tolist()


def _normals(places: NDArray[np.float32], corners: NDArray[np.int64], old: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normals turned as the triangles around turned; where two vertices share a place, a seam, they agree as before."""
    same = _seams(places)
    edges = places[corners].astype(np.float64)
    faces = np.cross(edges[:, 1] - edges[:, 0], edges[:, 2] - edges[:, 0])
    total = np.zeros((int(same.max()) + 1, 3))
    for corner in range(3):
        np.add.at(total, same[corners[:, corner]], faces)
    found = total[same]
    length = np.linalg.norm(found, axis=1, keepdims=True)
    # a hem of two layers on one place has no normal of its own
    return np.where(length > 1e-12, found / np.maximum(length, 1e-12), old).astype(np.float32)


def _seams(places: NDArray[np.float32]) -> NDArray[np.int64]:
    """A number ``(n,)`` for each vertex; those at one place share it."""
    _, same = np.unique(np.round(places, 5), axis=0, return_inverse=True)
    return np.asarray(same.reshape(-1), dtype=np.int64)
