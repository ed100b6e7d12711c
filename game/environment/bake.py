"""A place's paint as one picture over its texture coordinates, drawn by the projection shader itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from scipy.spatial import cKDTree

from game.environment.projection import offscreen
from models.rotations import Array

_AFTER_DEPTH = -50  # the depth maps of projectors are drawn earlier in the same frame
_AROUND = 12  # known texels that colour an open one
_MOST = 60_000  # known texels of a surface that are asked; what they colour is blurred anyway

Texels = tuple[tuple[NDArray[np.int64], NDArray[np.int64]], Array]


@dataclass(frozen=True)
class Patch:
    """A face in the picture: texture coordinates ``(corners, 2)``, v upwards, and its corners ``(corners, 3)``, m."""

    coordinates: Array
    corners: Array


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


def fill_patches(picture: NDArray[np.uint8], surfaces: Sequence[Sequence[Patch]]) -> NDArray[np.uint8]:
    """``(size, size, 4)`` -> ``(size, size, 3)``: what is open on a surface gets the nearest colours in space.

    They are the surface's own, unless it has none: then those of the other ``surfaces``. What belongs to no face gets
    the colours around it, so that nothing else seeps in where a texture is filtered.
    """
    size = len(picture)
    whole = picture.copy()
    texels = [[_texels(patch, size) for patch in patches] for patches in surfaces]
    for owns in texels:
        open_texels = [(at, points, picture[at][:, 3] < 255) for at, points in owns]
        gaps = [(at, points, gap) for at, points, gap in open_texels if gap.any()]
        if not gaps:
            continue
        known, colours = _known(picture, owns)
        if not len(known):
            known, colours = _known(picture, [own for each in texels for own in each])
        if not len(known):
            continue
        nearest = cKDTree(known)
        for (all_rows, all_columns), points, gap in gaps:
            rows, columns = all_rows[gap], all_columns[gap]
            alpha = picture[rows, columns, 3:] / 255.0
            found = _nearest_colours(nearest, colours, points[gap])
            whole[rows, columns, :3] = np.round(alpha * picture[rows, columns, :3] + (1.0 - alpha) * found)
            whole[rows, columns, 3] = 255
    return fill_gaps(whole)


def _texels(patch: Patch, size: int) -> Texels:
    """Rows and columns ``(N,)`` of the texels of a patch, and where on the face's plane they lie, ``(N, 3)`` m."""
    flat = patch.coordinates * size
    (left, bottom), (right, top) = flat.min(axis=0), flat.max(axis=0)
    columns, rows = np.meshgrid(
        np.arange(int(left), min(int(np.ceil(right)), size)), np.arange(int(bottom), min(int(np.ceil(top)), size))
    )
    middles = np.stack((columns.ravel() + 0.5, rows.ravel() + 0.5, np.ones(columns.size)), axis=1)
    corners = np.column_stack((flat, np.ones(len(flat))))
    points = middles @ np.linalg.lstsq(corners, patch.corners, rcond=None)[0]
    return (size - 1 - rows.ravel(), columns.ravel()), points


def _known(picture: NDArray[np.uint8], texels: Sequence[Texels]) -> tuple[Array, Array]:
    """Points ``(N, 3)`` and colours ``(N, 3)`` of texels that projectors reach in full, thinned out to `_MOST`."""
    points, colours = [np.zeros((0, 3))], [np.zeros((0, 3))]
    for at, places in texels:
        reached = picture[at][:, 3] == 255
        points.append(places[reached])
        colours.append(picture[at][reached, :3].astype(np.float64))
    step = max(1, sum(map(len, points)) // _MOST)
    return np.concatenate(points)[::step], np.concatenate(colours)[::step]


def _nearest_colours(tree: cKDTree, colours: Array, points: Array) -> Array:
    """Shepard's mean, weights 1 / distance², over the `_AROUND` nearest; the further away, the more alike they are."""
    distances, which = tree.query(points, k=min(_AROUND, tree.n))
    distances, which = distances.reshape(len(points), -1), which.reshape(len(points), -1)
    weights = 1.0 / np.maximum(distances, 1e-6) ** 2
    return np.asarray(np.sum(weights[..., None] * colours[which], axis=1) / weights.sum(axis=1)[:, None])


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
