"""A known step of the device is in the very next picture: the window's, and the headset's."""

from __future__ import annotations

import sys

import numpy as np
import openvr
import pytest
from panda3d.core import CardMaker

from game.camera.pose import IDENTITY_ROTATION, CameraPose, Sample
from game.camera.rig_settings import RigSettings
from game.camera.trackers.latency import SteppingTracker, measure
from game.camera.trackers.openvr import OpenVRTracker
from game.vr.stereo import Stereo

MARK = CameraPose(np.array([0.0, -3.0, 0.0]), IDENTITY_ROTATION)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the test runtime is a Linux library")


@pytest.fixture
def place(base):
    """Something to see from the mark."""
    maker = CardMaker("card")
    maker.set_frame(-0.5, 0.5, -0.5, 0.5)
    base.render.attach_new_node(maker.generate()).set_color(1.0, 0.0, 0.0, 1.0)
    yield base
    base.camera.set_pos(0.0, 0.0, 0.0)


class Stale(SteppingTracker):
    """Gives each sample a picture too late."""

    def __init__(self) -> None:
        super().__init__()
        self._last: Sample | None = None

    def sample(self) -> Sample:
        now = super().sample()
        self._last, given = now, self._last or now
        return given


def test_a_step_is_in_the_next_picture(place):
    tracker = SteppingTracker()
    assert measure(place, tracker, MARK, tracker.step).pictures == 1


def test_a_tracker_that_is_late_is_found_out(place):
    tracker = Stale()
    assert measure(place, tracker, MARK, tracker.step).pictures == 2


def test_a_step_that_never_shows_is_an_error(place):
    with pytest.raises(RuntimeError, match="never came into the picture"):
        measure(place, SteppingTracker(), MARK, lambda: None)


def at(x: float) -> list[list[float]]:
    return [[1.0, 0.0, 0.0, x], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]


@linux
def test_a_controllers_step_is_in_the_windows_next_picture(place, runtime):
    runtime.device(3, openvr.TrackedDeviceClass_Controller, "LHR-RIGHT")
    tracker = OpenVRTracker("LHR-RIGHT")
    assert measure(place, tracker, MARK, lambda: runtime.pose(3, at(0.3))).pictures == 1


@linux
def test_a_heads_step_is_in_the_headsets_next_picture(place, runtime):
    runtime.device(0, openvr.TrackedDeviceClass_HMD, "LHR-HEAD")
    runtime.device(3, openvr.TrackedDeviceClass_Controller, "LHR-RIGHT")
    runtime.headset((96, 96), 0.02)
    for eye in (0, 1):
        runtime.eye(eye, (-1.0, 1.0, -1.0, 1.0), at(0.0))
    tracker = OpenVRTracker("LHR-RIGHT", scene=True)
    stereo = Stereo(place, tracker, lambda hint: None)
    room = RigSettings(origin=(0.0, -3.0, 0.0))

    def seen() -> bytes:
        return runtime.picture(0).tobytes()

    def frame(task):
        stereo.wait()
        stereo.place(room)
        return task.cont

    place.taskMgr.add(frame, "headset", sort=46)
    try:
        assert measure(place, tracker, MARK, lambda: runtime.pose(0, at(0.3)), seen).pictures == 1
    finally:
        place.taskMgr.remove("headset")
        stereo.close()
