"""Which program and which libraries made something: stages and takes carry it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def versions() -> dict[str, str]:
    """Versions of this program and of what a trajectory depends on."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in ("backflip", "torch", "numpy", "pybullet"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found
