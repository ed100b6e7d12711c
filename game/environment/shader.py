"""The projection shader, written out for as many projectors as a place has: arrays of samplers cannot be bound.

Colour stays as photographs hold it, sRGB, from the file to the screen; nothing is linearised, so a photograph seen
from where it was taken comes out as it went in. Where several projectors see a point, the highest priority covers the
lower ones and equals blend; then comes what spills past occluders, then the panorama, then one colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from panda3d.core import Shader

from game.environment.description import Projector

_VERTEX = """
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelMatrix;
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
out vec3 world;
out vec3 normal;
invariant gl_Position;
void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    world = (p3d_ModelMatrix * p3d_Vertex).xyz;
    normal = mat3(p3d_ModelMatrix) * p3d_Normal;
}
"""

DEPTH_FRAGMENT = """
#version 150
void main() {}
"""

_HEAD = """
#version 150
in vec3 world;
in vec3 normal;
out vec4 colour;
uniform vec3 fallback;
uniform float authoring;

struct Sight { vec2 at; float inside; float facing; float depth; };

// Where a point falls in a photograph and how its surface faces the camera; depth as the depth map would hold it.
Sight look(mat4 to_texture, vec3 eye, vec2 depth_terms, float texel, vec2 border, vec3 point, vec3 n) {
    vec4 q = to_texture * vec4(point, 1.0);
    float ahead = max(q.w, 1e-4);
    Sight s;
    // Far outside the picture nothing is asked for; without the clamp software renderers filter millions of texels.
    s.at = clamp(q.xy / ahead, -0.25, 1.25);
    vec2 edge = clamp(min(s.at, 1.0 - s.at) / border, 0.0, 1.0);
    s.inside = q.w > 1e-4 ? edge.x * edge.y : 0.0;
    vec3 gaze = eye - point;
    float distance = length(gaze);
    s.facing = dot(n, gaze) / distance;
    // Over one texel of the map a tilted surface recedes by texel / facing of its distance: compare that much nearer.
    float nearer = ahead * (1.0 - min(0.9, 1.5 * texel / max(s.facing, 0.02))) - 0.01;
    s.depth = depth_terms.x + depth_terms.y / max(nearer, 1e-3);
    return s;
}
"""

_SHADOW = """
uniform sampler2D shadow_map;
uniform mat4 shadow_matrix;
uniform vec3 light_direction;
uniform vec4 shadow_frame;  // least and greatest x and y of the casters in the map
uniform vec4 shadow_terms;  // strength, softness in map widths per metre, metres of depth range, smallest radius

const mat2 GOLDEN = mat2(-0.737369, 0.675490, -0.675490, -0.737369);  // a turn by 2.39996 rad: samples fill a disc

// A direction that differs between neighbouring pixels, so that few samples look like grain and not like bands.
vec2 any_direction() {
    float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    return normalize(vec2(noise - 0.5, fract(noise * 7.13) - 0.5) + 1e-4);
}

// Percentage-closer soft shadows (Fernando 2005): the further the caster is above the ground, the softer its edge.
float shade(vec3 point, vec3 n) {
    vec3 at = (shadow_matrix * vec4(point, 1.0)).xyz;
    float reach = shadow_terms.w + shadow_terms.y;
    vec2 room = min(at.xy - shadow_frame.xy, shadow_frame.zw - at.xy) + reach;
    bool lit = min(room.x, room.y) > 0.0 && at.z < 1.0 && dot(n, light_direction) < 0.0;
    vec2 way = any_direction();
    float own = at.z - 0.01 / shadow_terms.z;
    float above = 0.0, casters = 0.0;
    // Counts that depend on the pixel: renderers that run both sides of a branch still leave a loop early.
    int searches = lit ? 8 : 0;
    for (int i = 0; i < searches; ++i) {
        way = GOLDEN * way;
        float held = textureLod(shadow_map, at.xy + reach * sqrt((float(i) + 0.5) / 8.0) * way, 0.0).r;
        if (held < own) { above += own - held; casters += 1.0; }
    }
    float radius = shadow_terms.w + shadow_terms.y * above / max(casters, 1.0) * shadow_terms.z;
    float hidden = 0.0;
    int samples = casters > 0.0 ? 16 : 0;
    for (int i = 0; i < samples; ++i) {
        way = GOLDEN * way;
        hidden += step(textureLod(shadow_map, at.xy + radius * sqrt((float(i) + 0.5) / 16.0) * way, 0.0).r, own);
    }
    return 1.0 - shadow_terms.x * hidden / 16.0;
}
"""

_PROJECTOR = """
uniform sampler2D photo{i};
uniform sampler2DShadow depth{i};
uniform mat4 to_texture{i};
uniform vec3 eye{i};
uniform vec2 depth_terms{i};
uniform vec2 border{i};
uniform vec3 habits{i};  // facing power, spill, angle of one texel of the depth map
"""

_SEE = """
    Sight s{i} = look(to_texture{i}, eye{i}, depth_terms{i}, habits{i}.z, border{i}, world, n);
    vec3 c{i} = texture(photo{i}, s{i}.at).rgb;
    float seen{i} = s{i}.inside * clamp(50.0 * s{i}.facing, 0.0, 1.0)
        * textureLod(depth{i}, vec3(s{i}.at, s{i}.depth), 0.0);
"""

_PANORAMA = """
uniform sampler2D panorama;
uniform vec3 panorama_eye;
uniform float panorama_heading;

vec3 around(vec3 point) {
    vec3 d = normalize(point - panorama_eye);
    float u = 0.5 + (atan(d.x, d.y) + panorama_heading) / 6.2831853;
    return textureLod(panorama, vec2(u, 0.5 + asin(clamp(d.z, -1.0, 1.0)) / 3.1415927), 0.0).rgb;
}
"""

PINK = (1.0, 0.0, 0.6)


def projection_shader(projectors: Mapping[int, Projector], panorama: bool) -> Shader:
    """The shader for a surface that these projectors paint, by the numbers under which their inputs are set."""
    return Shader.make(Shader.SL_GLSL, _VERTEX, fragment_source(projectors, panorama))


def depth_shader() -> Shader:
    """Draws distances only, to the same bit as the projection shader."""
    return Shader.make(Shader.SL_GLSL, _VERTEX, DEPTH_FRAGMENT)


def fragment_source(projectors: Mapping[int, Projector], panorama: bool) -> str:
    """The fragment shader's text."""
    each = list(projectors)
    declared = "".join(_PROJECTOR.format(i=i) for i in each)
    body = "".join(_SEE.format(i=i) for i in each) + _layers(projectors) + _authoring() + _spill(projectors)
    rest = "around(world)" if panorama else "fallback"
    return "".join(
        (
            _HEAD,
            _SHADOW,
            declared,
            _PANORAMA if panorama else "",
            "void main() {\n    vec3 n = normalize(gl_FrontFacing ? normal : -normal);\n",
            "    vec3 sum = vec3(0.0);\n    float open = 1.0;\n",
            body,
            f"    if (open > 0.001) sum += open * {rest};\n",
            "    colour = vec4(sum * shade(world, n), 1.0);\n}\n",
        )
    )


def _layers(projectors: Mapping[int, Projector]) -> str:
    """Front to back: projectors of one priority blend by weight and together cover what lies below."""
    order = sorted(projectors, key=lambda i: -projectors[i].priority)
    lines = []
    for _, group in groupby(order, key=lambda i: projectors[i].priority):
        members = list(group)
        if len(members) == 1:
            i = members[0]
            lines.append(f"    sum += open * seen{i} * c{i}; open *= 1.0 - seen{i};\n")
            continue
        lines += [f"    float w{i} = seen{i} * pow(max(s{i}.facing, 1e-4), habits{i}.x);\n" for i in members]
        weight = " + ".join(f"w{i}" for i in members)
        colours = " + ".join(f"w{i} * c{i}" for i in members)
        clear = " * ".join(f"(1.0 - seen{i})" for i in members)
        lines.append(
            f"    {{ float cover = 1.0 - {clear};\n"
            f"      sum += open * cover * ({colours}) / max({weight}, 1e-9); open *= 1.0 - cover; }}\n"
        )
    return "".join(lines)


def _authoring() -> str:
    r, g, b = PINK
    return f"    if (authoring > 0.5) {{ sum += open * vec3({r}, {g}, {b}); open = 0.0; }}\n"


def _spill(projectors: Mapping[int, Projector]) -> str:
    return "".join(
        f"    {{ float cover = habits{i}.y * s{i}.inside; sum += open * cover * c{i}; open *= 1.0 - cover; }}\n"
        for i, projector in projectors.items()
        if projector.spill > 0.0
    )
