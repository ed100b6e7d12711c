"""A camera path from a file, played in time: for replays without a device, for tests and for a steady start.

The file is JSON: ``{"schema": "backflip.camera_path", "version": 1, "loop": bool, "samples": [{"seconds": s,
"position": [x, y, z], "rotation": [w, x, y, z]}, …]}`` in Panda's axes, relative to the operator's start pose: the
identity stands there and looks along +Y.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from game.camera.pose import CameraPose, Sample
from game.camera.trackers.tracker import Clock, Tracker
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz
from models.disk import write_whole
from models.errors import InputError
from models.rotations import Array

SCHEMA = "backflip.camera_path"
VERSION = 1
_UNIT = 1e-2  # a quaternion further off unit length is no rotation
_FARTHEST = 1e6  # m


@dataclass(frozen=True)
class CameraPath:
    """Times ``(N,)`` in s, rising from 0; positions ``(N, 3)`` in m; rotations ``(N, 4)`` wxyz; N is 2 or more.

    loop: after the last sample comes the first; else the last pose is held.
    """

    name: str
    loop: bool
    times: Array
    positions: Array
    rotations: Array

    def at(self, seconds: float) -> CameraPose:
        """The pose at ``seconds``, which may be before the start or after the end."""
        last = float(self.times[-1])
        local = seconds % last if self.loop else min(max(seconds, 0.0), last)
        after = min(max(int(np.searchsorted(self.times, local, side="right")), 1), len(self.times) - 1)
        before = after - 1
        part = float((local - self.times[before]) / (self.times[after] - self.times[before]))
        position = self.positions[before] + part * (self.positions[after] - self.positions[before])
        early, late = wxyz_to_xyzw(self.rotations[before]), wxyz_to_xyzw(self.rotations[after])
        return CameraPose(position, xyzw_to_wxyz(rotations.slerp(early, late, part)))


class PathTracker(Tracker):
    """Plays a path from the moment it is opened."""

    def __init__(self, path: CameraPath, now_ns: Clock = time.monotonic_ns) -> None:
        self._path = path
        self._now_ns = now_ns
        self._start_ns = now_ns()

    @property
    def name(self) -> str:
        """The path's name."""
        return self._path.name

    def sample(self) -> Sample:
        """The path's pose by the clock."""
        now = self._now_ns()
        pose = self._path.at((now - self._start_ns) * 1e-9)
        return Sample(now, pose.position, pose.rotation)

    def close(self) -> None:
        """Nothing to let go of."""


def load_path(path: Path) -> CameraPath:
    """Read a camera path.

    Raises:
        InputError: the file is missing, no camera path, of a newer version, or holds numbers that are no movement.
    """
    data = _read(path)
    if data.get("schema") != SCHEMA:
        raise InputError(f'{path}: not a camera path; it needs "schema": "{SCHEMA}"')
    if data.get("version") != VERSION or isinstance(data["version"], bool):
        raise InputError(f"{path}: camera path version {data.get('version')!r} is unknown here; update backflip")
    if not isinstance(data.get("loop"), bool):
        raise InputError(f"{path}: 'loop' must be true or false")
    try:
        rows = [[row["seconds"], *row["position"], *row["rotation"]] for row in data["samples"]]
        table = np.array(rows, dtype=np.float64)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{path}: a sample lacks seconds, position xyz or rotation wxyz; write the file again"
        ) from error
    if table.ndim != 2 or table.shape[1] != 8 or len(table) < 2:
        raise InputError(f"{path}: a camera path needs two samples or more, each with position xyz and rotation wxyz")
    _check(path, table)
    return CameraPath(
        path.stem, data["loop"], table[:, 0] - table[0, 0], table[:, 1:4], rotations.normalize(table[:, 4:])
    )


def save_path(camera_path: CameraPath, path: Path) -> None:
    """Write a camera path whole: it is either there, complete, or not at all. Rounds to a micrometre and 1e-6."""
    samples = [
        {"seconds": _rounded(t), "position": _rounded(p), "rotation": _rounded(r)}
        for t, p, r in zip(camera_path.times, camera_path.positions, camera_path.rotations, strict=True)
    ]
    head = {"schema": SCHEMA, "version": VERSION, "loop": camera_path.loop}
    lines = ",\n".join(json.dumps(sample) for sample in samples)
    text = f'{json.dumps(head)[:-1]}, "samples": [\n{lines}\n]}}\n'
    write_whole(path, text.encode())


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a camera path file") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a camera path (it is not JSON); record or write it again") from error
    if not isinstance(data, dict):
        raise InputError(f'{path}: not a camera path; it needs "schema": "{SCHEMA}"')
    return data


def _check(path: Path, table: Array) -> None:
    if not np.all(np.isfinite(table)) or np.any(np.abs(table) > _FARTHEST):
        raise InputError(f"{path}: holds numbers that are not finite or beyond all distance; write the file again")
    if np.any(np.diff(table[:, 0]) <= 0.0):
        raise InputError(f"{path}: 'seconds' must rise from sample to sample")
    if np.any(np.abs(np.linalg.norm(table[:, 4:], axis=1) - 1.0) > _UNIT):
        raise InputError(f"{path}: a rotation is not of unit length; write quaternions as w, x, y, z")


def _rounded(value: Any) -> Any:
    return (np.round(value, 6) + 0.0).tolist()  # 0.0 takes the sign off a zero
