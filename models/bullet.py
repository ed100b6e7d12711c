"""PyBullet without what its C code prints: a build time at import, a line for every joint without an axis."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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

_idle: list[int] = []


class BulletClient:
    """Bullet's functions for a simulation of one's own inside this process.

    To make one takes Bullet longer than a frame may take. One that was let go of is emptied, and taken again: it then
    differs in nothing from a new one.
    """

    def __init__(self, connection_mode: int) -> None:
        """connection_mode: `pybullet.DIRECT`, no other."""
        self._id = _idle.pop() if _idle else int(pybullet.connect(connection_mode))
        self._let_go = weakref.finalize(self, _empty, self._id)
        self._let_go.atexit = False  # the process takes it along

    def __getattr__(self, name: str) -> Any:
        function = functools.partial(getattr(pybullet, name), physicsClientId=self._id)
        self.__dict__[name] = function  # from now on it is found at once
        return function

    def disconnect(self) -> None:
        """Let go of it."""
        self._let_go()
        self.__dict__ = {"_let_go": self._let_go, "_id": -1}


def _empty(client: int) -> None:
    pybullet.resetSimulation(physicsClientId=client)
    _idle.append(client)


__all__ = ["BulletClient", "pybullet", "silence"]
