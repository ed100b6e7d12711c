"""The mesh of a prop as formats want it: no triangle without an area, no point without a triangle and so a normal."""

from __future__ import annotations

import numpy as np

from game.props.meshes import Mesh, mesh_of, normals_of
from models.props import Kind
from models.rotations import Array

_LEAST = 1e-12  # m²


def prop_mesh(kind: Kind) -> tuple[Mesh, Array]:
    """The mesh, Bullet's axes and m, and unit normals ``(V, 3)`` of its points."""
    mesh = mesh_of(kind)
    a, b, c = np.moveaxis(mesh.points[mesh.triangles], 1, 0)
    flat = np.linalg.norm(np.cross(b - a, c - a), axis=1) < _LEAST
    used, corners = np.unique(mesh.triangles[~flat], return_inverse=True)
    solid = Mesh(mesh.points[used], mesh.colours[used], corners.reshape(-1, 3))
    return solid, normals_of(solid, solid.points)
