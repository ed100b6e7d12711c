"""Every format that a take can be exported to, and writing one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from game.takes.export.motion import Motion
from models.disk import write_whole
from models.errors import InputError


@dataclass(frozen=True)
class Format:
    """module: with a function ``encode_<name>`` of a motion and a suffix. suffixes: that its files may have."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    text: str

    def encode(self, motion: Motion, suffix: str) -> bytes:
        """The file's contents."""
        # Imported when asked for: the libraries of some formats take a second to load.
        from importlib import import_module

        encode: Callable[[Motion, str], bytes] = getattr(import_module(self.module), f"encode_{self.name}")
        return encode(motion, suffix)


_HERE = "game.takes.export"
FORMATS = {
    each.name: each
    for each in (
        Format("usd", (".usda", ".usdc", ".usd"), f"{_HERE}.usd", "camera and skeleton; Z up, cm, lens in mm"),
        Format("gltf", (".glb", ".gltf"), f"{_HERE}.gltf", "camera and joints; Y up, m"),
        Format("bvh", (".bvh",), f"{_HERE}.bvh", "the body; Y up, cm"),
        Format("csv", (".csv",), f"{_HERE}.table", "camera, lens and body; Z up, m"),
        Format("opentrackio", (".json",), f"{_HERE}.opentrackio", "the camera; Z up, m"),
    )
}
"""By name."""


def check_path(kind: str, path: Path) -> Format:
    """The format ``kind``, if a file of it may be called so.

    Raises:
        InputError: no such format, or another suffix.
    """
    if kind not in FORMATS:
        raise InputError(f"{kind}: no such format; choose one of {', '.join(FORMATS)}")
    if path.suffix.lower() not in FORMATS[kind].suffixes:
        wanted = " or ".join(FORMATS[kind].suffixes)
        raise InputError(f"{path}: {kind} files are {wanted}; give the file a name that ends so")
    return FORMATS[kind]


def write_motion(kind: str, motion: Motion, path: Path) -> None:
    """Write a take in a format; an older file there is replaced.

    Raises:
        InputError: see `check_path`; or the take lacks what the format is for, or the disk is full.
    """
    write_file(path, check_path(kind, path).encode(motion, path.suffix.lower()))


def write_file(path: Path, data: bytes) -> None:
    """Write an export whole.

    Raises:
        InputError: the disk is full or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        mend = "make room or choose another place"
        raise InputError(f"{path}: cannot be written ({error.strerror or error}); {mend}") from error
