from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib
import pytest
from PIL import Image

from game.bake_command import bake_environment
from game.environment.catalogue import load_environment
from game.environment.export import bake, write_gltf
from game.environment.place import Place
from models.errors import InputError
from tests.game.environment.conftest import BLOCK, ROOM

Room = Callable[..., Path]


def _read(document: pygltflib.GLTF2, index: int, width: int, kind: type) -> np.ndarray:
    accessor = document.accessors[index]
    view = document.bufferViews[accessor.bufferView]
    data = document.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
    return np.frombuffer(data, kind).reshape(accessor.count, width)


def test_other_programs_find_the_photograph_where_it_was_projected(base: Any, room: Room, tmp_path: Path) -> None:
    text = ROOM.replace("span = [0.0, 6.0]", 'span = [0.0, 6.0]\nfill = "nearest"')
    place = Place(base, load_environment(room(BLOCK, text)))
    surfaces, picture = bake(base, place, 512)
    place.destroy()
    write_gltf(tmp_path / "room.glb", surfaces, picture)
    document = pygltflib.GLTF2().load(str(tmp_path / "room.glb"))
    assert [node.name for node in document.nodes] == ["floor", "end", "block", "sky"]
    assert "KHR_materials_unlit" in document.materials[0].extensions
    view = document.bufferViews[document.images[0].bufferView]
    encoded = document.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
    texture = np.asarray(Image.open(BytesIO(encoded))).astype(int)

    def colour(mesh: int, point: tuple[float, float, float]) -> np.ndarray:
        """Of the texture at a point (Y up) on one of the mesh's triangles."""
        primitive = document.meshes[mesh].primitives[0]
        points = _read(document, primitive.attributes.POSITION, 3, np.float32)
        flat = _read(document, primitive.attributes.TEXCOORD_0, 2, np.float32)
        for triangle in _read(document, primitive.indices, 1, np.uint32).reshape(-1, 3):
            corners = points[triangle].astype(float)
            weights, residual = np.linalg.lstsq(np.vstack((corners.T, np.ones(3))), [*point, 1.0], rcond=None)[:2]
            if weights.min() >= -1e-6 and (not len(residual) or residual[0] < 1e-9):
                u, v = weights @ flat[triangle] * 512
                return texture[int(v), int(u)]
        raise AssertionError(f"no triangle of mesh {mesh} at {point}")

    np.testing.assert_allclose(colour(1, (-2.0, 1.5, -5.0)), (255, 0, 0), atol=25)  # JPEG
    np.testing.assert_allclose(colour(1, (4.6, 1.5, -5.0)), (0, 255, 0), atol=25)
    np.testing.assert_allclose(colour(1, (2.2, 1.2, -5.0)), (0, 255, 0), atol=40)  # behind the block: the nearest
    np.testing.assert_allclose(colour(0, (-1.0, 0.0, -1.0)), (255, 0, 0), atol=25)
    np.testing.assert_allclose(colour(0, (1.6, 0.0, -3.5)), (0, 0, 255), atol=25)  # behind the block: the fallback


@pytest.mark.parametrize(
    ("output", "said"), [("room.obj", "end with .glb"), ("nowhere/room.glb", "no such folder; make it first")]
)
def test_a_bad_name_is_refused_before_anything_is_drawn(tmp_path: Path, output: str, said: str) -> None:
    arguments = Namespace(environment="park", output=str(tmp_path / output), size=512, json=False)
    with pytest.raises(InputError, match=said):
        bake_environment(arguments)
