"""The OpenVR test runtime, compiled once, driven through ctypes; see tests/openvr_runtime."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvr
import pytest

SOURCE = Path(__file__).parents[2] / "openvr_runtime" / "vrclient.c"
TABLE = f"FnTable:{openvr.IVRSystem_Version}"


@dataclass
class Clock:
    """A clock that a test sets: calling it gives ``ns``."""

    ns: int = 0

    def __call__(self) -> int:
        return self.ns

    def pass_(self, seconds: float) -> None:
        self.ns += round(seconds * 1e9)


class Runtime:
    """The runtime as tests move it about. ``library`` is its vrclient.so."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        library.rt_predicted.restype = ctypes.c_float
        library.rt_axis.argtypes = [ctypes.c_uint32, ctypes.c_int, ctypes.c_int32, ctypes.c_float, ctypes.c_float]
        library.rt_buttons.argtypes = [ctypes.c_uint32, ctypes.c_uint64]
        library.rt_pose.argtypes = [ctypes.c_uint32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_bool, ctypes.c_bool]
        library.rt_reset()

    def device(self, index: int, kind: int, serial: str, controller: str = "vive_controller") -> None:
        self.library.rt_device(index, int(kind), serial.encode(), controller.encode())
        self.pose(index, np.eye(3, 4))

    def pose(self, index: int, matrix: object, result: int = 200, valid: bool = True, connected: bool = True) -> None:
        numbers = np.ascontiguousarray(matrix, dtype=np.float32)
        self.library.rt_pose(index, numbers.ctypes.data, result, valid, connected)


@pytest.fixture(scope="session")
def runtime_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler for the OpenVR test runtime")
    folder = tmp_path_factory.mktemp("openvr")
    binary = folder / "bin" / "linux64" / "vrclient.so"
    binary.parent.mkdir(parents=True)
    names = [name for name, _ in openvr.IVRSystem_FnTable._fields_]
    lines = [f"#define SLOT_{name} {slot}" for slot, name in enumerate(names)]
    lines += [f"#define SLOTS {len(names)}", f'#define SYSTEM_TABLE "{TABLE}"']
    (folder / "slots.h").write_text("\n".join(lines) + "\n")
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", f"-I{folder}"]
    subprocess.run([compiler, *flags, "-o", str(binary), str(SOURCE)], check=True)
    registry = {"version": 1, "jsonid": "vrpathreg", "runtime": [str(folder)]}
    registry |= {"config": [str(folder)], "log": [str(folder)]}
    (folder / "openvrpaths.vrpath").write_text(json.dumps(registry))
    return folder


@pytest.fixture
def runtime(runtime_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A reset runtime that libopenvr_api finds; the environment is put back afterwards."""
    monkeypatch.setenv("VR_PATHREG_OVERRIDE", str(runtime_folder / "openvrpaths.vrpath"))
    yield Runtime(ctypes.CDLL(str(runtime_folder / "bin" / "linux64" / "vrclient.so")))
    openvr.shutdown()


@pytest.fixture
def clock() -> Clock:
    return Clock()
