"""An eye's picture: a camera with an eye's lopsided view, drawn into a texture."""

from __future__ import annotations

from typing import Any

from direct.showbase.ShowBase import ShowBase
from panda3d.core import Camera as CameraNode
from panda3d.core import (
    FrameBufferProperties,
    GraphicsOutput,
    LQuaternion,
    NodePath,
    PerspectiveLens,
    Texture,
)

from game.camera.lens import FAR, NEAR
from game.camera.pose import CameraPose
from game.environment.projection import offscreen
from game.vr.headset import Eye, Frustum

_AFTER_WINDOW = 10
_SAMPLES = 4  # a pixel: what flickers along edges on a screen cannot be borne before the eyes


def put(node: NodePath, pose: CameraPose) -> None:
    """Set a node's pose below its parent."""
    node.set_pos(*(float(value) for value in pose.position))
    node.set_quat(LQuaternion(*(float(value) for value in pose.rotation)))


def lens_of(frustum: Frustum) -> PerspectiveLens:
    """The lens that fills its picture with ``frustum``."""
    lens = PerspectiveLens()
    lens.set_film_size(frustum.right - frustum.left, frustum.top - frustum.bottom)
    lens.set_film_offset(0.5 * (frustum.left + frustum.right), 0.5 * (frustum.bottom + frustum.top))
    lens.set_focal_length(1.0)
    lens.set_near_far(NEAR, FAR)
    return lens


class EyeView:
    """Draws what ``eye`` sees, below ``head``, into `texture` of ``size`` pixels, after the window."""

    def __init__(self, base: ShowBase, name: str, eye: Eye, size: tuple[int, int], head: NodePath) -> None:
        self._base: Any = base
        self.texture = Texture(name)
        properties = FrameBufferProperties()
        properties.set_rgba_bits(8, 8, 8, 8)
        properties.set_depth_bits(24)
        properties.set_multisamples(_SAMPLES)
        self._buffer = offscreen(base, name, _AFTER_WINDOW, properties, size)
        self._buffer.set_clear_color(self._base.win.get_clear_color())
        self._buffer.add_render_texture(self.texture, GraphicsOutput.RTM_bind_or_copy, GraphicsOutput.RTP_color)
        self.camera = head.attach_new_node(CameraNode(name, lens_of(eye.frustum)))
        put(self.camera, eye.pose)
        self._buffer.make_display_region().set_camera(self.camera)

    def handle(self) -> int:
        """OpenGL's name of the texture; its context must be current."""
        gsg = self._base.win.get_gsg()
        return int(self.texture.prepare_now(0, gsg.get_prepared_objects(), gsg).get_native_id())

    def destroy(self) -> None:
        """Free the buffer and take the camera away."""
        self._base.graphicsEngine.remove_window(self._buffer)
        self.camera.remove_node()
