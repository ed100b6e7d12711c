"""Opening a tracker by the name of its kind; a source's library is imported only when that source is asked for."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from game.camera.trackers.listen import LOOPBACK, parse_listen
from game.camera.trackers.path import PathTracker, load_path
from game.camera.trackers.tracker import Clock, Tracker
from models.errors import InputError
from models.paths import ASSETS

KINDS = ("openvr", "gamepad", "mouse_keys", "path", "opentrackio", "phone")
HANDHELD = ASSETS / "camera_paths" / "handheld.json"


def open_tracker(
    kind: str,
    *,
    now_ns: Clock = time.monotonic_ns,
    device: str = "right",
    path: Path = HANDHELD,
    scene: bool = False,
    listen: str | None = None,
    base: Any = None,
) -> Tracker:
    """Open the tracker called ``kind``, one of `KINDS`.

    device: for openvr, a role ("right", "left", "tracker", "hmd") or a serial number. path: for path, a file.
    scene: for openvr, whether the headset is to be filled too (see `game.vr`).
    listen: where to hear opentrackio or serve a phone (`parse_listen`); None: opentrackio on this machine alone, a
    phone on the local network. base: for mouse_keys, the running ShowBase.

    Raises:
        InputError: no such kind, or its device, runtime or file is missing.
    """
    if kind == "path":
        return PathTracker(load_path(path), now_ns)
    if kind == "openvr":
        return _open_openvr(device, now_ns, scene)
    if kind == "opentrackio":
        from game.camera.trackers.opentrackio import PORT, OpenTrackIOTracker

        return OpenTrackIOTracker(parse_listen(listen or f"{LOOPBACK}:{PORT}"), now_ns)
    if kind == "phone":
        from game.camera.trackers.phone import PhoneTracker

        phone = PhoneTracker(parse_listen(listen) if listen else None, now_ns)
        print(phone.invitation, file=sys.stderr)
        return phone
    if kind == "gamepad":
        from game.camera.trackers.gamepad import GamepadTracker, find_gamepad

        return GamepadTracker(find_gamepad(), now_ns)
    if kind == "mouse_keys":
        from game.camera.trackers.mouse_keys import MouseKeysTracker

        if base is None or base.mouseWatcherNode is None:
            raise InputError("the mouse moves the camera only in a window; open one, or choose another tracker")
        return MouseKeysTracker(base.mouseWatcherNode, base.win, now_ns)
    raise InputError(f"{kind}: no such tracker; choose one of {', '.join(KINDS)}")


def _open_openvr(device: str, now_ns: Clock, scene: bool) -> Tracker:
    try:
        from game.camera.trackers.openvr import OpenVRTracker
    except (ImportError, OSError) as error:
        raise InputError("OpenVR's library does not load on this computer; choose another tracker") from error
    return OpenVRTracker(device, now_ns, scene)
