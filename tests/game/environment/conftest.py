"""Pictures of places as arrays, and a made-up place small enough to reason about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from panda3d.core import Camera as CameraNode
from panda3d.core import (
    Filename,
    FrameBufferProperties,
    GraphicsOutput,
    GraphicsPipe,
    NodePath,
    PerspectiveLens,
    PNMImage,
    Texture,
    WindowProperties,
)

Picture = NDArray[np.float64]

ROOM = """
schema = "backflip.environment"
version = 1
name = "Test room"
ambience = "room"
footsteps = "wood"
fallback = [0.0, 0.0, 1.0]

[[projector]]
name = "photograph"
image = "photo.png"
position = [0.0, -5.0, 1.5]
hpr = [0.0, 0.0, 0.0]
focal_px = 300.0
border = 0

[[geometry]]
kind = "ground"
name = "floor"
position = [0.0, 0.0, 0.0]
size = [8.0, 12.0]

[[geometry]]
kind = "wall"
name = "end"
start = [-8.0, 5.0]
end = [8.0, 5.0]
span = [0.0, 6.0]

[light]
direction = [0.0, 0.0, -1.0]
colour = [1.0, 1.0, 1.0]
ambient = [0.3, 0.3, 0.3]
shadow = 0.6

[mark]
position = [1.0, 2.0, 0.0]
heading = 90.0

[[operator]]
name = "start"
position = [0.0, -4.0, 1.5]
hpr = [0.0, 0.0, 0.0]
"""

BLOCK = """
[[geometry]]
kind = "box"
name = "block"
position = [1.0, 2.0, 0.0]
size = [1.0, 0.6, 2.0]
heading = 30.0
collide = true
"""


def write_picture(path: Path, pixels: NDArray[Any]) -> None:
    """Save ``(H, W, 3)`` in 0 … 255, top row first."""
    height, width = pixels.shape[:2]
    texture = Texture()
    texture.setup2dTexture(width, height, Texture.T_unsigned_byte, Texture.F_rgb)
    texture.setRamImage(np.ascontiguousarray(pixels[::-1, :, ::-1].astype(np.uint8)).tobytes())
    assert texture.write(Filename.fromOsSpecific(str(path)))


def read_picture(path: Path) -> Picture:
    """The photograph as ``(H, W, 3)`` in 0 … 255, top row first."""
    image = PNMImage(Filename.fromOsSpecific(str(path)))
    texture = Texture()
    texture.load(image)
    return _pixels(texture)


def _pixels(texture: Texture) -> Picture:
    data = np.frombuffer(memoryview(texture.getRamImageAs("RGB")), np.uint8)
    return data.reshape(texture.getYSize(), texture.getXSize(), 3)[::-1].astype(np.float64)


@pytest.fixture
def room(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the made-up place with more TOML at its end; its photograph is red at the left and green at the right."""

    def write(more: str = "", text: str = ROOM) -> Path:
        pixels = np.zeros((240, 320, 3))
        pixels[:, :160, 0] = 255.0
        pixels[:, 160:, 1] = 255.0
        write_picture(tmp_path / "photo.png", pixels)
        (tmp_path / "environment.toml").write_text(text + more)
        return tmp_path

    return write


Shoot = Callable[..., Picture]


@pytest.fixture
def shoot(base: Any) -> Any:
    """``shoot(aim, size)`` renders with a camera that ``aim`` puts in place; returns ``(H, W, 3)`` in 0 … 255."""
    buffers: list[Any] = []

    def take(aim: Callable[[NodePath], None], size: tuple[int, int] = (320, 240)) -> Picture:
        texture = Texture()
        properties = FrameBufferProperties()
        properties.setRgbaBits(8, 8, 8, 8)
        properties.setDepthBits(24)
        buffer = base.graphicsEngine.makeOutput(
            base.pipe,
            "picture",
            0,
            properties,
            WindowProperties.size(*size),
            GraphicsPipe.BF_refuse_window,
            base.win.getGsg(),
            base.win,
        )
        buffers.append(buffer)
        buffer.addRenderTexture(texture, GraphicsOutput.RTM_copy_ram)
        camera = base.render.attachNewNode(CameraNode("eye"))
        aim(camera)
        buffer.makeDisplayRegion().setCamera(camera)
        base.graphicsEngine.renderFrame()
        base.graphicsEngine.renderFrame()
        camera.removeNode()
        return _pixels(texture)

    yield take
    for buffer in buffers:
        base.graphicsEngine.removeWindow(buffer)


def aim(
    fov: float, size: tuple[int, int], position: tuple[float, float, float], hpr: tuple[float, float, float]
) -> Callable[[NodePath], None]:
    """Puts a camera somewhere, with a lens of ``fov`` degrees across a picture of ``size`` pixels."""

    def put(camera: NodePath) -> None:
        lens = PerspectiveLens()
        lens.setFov(fov)
        lens.setAspectRatio(size[0] / size[1])
        lens.setNear(0.05)
        camera.node().setLens(lens)
        camera.setPosHpr(*position, *hpr)

    return put
