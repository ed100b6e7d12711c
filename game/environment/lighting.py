"""Ordinary lights for a body in a place, and a plain shader that shows them where OpenGL has no fixed functions."""

from __future__ import annotations

from panda3d.core import AmbientLight, DirectionalLight, LVector3, NodePath, Shader

from game.environment.description import Light

_VERTEX = """
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat3 p3d_NormalMatrix;
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec4 p3d_Color;
in vec2 p3d_MultiTexCoord0;
out vec3 place;
out vec3 normal;
out vec4 tint;
out vec2 uv;
void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    place = (p3d_ModelViewMatrix * p3d_Vertex).xyz;
    normal = p3d_NormalMatrix * p3d_Normal;
    tint = p3d_Color;
    uv = p3d_MultiTexCoord0;
}
"""

# Wrapped diffuse light and a rim, because places are often shot against the sun and a black body would be a cut-out.
_FRAGMENT = """
#version 150
uniform sampler2D p3d_Texture0;
uniform vec4 p3d_ColorScale;
uniform struct { vec4 ambient; } p3d_LightModel;
uniform struct p3d_LightSourceParameters { vec4 color; vec4 position; } p3d_LightSource[1];
in vec3 place;
in vec3 normal;
in vec4 tint;
in vec2 uv;
out vec4 colour;
void main() {
    vec3 n = normalize(gl_FrontFacing ? normal : -normal);
    vec3 l = normalize(p3d_LightSource[0].position.xyz - place * p3d_LightSource[0].position.w);
    vec3 v = normalize(-place);
    vec4 skin = texture(p3d_Texture0, uv) * tint * p3d_ColorScale;
    float wrapped = max((dot(n, l) + 0.3) / 1.3, 0.0);
    float rim = pow(1.0 - max(dot(n, v), 0.0), 4.0) * max(dot(-v, l), 0.0);
    vec3 light = p3d_LightModel.ambient.rgb + (wrapped * wrapped + rim) * p3d_LightSource[0].color.rgb;
    colour = vec4(skin.rgb * light, skin.a);
}
"""


class Lamps:
    """The place's sun and sky as Panda lights, hung under ``parent``."""

    def __init__(self, light: Light, parent: NodePath) -> None:
        sun = DirectionalLight("sun")
        sun.setColor((*light.colour, 1.0))
        sun.setDirection(LVector3(*light.direction))
        sky = AmbientLight("sky")
        sky.setColor((*light.ambient, 1.0))
        self._lamps = [parent.attachNewNode(sun), parent.attachNewNode(sky)]
        self._shader = Shader.make(Shader.SL_GLSL, _VERTEX, _FRAGMENT)

    def shine_on(self, root: NodePath) -> None:
        """Light ``root``; its nodes keep shaders of their own."""
        for lamp in self._lamps:
            root.setLight(lamp)
        if root.getShader() is None:
            root.setShader(self._shader)
