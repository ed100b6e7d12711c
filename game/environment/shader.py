"""The projection shader, written out for the projectors that paint a surface: arrays of samplers cannot be bound.

Photographs are sRGB from the file to the screen: a photograph seen from where it was taken comes out as it went in, and
where several sources meet they are mixed in linear light. Where several projectors see a point, the highest priority
covers the lower ones and equals blend; then comes what spills past occluders, then the surface's fill.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from panda3d.core import Shader

from game.environment import glsl
from game.environment.description import Environment, FillKind, Projector
from game.environment.optics import Camera, Sphere

View = Literal["coverage", "grazing", "winner"]
VIEWS: tuple[View, ...] = ("coverage", "grazing", "winner")
PINK = (1.0, 0.0, 0.6)

_SQUARE = 0.5  # sine of the angle at which a photograph still meets a surface well
_ONCE = "k < 1; ++k)"  # the rest of a loop that runs once if k starts at 0


@dataclass(frozen=True)
class Painting:
    """How a surface is painted. projectors: with the numbers under which their inputs are set.

    fill: None leaves open what no projector reaches: alpha is then how much was reached. hard: there is one projector,
    which covers all in its frame, hidden or not, without a soft border. moving: the photographs stick to the body where
    they met it and go with it. unwrapped: drawn flat over the texture coordinates, unshaded, to be baked.
    thin: without a back, so that photographs show through. view: what an author wants to see in place of the picture.
    """

    projectors: tuple[tuple[int, Projector], ...]
    fill: FillKind | None
    hard: bool = False
    moving: bool = False
    thin: bool = False
    unwrapped: bool = False
    view: View | None = None


def painting_shader(painting: Painting) -> Shader:
    """The shader of a painting."""
    return Shader.make(Shader.SL_GLSL, vertex_source(painting.moving, painting.unwrapped), fragment_source(painting))


def depth_shader() -> Shader:
    """Draws distances only, to the same bit as the projection shader."""
    return Shader.make(Shader.SL_GLSL, vertex_source(False, False), glsl.DEPTH_FRAGMENT)


def hue(index: int) -> tuple[float, float, float]:
    """The colour of projector number ``index`` in the view of winners; neighbours differ by the golden ratio."""
    return colorsys.hsv_to_rgb((0.05 + 0.618034 * index) % 1.0, 0.85, 1.0)


def legend(environment: Environment) -> list[str]:
    """Which colour stands for which projector in the view of winners, one line each."""
    lines = []
    for i, projector in enumerate(environment.projectors):
        red, green, blue = (round(255 * c) for c in hue(i))
        lines.append(f"#{red:02x}{green:02x}{blue:02x} {projector.name}")
    return lines


def vertex_source(moving: bool, unwrapped: bool) -> str:
    """The vertex shader's text."""
    return glsl.VERTEX.format(
        uniforms="uniform mat4 photographed;" if moving else "",
        outputs="out vec3 shot;\nout vec3 shot_normal;" if moving else "",
        position="vec4(2.0 * p3d_MultiTexCoord0 - 1.0, 0.0, 1.0)"
        if unwrapped
        else "p3d_ModelViewProjectionMatrix * p3d_Vertex",
        body="    shot = (photographed * p3d_Vertex).xyz;\n    shot_normal = mat3(photographed) * p3d_Normal;\n"
        if moving
        else "",
    )


def fragment_source(painting: Painting) -> str:
    """The fragment shader's text."""
    lit = not painting.unwrapped and painting.view is None
    parts = [glsl.HEAD, glsl.SHADOW if lit else "", *(_declared(i, p) for i, p in painting.projectors)]
    parts.append(glsl.PANORAMA if painting.fill == "panorama" else "")
    parts.append("in vec3 shot;\nin vec3 shot_normal;\n" if painting.moving else "")
    at, n = ("shot", "shot_normal") if painting.moving else ("world", "normal")
    parts.append(f"void main() {{\n    vec3 at = {at}, n = normalize(gl_FrontFacing ? {n} : -{n});\n")
    parts.append("    float open = 1.0;\n    vec2 uv_x = dFdx(uv), uv_y = dFdy(uv);\n")
    parts.append("".join(_layer(group, painting) for group in _by_priority(painting)))
    parts.append("" if painting.view else "".join(_spill(i, p) for i, p in painting.projectors if p.spill > 0.0))
    parts.append("" if painting.fill else _alone([i for i, _ in painting.projectors]))
    parts.append(_rest(painting) + _mix([i for i, _ in painting.projectors]))
    parts.append(_authoring(painting))
    alpha = "1.0" if painting.fill else "covered"
    shade = " * shade(world, normalize(gl_FrontFacing ? normal : -normal))" if lit else ""
    parts.append(f"    colour = vec4(shown{shade}, {alpha});\n}}\n")
    return "".join(parts)


def _declared(i: int, projector: Projector) -> str:
    own = glsl.AROUND if isinstance(projector.camera, Sphere) else glsl.PERSPECTIVE
    return (glsl.PROJECTOR + own + (glsl.BENT if _is_bent(projector) else "")).format(i=i)


def _is_bent(projector: Projector) -> bool:
    return isinstance(projector.camera, Camera) and any(projector.camera.distortion)


def _by_priority(painting: Painting) -> list[list[tuple[int, Projector]]]:
    order = sorted(painting.projectors, key=lambda numbered: -numbered[1].priority)
    return [list(group) for _, group in groupby(order, key=lambda numbered: numbered[1].priority)]


def _layer(group: list[tuple[int, Projector]], painting: Painting) -> str:
    """Front to back: projectors of one priority blend by weight and together cover what lies below."""
    text = "".join(_see(i, projector, painting) for i, projector in group)
    if len(group) == 1:
        i = group[0][0]
        return text + f"    float w{i} = open * seen{i}; open -= w{i};\n"
    numbers = [i for i, _ in group]
    text += "".join(f"    float w{i} = seen{i} * pow(max(s{i}.facing, 1e-4), habits{i}.x);\n" for i in numbers)
    total = " + ".join(f"w{i}" for i in numbers)
    clear = " * ".join(f"(1.0 - seen{i})" for i in numbers)
    share = "".join(f" w{i} *= share;" for i in numbers)
    cover = f"float cover = open * (1.0 - {clear}), share = cover / max({total}, 1e-9);"
    return text + f"    {{ {cover}{share} open -= cover; }}\n"


def _see(i: int, projector: Projector, painting: Painting) -> str:
    """How much of a photograph falls on the point: its frame, its mask, its facing and what stands in the way."""
    around, hard = isinstance(projector.camera, Sphere), painting.hard
    n = f"faceforward(n, at - eye{i}, n)" if painting.thin else "n"
    if around:
        look = f"look_around(eye{i}, heading{i}, depth_terms{i}, at, {n})"
    else:
        look = f"look(to_texture{i}, eye{i}, depth_terms{i}, border{i}, at, {n})"
    bent = f" s{i} = bend(s{i}, pinhole{i}, lens{i}, radial{i}, border{i});" if _is_bent(projector) else ""
    # Where the longitude starts anew it jumps by a whole turn, which is no slope of the picture.
    turn = f" x{i}.x -= round(x{i}.x); y{i}.x -= round(y{i}.x);" if around else ""
    wanted = f"s{i}.inside > 0.0" + ("" if hard or projector.spill > 0.0 else f" && s{i}.facing > 0.0")
    seen = f"c{i}.a * s{i}.inside * clamp(50.0 * s{i}.facing, 0.0, 1.0) * textureLod(depth{i}, s{i}.held, 0.0)"
    return (
        f"    Sight s{i} = {look};{bent}\n"
        f"    vec2 x{i} = dFdx(s{i}.at), y{i} = dFdy(s{i}.at);{turn}\n"
        f"    vec4 c{i} = vec4(0.0); float seen{i} = 0.0;\n"
        f"    for (int k = open > 0.001 && {wanted} ? 0 : 1; {_ONCE} {{\n"
        f"        c{i} = textureGrad(photo{i}, s{i}.at, x{i}, y{i});\n"
        f"        seen{i} = {f'step(0.5, c{i}.a)' if hard else seen};\n    }}\n"
    )


def _spill(i: int, projector: Projector) -> str:
    return f"    {{ float more = open * habits{i}.y * s{i}.inside * c{i}.a; w{i} += more; open -= more; }}\n"


def _alone(numbers: list[int]) -> str:
    """What was reached keeps its colour, however little of it there is."""
    shares = "".join(f" w{i} /= max(covered, 1e-4);" for i in numbers)
    return f"    float covered = 1.0 - open;{shares} open = 0.0;\n"


def _rest(painting: Painting) -> str:
    fills = {
        None: "vec3(0.0)",
        "material": "material",
        "nearest": "textureGrad(nearest, uv, uv_x, uv_y).rgb",
        "panorama": "textureLod(panorama, longitude_latitude(at - panorama_eye, panorama_heading), 0.0).rgb",
    }
    fill = "vec3({}, {}, {})".format(*PINK) if painting.view else fills[painting.fill]
    return f"    vec3 rest = vec3(0.0);\n    for (int k = open > 0.001 ? 0 : 1; {_ONCE} rest = {fill};\n"


def _mix(numbers: list[int]) -> str:
    plain = "".join(f" + w{i} * c{i}.rgb" for i in numbers)
    linear = "".join(f" + w{i} * to_linear(c{i}.rgb)" for i in numbers)
    alike = "".join(f" + w{i} * w{i}" for i in numbers)
    return (
        f"    vec3 shown = open * rest{plain};\n"
        f"    for (int k = open * open{alike} < 0.996 ? 0 : 1; {_ONCE}\n"
        f"        shown = to_srgb(open * to_linear(rest){linear});\n"
    )


def _authoring(painting: Painting) -> str:
    if painting.view not in ("grazing", "winner"):
        return ""
    text = "    float most = 0.0; vec3 mark = vec3(0.0);\n"
    for i, _ in painting.projectors:
        slope = f"mix(vec3(1.0, 0.0, 0.0), vec3(0.0, 0.8, 0.2), clamp(s{i}.facing / {_SQUARE}, 0.0, 1.0))"
        colour = slope if painting.view == "grazing" else "vec3({}, {}, {})".format(*hue(i))
        text += f"    if (w{i} > most) {{ most = w{i}; mark = {colour}; }}\n"
    return text + "    shown = mix(shown, mark, most > open ? 0.6 : 0.0);\n"
