"""How props are lit: as the body is, and by shadows that fall on them from the body and from each other."""

from __future__ import annotations

from panda3d.core import LMatrix4, LVector3, LVector4, NodePath, Shader, Texture

from game.avatar.shading import LIGHT, Lighting, relight
from game.environment import glsl

_VERTEX = """#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelMatrix;
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec4 p3d_Color;
out vec3 world;
out vec3 normal;
out vec3 paint;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    world = (p3d_ModelMatrix * p3d_Vertex).xyz;
    normal = mat3(p3d_ModelMatrix) * p3d_Normal;
    paint = p3d_Color.rgb;
}
"""

_FRAGMENT = f"""#version 150
in vec3 world;
in vec3 normal;
in vec3 paint;
out vec4 colour;
{LIGHT}
{glsl.SHADOW}
const float OFF = 0.03;       // m along the normal from which the shadow is looked for: no prop shades itself by grain

void main() {{
    vec3 n = normalize(gl_FrontFacing ? normal : -normal);
    colour = vec4(paint * light(n) * shade(world + OFF * n, n), 1.0);
}}
"""


def shade(node: NodePath, light: Lighting) -> None:
    """Light ``node`` and all below it, whose vertices have colours; shadows fall on it once a place is told of it."""
    node.setShader(Shader.make(Shader.SL_GLSL, _VERTEX, _FRAGMENT))
    nothing = Texture("no shadow")
    nothing.setup2dTexture(1, 1, Texture.T_float, Texture.F_depth_component)
    nothing.setClearColor(LVector4(1.0))
    node.setShaderInputs(
        shadow_map=nothing,
        shadow_matrix=LMatrix4.identMat(),
        light_direction=LVector3(0.0, 0.0, -1.0),
        shadow_frame=LVector4(1.0, 1.0, -1.0, -1.0),  # no point lies within
        shadow_terms=LVector4(0.0, 0.0, 1.0, 0.0),
    )
    relight(node, light)
