"""A place's paint as one picture over its texture coordinates, drawn by the projection shader itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import Camera as CameraNode
from panda3d.core import (
    FrameBufferProperties,
    GraphicsOutput,
    LVecBase4f,
    NodePath,
    OmniBoundingVolume,
    RenderState,
    Texture,
)

from game.environment.projection import offscreen
from models.rotations import Array

_AFTER_DEPTH = -50  # the depth maps of projectors are drawn earlier in the same frame


def draw_unwrapped(base: ShowBase, nodes: Sequence[NodePath], state: RenderState, size: int) -> NDArray[np.uint8]:
    """``(size, size, 4)``, top row first: what nodes show at each texture coordinate; alpha 0 where there is nothing.

    Their shaders must be those of unwrapped paintings; ``state`` has what these need. One frame is drawn, without the
    window.

    Raises:
        InputError: the graphics driver has no such buffer.
    """
    properties = FrameBufferProperties()
    properties.setRgbaBits(8, 8, 8, 8)
    buffer = offscreen(base, "unwrapped", _AFTER_DEPTH, properties, (size, size))
    buffer.setClearColorActive(True)
    buffer.setClearColor(LVecBase4f(0.0))
    texture = Texture("unwrapped")
    buffer.addRenderTexture(texture, GraphicsOutput.RTM_copy_ram)
    scene = NodePath("unwrapped")
    scene.setState(state)
    for node in nodes:
        node.instanceTo(scene)
    camera = scene.attachNewNode(CameraNode("unwrapped"))
    camera.node().setScene(scene)
    camera.node().setCullBounds(OmniBoundingVolume())
    buffer.makeDisplayRegion().setCamera(camera)
    shown = base.win.isActive()
    base.win.setActive(False)
    base.graphicsEngine.renderFrame()
    base.win.setActive(shown)
    data = np.frombuffer(memoryview(texture.getRamImageAs("RGBA")), np.uint8).copy()
    base.graphicsEngine.removeWindow(buffer)
    scene.removeNode()
    return data.reshape(size, size, 4)[::-1]


def fill_patches(picture: NDArray[np.uint8], surfaces: Sequence[Sequence[Array]]) -> NDArray[np.uint8]:
    """``(size, size, 4)`` -> ``(size, size, 3)``: what is open on a surface gets the surface's own nearest colours.

    surfaces: for each of them the texture coordinates ``(corners, 2)`` of its faces. What belongs to no face gets the
    colours around it, so that nothing else seeps in where a texture is filtered.
    """
    size = len(picture)
    whole = picture.copy()
    for faces in surfaces:
        own = np.zeros((size, size, 1), bool)
        for coordinates in faces:
            (left, bottom), (right, top) = coordinates.min(axis=0) * size, coordinates.max(axis=0) * size
            own[int(size - top) : int(np.ceil(size - bottom)), int(left) : int(np.ceil(right))] = True
        if picture[..., 3:][own].min() < 255:
            filled = fill_gaps(np.where(own, picture, 0))
            whole = np.where(own, np.concatenate((filled, np.full((size, size, 1), 255)), axis=-1), whole)
    return fill_gaps(whole)


def fill_gaps(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``(size, size, 4)`` -> ``(size, size, 3)``: texels of little alpha get the colours around them, by pull and push.

    After Gortler et al., The Lumigraph (1996), section 3.4: averages of known texels on coarser and coarser pictures,
    handed down to where nothing is known. The size is a power of two.
    """
    alpha = picture[..., 3:].astype(np.float32) / 255.0
    levels = [(picture[..., :3] * alpha, alpha)]
    while len(levels[-1][0]) > 1:
        colour, weight = (_halved(part) for part in levels[-1])
        # One known texel of four counts in full: what is known must not fade on the way up.
        full = np.minimum(4.0 * weight, 1.0)
        levels.append((colour / np.maximum(weight, 1e-9) * full, full))
    below = levels.pop()[0]
    while levels:
        colour, weight = levels.pop()
        below = colour + (1.0 - weight) * _doubled(below)
    return np.round(below).clip(0, 255).astype(np.uint8)


def _halved(values: NDArray[np.float32]) -> NDArray[np.float32]:
    size, _, channels = values.shape
    return np.asarray(values.reshape(size // 2, 2, size // 2, 2, channels).mean(axis=(1, 3)), np.float32)


def _doubled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Twice the size, smoothly: each texel is 3 parts of the nearest and 1 part of the next one, along both sides."""
    for axis in (0, 1):
        padded = np.concatenate((values.take([0], axis), values, values.take([-1], axis)), axis=axis)
        count = values.shape[axis]
        before, after = padded.take(range(count), axis), padded.take(range(2, count + 2), axis)
        pair = np.stack((0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after), axis=axis + 1)
        shape = list(values.shape)
        shape[axis] *= 2
        values = pair.reshape(shape)
    return values
