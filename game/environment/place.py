"""A place in the scene: its geometry under one node, painted by its projectors, with light and shadow for a body."""

from __future__ import annotations

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    ColorWriteAttrib,
    CullFaceAttrib,
    DepthTestAttrib,
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexData,
    GeomVertexFormat,
    GeomVertexWriter,
    LVector3,
    NodePath,
    RenderAttrib,
    Shader,
)

from game.environment.description import SKY, Environment, Face, Surface
from game.environment.geometry import normal_of, triangulate
from game.environment.optics import Vec3
from game.environment.projection import ProjectorInScene, load_panorama
from game.environment.shader import depth_shader, projection_shader
from game.environment.shadow import Shadow

_SKY = 300.0  # m from the middle to each side of the cube that stands for everything far away


class Place:
    """Builds ``environment`` under `root`; `authoring` paints pink what no projector sees."""

    def __init__(self, base: ShowBase, environment: Environment) -> None:
        self.environment = environment
        self.root: NodePath = base.render.attachNewNode(f"place {environment.name}")
        painted = self.root.attachNewNode("painted")
        surfaces = {surface.name: _hang(painted, surface) for surface in environment.surfaces}
        sky = painted.attachNewNode(draw_faces(SKY, _sky(environment.mark.position)))
        self._draw_depth_first(painted)
        self._projectors = [ProjectorInScene(base, projector, surfaces) for projector in environment.projectors]
        self._painted = painted
        self._set_inputs()
        self._set_shaders({**surfaces, SKY: sky})
        self._shadow = Shadow(base, environment.light, painted)

    @property
    def authoring(self) -> bool:
        """Whether what no projector sees is pink."""
        return self._authoring

    @authoring.setter
    def authoring(self, on: bool) -> None:
        self._authoring = on
        self._painted.setShaderInput("authoring", float(on))

    def cast_from(self, node: NodePath) -> None:
        """Let ``node`` cast its shadow on the place. It never gets into the projectors' way."""
        self._shadow.add(node)

    def update(self) -> None:
        """Once a frame, after bodies have moved: the shadow follows them."""
        self._shadow.update()

    def destroy(self) -> None:
        """Take everything out of the scene and free the buffers."""
        self._shadow.destroy()
        for projector in self._projectors:
            projector.destroy()
        self.root.removeNode()

    def _draw_depth_first(self, painted: NodePath) -> None:
        # The projection shader is dear: with the distances known beforehand it runs once for every pixel.
        first = self.root.attachNewNode("depth first")
        painted.instanceTo(first)
        first.setShader(depth_shader(), 1)
        first.setAttrib(ColorWriteAttrib.make(ColorWriteAttrib.COff))
        first.setBin("background", 0)
        painted.setAttrib(DepthTestAttrib.make(RenderAttrib.MLessEqual))

    def _set_shaders(self, nodes: dict[str, NodePath]) -> None:
        made: dict[tuple[int, ...], Shader] = {}
        for name, node in nodes.items():
            painting = {i: p for i, p in enumerate(self.environment.projectors) if p.paints(name)}
            key = tuple(painting)
            if key not in made:
                made[key] = projection_shader(painting, self.environment.panorama is not None)
            node.setShader(made[key])

    def _set_inputs(self) -> None:
        environment, painted = self.environment, self._painted
        painted.setShaderInput("fallback", LVector3(*environment.fallback))
        self.authoring = False
        for index, projector in enumerate(self._projectors):
            projector.set_inputs(painted, index)
        if environment.panorama is not None:
            painted.setShaderInputs(
                panorama=load_panorama(environment.panorama),
                panorama_eye=LVector3(*environment.panorama.position),
                panorama_heading=float(np.radians(environment.panorama.heading)),
            )


def _hang(parent: NodePath, surface: Surface) -> NodePath:
    node = parent.attachNewNode(draw_faces(surface.name, surface.faces))
    # As on a stage, a wall is missing for a camera behind it, so that a small room can be filmed from further away.
    wild = surface.kind == "wall"
    node.setAttrib(CullFaceAttrib.make(CullFaceAttrib.MCullClockwise if wild else CullFaceAttrib.MCullNone))
    return node


def _sky(middle: Vec3) -> tuple[Face, ...]:
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


def draw_faces(name: str, faces: tuple[Face, ...]) -> GeomNode:
    """A node with these planar faces as flat triangles."""
    data = GeomVertexData(name, GeomVertexFormat.getV3n3(), Geom.UHStatic)
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
    geometry = Geom(data)
    geometry.addPrimitive(triangles)
    node = GeomNode(name)
    node.addGeom(geometry)
    return node
