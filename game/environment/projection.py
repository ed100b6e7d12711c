"""Projectors in the scene: their photographs as textures and what each of them sees as a depth map, drawn once."""

from __future__ import annotations

from typing import Any

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import Camera as CameraNode
from panda3d.core import (
    ColorWriteAttrib,
    FrameBufferProperties,
    GraphicsOutput,
    GraphicsPipe,
    LMatrix4,
    LVector2,
    LVector3,
    LVector4,
    MatrixLens,
    NodePath,
    RenderState,
    SamplerState,
    ShaderAttrib,
    Texture,
    WindowProperties,
)

from game.environment.description import Projector
from game.environment.optics import Camera, Sphere, axes_of, depth_terms, lens_matrix, reach, straight, texture_matrix
from models.errors import InputError
from models.rotations import Array

DEPTH_SIZE = 1024  # pixels on the longer side of a depth map
TILE = 512  # pixels of each of the six sides of what sees all around
_SIDES = ((-90.0, 0.0), (90.0, 0.0), (0.0, 0.0), (180.0, 0.0), (0.0, 90.0), (0.0, -90.0))  # heading, pitch; see glsl
_BEFORE_WINDOW = -100


def to_panda(matrix: Array) -> LMatrix4:
    """A matrix for column vectors -> Panda's, for row vectors."""
    return LMatrix4(*matrix.T.ravel().tolist())


def place_camera(node: NodePath, camera: Camera) -> None:
    """Put ``node`` where ``camera`` is, looking as it looks."""
    turn = np.eye(4)
    turn[:3, :3] = np.array(camera.axes).T
    turn[:3, 3] = camera.position
    node.setMat(to_panda(turn))


def lens_of(camera: Camera) -> MatrixLens:
    """The camera's own lens as a pinhole, principal point and all."""
    lens = MatrixLens()
    lens.setUserMat(to_panda(lens_matrix(camera)))
    return lens


class DepthMap:
    """What cameras see of a scene, as distances: drawn in the next frame and, if ``once``, never again."""

    def __init__(self, base: ShowBase, name: str, size: tuple[int, int], once: bool) -> None:
        self._base = base
        self.texture = Texture(name)
        self.texture.setWrapU(SamplerState.WM_clamp)
        self.texture.setWrapV(SamplerState.WM_clamp)
        properties = FrameBufferProperties()
        properties.setDepthBits(24)
        self._buffer = offscreen(base, name, _BEFORE_WINDOW, properties, size)
        self._buffer.addRenderTexture(self.texture, GraphicsOutput.RTM_bind_or_copy, GraphicsOutput.RTP_depth)
        self._buffer.setOneShot(once)
        self._cameras: list[NodePath] = []

    def see(self, scene: NodePath, lens: Any, tile: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)) -> Any:
        """A camera of ``scene`` that fills ``tile`` (left, right, bottom, top) of the map; put it where it belongs."""
        node = CameraNode(self.texture.getName(), lens)
        node.setScene(scene)
        camera = NodePath(node)
        self._buffer.makeDisplayRegion(*tile).setCamera(camera)
        self._cameras.append(camera)
        return camera

    def destroy(self) -> None:
        """Free the buffer."""
        self._base.graphicsEngine.removeWindow(self._buffer)
        for camera in self._cameras:
            camera.removeNode()


class ProjectorInScene:
    """One projector: its photograph, its depth map and the shader inputs that carry them."""

    def __init__(self, base: ShowBase, projector: Projector, photo: Texture, surfaces: dict[str, NodePath]) -> None:
        self.projector = projector
        self._photo = photo
        self._scene = NodePath(f"seen by {projector.name}")
        for name, surface in surfaces.items():
            if projector.paints(name):
                surface.instanceTo(self._scene)
        if isinstance(projector.camera, Sphere):
            self._texel = 2.0 / TILE
            self._depth = self._all_around(base, projector.camera)
        else:
            self._depth = self._ahead(base, straight(projector.camera))
        self._depth.texture.setMinfilter(SamplerState.FT_shadow)
        self._depth.texture.setMagfilter(SamplerState.FT_shadow)

    def _ahead(self, base: ShowBase, camera: Camera) -> DepthMap:
        scale = min(1.0, DEPTH_SIZE / max(camera.size))
        size = max(1, round(camera.size[0] * scale)), max(1, round(camera.size[1] * scale))
        self._texel = camera.size[0] / size[0] / camera.focal
        depth = DepthMap(base, f"depth of {self.projector.name}", size, once=True)
        place_camera(self._seeing(depth.see(self._scene, lens_of(camera))), camera)
        return depth

    def _all_around(self, base: ShowBase, sphere: Sphere) -> DepthMap:
        depth = DepthMap(base, f"depth of {self.projector.name}", (3 * TILE, 2 * TILE), once=True)
        for index, (heading, pitch) in enumerate(_SIDES):
            camera = _side(sphere, heading, pitch)
            left, bottom = index % 3 / 3, index // 3 / 2
            tile = (left, left + 1 / 3, bottom, bottom + 1 / 2)
            place_camera(self._seeing(depth.see(self._scene, lens_of(camera), tile)), camera)
        return depth

    def _seeing(self, node: NodePath) -> NodePath:
        node.reparentTo(self._scene)
        # Without the override the pass would run the projection shader, which reads the very map that is drawn.
        node.node().setInitialState(
            RenderState.make(ShaderAttrib.makeOff(), ColorWriteAttrib.make(ColorWriteAttrib.COff), 1)
        )
        return node

    def set_inputs(self, root: NodePath, index: int) -> None:
        """Hand everything to the shader on ``root`` as projector number ``index``."""
        projector, camera = self.projector, self.projector.camera
        inputs: dict[str, Any] = {
            "photo": self._photo,
            "depth": self._depth.texture,
            "eye": LVector3(*camera.position),
            "depth_terms": LVector3(*depth_terms(camera.near, camera.far), self._texel),
            "habits": LVector2(projector.facing_power, projector.spill),
        }
        if isinstance(camera, Sphere):
            inputs["heading"] = float(np.radians(camera.heading))
        else:
            inputs |= _perspective_inputs(projector, camera)
        root.setShaderInputs(**{f"{name}{index}": value for name, value in inputs.items()})

    def destroy(self) -> None:
        """Free the depth map."""
        self._depth.destroy()
        self._scene.removeNode()


def _side(sphere: Sphere, heading: float, pitch: float) -> Camera:
    middle = 0.5 * TILE
    axes = axes_of(heading, pitch, 0.0)
    return Camera(sphere.position, axes, middle, (TILE, TILE), (middle, middle), sphere.near, sphere.far)


def _perspective_inputs(projector: Projector, camera: Camera) -> dict[str, Any]:
    pinhole = straight(camera)
    inputs: dict[str, Any] = {
        "to_texture": to_panda(texture_matrix(pinhole)),
        "border": LVector2(*(max(projector.border, 1e-3) / side for side in camera.size)),
    }
    if pinhole is not camera:
        limit = min(reach(camera), 1e3)
        inputs |= {
            "pinhole": _in_focal_lengths(pinhole),
            "lens": _in_focal_lengths(camera),
            "radial": LVector3(*camera.distortion, limit * limit),
        }
    return inputs


def _in_focal_lengths(camera: Camera) -> LVector4:
    """The principal point in texture coordinates and the size in focal lengths."""
    (width, height), (cx, cy) = camera.size, camera.principal_point
    return LVector4(cx / width, 1.0 - cy / height, width / camera.focal, height / camera.focal)


def offscreen(base: ShowBase, name: str, sort: int, properties: FrameBufferProperties, size: tuple[int, int]) -> Any:
    """A buffer that is drawn in each frame, before the window if ``sort`` is negative.

    Raises:
        InputError: the graphics driver has none of that kind.
    """
    buffer = base.graphicsEngine.makeOutput(
        base.pipe,
        name,
        sort,
        properties,
        WindowProperties.size(*size),
        GraphicsPipe.BF_refuse_window,
        base.win.getGsg(),
        base.win,
    )
    if buffer is None:
        raise InputError("this graphics driver gives no offscreen buffer; install a driver with OpenGL 3.2")
    return buffer
