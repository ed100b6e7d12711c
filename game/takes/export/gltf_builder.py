"""Gathers what a glTF file of a take holds: a model to begin with, nodes, meshes, and what moves them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pygltflib as gltf
from numpy.typing import NDArray

from game.avatar.glb import Glb
from game.camera.readout import RATE
from game.takes.export.motion import Motion
from models.rotations import Array

VERTICES, CORNERS = gltf.ARRAY_BUFFER, gltf.ELEMENT_ARRAY_BUFFER
_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Builder:
    """Begins with the nodes of ``model``, if there is one; `finish` makes the file."""

    def __init__(self, motion: Motion, model: Glb | None = None) -> None:
        self.data = bytearray() if model is None else bytearray(model.binary)
        self.data += bytes(-len(self.data) % 4)
        document: dict[str, Any] = {} if model is None else model.document
        facts = {name: value for name, value in motion.facts.items() if value}
        self.file = gltf.GLTF2.from_json(json.dumps(document))
        self.file.asset = gltf.Asset(version="2.0", generator="backflip", extras=facts)
        self.file.scenes, self.file.scene, self.file.cameras = [], 0, []
        self.animation = gltf.Animation(name=motion.name)
        self._times = self.accessor(np.arange(len(motion))[:, None] / RATE)

    def accessor(self, values: Array, target: int | None = None) -> int:
        """Append ``(n, width)`` float32 numbers to the binary part."""
        return self._add(np.ascontiguousarray(values, dtype="<f4"), gltf.FLOAT, target)

    def corners(self, triangles: NDArray[np.int64]) -> int:
        """Append the corners ``(T, 3)`` of triangles."""
        return self._add(np.ascontiguousarray(triangles.reshape(-1, 1), dtype="<u4"), gltf.UNSIGNED_INT, CORNERS)

    def _add(self, numbers: NDArray[Any], kind: int, target: int | None) -> int:
        view = gltf.BufferView(buffer=0, byteOffset=len(self.data), byteLength=numbers.nbytes, target=target)
        self.file.bufferViews.append(view)
        self.data += numbers.tobytes()
        self.file.accessors.append(
            gltf.Accessor(
                bufferView=len(self.file.bufferViews) - 1,
                componentType=kind,
                count=len(numbers),
                type=_KINDS[numbers.shape[1]],
                min=numbers.min(axis=0).tolist(),
                max=numbers.max(axis=0).tolist(),
            )
        )
        return len(self.file.accessors) - 1

    def node(self, node: gltf.Node) -> int:
        """Add a node. Returns its number."""
        self.file.nodes.append(node)
        return len(self.file.nodes) - 1

    def move(self, node: int, path: str, values: Array) -> None:
        """Animate ``path`` of a node with ``(n, width)`` numbers, one row a picture."""
        if path == "weights":
            values = values.reshape(-1, 1)
        sampler = gltf.AnimationSampler(input=self._times, output=self.accessor(values), interpolation="LINEAR")
        self.animation.samplers.append(sampler)
        target = gltf.AnimationChannelTarget(node=node, path=path)
        self.animation.channels.append(gltf.AnimationChannel(sampler=len(self.animation.samplers) - 1, target=target))

    def finish(self, name: str, roots: Sequence[int], suffix: str) -> bytes:
        """The file's contents, with ``roots`` in the scene. suffix: as `game.takes.export.gltf.encode_gltf`."""
        file = self.file
        file.scenes = [gltf.Scene(name=name, nodes=list(roots))]
        file.animations = [self.animation]
        file.buffers = [gltf.Buffer(byteLength=len(self.data))]
        file.set_binary_blob(bytes(self.data))
        if suffix == ".glb":
            return b"".join(file.save_to_bytes())
        file.convert_buffers(gltf.BufferFormat.DATAURI)
        return str(file.to_json()).encode()
