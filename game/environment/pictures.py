"""Width and height of a photograph from the head of its file, without decoding it."""

from __future__ import annotations

import struct
from pathlib import Path

from models.errors import InputError

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels of a PNG or JPEG file.

    Raises:
        InputError: there is no such file, or it is neither.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: this photograph cannot be read; put it there or correct its name") from error
    size = None
    if data.startswith(_PNG) and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
    elif data.startswith(_JPEG):
        size = _jpeg_size(data)
    if size is None or 0 in size:
        raise InputError(f"{path}: neither PNG nor JPEG; save the photograph again as one of them")
    return size[0], size[1]


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None
