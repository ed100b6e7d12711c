"""A tracked device through OpenVR: a controller, a tracker or a headset in the hand that films.

The program runs as a *background* application: it reads poses, and neither starts SteamVR nor keeps it running. Poses
are asked for without prediction, because prediction overshoots when the hand turns round, and a take would keep that.
Buttons come from the legacy controller state, which needs no binding files and works in the background.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import openvr
from openvr.error_code import (
    InitError_Init_InstallationNotFound,
    InitError_Init_NoServerForBackgroundApp,
    InitError_Init_PathRegistryNotFound,
    OpenVRError,
)

from game.camera.pose import IDENTITY_ROTATION, Sample, Tracking
from game.camera.trackers.openvr_buttons import WAND, controls_of, read_controls
from game.camera.trackers.tracker import ORIGIN_MOVED, Clock
from models.coords import openvr_to_panda
from models.errors import InputError
from models.rotations import Array

ROLES = {"left": openvr.TrackedControllerRole_LeftHand, "right": openvr.TrackedControllerRole_RightHand}
CLASSES = {"tracker": openvr.TrackedDeviceClass_GenericTracker, "hmd": openvr.TrackedDeviceClass_HMD}
_ORIGIN_EVENTS = (openvr.VREvent_ChaperoneUniverseHasChanged, openvr.VREvent_StandingZeroPoseReset)
_DEVICE_EVENTS = (
    openvr.VREvent_TrackedDeviceActivated,
    openvr.VREvent_TrackedDeviceDeactivated,
    openvr.VREvent_TrackedDeviceRoleChanged,
)
_CROOKED = 1e-2  # how far from orthonormal a pose's axes may be


class OpenVRTracker:
    """One device of the running OpenVR system; only one such tracker may be open at a time.

    A device that is not switched on yet is `Tracking.ABSENT` until it is. What goes out of sight, sends nonsense or is
    switched off holds its last good pose as `Tracking.LOST`, and so does all that is left when SteamVR quits.
    """

    def __init__(self, device: str = "right", now_ns: Clock = time.monotonic_ns) -> None:
        """Join the OpenVR system. device: a role ("right", "left", "tracker", "hmd") or a serial number.

        Raises:
            InputError: OpenVR is not installed, not running or refuses.
        """
        self._device = device
        self._now_ns = now_ns
        self._system: Any = _join()
        self._poses = (openvr.TrackedDevicePose_t * openvr.k_unMaxTrackedDeviceCount)()
        self._event = openvr.VREvent_t()
        self._index: int | None = None
        self._controls = WAND
        self._good: tuple[Array, Array] | None = None

    @property
    def name(self) -> str:
        """The role or serial number that was asked for."""
        return f"openvr {self._device}"

    def sample(self) -> Sample:
        """The device's pose, buttons ("trigger", "grip", "menu", "a", "b", "stick") and axes ("stick_x", …)."""
        moved = self._hear()
        now = self._now_ns()
        if self._system is None:
            return self._without_pose(now, moved)
        if self._index is None:
            self._find()
        if self._index is None:
            return self._without_pose(now, moved)
        universe = openvr.TrackingUniverseStanding
        self._system.getDeviceToAbsoluteTrackingPose(universe, 0.0, self._poses)
        pose = good_pose(self._poses[self._index])
        buttons, axes = read_controls(self._system, self._index, self._controls)
        if pose is None:
            return self._without_pose(now, moved | buttons, axes)
        self._good = pose
        return Sample(now, *pose, Tracking.OK, moved | buttons, axes)

    def close(self) -> None:
        """Leave the OpenVR system."""
        if self._system is not None:
            self._system = None
            openvr.shutdown()

    def _hear(self) -> frozenset[str]:
        """Work through the runtime's events; the names of those that an operator must know of."""
        moved: frozenset[str] = frozenset()
        while self._system is not None and self._system.pollNextEvent(self._event):
            kind = self._event.eventType
            if kind in _ORIGIN_EVENTS:
                moved = frozenset((ORIGIN_MOVED,))
            elif kind in _DEVICE_EVENTS:
                self._index = None
            elif kind == openvr.VREvent_Quit:
                # The runtime is about to unload itself: tell it so and never call it again.
                self._system.acknowledgeQuit_Exiting()
                self.close()
        return moved

    def _find(self) -> None:
        """Indices change between runs and when devices come and go, so the device is looked for by what it is."""
        index = self._look_up()
        if index is not None:
            self._index = index
            self._controls = controls_of(self._system, index)

    def _look_up(self) -> int | None:
        if self._device in ROLES:
            index = self._system.getTrackedDeviceIndexForControllerRole(ROLES[self._device])
            return None if index == openvr.k_unTrackedDeviceIndexInvalid else int(index)
        for index in range(openvr.k_unMaxTrackedDeviceCount):
            kind = self._system.getTrackedDeviceClass(index)
            if kind == openvr.TrackedDeviceClass_Invalid:
                continue
            if kind == CLASSES[self._device] if self._device in CLASSES else self._serial(index) == self._device:
                return index
        return None

    def _serial(self, index: int) -> str:
        try:
            return str(self._system.getStringTrackedDeviceProperty(index, openvr.Prop_SerialNumber_String))
        except (OpenVRError, UnicodeDecodeError):
            return ""

    def _without_pose(self, now: int, buttons: frozenset[str], axes: dict[str, float] | None = None) -> Sample:
        if self._good is None:
            return Sample(now, np.zeros(3), IDENTITY_ROTATION, Tracking.ABSENT, buttons, axes or {})
        return Sample(now, *self._good, Tracking.LOST, buttons, axes or {})


def good_pose(pose: Any) -> tuple[Array, Array] | None:
    """Position and rotation wxyz in Panda's axes of a `TrackedDevicePose_t`; None for one that is not to be believed.

    A device out of range still sends poses, drifting ones, and a damaged one may send NaN or axes that are no rotation.
    """
    if not (pose.bPoseIsValid and pose.bDeviceIsConnected and pose.eTrackingResult == openvr.TrackingResult_Running_OK):
        return None
    matrix = np.array(pose.mDeviceToAbsoluteTracking.m[:], dtype=np.float64).reshape(3, 4)
    axes = matrix[:, :3]
    if not np.all(np.isfinite(matrix)) or np.max(np.abs(axes @ axes.T - np.eye(3))) > _CROOKED:
        return None
    return openvr_to_panda(matrix) if np.linalg.det(axes) > 0.0 else None


def _join() -> Any:
    try:
        return openvr.init(openvr.VRApplication_Background)
    except (InitError_Init_PathRegistryNotFound, InitError_Init_InstallationNotFound) as error:
        raise InputError("no OpenVR runtime is installed; install SteamVR, or choose another tracker") from error
    except InitError_Init_NoServerForBackgroundApp as error:
        raise InputError("SteamVR is not running; start it and try again, or choose another tracker") from error
    except OpenVRError as error:
        reason = type(error).__name__.removeprefix("InitError_")
        raise InputError(f"OpenVR refuses ({reason}); update and restart SteamVR, or choose another tracker") from error
