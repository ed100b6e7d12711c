"""The shadow of body and props: a shadow map of the one light, drawn every frame around what casts it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    BitMask32,
    ColorWriteAttrib,
    LMatrix4,
    LVector3,
    LVector4,
    NodePath,
    OrthographicLens,
    Point3,
    RenderState,
    SamplerState,
)

from game.environment.description import Light
from game.environment.projection import DepthMap
from models.rotations import Array

SIZE = 512  # texels; the soft edge hides them
_WIDTH = 4.0  # m across the light at least, enough for a body with stretched arms in the air
_DEPTH = 12.0  # m along the light at least: from the highest caster to the ground that it shades
_ONLY_SHADOW = BitMask32.bit(20)
_SHARPEST = 1.5 / SIZE  # radius of the filter where a caster touches the ground
_TO_UNIT = LMatrix4(0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0.5, 0.5, 0.5, 1)


@dataclass(frozen=True)
class _Caster:
    node: NodePath
    reach: Callable[[], Array] | None

    @property
    def shown(self) -> bool:
        """Panda keeps what is stashed or hidden out of the picture, but not out of a node's bounds."""
        return not self.node.isHidden() and bool(self.node.getStashedAncestor().isEmpty())

    def points(self, world: NodePath) -> Array:
        """Points ``(n, 3)`` between which it lies."""
        if self.reach is not None:
            return self.reach()
        return np.array([[*corner] for corner in self.node.getTightBounds(world) or ()]).reshape(-1, 3)


class Shadow:
    """Follows the casters that are shown; with none it shades nothing."""

    def __init__(self, base: ShowBase, light: Light, receiver: NodePath) -> None:
        self._render = base.render
        self._light = light
        self._receivers: list[NodePath] = []
        self._casters: list[_Caster] = []
        self._lens = OrthographicLens()
        self._map = DepthMap(base, "shadow", (SIZE, SIZE), once=False)
        self._camera = self._map.see(base.render, self._lens)
        self._map.texture.setMinfilter(SamplerState.FT_nearest)
        self._map.texture.setMagfilter(SamplerState.FT_nearest)
        self._camera.node().setCameraMask(_ONLY_SHADOW)
        self._camera.node().setInitialState(RenderState.make(ColorWriteAttrib.make(ColorWriteAttrib.COff)))
        self._camera.reparentTo(base.render)
        base.render.hide(_ONLY_SHADOW)
        self.fall_on(receiver)
        self.update()

    def add(self, node: NodePath, reach: Callable[[], Array] | None = None) -> None:
        """Let ``node`` and all below it cast.

        reach: gives points ``(n, 3)`` of the world, m, between which all of it lies. Without it every vertex is looked
        at in every frame, which takes milliseconds where there are many.
        """
        node.showThrough(_ONLY_SHADOW)
        self._casters.append(_Caster(node, reach))

    def fall_on(self, node: NodePath) -> None:
        """Let the shadow fall on ``node`` and all below it, whose shader has `glsl.SHADOW`, from the next update."""
        node.setShaderInput("shadow_map", self._map.texture)
        node.setShaderInput("light_direction", LVector3(*self._light.direction))
        self._receivers.append(node)

    def update(self) -> None:
        """Aim at the casters that are shown, where they are in this frame."""
        self._casters = [caster for caster in self._casters if not caster.node.isEmpty()]
        self._receivers = [node for node in self._receivers if not node.isEmpty()]
        shown = [caster for caster in self._casters if caster.shown]
        corners = _corners(shown, self._render)
        direction = np.array(self._light.direction)
        self._camera.setPos(0.0, 0.0, 0.0)
        self._camera.lookAt(Point3(*direction), LVector3(0.0, 1.0, 0.0) if direction[2] < -0.99 else LVector3.up())
        turn = self._camera.getMat(self._render)
        axes = np.array([[*turn.getRow3(row)] for row in range(3)])  # right, along the light, up
        low, high = (corners @ axes.T).min(axis=0), (corners @ axes.T).max(axis=0)
        width = max(_WIDTH, 1.1 * float(max(high[0] - low[0], high[2] - low[2])))
        depth = max(_DEPTH, 2.0 * float(high[1] - low[1]))
        self._lens.setFilmSize(width, width)
        self._lens.setNearFar(0.0, depth)
        middle = 0.5 * (low + high)
        self._camera.setPos(*((middle - (0.0, 0.5 * depth, 0.0)) @ axes))
        matrix = self._render.getMat(self._camera) * self._lens.getProjectionMat() * _TO_UNIT
        strength = self._light.shadow if shown else 0.0
        for node in self._receivers:
            node.setShaderInputs(
                shadow_matrix=matrix,
                shadow_terms=LVector4(strength, self._light.softness / width, depth, _SHARPEST),
                shadow_frame=_frame(matrix, corners),
            )

    def destroy(self) -> None:
        """Free the map and show everything again."""
        for caster in self._casters:
            if not caster.node.isEmpty():
                caster.node.show(_ONLY_SHADOW)
        self._render.show(_ONLY_SHADOW)
        self._map.destroy()


def _corners(casters: list[_Caster], world: NodePath) -> Array:
    """The corners ``(8, 3)`` of the box around ``casters``; the origin where there is nothing."""
    points = np.concatenate([np.zeros((0, 3)), *(caster.points(world) for caster in casters)])
    if not len(points):
        return np.zeros((8, 3))
    low, high = points.min(axis=0), points.max(axis=0)
    return np.array(list(itertools.product(*zip(low.tolist(), high.tolist(), strict=True))))


def _frame(matrix: LMatrix4, corners: Array) -> LVector4:
    inside = np.array([[*matrix.xformPoint(Point3(*corner))][:2] for corner in corners])
    return LVector4(*inside.min(axis=0), *inside.max(axis=0))
