"""Planar faces as triangles that Panda3D draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from panda3d.core import Geom, GeomNode, GeomTriangles, GeomVertexData, GeomVertexFormat, GeomVertexWriter

from game.environment.description import Face
from game.environment.geometry import normal_of, triangulate
from game.environment.optics import Vec3
from models.rotations import Array

_SKY = 300.0  # m from the middle to each side of the cube that stands for everything far away


def draw_faces(name: str, faces: Sequence[Face], coordinates: Sequence[Array] | None = None) -> GeomNode:
    """A node with these planar faces as flat triangles; coordinates: of the texture, ``(corners, 2)`` for each face."""
    layout = GeomVertexFormat.getV3n3() if coordinates is None else GeomVertexFormat.getV3n3t2()
    data = GeomVertexData(name, layout, Geom.UHStatic)
    vertices, normals = GeomVertexWriter(data, "vertex"), GeomVertexWriter(data, "normal")
    triangles = GeomTriangles(Geom.UHStatic)
    first = 0
    for face in faces:
        normal = normal_of(face)
        for corner in face:
            vertices.addData3(*corner)
            normals.addData3(*normal)
        for a, b, c in triangulate(face):
            triangles.addVertices(first + a, first + b, first + c)
        first += len(face)
    if coordinates is not None:
        texels = GeomVertexWriter(data, "texcoord")
        for u, v in np.concatenate(coordinates):
            texels.addData2(u, v)
    geometry = Geom(data)
    geometry.addPrimitive(triangles)
    node = GeomNode(name)
    node.addGeom(geometry)
    return node


def sky_faces(middle: Vec3) -> tuple[Face, ...]:
    """The six sides of a cube seen from inside."""
    faces = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            ring = np.zeros((4, 3))
            ring[:, axis] = side
            ring[:, (axis + 1) % 3] = (-1.0, -1.0, 1.0, 1.0) if side > 0 else (-1.0, 1.0, 1.0, -1.0)
            ring[:, (axis + 2) % 3] = (-1.0, 1.0, 1.0, -1.0) if side > 0 else (-1.0, -1.0, 1.0, 1.0)
            corners = (np.array(middle) + _SKY * ring).tolist()
            faces.append(tuple((x, y, z) for x, y, z in corners))
    return tuple(faces)
