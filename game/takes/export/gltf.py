"""A take as glTF 2.0: the camera, the body's joints and the props as animated nodes.

Metres, seconds, Y up; the camera looks along its own -Z, as everywhere in glTF. The core format has no animated lens:
the camera stands with the lens of the first picture, and its node's extras list the focal length of every picture. The
extras of a prop say what it is and how large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pygltflib as gltf

from game.camera.lens import FAR, NEAR, Lens
from game.camera.readout import RATE
from game.takes.export.motion import BodyMotion, Motion, PropsMotion
from models.coords import panda_quat_to_bullet, panda_to_bullet
from models.rotations import Array

_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}
_CAMERA = 0  # the camera's node


class _Builder:
    """Gathers nodes and what moves them."""

    def __init__(self, motion: Motion) -> None:
        facts = {name: value for name, value in motion.facts.items() if value}
        self.file = gltf.GLTF2(asset=gltf.Asset(version="2.0", generator="backflip", extras=facts))
        self.file.scene = 0
        self.animation = gltf.Animation(name=motion.name)
        self.data = bytearray()
        self._times = self._accessor(np.arange(len(motion))[:, None] / RATE)

    def _accessor(self, values: Array) -> int:
        """Append ``(n, width)`` numbers to the binary part."""
        numbers = np.ascontiguousarray(values, dtype="<f4")
        self.file.bufferViews.append(gltf.BufferView(buffer=0, byteOffset=len(self.data), byteLength=numbers.nbytes))
        self.data += numbers.tobytes()
        self.file.accessors.append(
            gltf.Accessor(
                bufferView=len(self.file.bufferViews) - 1,
                componentType=gltf.FLOAT,
                count=len(numbers),
                type=_KINDS[numbers.shape[1]],
                min=numbers.min(axis=0).tolist(),
                max=numbers.max(axis=0).tolist(),
            )
        )
        return len(self.file.accessors) - 1

    def move(self, node: int, path: str, values: Array) -> None:
        """Animate ``path`` of a node with ``(n, width)`` numbers, one row a picture."""
        sampler = gltf.AnimationSampler(input=self._times, output=self._accessor(values), interpolation="LINEAR")
        self.animation.samplers.append(sampler)
        target = gltf.AnimationChannelTarget(node=node, path=path)
        self.animation.channels.append(gltf.AnimationChannel(sampler=len(self.animation.samplers) - 1, target=target))


def encode_gltf(motion: Motion, suffix: str) -> bytes:
    """The file's contents. suffix: ".glb" is binary, ".gltf" is JSON with the numbers inside."""
    builder = _Builder(motion)
    file = builder.file
    _add_camera(builder, motion)
    roots = [_CAMERA]
    if motion.body is not None:
        roots.append(len(file.nodes))
        _add_body(builder, motion.body)
    roots += _add_props(builder, motion.props)
    file.scenes = [gltf.Scene(name=motion.name, nodes=roots)]
    file.animations = [builder.animation]
    file.buffers = [gltf.Buffer(byteLength=len(builder.data))]
    file.set_binary_blob(bytes(builder.data))
    if suffix == ".glb":
        return b"".join(file.save_to_bytes())
    file.convert_buffers(gltf.BufferFormat.DATAURI)
    return str(file.to_json()).encode()


def _add_camera(builder: _Builder, motion: Motion) -> None:
    lens = motion.lenses[0]
    focal_lengths = [each.focal_length for each in motion.lenses]
    perspective = gltf.Perspective(aspectRatio=lens.aspect, yfov=_yfov(lens), znear=NEAR, zfar=FAR)
    builder.file.cameras = [gltf.Camera(type="perspective", perspective=perspective, name="Camera")]
    extras = {"focal_length_mm": focal_lengths, "gate_mm": list(lens.gate), "frames_per_second": RATE}
    builder.file.nodes.append(gltf.Node(name="Camera", camera=0, extras=extras))
    builder.move(_CAMERA, "translation", panda_to_bullet(motion.positions))
    builder.move(_CAMERA, "rotation", panda_quat_to_bullet(np.roll(motion.turns, 1, axis=-1)))


def _yfov(lens: Lens) -> float:
    return 2.0 * math.atan(0.5 * lens.gate[1] / lens.focal_length)


def _add_body(builder: _Builder, motion: BodyMotion) -> None:
    offsets, turns = motion.links()
    first = len(builder.file.nodes)
    for index, link in enumerate(motion.body.links):
        below = [first + child for child, each in enumerate(motion.body.links) if each.parent == index]
        builder.file.nodes.append(gltf.Node(name=link.name, children=below, translation=_floats(offsets[index])))
        if link.parent < 0:
            builder.move(first + index, "translation", motion.root_pos)
        if link.parent < 0 or index in motion.body.joint_links:
            builder.move(first + index, "rotation", turns[:, index])


def _add_props(builder: _Builder, motion: PropsMotion) -> list[int]:
    nodes = []
    for number, prop in enumerate(motion.props):
        nodes.append(len(builder.file.nodes))
        extras = {"kind": prop.kind.name, "size_m": [2.0 * half for half in prop.kind.half]}
        builder.file.nodes.append(gltf.Node(name=prop.name, extras=extras))
        builder.move(nodes[-1], "translation", motion.positions[:, number])
        builder.move(nodes[-1], "rotation", motion.turns[:, number])
    return nodes


def _floats(values: Array) -> Sequence[float]:
    return [float(value) for value in values]
