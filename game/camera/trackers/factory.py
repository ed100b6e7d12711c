"""Opening a tracker by the name of its kind; a source's library is imported only when that source is asked for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from game.camera.trackers.path import PathTracker, load_path
from game.camera.trackers.tracker import Clock, Tracker
from models.errors import InputError
from models.paths import ASSETS

KINDS = ("openvr", "gamepad", "mouse_keys", "path")
HANDHELD = ASSETS / "camera_paths" / "handheld.json"


def open_tracker(
    kind: str,
    *,
    now_ns: Clock = time.monotonic_ns,
    device: str = "right",
    path: Path = HANDHELD,
    base: Any = None,
) -> Tracker:
    """Open the tracker called ``kind``, one of `KINDS`.

    device: for openvr, a role ("right", "left", "tracker", "hmd") or a serial number. path: for path, a file.
    base: for mouse_keys, the running ShowBase.

    Raises:
        InputError: no such kind, or its device, runtime or file is missing.
    """
    if kind == "path":
        return PathTracker(load_path(path), now_ns)
    if kind == "openvr":
        return _open_openvr(device, now_ns)
    if kind == "gamepad":
        from game.camera.trackers.gamepad import GamepadTracker, find_gamepad

        return GamepadTracker(find_gamepad(), now_ns)
    if kind == "mouse_keys":
        from game.camera.trackers.mouse_keys import MouseKeysTracker

        if base is None or base.win is None:
            raise InputError("the mouse moves the camera only in a window; open one, or choose another tracker")
        return MouseKeysTracker(base.mouseWatcherNode, base.win, now_ns)
    raise InputError(f"{kind}: no such tracker; choose one of {', '.join(KINDS)}")


def _open_openvr(device: str, now_ns: Clock) -> Tracker:
    try:
        from game.camera.trackers.openvr import OpenVRTracker
    except (ImportError, OSError) as error:
        raise InputError("OpenVR's library does not load on this computer; choose another tracker") from error
    return OpenVRTracker(device, now_ns)
