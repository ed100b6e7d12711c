"""The OpenVR test runtime: compiling it, and driving it through ctypes."""

from __future__ import annotations

import ctypes
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import openvr

SOURCE = Path(__file__).with_name("vrclient.c")
TABLES = {
    "SYSTEM": (openvr.IVRSystem_Version, openvr.IVRSystem_FnTable),
    "COMPOSITOR": (openvr.IVRCompositor_Version, openvr.IVRCompositor_FnTable),
}


class _Picture(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("pixels", ctypes.POINTER(ctypes.c_uint8)),
        ("type", ctypes.c_int32),
        ("bounds", ctypes.c_float * 4),
    )


def build(compiler: str, folder: Path) -> Path:
    """Compile the runtime into ``folder``. Returns the path registry that names it, for VR_PATHREG_OVERRIDE."""
    binary = folder / "bin" / "linux64" / "vrclient.so"
    binary.parent.mkdir(parents=True)
    lines = []
    for table, (version, functions) in TABLES.items():
        names = [field[0] for field in functions._fields_]
        lines += [f"#define {table}_{name} {slot}" for slot, name in enumerate(names)]
        lines += [f"#define {table}_SLOTS {len(names)}", f'#define {table}_TABLE "FnTable:{version}"']
    (folder / "slots.h").write_text("\n".join(lines) + "\n")
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", f"-I{folder}"]
    subprocess.run([compiler, *flags, "-o", str(binary), str(SOURCE), "-ldl"], check=True)
    registry = {"version": 1, "jsonid": "vrpathreg", "runtime": [str(folder)]}
    registry |= {"config": [str(folder)], "log": [str(folder)]}
    path = folder / "openvrpaths.vrpath"
    path.write_text(json.dumps(registry))
    return path


class Runtime:
    """The runtime as tests move it about. ``library`` is the vrclient.so next to the path registry ``registry``."""

    def __init__(self, registry: Path) -> None:
        self.library = library = ctypes.CDLL(str(registry.parent / "bin" / "linux64" / "vrclient.so"))
        floats = ctypes.c_float
        library.rt_predicted.restype = floats
        library.rt_axis.argtypes = [ctypes.c_uint32, ctypes.c_int, ctypes.c_int32, floats, floats]
        library.rt_velocity.argtypes = [ctypes.c_uint32, floats, floats, floats]
        library.rt_buttons.argtypes = [ctypes.c_uint32, ctypes.c_uint64]
        library.rt_pose.argtypes = [ctypes.c_uint32, ctypes.c_void_p, ctypes.c_int32, ctypes.c_bool, ctypes.c_bool]
        library.rt_headset.argtypes = [ctypes.c_uint32, ctypes.c_uint32, floats]
        library.rt_eye.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
        library.rt_picture.restype = ctypes.POINTER(_Picture)
        library.rt_reset()

    def device(self, index: int, kind: int, serial: str, controller: str = "vive_controller") -> None:
        """Switch on a device of the class ``kind`` at the origin."""
        self.library.rt_device(index, int(kind), serial.encode(), controller.encode())
        self.pose(index, np.eye(3, 4))

    def pose(self, index: int, matrix: object, result: int = 200, valid: bool = True, connected: bool = True) -> None:
        """Put a device where the 3x4 ``matrix`` says, in OpenVR's axes."""
        numbers = np.ascontiguousarray(matrix, dtype=np.float32)
        self.library.rt_pose(index, numbers.ctypes.data, result, valid, connected)

    def headset(self, size: tuple[int, int], photons: float) -> None:
        """Pictures of ``size`` pixels that are seen ``photons`` s after they were begun."""
        self.library.rt_headset(*size, photons)

    def eye(self, eye: int, tangents: tuple[float, float, float, float], to_head: object) -> None:
        """Frustum of an eye (left, right, top, bottom as OpenVR has them) and its 3x4 pose in the head."""
        frustum = np.array(tangents, dtype=np.float32)
        matrix = np.ascontiguousarray(to_head, dtype=np.float32)
        self.library.rt_eye(eye, frustum.ctypes.data, matrix.ctypes.data)

    def picture(self, eye: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """What was submitted for an eye, ``(height, width, 3)``, top row first."""
        picture = self.library.rt_picture(eye).contents
        size = picture.height * picture.width * 4
        flat = np.ctypeslib.as_array(picture.pixels, (size,)).reshape(picture.height, picture.width, 4)
        return flat[::-1, :, :3].copy()
