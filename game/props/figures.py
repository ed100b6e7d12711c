"""Props on screen: a mesh for each, lit as the body is; soft ones give way under it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexData,
    GeomVertexFormat,
    LQuaternion,
    NodePath,
    Point3,
    TransformState,
    Vec3,
)

from game.avatar.shading import Colour, Lighting, relight
from game.performance import BodyPose
from game.props.dents import Balls, BodyShape, Cover, Pressed
from game.props.meshes import Mesh, mesh_of, normals_of
from game.props.shading import shade
from models import coords, rotations
from models.body import Body
from models.props import Prop
from models.rotations import Array

_CASTS = 3.0  # m from the body: the shadow map must not be stretched by a ball that has rolled away
_STILL = 5e-4  # m by which balls must move before a cover is drawn anew
_ROW = np.dtype([("point", "<f4", 3), ("normal", "<f4", 3), ("colour", "u1", 4)])


class PropFigures:
    """``props`` under ``base.render``. casting: the node below which all hang that cast a shadow."""

    def __init__(self, base: ShowBase, props: Sequence[Prop], body: Body) -> None:
        self.root: NodePath = base.render.attachNewNode("props")
        self.casting: NodePath = self.root.attachNewNode("casting")
        self._body = BodyShape(body)
        self.props = tuple(props)
        self._figures = [_Figure(prop) for prop in props]
        for figure in self._figures:
            figure.node.reparentTo(self.root)
        shade(self.root, Lighting())

    def node(self, index: int) -> NodePath:
        """What draws a prop."""
        return self._figures[index].node

    def show(self, poses: Array, pose: BodyPose | None) -> None:
        """Stand as ``poses`` ``(props, 7)`` in Bullet's frame say, under a body in ``pose``, if there is one."""
        balls = None if pose is None else self._body.balls(pose)
        for figure, row in zip(self._figures, poses, strict=True):
            figure.show(row, balls)
            close = pose is None or float(np.linalg.norm(row[:3] - pose.root_pos)) < _CASTS
            parent = figure.node.getParent()
            if parent in (self.root, self.casting):  # not what hangs under the place, painted by its projectors
                figure.node.reparentTo(self.casting if close else self.root)

    def light(self, direction: tuple[float, float, float], sun: Colour, ambient: Colour) -> None:
        """Light the props; the same words as `Avatar.light`."""
        relight(self.root, Lighting(direction, sun, ambient))

    def destroy(self) -> None:
        """Take the props out of the scene."""
        for figure in self._figures:
            figure.node.removeNode()
        self.root.removeNode()


class _Figure:
    """One prop. Of a soft one those points are drawn anew on which something lies, or has just lain."""

    def __init__(self, prop: Prop) -> None:
        self._mesh = mesh_of(prop.kind)
        normals = normals_of(self._mesh, self._mesh.points)
        self._soft = prop.kind.soft
        self._dented = False
        self._seen: Array = np.zeros((0, 3))  # where balls were when it was drawn
        self._rest = _rows(self._mesh.points, normals, self._mesh.colours)
        # What lies on its face is pressed from its back.
        turns = [(1.0, up, 1.0) for up in (1.0, -1.0)] if self._soft else []
        half = np.array(prop.kind.half)
        self._covers = [Cover(self._mesh.points * turn, normals * turn, half) for turn in turns]
        self._geom_node = _geom_node(prop.name, self._mesh, self._rest)
        self.node = NodePath(self._geom_node)

    def show(self, pose: Array, balls: Balls | None) -> None:
        if self._soft and balls is not None:
            self._give_way(pose, balls)
        place, turn = coords.bullet_to_panda(pose[:3]), coords.bullet_quat_to_panda(pose[3:])
        position, rotation = Point3(*place.tolist()), LQuaternion(*turn.tolist())
        self.node.setTransform(TransformState.makePosQuatScale(position, rotation, Vec3(1.0)))

    def _give_way(self, pose: Array, balls: Balls) -> None:
        back = np.broadcast_to(rotations.conjugate(pose[3:]), (len(balls.radii), 4))
        up = 1.0 if rotations.rotate(pose[3:], np.array([0.0, 1.0, 0.0]))[1] > 0.0 else -1.0
        centres = rotations.rotate(back, balls.centres - pose[:3]) * (1.0, up, 1.0)
        if self._seen.shape == centres.shape and np.abs(centres - self._seen).max() < _STILL:
            return
        self._seen = centres
        pressed = self._covers[0 if up > 0.0 else 1].press(Balls(centres, balls.radii))
        dented = len(pressed.which) > 0
        if dented or self._dented:
            _write(self._geom_node, self._dent(pressed, up))
        self._dented = dented

    def _dent(self, pressed: Pressed, up: float) -> np.ndarray:
        which, rows = pressed.which, self._rest.copy()
        points = self._mesh.points.copy()
        points[which, 1] = up * pressed.heights
        normals = normals_of(self._mesh, points, which)
        rows[which] = _rows(points[which], normals, self._mesh.colours[which] * pressed.light[:, None])
        return rows


def _rows(points: Array, normals: Array, colours: Array) -> np.ndarray:
    rows = np.empty(len(points), _ROW)
    rows["point"], rows["normal"] = coords.bullet_to_panda(points), coords.bullet_to_panda(normals)
    rows["colour"][:, :3] = np.round(255.0 * np.clip(colours, 0.0, 1.0))
    rows["colour"][:, 3] = 255
    return rows


def _geom_node(name: str, mesh: Mesh, rows: np.ndarray) -> GeomNode:
    data = GeomVertexData(name, GeomVertexFormat.getV3n3c4(), Geom.UHDynamic)
    data.uncleanSetNumRows(len(mesh.points))
    triangles = GeomTriangles(Geom.UHStatic)
    for face in mesh.triangles.tolist():
        triangles.addVertices(*face)
    geom = Geom(data)
    geom.addPrimitive(triangles)
    node = GeomNode(name)
    node.addGeom(geom)
    _write(node, rows)
    return node


def _write(node: GeomNode, rows: np.ndarray) -> None:
    handle = node.modifyGeom(0).modifyVertexData().modifyArrayHandle(0)
    handle.copyDataFrom(rows.tobytes())
