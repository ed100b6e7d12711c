"""Where the camera's movement comes from: one file per source, all behind `Tracker`."""

from __future__ import annotations

from game.camera.trackers.factory import KINDS, open_tracker
from game.camera.trackers.tracker import NEW_DEVICE, ORIGIN_MOVED, Clock, Tracker

__all__ = ["KINDS", "NEW_DEVICE", "ORIGIN_MOVED", "Clock", "Tracker", "open_tracker"]
