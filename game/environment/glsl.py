"""The parts of the projection shader that do not depend on the place, as GLSL.

Renderers in software run both sides of a branch but leave a loop early: what only some pixels need stands in loops that
run once or not at all.
"""

from __future__ import annotations

VERTEX = """
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelMatrix;
{uniforms}
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec2 p3d_MultiTexCoord0;
out vec3 world;
out vec3 normal;
out vec2 uv;
{outputs}
invariant gl_Position;
void main() {{
    gl_Position = {position};
    world = (p3d_ModelMatrix * p3d_Vertex).xyz;
    normal = mat3(p3d_ModelMatrix) * p3d_Normal;
    uv = p3d_MultiTexCoord0;
{body}}}
"""

DEPTH_FRAGMENT = """
#version 150
void main() {}
"""

HEAD = """
#version 150
in vec3 world;
in vec3 normal;
in vec2 uv;
out vec4 colour;
uniform vec3 material;
uniform sampler2D nearest;

// Where a point falls in a photograph, where in the depth map and how far; how its surface faces the camera.
struct Sight { vec2 at; vec3 held; float inside; float facing; };

// depth_terms: a and b of the depth that the map holds, a + b / distance, and the angle of one of its texels.
float depth_of(float ahead, vec3 depth_terms, float facing) {
    // Over one texel of the map a tilted surface recedes by texel / facing of its distance: compare that much nearer.
    float nearer = ahead * (1.0 - min(0.9, 1.5 * depth_terms.z / max(facing, 0.02))) - 0.01;
    return depth_terms.x + depth_terms.y / max(nearer, 1e-3);
}

float within(vec2 at, vec2 border) {
    vec2 edge = clamp(min(at, 1.0 - at) / border, 0.0, 1.0);
    return edge.x * edge.y;
}

Sight look(mat4 to_texture, vec3 eye, vec3 depth_terms, vec2 border, vec3 point, vec3 n) {
    vec4 q = to_texture * vec4(point, 1.0);
    float ahead = max(q.w, 1e-4);
    vec3 gaze = eye - point;
    Sight s;
    s.facing = dot(n, gaze) * inversesqrt(max(dot(gaze, gaze), 1e-8));
    // Far outside the picture nothing is asked for; without the clamp software renderers filter millions of texels.
    s.at = clamp(q.xy / ahead, -0.25, 1.25);
    s.inside = q.w > 1e-4 ? within(s.at, border) : 0.0;
    s.held = vec3(s.at, depth_of(ahead, depth_terms, s.facing));
    return s;
}

// The lens bends what the pinhole of the depth map shows. pinhole: its principal point and size in focal lengths; lens:
// the same of the photograph; radial: k1, k2 and the square of the radius up to which they hold (Brown 1966).
Sight bend(Sight s, vec4 pinhole, vec4 lens, vec3 radial, vec2 border) {
    vec2 plane = (s.held.xy - pinhole.xy) * pinhole.zw;
    float r2 = dot(plane, plane);
    vec2 at = lens.xy + plane * (1.0 + r2 * (radial.x + r2 * radial.y)) / lens.zw;
    s.at = clamp(at, -0.25, 1.25);
    s.inside = s.inside > 0.0 && r2 < radial.z ? within(s.at, border) : 0.0;
    return s;
}

vec2 longitude_latitude(vec3 gaze, float heading) {
    return vec2(0.5 + (atan(gaze.x, gaze.y) + heading) / 6.2831853,
                0.5 + asin(clamp(normalize(gaze).z, -1.0, 1.0)) / 3.1415927);
}

// A projector that looks all around; its depth map holds the six sides of a cube as 3 x 2 tiles.
Sight look_around(vec3 eye, float heading, vec3 depth_terms, vec3 point, vec3 n) {
    vec3 gaze = point - eye, size = abs(gaze);
    Sight s;
    s.facing = -dot(n, gaze) * inversesqrt(max(dot(gaze, gaze), 1e-8));
    s.at = longitude_latitude(gaze, heading);
    s.inside = 1.0;
    vec4 side;  // number, right, up, ahead
    if (size.x >= max(size.y, size.z)) side = vec4(gaze.x > 0.0 ? 0.0 : 1.0, -gaze.y * sign(gaze.x), gaze.z, size.x);
    else if (size.y >= size.z) side = vec4(gaze.y > 0.0 ? 2.0 : 3.0, gaze.x * sign(gaze.y), gaze.z, size.y);
    else side = vec4(gaze.z > 0.0 ? 4.0 : 5.0, gaze.x, -gaze.y * sign(gaze.z), size.z);
    float ahead = max(side.w, 1e-4);
    vec2 tile = clamp(0.5 + 0.5 * side.yz / ahead, 0.25 * depth_terms.z, 1.0 - 0.25 * depth_terms.z);
    vec2 corner = vec2(mod(side.x, 3.0), floor(side.x / 3.0));
    s.held = vec3((corner + tile) / vec2(3.0, 2.0), depth_of(ahead, depth_terms, s.facing));
    return s;
}

// IEC 61966-2-1. Light adds up in linear values; what comes from one source alone is passed on as it is.
vec3 to_linear(vec3 c) {
    return mix(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, vec3(lessThanEqual(c, vec3(0.04045))));
}
vec3 to_srgb(vec3 c) {
    return mix(1.055 * pow(max(c, 1e-9), vec3(1.0 / 2.4)) - 0.055, 12.92 * c, vec3(lessThanEqual(c, vec3(0.0031308))));
}
"""

SHADOW = """
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

PROJECTOR = """
uniform sampler2D photo{i};
uniform sampler2DShadow depth{i};
uniform vec3 eye{i};
uniform vec3 depth_terms{i};
uniform vec2 habits{i};  // facing power, spill
"""

PERSPECTIVE = """
uniform mat4 to_texture{i};
uniform vec2 border{i};
"""

BENT = """
uniform vec4 pinhole{i};
uniform vec4 lens{i};
uniform vec3 radial{i};
"""

AROUND = """
uniform float heading{i};
"""

PANORAMA = """
uniform sampler2D panorama;
uniform vec3 panorama_eye;
uniform float panorama_heading;
"""
