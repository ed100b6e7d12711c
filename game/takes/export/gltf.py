"""A take as glTF 2.0: the camera, the body's joints, the person in their skin, and the props, all of it animated.

Metres, seconds, Y up; the camera looks along its own -Z, as everywhere in glTF. The core format has no animated lens:
the camera stands with the lens of the first picture, and its node's extras list the focal length of every picture. The
extras of a prop say what it is and how large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pygltflib as gltf

from game.camera.lens import FAR, NEAR, Lens
from game.camera.readout import RATE
from game.takes.export.figure import figure_of
from game.takes.export.gltf_builder import VERTICES, Builder
from game.takes.export.gltf_figure import add_figure, prepare
from game.takes.export.motion import BodyMotion, Motion, PropsMotion
from game.takes.export.prop_mesh import prop_mesh
from models.coords import panda_quat_to_bullet, panda_to_bullet, xyzw_to_wxyz
from models.props import Prop
from models.rotations import Array


def encode_gltf(motion: Motion, suffix: str) -> bytes:
    """The file's contents. suffix: ".glb" is binary, ".gltf" is JSON with the numbers inside."""
    figure = figure_of(motion)
    figure_roots = [] if figure is None else prepare(figure.model)
    builder = Builder(motion, None if figure is None else figure.model)
    roots = [_add_camera(builder, motion)]
    if motion.body is not None:
        roots.append(_add_body(builder, motion.body))
    if figure is not None:
        roots += add_figure(builder, figure, figure_roots)
    roots += _add_props(builder, motion.props)
    return builder.finish(motion.name, roots, suffix)


def _add_camera(builder: Builder, motion: Motion) -> int:
    lens = motion.lenses[0]
    focal_lengths = [each.focal_length for each in motion.lenses]
    perspective = gltf.Perspective(aspectRatio=lens.aspect, yfov=_yfov(lens), znear=NEAR, zfar=FAR)
    builder.file.cameras = [gltf.Camera(type="perspective", perspective=perspective, name="Camera")]
    extras = {"focal_length_mm": focal_lengths, "gate_mm": list(lens.gate), "frames_per_second": RATE}
    camera = builder.node(gltf.Node(name="Camera", camera=0, extras=extras))
    builder.move(camera, "translation", panda_to_bullet(motion.positions))
    builder.move(camera, "rotation", panda_quat_to_bullet(xyzw_to_wxyz(motion.turns)))
    return camera


def _yfov(lens: Lens) -> float:
    return 2.0 * math.atan(0.5 * lens.gate[1] / lens.focal_length)


def _add_body(builder: Builder, motion: BodyMotion) -> int:
    offsets, turns = motion.links()
    first = len(builder.file.nodes)
    for index, link in enumerate(motion.body.links):
        below = [first + child for child, each in enumerate(motion.body.links) if each.parent == index]
        builder.file.nodes.append(gltf.Node(name=link.name, children=below, translation=_floats(offsets[index])))
        if link.parent < 0:
            builder.move(first + index, "translation", motion.root_pos)
        if link.parent < 0 or index in motion.body.joint_links:
            builder.move(first + index, "rotation", turns[:, index])
    return first


def _add_props(builder: Builder, motion: PropsMotion) -> list[int]:
    nodes = []
    for number, prop in enumerate(motion.props):
        extras = {"kind": prop.kind.name, "size_m": [2.0 * half for half in prop.kind.half]}
        nodes.append(builder.node(gltf.Node(name=prop.name, mesh=_add_mesh(builder, prop), extras=extras)))
        builder.move(nodes[-1], "translation", motion.positions[:, number])
        builder.move(nodes[-1], "rotation", motion.turns[:, number])
    return nodes


def _add_mesh(builder: Builder, prop: Prop) -> int:
    mesh, normals = prop_mesh(prop.kind)
    attributes = gltf.Attributes(
        POSITION=builder.accessor(mesh.points, VERTICES),
        NORMAL=builder.accessor(normals, VERTICES),
        COLOR_0=builder.accessor(mesh.colours, VERTICES),
    )
    shape = gltf.Primitive(attributes=attributes, indices=builder.corners(mesh.triangles))
    builder.file.meshes.append(gltf.Mesh(name=prop.name, primitives=[shape]))
    return len(builder.file.meshes) - 1


def _floats(values: Array) -> Sequence[float]:
    return [float(value) for value in values]
