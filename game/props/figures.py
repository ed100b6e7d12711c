"""Props on screen: a mesh for each, lit as the body is; soft ones give way under it."""

from __future__ import annotations

import itertools
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
from game.props.dents import REACH, Balls, BodyShape, Cover, Pressed
from game.props.meshes import Mesh, mesh_of, normals_of
from game.props.shading import shade
from models import coords, rotations
from models.body import Body
from models.props import Prop, poses_of
from models.rotations import Array

_AS_LARGE = Vec3(1.0)
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
        halves = np.array([prop.kind.half for prop in props]).reshape(-1, 1, 3)
        self._corners = halves * np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
        self._poses = poses_of(self.props)

    def node(self, index: int) -> NodePath:
        """What draws a prop."""
        return self._figures[index].node

    def show(self, poses: Array, pose: BodyPose | None) -> None:
        """Stand as ``poses`` ``(props, 7)`` in Bullet's frame say, under a body in ``pose``, if there is one."""
        self._poses = poses
        balls = None if pose is None else self._body.balls(pose)
        places = coords.bullet_to_panda(poses[:, :3]).tolist()
        turns = coords.bullet_quat_to_panda(poses[:, 3:]).tolist()
        apart = np.zeros(len(poses)) if pose is None else np.linalg.norm(poses[:, :3] - pose.root_pos, axis=1)
        for index, figure in enumerate(self._figures):
            if balls is not None:
                figure.give_way(poses[index], balls)
            figure.stand(places[index], turns[index])
            parent = figure.node.getParent()
            if parent in (self.root, self.casting):  # not what hangs under the place, painted by its projectors
                wanted = self.casting if apart[index] < _CASTS else self.root
                if parent != wanted:
                    figure.node.reparentTo(wanted)

    def reach(self) -> Array:
        """Corners ``(n, 3)`` in Panda's world of the blocks that those fill which hang below `casting`."""
        return self._blocks([i for i, figure in enumerate(self._figures) if figure.node.getParent() == self.casting])

    def reach_of(self, index: int) -> Array:
        """Corners ``(8, 3)`` in Panda's world of the block that a prop fills."""
        return self._blocks([index])

    def _blocks(self, which: list[int]) -> Array:
        poses = self._poses[which, None]
        corners = poses[..., :3] + rotations.rotate(poses[..., 3:], self._corners[which])
        return coords.bullet_to_panda(corners.reshape(-1, 3))

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
        self._farthest = float(np.linalg.norm(half + REACH))
        self._covers = [Cover(self._mesh.points * turn, normals * turn, half) for turn in turns]
        self._geom_node = _geom_node(prop.name, self._mesh, self._rest)
        self.node = NodePath(self._geom_node)

    def stand(self, place: list[float], turn: list[float]) -> None:
        """place, turn: in Panda's world, the turn wxyz."""
        self.node.setTransform(TransformState.makePosQuatScale(Point3(*place), LQuaternion(*turn), _AS_LARGE))

    def give_way(self, pose: Array, balls: Balls) -> None:
        """Draw what is soft anew where ``balls`` press on it, the prop standing as ``pose`` says."""
        if not self._soft or (not self._dented and self._cover_is_free(pose, balls)):
            return
        x, _, z, _ = pose[3:].tolist()
        up = 1.0 if x * x + z * z < 0.5 else -1.0  # the height of its turned Y axis is 1 - 2 (x² + z²)
        centres = rotations.rotate(rotations.conjugate(pose[3:]), balls.centres - pose[:3]) * (1.0, up, 1.0)
        if self._seen.shape == centres.shape and np.abs(centres - self._seen).max() < _STILL:
            return
        self._seen = centres
        pressed = self._covers[0 if up > 0.0 else 1].press(Balls(centres, balls.radii))
        dented = len(pressed.which) > 0
        if dented or self._dented:
            _write(self._geom_node, self._dent(pressed, up))
        self._dented = dented

    def _cover_is_free(self, pose: Array, balls: Balls) -> bool:
        """Whether all balls are too far away to move any of its points, however it lies."""
        apart = balls.centres - pose[:3]
        return bool(np.all(np.sqrt(np.sum(apart * apart, axis=1)) - balls.radii > self._farthest))

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
