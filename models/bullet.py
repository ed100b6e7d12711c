"""Import PyBullet without what its C code prints: a build time at import, a line for every joint without an axis."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silence() -> Iterator[None]:
    """Hold back the process's own output, C's included, for a moment of loading."""
    c_library = ctypes.CDLL(None)
    sys.stdout.flush()
    sys.stderr.flush()
    c_library.fflush(None)
    null = os.open(os.devnull, os.O_WRONLY)
    saved = [os.dup(1), os.dup(2)]
    try:
        os.dup2(null, 1)
        os.dup2(null, 2)
        yield
    finally:
        c_library.fflush(None)  # C buffers: what was printed inside would appear later
        for target, source in zip((1, 2), saved, strict=True):
            os.dup2(source, target)
            os.close(source)
        os.close(null)


with silence():
    import pybullet
    from pybullet_utils.bullet_client import BulletClient

__all__ = ["BulletClient", "pybullet", "silence"]
