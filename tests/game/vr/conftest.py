from __future__ import annotations

from tests.openvr_runtime.fixtures import registry, runtime

__all__ = ["registry", "runtime"]
