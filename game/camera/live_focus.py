"""Depth of field in the live picture, where the machine draws fast enough: one pass over a picture and its distances.

It gathers, for every pixel, those neighbours whose own circle of confusion reaches there; what is behind spreads no
further than what is before it. Past the edge of something near it can only guess: the movie draws that properly, see
`game.camera.depth_of_field`.
"""

from __future__ import annotations

from typing import Any

from direct.filter.FilterManager import FilterManager
from panda3d.core import LVecBase2, LVecBase3, Shader, Texture

from game.camera.depth_of_field import blur
from game.camera.lens import FAR, NEAR, Lens

LARGEST = 24.0  # pixels of radius: further out the samples lie too far apart
TOO_SLOW = 20.0  # pictures a second
_PATIENCE = 2.0  # s of too slow pictures until it is given up
_HITCH = 0.25  # s; a single picture that takes longer says nothing about the next
_SAMPLES = 40

_VERTEX = """#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
in vec4 p3d_Vertex;
in vec2 p3d_MultiTexCoord0;
out vec2 at;
void main() {
    at = p3d_MultiTexCoord0;
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
}
"""
_FRAGMENT = f"""#version 150
uniform sampler2D picture;
uniform sampler2D distances;
uniform vec2 pixel;
uniform vec3 focus;  // distance in m; radius in pixels of what is infinitely far away; largest radius
in vec2 at;
out vec4 colour;

float away(vec2 where) {{
    float depth = texture(distances, where).r;
    return {NEAR * FAR} / ({FAR} - depth * {FAR - NEAR});
}}

float radius(float away) {{
    return min(focus.y * abs(1.0 - focus.x / away), focus.z);
}}

void main() {{
    float here = away(at);
    float own = radius(here);
    vec3 sum = texture(picture, at).rgb;
    float weights = 1.0;
    for (int i = 0; i < {_SAMPLES}; i++) {{
        float reach = focus.z * sqrt((float(i) + 0.5) / {float(_SAMPLES)});
        float angle = float(i) * 2.39996323;
        vec2 there = at + reach * vec2(cos(angle), sin(angle)) * pixel;
        float other = away(there);
        float size = radius(other);
        if (other > here) size = min(size, 2.0 * own);
        float weight = smoothstep(reach - 0.7, reach + 0.7, size);
        sum += weight * texture(picture, there).rgb;
        weights += weight;
    }}
    colour = vec4(sum / weights, 1.0);
}}
"""


class LiveFocus:
    """Blurs what ``base`` shows, as long as `update` is told to."""

    def __init__(self, base: Any) -> None:
        self._base = base
        self._manager: FilterManager | None = None
        self._quad: Any = None
        self._slow = 0.0
        self.too_slow = False

    @property
    def on(self) -> bool:
        """Whether the picture is being blurred."""
        return self._quad is not None

    def update(self, wanted: bool, lens: Lens, across: float, fps: float, dt: float) -> None:
        """Once a frame: as ``lens`` sees it. across: share of the window's width that the frame takes.

        A machine that has been too slow for some seconds is let alone until it is asked anew: `too_slow` tells.
        """
        if not wanted:
            self._slow, self.too_slow = 0.0, False
        show = wanted and lens.depth_of_field and not self.too_slow
        if show != self.on:
            if show:
                self._begin()
            else:
                self.destroy()
        if not show:
            return
        self._slow = self._slow + min(dt, _HITCH) if fps < TOO_SLOW else 0.0
        self.too_slow = self._slow > _PATIENCE
        width, height = self._base.win.get_x_size(), self._base.win.get_y_size()
        radius = 0.5 * blur(lens, float("inf"), round(across * width))
        self._quad.set_shader_input("pixel", LVecBase2(1.0 / width, 1.0 / height))
        self._quad.set_shader_input("focus", LVecBase3(lens.focus_distance, radius, LARGEST))

    def destroy(self) -> None:
        """Show the picture as it is drawn."""
        if self._manager is not None:
            self._manager.cleanup()
        self._manager = self._quad = None

    def _begin(self) -> None:
        picture, distances = Texture("picture"), Texture("distances")
        self._manager = FilterManager(self._base.win, self._base.cam)
        quad = self._manager.renderSceneInto(colortex=picture, depthtex=distances)
        if quad is None:  # the graphics card has no room for it
            self._manager, self.too_slow = None, True
            return
        for texture in (picture, distances):
            texture.set_wrap_u(Texture.WM_clamp)
            texture.set_wrap_v(Texture.WM_clamp)
        quad.set_shader(Shader.make(Shader.SL_GLSL, _VERTEX, _FRAGMENT))
        quad.set_shader_inputs(
            picture=picture, distances=distances, pixel=LVecBase2(0.0), focus=LVecBase3(1.0, 0.0, 1.0)
        )
        self._quad = quad
