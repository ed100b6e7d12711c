"""Meshes of triangles in a USD file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pxr import Usd, UsdGeom, Vt

from models.rotations import Array


def define_mesh(
    stage: Usd.Stage, path: str, points: Array, triangles: NDArray[np.integer], normals: Array | None
) -> UsdGeom.Mesh:
    """Add a mesh: points ``(V, 3)`` in scene units, triangles ``(T, 3)``, normals ``(V, 3)`` or None."""
    mesh = UsdGeom.Mesh.Define(stage, path)
    mesh.CreatePointsAttr(vectors(points))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(triangles.astype(np.int32).ravel()))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(triangles), 3, dtype=np.int32)))
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateExtentAttr(vectors(np.stack((points.min(axis=0), points.max(axis=0)))))
    if normals is not None:
        mesh.CreateNormalsAttr(vectors(normals))
        mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    return mesh


def vectors(values: Array) -> Vt.Vec3fArray:
    """``(n, 3)`` numbers as USD holds them."""
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values, dtype=np.float32))
