"""Triangle meshes made fit for physics: fewer triangles, and convex pieces that together fill the same space.

Pieces, not the triangles themselves, are what bodies feel: a triangle has no inside, so that whoever sinks through it
in one step is kept in there.
"""

from __future__ import annotations

import coacd
import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, QhullError

from models.rotations import Array

MOST_TRIANGLES = 400
"""A mesh of more is simplified: it is painted triangle by triangle."""

_WELD = 1e-4  # m within which points are one
_PIECES = 48  # at most; of more parts the largest count
_CUTS = 24  # pieces of a hollow part, at most
_CORNERS = 48  # of a piece, at most
_HOLLOW = 0.02  # m by which a part may lie within its hull and still be taken for convex
_THIN = 0.02  # m; what has no thickness gets this much, downwards where it is level
_TIGHT = 0.06  # CoACD's concavity, of the part's size
_SEARCH = {"mcts_iterations": 60, "mcts_nodes": 10, "resolution": 1000, "preprocess_resolution": 20}

Triangles = NDArray[np.int64]


def welded(points: Array, triangles: Triangles) -> tuple[Array, Triangles]:
    """The same with every point once, and without triangles that have become lines."""
    _, first, which = np.unique(np.round(points / _WELD), axis=0, return_index=True, return_inverse=True)
    found = which.reshape(-1)[triangles]
    distinct = (found[:, 0] != found[:, 1]) & (found[:, 1] != found[:, 2]) & (found[:, 2] != found[:, 0])
    return points[first], found[distinct]


def simplified(points: Array, triangles: Triangles) -> tuple[Array, Triangles]:
    """`MOST_TRIANGLES` at most, by quadric error (Garland and Heckbert 1997); fewer are left as they are."""
    if len(triangles) <= MOST_TRIANGLES:
        return points, triangles
    fewer, left = fast_simplification.simplify(points, triangles, target_count=MOST_TRIANGLES)
    return welded(np.asarray(fewer, dtype=np.float64), np.asarray(left, dtype=np.int64))


def convex_pieces(points: Array, triangles: Triangles) -> tuple[Array, ...]:
    """Convex hulls, each ``(K, 3)``: of each connected part, or, if it is hollow, of the pieces it is cut into.

    Cut by collision-aware concavity and tree search (Wei et al. 2022), as CoACD does it.
    """
    parts = _parts(triangles)
    found = [triangles[parts == part] for part in np.unique(parts)]
    found.sort(key=lambda part: -float(np.linalg.norm(np.ptp(points[np.unique(part)], axis=0))))
    pieces: list[Array] = []
    for part in found:
        used, numbered = np.unique(part, return_inverse=True)
        pieces += _cut(points[used], numbered.reshape(-1, 3), _PIECES - len(pieces))
        if len(pieces) >= _PIECES:
            break
    return tuple(pieces)


def _parts(triangles: Triangles) -> NDArray[np.int64]:
    """Which part each triangle belongs to. Only an edge of just two triangles joins them: solids that touch do not."""
    edges = np.sort(np.concatenate((triangles[:, :2], triangles[:, 1:], triangles[:, ::2])), axis=1)
    _, which, count = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(which.reshape(-1), kind="stable")
    pairs = order[np.repeat(count == 2, count)].reshape(-1, 2) % len(triangles)
    graph = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(triangles),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1])


def _cut(points: Array, triangles: Triangles, most: int) -> list[Array]:
    hull = _hull(points)
    middles = points[triangles].mean(axis=1)
    depth = -(middles @ hull.equations[:, :3].T + hull.equations[:, 3]).max(axis=1)
    if depth.max() <= _HOLLOW or most < 2:
        return [_thinned(hull)]
    coacd.set_log_level("off")
    cut = coacd.run_coacd(coacd.Mesh(points, triangles), _TIGHT, min(most, _CUTS), "auto", seed=1, **_SEARCH)
    return [_thinned(_hull(np.asarray(vertices))) for vertices, _ in cut]


def _hull(points: Array) -> ConvexHull:
    """The hull; what is flat or a line is given some thickness first."""
    try:
        return ConvexHull(points)
    except QhullError:
        _, sizes, axes = np.linalg.svd(points - points.mean(axis=0))
        normal = axes[2] * (1.0 if axes[2, 2] > 0.0 else -1.0)
        beside = np.concatenate((points, points + _THIN * axes[1])) if sizes[1] < _WELD else points
        return ConvexHull(np.concatenate((beside, beside - _THIN * normal)))


def _thinned(hull: ConvexHull) -> Array:
    """Its corners, `_CORNERS` at most: those that lie furthest out, one after the other."""
    corners = hull.points[hull.vertices]
    if len(corners) <= _CORNERS:
        return np.asarray(corners)
    kept = [int(np.argmax(np.linalg.norm(corners - corners.mean(axis=0), axis=1)))]
    far = np.linalg.norm(corners - corners[kept[0]], axis=1)
    while len(kept) < _CORNERS:
        kept.append(int(np.argmax(far)))
        far = np.minimum(far, np.linalg.norm(corners - corners[kept[-1]], axis=1))
    return np.asarray(corners[kept])
