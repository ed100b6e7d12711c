"""The physics body itself, as plain shapes: for judging the skin, the contacts and a stage without its clothes on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import (
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexData,
    GeomVertexFormat,
    GeomVertexWriter,
    LQuaternion,
    NodePath,
    Point3,
    TransformState,
    Vec3,
)

from game.avatar.shading import Colour, Lighting, relight, shade
from game.avatar.shapes import Shape, read_shapes
from game.performance import BodyPose
from models import coords, rotations
from models.body import Body
from models.rotations import Array

Faces = NDArray[np.int64]

_ROUND = 24  # faces round a sphere; half as many from pole to pole
_BLUE: Colour = (0.35, 0.55, 0.85)


class Capsules:
    """The collision shapes of ``body``, hung under ``base.render``; they appear with the first `show`."""

    def __init__(self, base: ShowBase, body: Body, colour: Colour = _BLUE) -> None:
        self.body = body
        self.root: NodePath = base.render.attachNewNode("capsules")
        self._links = [self.root.attachNewNode(link.name) for link in body.links]
        for shape in read_shapes(body):
            self._links[shape.link].attachNewNode(_mesh(shape, colour))
        shade(self.root, Lighting())
        self.root.hide()

    def show(self, pose: BodyPose) -> None:
        """Stand as ``pose`` says."""
        positions, turns = self.body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        positions, turns = coords.bullet_to_panda(positions), coords.bullet_quat_to_panda(turns)
        for node, position, turn in zip(self._links, positions.tolist(), turns.tolist(), strict=True):
            node.setTransform(TransformState.makePosQuatScale(Point3(*position), LQuaternion(*turn), Vec3(1.0)))
        self.root.show()

    def light(self, direction: tuple[float, float, float], sun: Colour, ambient: Colour) -> None:
        """Light the shapes; the same words as `Avatar.light`."""
        relight(self.root, Lighting(direction, sun, ambient))

    def destroy(self) -> None:
        """Take the shapes out of the scene."""
        self.root.removeNode()


def _mesh(shape: Shape, colour: Colour) -> GeomNode:
    """A closed mesh of ``shape`` in its link's frame, turned into Panda's axes."""
    build: dict[str, Callable[[tuple[float, ...]], tuple[Array, Array, Faces]]] = {
        "sphere": lambda size: _round_mesh(size[0], 0.0),
        "capsule": lambda size: _round_mesh(size[0], size[1]),
        "box": _box_mesh,
    }
    points, normals, faces = build[shape.kind](shape.size)
    points = coords.bullet_to_panda(shape.centre + rotations.rotate(shape.turn, points))
    normals = coords.bullet_to_panda(rotations.rotate(shape.turn, normals))
    data = GeomVertexData(shape.kind, GeomVertexFormat.getV3n3c4(), Geom.UHStatic)
    data.setNumRows(len(points))
    writers = [GeomVertexWriter(data, column) for column in ("vertex", "normal", "color")]
    for point, normal in zip(points.tolist(), normals.tolist(), strict=True):
        writers[0].addData3(*point)
        writers[1].addData3(*normal)
        writers[2].addData4(*colour, 1.0)
    triangles = GeomTriangles(Geom.UHStatic)
    for face in faces.tolist():
        triangles.addVertices(*face)
    geom = Geom(data)
    geom.addPrimitive(triangles)
    node = GeomNode(shape.kind)
    node.addGeom(geom)
    return node


def _round_mesh(radius: float, length: float) -> tuple[Array, Array, Faces]:
    """A ball, or with ``length`` a capsule along z: points and normals ``(V, 3)``, corners of triangles ``(T, 3)``."""
    half = _ROUND // 4
    # the equator twice: the two half balls are pulled apart between its copies
    tilt = np.concatenate((np.linspace(-np.pi / 2, 0, half + 1), np.linspace(0, np.pi / 2, half + 1)))
    shift = np.repeat([-0.5 * length, 0.5 * length], half + 1)
    turn = np.linspace(0.0, 2.0 * np.pi, _ROUND + 1)
    tilts, turns = np.meshgrid(tilt, turn, indexing="ij")
    normals = np.stack((np.cos(tilts) * np.cos(turns), np.cos(tilts) * np.sin(turns), np.sin(tilts)), axis=-1)
    points = radius * normals
    points[..., 2] += shift[:, None]
    return points.reshape(-1, 3), normals.reshape(-1, 3), _grid(len(tilt), len(turn))


def _grid(rows: int, columns: int) -> Faces:
    """Two triangles for each cell of a grid of points, counter-clockwise."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    corner = (row * columns + column).reshape(-1)
    lower = np.stack((corner, corner + 1, corner + columns + 1), axis=-1)
    upper = np.stack((corner, corner + columns + 1, corner + columns), axis=-1)
    return np.concatenate((lower, upper))


def _box_mesh(size: tuple[float, ...]) -> tuple[Array, Array, Faces]:
    """Six faces with their own corners, so that the edges stay hard."""
    points, normals = [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = sign * np.eye(3)[axis]
            u = np.eye(3)[(axis + 1) % 3]
            v = np.cross(normal, u)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                points.append((normal + a * u + b * v) * 0.5 * np.array(size))
                normals.append(normal)
    quads = np.arange(0, 24, 4)[:, None]
    faces = np.concatenate((quads + np.array([0, 1, 2]), quads + np.array([0, 2, 3])))
    return np.array(points), np.array(normals), faces
