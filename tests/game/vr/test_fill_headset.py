"""Live play in the headset: the frame loop of a real screen, with the headset's steps in their places."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import openvr
import pytest

from backflip import main
from game.camera.rig_settings import RigSettings
from game.camera.trackers.openvr import OpenVRTracker
from game.camera.trackers.path import PathTracker, load_path
from game.screen import LATE, Screen
from game.vr.stereo import fill_headset
from models.errors import InputError
from tests.conftest import ASSETS

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the test runtime is a Linux library")


def test_the_headset_is_waited_for_before_the_tracker_is_read_and_filled_in_the_same_frame(base, runtime):
    runtime.device(0, openvr.TrackedDeviceClass_HMD, "LHR-HEAD")
    runtime.headset((64, 64), 0.02)
    for eye in (0, 1):
        runtime.eye(eye, (-1.0, 1.0, -1.0, 1.0), [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    tracker = OpenVRTracker("hmd", lambda: 0, scene=True)
    session = SimpleNamespace(operator=SimpleNamespace(tracker=tracker, room=RigSettings()), say=lambda hint: None)
    screen = Screen(base, (), (), (), seconds=0.0)
    stereo = fill_headset(screen, session)
    waited = []

    def film() -> None:
        waited.append((runtime.library.rt_waited(), runtime.library.rt_submitted()))
        tracker.sample()

    screen.each_frame(film, LATE)
    screen.run()
    frames = len(waited)
    assert frames > 0
    assert waited == [(frame + 1, 2 * frame) for frame in range(frames)]
    assert runtime.library.rt_submitted() == 2 * frames
    stereo.close()
    # In another place the same device goes on.
    screen = Screen(base, (), (), (), seconds=0.0)
    stereo = fill_headset(screen, session)
    screen.run()
    assert runtime.library.rt_submitted() == runtime.library.rt_waited() * 2 > 2 * frames
    stereo.close()
    tracker.close()


@pytest.mark.parametrize("arguments", [[], ["--tracker", "path"], ["--tracker", "openvr", "--headless"]])
def test_a_headset_is_filled_in_live_play_with_openvr_alone(arguments, capsys):
    assert main(["play", "--vr", "scene", *arguments]) == 2
    assert "--vr scene fills the headset in live play; add --tracker openvr" in capsys.readouterr().err


def test_another_tracker_has_no_headset(base):
    tracker = PathTracker(load_path(ASSETS / "camera_paths" / "handheld.json"))
    session = SimpleNamespace(operator=SimpleNamespace(tracker=tracker))
    screen = Screen(base, (), (), (), seconds=0.0)
    with pytest.raises(InputError, match="handheld has no headset to be filled; choose the tracker openvr"):
        fill_headset(screen, session)
    screen.close()
