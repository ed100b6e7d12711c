"""Binary glTF 2 as arrays that can be changed in place and written again: for making one person out of another.

Only what a person needs: accessors of plain numbers and embedded pictures. Panda3D's own loader shows the result.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.disk import write_whole
from models.errors import InputError

_MAGIC, _GLTF_2, _JSON, _BINARY = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
_JPEG = b"\xff\xd8"
_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}

Numbers = NDArray[Any]


class Glb:
    """document: the glTF JSON, free to be changed. Arrays that `array` gives are views of the binary part."""

    def __init__(self, document: dict[str, Any], binary: bytearray) -> None:
        self.document = document
        self.binary = binary

    def array(self, accessor: int) -> Numbers:
        """The numbers ``(count, width)`` of an accessor, writable in place.

        Raises:
            KeyError, ValueError, IndexError: it is sparse, interleaved, or beyond the binary part.
        """
        facts = self.document["accessors"][accessor]
        view = self.document["bufferViews"][facts["bufferView"]]
        if "sparse" in facts or "byteStride" in view:
            raise ValueError(f"accessor {accessor} is sparse or interleaved")
        kind, width = np.dtype(_TYPES[facts["componentType"]]), _WIDTHS[facts["type"]]
        start = view.get("byteOffset", 0) + facts.get("byteOffset", 0)
        return np.frombuffer(self.binary, kind, facts["count"] * width, start).reshape(facts["count"], width)

    def settle(self, accessor: int) -> None:
        """Write down the bounds of an accessor whose numbers have changed."""
        numbers = self.array(accessor)
        facts = self.document["accessors"][accessor]
        facts["min"], facts["max"] = numbers.min(axis=0).tolist(), numbers.max(axis=0).tolist()

    def picture(self, image: int) -> bytes:
        """The bytes of an embedded picture."""
        view = self.document["bufferViews"][self.document["images"][image]["bufferView"]]
        start = view.get("byteOffset", 0)
        return bytes(self.binary[start : start + view["byteLength"]])

    def replace_picture(self, image: int, data: bytes) -> None:
        """Put a PNG or JPEG in the place of an embedded picture; arrays taken before are of no use afterwards."""
        views = self.document["bufferViews"]
        mine = self.document["images"][image]["bufferView"]
        parts = [bytes(self.binary[v.get("byteOffset", 0) :][: v["byteLength"]]) for v in views]
        parts[mine] = data
        self.binary = bytearray()
        for view, part in zip(views, parts, strict=True):
            view["byteOffset"], view["byteLength"] = len(self.binary), len(part)
            self.binary += part + bytes(-len(part) % 4)
        self.document["images"][image]["mimeType"] = "image/jpeg" if data.startswith(_JPEG) else "image/png"

    def save(self, path: Path) -> None:
        """Write the model whole.

        Raises:
            InputError: the disk is full.
        """
        self.document["buffers"] = [{"byteLength": len(self.binary)}]
        text = json.dumps(self.document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        binary = bytes(self.binary) + bytes(-len(self.binary) % 4)
        head = struct.pack("<3I", _MAGIC, _GLTF_2, 12 + 8 + len(text) + 8 + len(binary))
        chunks = struct.pack("<2I", len(text), _JSON) + text + struct.pack("<2I", len(binary), _BINARY) + binary
        try:
            write_whole(path, head + chunks)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); make room on the disk") from error


def load_glb(path: Path) -> Glb:
    """Read a binary glTF 2 model.

    Raises:
        InputError: it is missing or none.
    """
    try:
        data = path.read_bytes()
        magic, version, _, length, kind = struct.unpack_from("<5I", data)
        size, second = struct.unpack_from("<2I", data, 20 + length)
        if (magic, version, kind, second) != (_MAGIC, _GLTF_2, _JSON, _BINARY):
            raise ValueError("header")
        return Glb(json.loads(data[20 : 20 + length]), bytearray(data[28 + length : 28 + length + size]))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a .glb file") from error
    except (ValueError, struct.error) as error:
        raise InputError(f"{path}: not a binary glTF 2 model, or cut short; export it again as .glb") from error
