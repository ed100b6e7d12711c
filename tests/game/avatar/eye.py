"""A camera for tests, with a picture of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from panda3d.core import (
    Camera,
    ColorAttrib,
    FrameBufferProperties,
    GraphicsOutput,
    GraphicsPipe,
    NodePath,
    OrthographicLens,
    RenderState,
    ShaderAttrib,
    Texture,
    TextureAttrib,
    WindowProperties,
)

from models.rotations import Array

SIZE = 200
VIEW = 2.4  # m that the picture is wide


class Eye:
    """A camera with an own buffer that looks along +Y at the body from its right side, without perspective."""

    def __init__(self, base: Any) -> None:
        self.base = base
        self.picture = Texture()
        self.buffer = base.graphicsEngine.makeOutput(
            base.pipe,
            "eye",
            -10,
            FrameBufferProperties(FrameBufferProperties.getDefault()),
            WindowProperties(size=(SIZE, SIZE)),
            GraphicsPipe.BFRefuseWindow,
            base.win.getGsg(),
            base.win,
        )
        self.buffer.addRenderTexture(self.picture, GraphicsOutput.RTMCopyRam)
        self.buffer.setClearColor((0.0, 0.0, 0.0, 1.0))
        lens = OrthographicLens()
        lens.setFilmSize(VIEW, VIEW)
        lens.setNearFar(0.1, 20.0)
        self.node = Camera("eye", lens)
        self.path: NodePath = base.render.attachNewNode(self.node)
        self.buffer.makeDisplayRegion().setCamera(self.path)

    def look(self, target: Array, shown: NodePath, heading: float = 0.0) -> Array:
        """Picture ``(SIZE, SIZE, 3)``, 0 … 255, of ``shown`` alone, and of what hangs below it.

        heading: degrees by which the eye has walked round the target, counter-clockwise seen from above.
        """
        turn = np.radians(heading)
        self.path.setPos(float(target[0] + 5.0 * np.sin(turn)), float(target[1] - 5.0 * np.cos(turn)), float(target[2]))
        self.path.setHpr(heading, 0.0, 0.0)
        self.node.setScene(shown)
        self.base.graphicsEngine.renderFrame()
        data = np.frombuffer(memoryview(self.picture.getRamImageAs("RGB")).cast("B"), np.uint8)
        return data.reshape(SIZE, SIZE, 3)[::-1].astype(np.float64)

    def silhouette(self, target: Array, shown: NodePath) -> Array:
        """Which pixels ``shown`` covers, drawn as a shadow map would: plain states override everything."""
        self.node.setInitialState(
            RenderState.make(
                ShaderAttrib.makeOff(), TextureAttrib.makeAllOff(), ColorAttrib.makeFlat((1.0, 1.0, 1.0, 1.0)), 10
            )
        )
        covered = self.look(target, shown).max(axis=-1) > 0.0
        self.node.setInitialState(RenderState.makeEmpty())
        return covered
