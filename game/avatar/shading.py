"""How the figure is lit: picture times light, with the sun wrapped a little round the body.

The places are photographs shown as they are, so nothing here is linearised either: a texture's value times a light
of 1 is what the screen gets. Core profiles have no fixed pipeline, hence the shader. Panda3D moves the vertices on
the processor before the shader sees them, so any other pass (a shadow map) finds them in place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from panda3d.core import NodePath, Shader, TransparencyAttrib

_VERTEX = """#version 150
uniform mat4 p3d_ProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat4 p3d_ModelMatrix;
uniform float nearer;         // m towards the eye, in depth only: cloth wins over the skin that it lies on
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec2 p3d_MultiTexCoord0;
in vec4 p3d_Color;
out vec3 normal;
out vec2 uv;
out vec4 tint;

void main() {
    vec4 seen = p3d_ModelViewMatrix * p3d_Vertex;
    gl_Position = p3d_ProjectionMatrix * seen;
    seen.xyz -= nearer * normalize(seen.xyz);
    vec4 pulled = p3d_ProjectionMatrix * seen;
    gl_Position.z = pulled.z / pulled.w * gl_Position.w;
    normal = mat3(p3d_ModelMatrix) * p3d_Normal;
    uv = p3d_MultiTexCoord0;
    tint = p3d_Color;
}
"""

LIGHT = """
uniform vec3 sun_direction;
uniform vec3 sun_colour;
uniform vec3 ambient_colour;
const float WRAP = 0.25;      // light reaches this much past the terminator: skin and cloth are not plaster
const float GROUND = 0.65;    // what comes back from the ground, against 1 from the sky

vec3 light(vec3 n) {
    float sun = max((dot(n, -sun_direction) + WRAP) / (1.0 + WRAP), 0.0);
    float sky = mix(GROUND, 1.0, 0.5 + 0.5 * n.z);
    return ambient_colour * sky + sun_colour * sun;
}
"""
"""GLSL: the light that a surface with normal ``n`` gets; `relight` sets it."""

_FRAGMENT = f"""#version 150
uniform sampler2D p3d_Texture0;
uniform vec2 alpha_band;      // what lies outside is left to another pass
in vec3 normal;
in vec2 uv;
in vec4 tint;
out vec4 colour;
{LIGHT}
void main() {{
    vec4 paint = texture(p3d_Texture0, uv) * tint;
    if (paint.a < alpha_band.x || paint.a >= alpha_band.y) discard;
    vec3 n = normalize(gl_FrontFacing ? normal : -normal);
    colour = vec4(paint.rgb * light(n), paint.a);
}}
"""

_SOLID = 0.6  # alpha from which a strand of hair hides what is behind it

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Lighting:
    """One sun and what comes from everywhere, in the picture's own values (display-referred, 1 is the texture itself).

    direction: where the sun shines to, Panda's world axes, any length above 0.
    """

    direction: tuple[float, float, float] = (-0.4, 0.5, -0.8)
    sun: Colour = (0.6, 0.58, 0.54)
    ambient: Colour = (0.5, 0.52, 0.56)


def shade(node: NodePath, light: Lighting) -> None:
    """Give ``node`` and all below it the figure's shader and ``light``."""
    node.setShader(Shader.make(Shader.SL_GLSL, _VERTEX, _FRAGMENT))
    node.setShaderInput("nearer", 0.0)
    node.setShaderInput("alpha_band", (-1.0, 2.0))
    relight(node, light)


def pull(node: NodePath, metres: float) -> None:
    """Let a shaded node win over what lies up to ``metres`` in front of it."""
    node.setShaderInput("nearer", metres)


def split_strands(node: NodePath) -> None:
    """Draw hair in two passes: solid strands with depth, then the blended fringe, which hides nothing behind it.

    Core profiles have no alpha test, on which Panda3D's own two-pass transparency relies.
    """
    fringe = node.copyTo(node.parent)
    node.setTransparency(TransparencyAttrib.MNone, 1)
    node.setShaderInput("alpha_band", (_SOLID, 2.0))
    fringe.setTransparency(TransparencyAttrib.MAlpha, 1)
    fringe.setShaderInput("alpha_band", (0.02, _SOLID))


def relight(node: NodePath, light: Lighting) -> None:
    """Change the light of a shaded node."""
    direction = np.asarray(light.direction, dtype=np.float64)
    direction = direction / np.linalg.norm(direction)
    node.setShaderInput("sun_direction", tuple(float(number) for number in direction))
    node.setShaderInput("sun_colour", light.sun)
    node.setShaderInput("ambient_colour", light.ambient)
