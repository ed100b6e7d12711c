"""Colours of several photographs made alike, and old paint made to meet new paint without a seam."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, diags_array
from scipy.sparse.linalg import spsolve

from models.rotations import Array

_PULL = 10.0  # how firmly painted points hold their colour, beside one edge of the mesh
_SLACK = 1e-4  # pulls to the old paint: what no painted point is connected with keeps it
_MOST = 2.0  # times that a photograph may be brighter or darker than the first
_COMMON = 20.0  # points that two photographs must both see well before one is matched to the other


def exposures(weights: Sequence[Array], colours: Sequence[Array]) -> Array:
    """Gains ``(photographs, 3)`` that make photographs agree with those before them where both see the same.

    Args:
        weights: ``(N,)`` of each photograph at N points. colours: ``(N, 3)``, linear.
    """
    gains = np.ones((len(weights), 3))
    for k in range(1, len(weights)):
        total = sum(weights[:k])
        common = np.asarray(total * weights[k])
        if common.sum() < _COMMON:
            continue
        mixed = sum(w[:, None] * c * g for w, c, g in zip(weights[:k], colours[:k], gains[:k], strict=True))
        wanted = common @ (mixed / np.maximum(total, 1e-9)[:, None])
        gains[k] = np.clip(wanted / np.maximum(common @ colours[k], 1e-9), 1.0 / _MOST, _MOST)
    return gains


def matched(points: Array, triangles: NDArray[np.int64], shift: Array, share: Array) -> Array:
    """A smooth shift of colour ``(V, C)`` for old paint: the given one where new paint is, a membrane in between.

    The membrane is that of Poisson image editing (Perez et al. 2003), on the mesh instead of in the picture, so that it
    knows no seams between patches of the texture.

    Args:
        points: ``(V, 3)``; vertices at one place, a seam, count as one. shift: ``(V, C)`` new paint less old.
        share: ``(V,)`` how far new paint hides the old.
    """
    _, same = np.unique(np.round(points, 5), axis=0, return_inverse=True)
    same = same.reshape(-1)
    count = int(same.max()) + 1
    edges = np.concatenate((triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]))
    a, b = same[edges].T
    joined = coo_matrix((np.ones(2 * len(a)), (np.concatenate((a, b)), np.concatenate((b, a)))), (count, count)).tocsr()
    firm = _PULL * np.bincount(same, share, count)
    firm_shift = np.stack([np.bincount(same, _PULL * share * column, count) for column in shift.T], axis=1)
    laplacian = diags_array(np.asarray(joined.sum(axis=1)).ravel() + firm + _SLACK) - joined
    return np.asarray(spsolve(laplacian.tocsc(), firm_shift)).reshape(count, -1)[same]
