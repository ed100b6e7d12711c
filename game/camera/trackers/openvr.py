"""A tracked device through OpenVR: a controller, a tracker or a headset in the hand that films.

The program runs as a *background* application, which reads poses and neither starts SteamVR nor keeps it running, or as
a *scene* application, which also fills the headset (see `game.vr`). Poses that are kept are asked for without
prediction, because prediction overshoots when the hand turns round; the picture alone looks ahead, by as much as it
comes late. Buttons come from the legacy controller state, which needs no binding files and works in the background.

What is pressed in the other hand counts too: as a second layer of buttons, or, where the camera is a tracker or a
headset that has none, as the camera's own.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import openvr

from game.camera.pose import IDENTITY_ROTATION, Sample, Tracking
from game.camera.trackers.openvr_buttons import WAND, Controls, controls_of, read_controls, read_other_hand
from game.camera.trackers.openvr_devices import (
    Device,
    Wanted,
    all_devices,
    device_after,
    devices_on,
    find_device,
    is_controller,
    label_of,
)
from game.camera.trackers.openvr_pose import doubt, good_pose, join, new_poses
from game.camera.trackers.tracker import NEW_DEVICE, ORIGIN_MOVED, SHIFT, Clock, Tracker
from models.errors import InputError
from models.rotations import Array

LATE = 0.016  # s from the sample to the picture on a screen of 60 Hz that shows it at the next refresh
_UNIVERSE = openvr.TrackingUniverseStanding
_ORIGIN_EVENTS = (openvr.VREvent_ChaperoneUniverseHasChanged, openvr.VREvent_StandingZeroPoseReset)
_DEVICE_EVENTS = (
    openvr.VREvent_TrackedDeviceActivated,
    openvr.VREvent_TrackedDeviceDeactivated,
    openvr.VREvent_TrackedDeviceRoleChanged,
)


class OpenVRTracker(Tracker):
    """One device of the running OpenVR system; only one such tracker may be open at a time.

    A device that is not switched on yet is `Tracking.ABSENT` until it is. What goes out of sight, sends nonsense or is
    switched off holds its last good pose as `Tracking.LOST`, and so does all that is left when SteamVR quits.
    """

    def __init__(self, device: str = "right", now_ns: Clock = time.monotonic_ns, scene: bool = False) -> None:
        """Join the OpenVR system. device: a role ("right", "left", "tracker", "hmd") or a serial number.

        scene: as an application that fills the headset.

        Raises:
            InputError: OpenVR is not installed, not running or refuses.
        """
        self._wanted = Wanted(device)
        self._now_ns = now_ns
        self._application = openvr.VRApplication_Scene if scene else openvr.VRApplication_Background
        self._system: Any = join(self._application)
        self._poses = new_poses()
        self._event = openvr.VREvent_t()
        self._device: Device | None = None
        self._controls = WAND
        self._others: dict[int, Controls] = {}  # the controllers that are not the camera
        self._layer = ""
        self._good: tuple[Array, Array] | None = None
        self._giver: tuple[str, int] | None = None  # serial and twin of what gave the last good pose
        self._note = ""

    @property
    def name(self) -> str:
        """The role or serial number that was chosen."""
        return f"openvr {self._wanted.name}"

    @property
    def note(self) -> str:
        """Why there is no pose, or which of two devices with one serial number was chosen."""
        return self._note

    @property
    def system(self) -> Any:
        """The running OpenVR system; None when it has quit."""
        return self._system

    @property
    def index(self) -> int | None:
        """The runtime's number of the device that holds the camera; None while there is none."""
        return None if self._device is None else self._device.index

    def sample(self) -> Sample:
        """The device's pose, buttons ("trigger", "grip", "menu", "a", "b", "stick") and axes ("stick_x", …).

        Those of another controller begin with "shift_", if this one is a controller itself.
        """
        told = self._hear()
        now = self._now_ns()
        if self._system is None:
            self._note = "SteamVR has quit; start it again, then choose the next device"
            return self._without_pose(now, told)
        if self._device is None:
            self._find()
        if self._device is None:
            self._note = f"OpenVR knows no device {self._wanted.name}; switch it on, or choose the next device"
            return self._without_pose(now, told)
        self._system.getDeviceToAbsoluteTrackingPose(_UNIVERSE, 0.0, self._poses)
        raw = self._poses[self._device.index]
        pose = good_pose(raw)
        buttons, axes = read_controls(self._system, self._device.index, self._controls)
        buttons |= self._pressed_elsewhere()
        if pose is None:
            self._note = f"{self._device.serial or 'the device'} {doubt(raw)}"
            return self._without_pose(now, told | buttons, axes)
        self._note = _of_twins(self._device)
        giver = (self._device.serial, self._device.twin)
        if self._giver not in (None, giver):
            told |= {NEW_DEVICE}
        self._good, self._giver = pose, giver
        return Sample(now, *pose, Tracking.OK, told | buttons, axes)

    def predicted(self, sample: Sample) -> Sample | None:
        """``sample`` where the device will be when a picture that is begun now is seen; None while nobody knows."""
        if self._system is None or self._device is None:
            return None
        self._system.getDeviceToAbsoluteTrackingPose(_UNIVERSE, LATE, self._poses)
        pose = good_pose(self._poses[self._device.index])
        if pose is None:
            return None
        at_ns = self._now_ns() + round(LATE * 1e9)
        return replace(sample, time_ns=at_ns, position=pose[0], rotation=pose[1], buttons=frozenset())

    @property
    def devices(self) -> tuple[str, ...]:
        """Kind and serial number of each that is switched on."""
        system = self._system
        return () if system is None else tuple(label_of(system, device) for device in devices_on(system))

    @property
    def device(self) -> str:
        """The one that holds the camera; empty while there is none."""
        return "" if self._system is None or self._device is None else label_of(self._system, self._device)

    def choose_device(self, name: str) -> None:
        """Let one of `devices` hold the camera.

        Raises:
            InputError: it has been switched off since, or SteamVR has quit.
        """
        system = self._system
        on = [] if system is None else devices_on(system)
        chosen = next((device for device in on if label_of(system, device) == name), None)
        if chosen is None:
            raise InputError(f"{name} is switched on no more; switch it on, or choose another device")
        self._wanted = Wanted(chosen.serial, chosen.twin)
        self._device = None

    def next_device(self) -> None:
        """Let the next device that is switched on hold the camera; joins SteamVR again if that had quit.

        Raises:
            InputError: there is no other, or SteamVR is not there.
        """
        if self._system is None:
            self._system = join(self._application)
            return
        following = device_after(self._system, self._device)
        if following is None:
            raise InputError("no other OpenVR device is switched on; switch one on, then choose it")
        self._wanted = Wanted(following.serial, following.twin)
        self._device = None

    def close(self) -> None:
        """Leave the OpenVR system."""
        if self._system is not None:
            self._system = None
            self._device = None
            openvr.shutdown()

    def _hear(self) -> frozenset[str]:
        """Work through the runtime's events; the names of those that an operator must know of."""
        moved: frozenset[str] = frozenset()
        while self._system is not None and self._system.pollNextEvent(self._event):
            kind = self._event.eventType
            if kind in _ORIGIN_EVENTS:
                moved = frozenset((ORIGIN_MOVED,))
            elif kind in _DEVICE_EVENTS:
                self._device = None
            elif kind == openvr.VREvent_Quit:
                # The runtime is about to unload itself: tell it so and never call it again.
                self._system.acknowledgeQuit_Exiting()
                self.close()
        return moved

    def _find(self) -> None:
        self._device = find_device(self._system, self._wanted)
        if self._device is not None:
            self._controls = controls_of(self._system, self._device.index)
            self._layer = SHIFT if is_controller(self._system, self._device) else ""
            others = [one for one in all_devices(self._system) if one.index != self._device.index]
            hands = [one.index for one in others if is_controller(self._system, one)]
            self._others = {index: controls_of(self._system, index) for index in hands}

    def _pressed_elsewhere(self) -> frozenset[str]:
        others = self._others.items()
        held = frozenset().union(*(read_other_hand(self._system, index, controls) for index, controls in others))
        return frozenset(f"{self._layer}{name}" for name in held)

    def _without_pose(self, now: int, buttons: frozenset[str], axes: dict[str, float] | None = None) -> Sample:
        if self._good is None:
            return Sample(now, np.zeros(3), IDENTITY_ROTATION, Tracking.ABSENT, buttons, axes or {})
        return Sample(now, *self._good, Tracking.LOST, buttons, axes or {})


def _of_twins(device: Device) -> str:
    if device.twins == 1:
        return ""
    number = f"number {device.twin + 1} of {device.twins}"
    return f"{device.twins} devices say they are {device.serial}; {number} is the camera, the next device is another"
