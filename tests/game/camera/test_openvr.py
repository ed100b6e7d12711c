from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import openvr
import pytest

from game.camera.pose import Tracking
from game.camera.trackers import NEW_DEVICE, ORIGIN_MOVED, open_tracker
from game.camera.trackers.openvr import LATE, OpenVRTracker
from models import rotations
from models.coords import wxyz_to_xyzw
from models.errors import InputError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the test runtime is a Linux library")

CONTROLLER = openvr.TrackedDeviceClass_Controller
PUCK = openvr.TrackedDeviceClass_GenericTracker
RIGHT, LEFT = openvr.TrackedControllerRole_RightHand, openvr.TrackedControllerRole_LeftHand
# Turned 90 degrees to the left about OpenVR's Y axis, so it looks along -X; 1.5 m up and 2 m behind (+Z).
TO_THE_LEFT = [[0.0, 0.0, 1.0, 0.3], [0.0, 1.0, 0.0, 1.5], [-1.0, 0.0, 0.0, 2.0]]


@pytest.fixture
def wand(runtime):
    """A wand in the right hand, device 3."""
    runtime.device(3, CONTROLLER, "LHR-RIGHT")
    runtime.library.rt_role(RIGHT, 3)
    return runtime


def axis(sample, direction):
    return rotations.rotate(wxyz_to_xyzw(sample.rotation), np.array(direction))


def moved(x: float) -> list[list[float]]:
    return [[1.0, 0.0, 0.0, x], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]


def test_joins_as_background_application_and_asks_without_prediction(wand, clock):
    OpenVRTracker("right", clock).sample()
    assert wand.library.rt_application() == openvr.VRApplication_Background
    assert wand.library.rt_predicted() == 0.0


def test_poses_come_in_pandas_axes_with_the_clocks_time(wand, clock):
    clock.ns = 123
    wand.pose(3, TO_THE_LEFT)
    sample = OpenVRTracker("right", clock).sample()
    assert sample.time_ns == 123
    assert sample.tracking is Tracking.OK
    assert sample.position == pytest.approx([0.3, -2.0, 1.5])
    assert axis(sample, [0.0, 1.0, 0.0]) == pytest.approx([-1.0, 0.0, 0.0], abs=1e-6)
    assert axis(sample, [0.0, 0.0, 1.0]) == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)


def test_trigger_as_button_and_as_axis(wand, clock):
    tracker = OpenVRTracker("right", clock)
    assert tracker.sample().buttons == frozenset()
    wand.library.rt_buttons(3, 1 << openvr.k_EButton_SteamVR_Trigger | 1 << openvr.k_EButton_ApplicationMenu)
    wand.library.rt_axis(3, 0, openvr.k_eControllerAxis_TrackPad, -0.5, 0.25)
    wand.library.rt_axis(3, 1, openvr.k_eControllerAxis_Trigger, 0.75, 0.0)
    sample = tracker.sample()
    assert sample.buttons == {"trigger", "menu"}
    assert sample.axes == {"stick_x": -0.5, "stick_y": 0.25, "trigger": 0.75}


def test_index_controller_has_its_own_buttons_and_stick(runtime, clock):
    runtime.device(3, CONTROLLER, "LHR-INDEX", "knuckles")
    runtime.library.rt_axis(3, 0, openvr.k_eControllerAxis_TrackPad, 0.1, 0.1)
    runtime.library.rt_axis(3, 3, openvr.k_eControllerAxis_Joystick, 0.5, -1.0)
    runtime.library.rt_buttons(
        3, 1 << openvr.k_EButton_IndexController_A | 1 << openvr.k_EButton_IndexController_JoyStick
    )
    sample = OpenVRTracker("LHR-INDEX", clock).sample()
    assert sample.buttons == {"a", "stick"}
    assert (sample.axes["stick_x"], sample.axes["stick_y"]) == (0.5, -1.0)


def test_axes_that_are_no_number_read_as_zero(wand, clock):
    wand.library.rt_axis(3, 0, openvr.k_eControllerAxis_TrackPad, float("nan"), 7.0)
    axes = OpenVRTracker("right", clock).sample().axes
    assert (axes["stick_x"], axes["stick_y"]) == (0.0, 1.0)


def test_by_serial_role_and_class(wand, clock):
    wand.device(1, CONTROLLER, "LHR-LEFT")
    wand.library.rt_role(LEFT, 1)
    wand.device(7, PUCK, "LHR-PUCK")
    for index, height in ((1, 1.0), (3, 3.0), (7, 7.0)):
        wand.pose(index, [[1, 0, 0, 0], [0, 1, 0, height], [0, 0, 1, 0]])
    for device, height in (("left", 1.0), ("right", 3.0), ("tracker", 7.0), ("LHR-PUCK", 7.0), ("LHR-LEFT", 1.0)):
        tracker = open_tracker("openvr", device=device, now_ns=clock)
        assert tracker.sample().position[2] == height, device
        tracker.close()


def test_a_puck_has_no_buttons(runtime, clock):
    runtime.device(7, PUCK, "LHR-PUCK")
    sample = OpenVRTracker("tracker", clock).sample()
    assert sample.tracking is Tracking.OK
    assert (sample.buttons, sample.axes) == (frozenset(), {})


def test_a_device_that_comes_later_is_found_then(runtime, clock):
    tracker = OpenVRTracker("LHR-LATE", clock)
    assert tracker.sample().tracking is Tracking.ABSENT
    runtime.device(5, CONTROLLER, "LHR-LATE")
    runtime.library.rt_event(openvr.VREvent_TrackedDeviceActivated)
    assert tracker.sample().tracking is Tracking.OK


def test_hands_that_swap_are_followed(wand, clock):
    wand.device(4, CONTROLLER, "LHR-OTHER")
    wand.pose(4, [[1, 0, 0, 4], [0, 1, 0, 0], [0, 0, 1, 0]])
    tracker = OpenVRTracker("right", clock)
    assert tracker.sample().position[0] == 0.0
    wand.library.rt_role(RIGHT, 4)
    wand.library.rt_event(openvr.VREvent_TrackedDeviceRoleChanged)
    assert tracker.sample().position[0] == 4.0


NAN = np.array(TO_THE_LEFT) * np.array([1.0, 1.0, float("nan"), 1.0])
SKEWED = [[1.0, 0.3, 0.0, 9.0], [0.0, 1.0, 0.0, 9.0], [0.0, 0.0, 1.0, 9.0]]
MIRRORED = [[-1.0, 0.0, 0.0, 9.0], [0.0, 1.0, 0.0, 9.0], [0.0, 0.0, 1.0, 9.0]]


@pytest.mark.parametrize(
    ("matrix", "result", "valid", "connected"),
    [
        (np.eye(3, 4), openvr.TrackingResult_Running_OutOfRange, True, True),
        (np.eye(3, 4), openvr.TrackingResult_Fallback_RotationOnly, True, True),
        (np.eye(3, 4), openvr.TrackingResult_Running_OK, False, True),
        (np.eye(3, 4), openvr.TrackingResult_Running_OK, True, False),
        (NAN, openvr.TrackingResult_Running_OK, True, True),
        (SKEWED, openvr.TrackingResult_Running_OK, True, True),
        (MIRRORED, openvr.TrackingResult_Running_OK, True, True),
        (np.zeros((3, 4)), openvr.TrackingResult_Running_OK, True, True),
    ],
)
def test_what_is_not_to_be_believed_holds_the_last_good_pose(wand, clock, matrix, result, valid, connected):
    tracker = OpenVRTracker("right", clock)
    wand.pose(3, matrix, int(result), valid, connected)
    assert tracker.sample().tracking is Tracking.ABSENT
    wand.pose(3, TO_THE_LEFT)
    good = tracker.sample()
    wand.pose(3, matrix, int(result), valid, connected)
    wand.library.rt_buttons(3, 1 << openvr.k_EButton_Grip)
    lost = tracker.sample()
    assert lost.tracking is Tracking.LOST
    assert lost.position == pytest.approx(good.position)
    assert lost.rotation == pytest.approx(good.rotation)
    assert lost.buttons == {"grip"}  # a hidden hand still presses
    wand.pose(3, TO_THE_LEFT)
    assert tracker.sample().tracking is Tracking.OK


@pytest.mark.parametrize("event", [openvr.VREvent_StandingZeroPoseReset, openvr.VREvent_ChaperoneUniverseHasChanged])
def test_an_origin_that_moved_is_told_once(wand, clock, event):
    tracker = OpenVRTracker("right", clock)
    assert ORIGIN_MOVED not in tracker.sample().buttons
    wand.library.rt_event(event)
    assert ORIGIN_MOVED in tracker.sample().buttons
    assert ORIGIN_MOVED not in tracker.sample().buttons


def test_a_runtime_that_quits_is_acknowledged_and_never_called_again(wand, clock):
    tracker = OpenVRTracker("right", clock)
    wand.pose(3, TO_THE_LEFT)
    tracker.sample()
    wand.library.rt_event(openvr.VREvent_Quit)
    lost = tracker.sample()
    calls = wand.library.rt_calls()
    assert (wand.library.rt_acknowledged(), wand.library.rt_cleaned_up()) == (1, 1)
    assert lost.tracking is Tracking.LOST
    assert lost.position == pytest.approx([0.3, -2.0, 1.5])
    assert tracker.sample().tracking is Tracking.LOST
    tracker.close()
    assert (wand.library.rt_calls(), wand.library.rt_cleaned_up()) == (calls, 1)


def test_steamvr_that_was_started_again_is_joined_again(wand, clock):
    tracker = OpenVRTracker("right", clock)
    tracker.sample()
    wand.library.rt_event(openvr.VREvent_Quit)
    tracker.sample()
    assert tracker.note == "SteamVR has quit; start it again, then choose the next device"
    wand.library.rt_refuse(121)
    with pytest.raises(InputError, match="SteamVR is not running"):
        tracker.next_device()
    wand.library.rt_refuse(0)
    tracker.next_device()
    assert tracker.sample().tracking is Tracking.OK
    assert tracker.note == ""


def test_the_next_device_holds_the_camera_and_says_so_once(wand, clock):
    wand.device(7, PUCK, "LHR-PUCK")
    wand.pose(7, moved(7.0))
    tracker = OpenVRTracker("right", clock)
    assert NEW_DEVICE not in tracker.sample().buttons
    tracker.next_device()
    first = tracker.sample()
    assert (tracker.name, first.position[0]) == ("openvr LHR-PUCK", 7.0)
    assert NEW_DEVICE in first.buttons
    assert NEW_DEVICE not in tracker.sample().buttons
    tracker.next_device()
    assert (tracker.sample().position[0], tracker.name) == (0.0, "openvr LHR-RIGHT")


def test_a_device_that_is_off_is_passed_over_and_without_another_the_camera_stays(wand, clock):
    wand.device(7, PUCK, "LHR-PUCK")
    wand.pose(7, moved(7.0), connected=False)
    tracker = OpenVRTracker("right", clock)
    tracker.sample()
    with pytest.raises(InputError, match="no other OpenVR device is switched on"):
        tracker.next_device()
    assert (tracker.sample().tracking, tracker.name) == (Tracking.OK, "openvr right")


def test_a_new_device_out_of_sight_holds_the_last_pose_of_the_old_one(wand, clock):
    wand.device(7, PUCK, "LHR-PUCK")
    wand.pose(3, moved(3.0))
    wand.pose(7, moved(7.0), result=int(openvr.TrackingResult_Running_OutOfRange))
    tracker = OpenVRTracker("right", clock)
    tracker.sample()
    tracker.next_device()
    lost = tracker.sample()
    assert (lost.tracking, lost.position[0], NEW_DEVICE in lost.buttons) == (Tracking.LOST, 3.0, False)
    wand.pose(7, moved(7.0))
    found = tracker.sample()
    assert (found.tracking, found.position[0], NEW_DEVICE in found.buttons) == (Tracking.OK, 7.0, True)


def test_of_two_devices_with_one_serial_the_first_is_taken_and_the_other_can_be(runtime, clock):
    for index, x in ((2, 2.0), (5, 5.0)):
        runtime.device(index, CONTROLLER, "SAME")
        runtime.pose(index, moved(x))
    tracker = OpenVRTracker("SAME", clock)
    assert tracker.sample().position[0] == 2.0
    assert tracker.note == "2 devices say they are SAME; number 1 of 2 is the camera, the next device is another"
    tracker.next_device()
    other = tracker.sample()
    assert (other.position[0], NEW_DEVICE in other.buttons) == (5.0, True)
    assert "number 2 of 2 is the camera" in tracker.note
    tracker.next_device()
    assert tracker.sample().position[0] == 2.0


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        ({"connected": False}, "LHR-RIGHT is asleep or switched off; press a button on it"),
        ({"result": int(openvr.TrackingResult_Running_OutOfRange)}, "LHR-RIGHT is out of sight of the tracking"),
        ({"matrix": MIRRORED}, "LHR-RIGHT says that it is where nothing can be"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_until_it_is_well(wand, clock, pose, words):
    tracker = OpenVRTracker("right", clock)
    assert (tracker.sample().tracking, tracker.note) == (Tracking.OK, "")
    wand.pose(3, **{"matrix": moved(0.0)} | pose)
    assert tracker.sample().tracking is Tracking.LOST
    assert tracker.note.startswith(words)
    wand.pose(3, moved(0.0))
    tracker.sample()
    assert tracker.note == ""


def test_an_unknown_device_is_named(runtime, clock):
    tracker = OpenVRTracker("LHR-NONE", clock)
    tracker.sample()
    assert tracker.note == "OpenVR knows no device LHR-NONE; switch it on, or choose the next device"


def test_the_picture_looks_ahead_and_the_sample_does_not(wand, clock):
    clock.ns = 1_000_000_000
    tracker = OpenVRTracker("right", clock)
    wand.library.rt_velocity(3, 2.0, 0.0, 0.0)
    sample = tracker.sample()
    picture = tracker.predicted(sample)
    assert sample.position[0] == 0.0
    assert picture.position[0] == pytest.approx(2.0 * LATE)
    assert picture.time_ns == sample.time_ns + round(LATE * 1e9)
    wand.pose(3, moved(0.0), valid=False)
    assert tracker.predicted(sample) is None


def test_close_leaves_the_system(wand, clock):
    OpenVRTracker("right", clock).close()
    assert wand.library.rt_cleaned_up() == 1


@pytest.mark.parametrize(
    ("error", "words"), [(121, "SteamVR is not running"), (100, "no OpenVR runtime is installed"), (108, "HmdNotFound")]
)
def test_a_runtime_that_refuses_is_an_input_error(runtime, clock, error, words):
    runtime.library.rt_refuse(error)
    with pytest.raises(InputError, match=words):
        OpenVRTracker("right", clock)


def test_without_a_runtime_the_error_names_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VR_PATHREG_OVERRIDE", str(tmp_path / "none.vrpath"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(InputError, match="no OpenVR runtime is installed; install SteamVR"):
        open_tracker("openvr")


def test_a_computer_without_the_library_can_still_choose_another_tracker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "game.camera.trackers.openvr")
    monkeypatch.setitem(sys.modules, "openvr", None)
    with pytest.raises(InputError, match="does not load on this computer"):
        open_tracker("openvr")


def test_devices_are_named_and_one_is_chosen_by_its_name(wand, clock):
    wand.device(7, PUCK, "LHR-PUCK")
    wand.device(8, PUCK, "LHR-PUCK")
    wand.pose(8, moved(0.8))
    tracker = OpenVRTracker("right", clock)
    tracker.sample()
    assert tracker.device == "controller LHR-RIGHT"
    twins = tuple(f"tracker LHR-PUCK, number {number} of 2" for number in (1, 2))
    assert tracker.devices == ("controller LHR-RIGHT", *twins)
    tracker.choose_device(twins[1])
    assert tracker.sample().position == pytest.approx([0.8, 0.0, 0.0])
    assert tracker.device == twins[1]
    with pytest.raises(InputError, match="tracker LHR-GONE is switched on no more; switch it on, or"):
        tracker.choose_device("tracker LHR-GONE")
    assert tracker.device == twins[1]


def test_the_other_hand_is_a_second_layer_of_buttons_and_its_stick_a_cross(wand, clock):
    wand.device(1, CONTROLLER, "LHR-LEFT", "oculus_touch")
    wand.library.rt_axis(1, 0, openvr.k_eControllerAxis_Joystick, 0.1, 0.9)
    wand.library.rt_buttons(1, 1 << openvr.k_EButton_A)
    wand.library.rt_buttons(3, 1 << openvr.k_EButton_Grip)
    sample = OpenVRTracker("right", clock).sample()
    assert sample.buttons == {"grip", "shift_a", "shift_up"}
    assert sample.axes["stick_y"] == 0.0


def test_a_thumb_that_rests_on_a_pad_means_nothing_by_it(wand, clock):
    wand.device(1, CONTROLLER, "LHR-LEFT")
    wand.library.rt_axis(1, 0, openvr.k_eControllerAxis_TrackPad, 0.1, 0.9)
    wand.library.rt_buttons(1, 1 << openvr.k_EButton_ApplicationMenu)
    assert OpenVRTracker("right", clock).sample().buttons == {"shift_menu"}


def test_a_hand_beside_a_puck_that_films_has_the_plain_buttons(wand, clock):
    wand.device(7, PUCK, "LHR-PUCK")
    wand.library.rt_buttons(3, 1 << openvr.k_EButton_SteamVR_Trigger)
    tracker = OpenVRTracker("tracker", clock)
    assert tracker.sample().buttons == {"trigger"}
    wand.device(9, CONTROLLER, "LHR-LATE")
    wand.library.rt_event(openvr.VREvent_TrackedDeviceActivated)
    wand.library.rt_buttons(9, 1 << openvr.k_EButton_Grip)
    assert tracker.sample().buttons == {"trigger", "grip"}
