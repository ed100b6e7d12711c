"""Projectors in the scene: their photographs as textures and what each of them sees as a depth map, drawn once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    Camera as CameraNode,
)
from panda3d.core import (
    ColorWriteAttrib,
    Filename,
    FrameBufferProperties,
    GraphicsOutput,
    GraphicsPipe,
    LMatrix4,
    LVector2,
    LVector3,
    MatrixLens,
    NodePath,
    PfmFile,
    PNMImage,
    RenderState,
    SamplerState,
    ShaderAttrib,
    Texture,
    WindowProperties,
)

from game.environment.description import Panorama, Projector
from game.environment.optics import Camera, depth_terms, lens_matrix, texture_matrix
from models.errors import InputError
from models.rotations import Array

DEPTH_SIZE = 1024  # pixels on the longer side of a depth map
_ANISOTROPY = 8  # floors are seen at grazing angles
_SOFTWARE = ("llvmpipe", "softpipe", "swrast")  # there it would more than double the time of a frame
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
    """The camera's own lens, principal point and all."""
    lens = MatrixLens()
    lens.setUserMat(to_panda(lens_matrix(camera)))
    return lens


class DepthMap:
    """What a camera sees of a scene, as distances: drawn in the next frame and, if ``once``, never again."""

    def __init__(
        self, base: ShowBase, name: str, size: tuple[int, int], lens: Any, scene: NodePath, once: bool
    ) -> None:
        self._base = base
        self.texture = Texture(name)
        self.texture.setWrapU(SamplerState.WM_clamp)
        self.texture.setWrapV(SamplerState.WM_clamp)
        properties = FrameBufferProperties()
        properties.setDepthBits(24)
        self._buffer: Any = base.graphicsEngine.makeOutput(
            base.pipe,
            name,
            _BEFORE_WINDOW,
            properties,
            WindowProperties.size(*size),
            GraphicsPipe.BF_refuse_window,
            base.win.getGsg(),
            base.win,
        )
        if self._buffer is None:
            raise InputError("this graphics driver gives no depth buffer; install a driver with OpenGL 3.2")
        self._buffer.addRenderTexture(self.texture, GraphicsOutput.RTM_bind_or_copy, GraphicsOutput.RTP_depth)
        self._buffer.setOneShot(once)
        node = CameraNode(name, lens)
        node.setScene(scene)
        self.node = node
        self.camera = NodePath(node)
        self._buffer.makeDisplayRegion().setCamera(self.camera)

    def destroy(self) -> None:
        """Free the buffer."""
        self._base.graphicsEngine.removeWindow(self._buffer)
        self.camera.removeNode()


class ProjectorInScene:
    """One projector: its photograph, its depth map and the shader inputs that carry them."""

    def __init__(self, base: ShowBase, projector: Projector, surfaces: dict[str, NodePath]) -> None:
        self.projector = projector
        self.photo = load_photo(projector.image, anisotropy(base))
        self._scene = NodePath(f"seen by {projector.name}")
        for name, surface in surfaces.items():
            if projector.paints(name):
                surface.instanceTo(self._scene)
        camera = projector.camera
        scale = min(1.0, DEPTH_SIZE / max(camera.size))
        size = max(1, round(camera.size[0] * scale)), max(1, round(camera.size[1] * scale))
        self._texel = camera.size[0] / size[0] / camera.focal
        self._depth = DepthMap(base, f"depth of {projector.name}", size, lens_of(camera), self._scene, once=True)
        self._depth.texture.setMinfilter(SamplerState.FT_shadow)
        self._depth.texture.setMagfilter(SamplerState.FT_shadow)
        self._depth.camera.reparentTo(self._scene)
        place_camera(self._depth.camera, camera)
        # Without the override the pass would run the projection shader, which reads the very map that is drawn.
        self._depth.node.setInitialState(
            RenderState.make(ShaderAttrib.makeOff(), ColorWriteAttrib.make(ColorWriteAttrib.COff), 1)
        )

    def set_inputs(self, root: NodePath, index: int) -> None:
        """Hand everything to the shader on ``root`` as projector number ``index``."""
        projector, camera = self.projector, self.projector.camera
        border = [max(projector.border, 1e-3) / side for side in camera.size]
        root.setShaderInputs(
            **{
                f"photo{index}": self.photo,
                f"depth{index}": self._depth.texture,
                f"to_texture{index}": to_panda(texture_matrix(camera)),
                f"eye{index}": LVector3(*camera.position),
                f"depth_terms{index}": LVector2(*depth_terms(camera)),
                f"border{index}": LVector2(*border),
                f"habits{index}": LVector3(projector.facing_power, projector.spill, self._texel),
            }
        )

    def destroy(self) -> None:
        """Free the depth map."""
        self._depth.destroy()
        self._scene.removeNode()


def anisotropy(base: ShowBase) -> int:
    """How many samples along a grazing direction this renderer can afford."""
    renderer = base.win.getGsg().getDriverRenderer().lower()
    return 1 if any(name in renderer for name in _SOFTWARE) else _ANISOTROPY


def load_photo(path: Path, samples: int) -> Texture:
    """A photograph with mipmaps, its values untouched.

    Raises:
        InputError: the file is damaged.
    """
    picture = PNMImage()
    if not picture.read(Filename.fromOsSpecific(str(path.absolute()))):
        raise InputError(f"{path}: this photograph is damaged; export it again as PNG or JPEG")
    texture = Texture(path.name)
    texture.load(picture)
    texture.setWrapU(SamplerState.WM_clamp)
    texture.setWrapV(SamplerState.WM_clamp)
    texture.setMinfilter(SamplerState.FT_linear_mipmap_linear)
    texture.setAnisotropicDegree(samples)
    return texture


def load_panorama(panorama: Panorama) -> Texture:
    """An equirectangular picture as sRGB texture; high range is multiplied by the gain and clipped at white.

    Raises:
        InputError: the file is damaged.
    """
    path = panorama.image
    picture = PfmFile()
    if not picture.read(Filename.fromOsSpecific(str(path.absolute()))):
        raise InputError(f"{path}: this panorama is damaged; export it again")
    values = np.array(memoryview(picture), dtype=np.float64)
    values = values.reshape(picture.getYSize(), picture.getXSize(), -1)
    if values.shape[2] < 3:
        raise InputError(f"{path}: this panorama has no colour; save it as RGB")
    linear = values[..., :3] if path.suffix.lower() in (".hdr", ".exr") else from_srgb(values[..., :3])
    shown = to_srgb(np.clip(np.nan_to_num(linear) * np.array(panorama.gain), 0.0, 1.0))
    texture = Texture(path.name)
    texture.setup2dTexture(shown.shape[1], shown.shape[0], Texture.T_unsigned_byte, Texture.F_rgb)
    # Panda keeps blue first and the bottom row first.
    texture.setRamImage(np.ascontiguousarray(np.round(shown[::-1, :, ::-1] * 255.0).astype(np.uint8)).tobytes())
    texture.setWrapU(SamplerState.WM_repeat)
    texture.setWrapV(SamplerState.WM_clamp)
    texture.setMinfilter(SamplerState.FT_linear)
    return texture


def to_srgb(linear: Array) -> Array:
    """IEC 61966-2-1, 0 … 1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def from_srgb(shown: Array) -> Array:
    """The inverse of `to_srgb`."""
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
