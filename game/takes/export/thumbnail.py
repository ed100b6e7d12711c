"""One picture of a take, for people who look through folders."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from models.disk import write_whole
from models.errors import InputError

NAME = "thumb.png"
_WIDTH = 384


def write_thumbnail(folder: Path, picture: NDArray[np.uint8]) -> Path:
    """Write `NAME` into a take's folder from an RGB picture ``(h, w, 3)``, top row first. Returns its path.

    Raises:
        InputError: the disk is full or broken.
    """
    height, width = picture.shape[:2]
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    small = frame.reformat(width=_WIDTH, height=max(round(height * _WIDTH / width), 1), interpolation="AREA")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = small.width, small.height, "rgb24"
    encoder.time_base = Fraction(1, 1)
    path = folder / NAME
    try:
        write_whole(path, b"".join(bytes(packet) for packet in encoder.encode(small)))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room on the disk") from error
    return path
