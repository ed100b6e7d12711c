from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.openvr_runtime.fixtures import registry, runtime

__all__ = ["Clock", "registry", "runtime"]


@dataclass
class Clock:
    """A clock that a test sets: calling it gives ``ns``."""

    ns: int = 0

    def __call__(self) -> int:
        return self.ns

    def pass_(self, seconds: float) -> None:
        self.ns += round(seconds * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()
