"""Fixtures for whatever needs OpenVR: the runtime, compiled once, found by the real library."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import openvr
import pytest

from tests.openvr_runtime import Runtime, build


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler for the OpenVR test runtime")
    return build(compiler, tmp_path_factory.mktemp("openvr"))


@pytest.fixture
def runtime(registry: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A reset runtime that libopenvr_api finds; the environment is put back afterwards."""
    monkeypatch.setenv("VR_PATHREG_OVERRIDE", str(registry))
    yield Runtime(registry)
    openvr.shutdown()
