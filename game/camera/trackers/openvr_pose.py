"""OpenVR's poses: which are to be believed, and joining the runtime that gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvr
from openvr.error_code import (
    InitError_Init_InstallationNotFound,
    InitError_Init_NoServerForBackgroundApp,
    InitError_Init_PathRegistryNotFound,
    OpenVRError,
)

from models.coords import openvr_to_panda
from models.errors import InputError
from models.rotations import Array

_CROOKED = 1e-2  # how far from orthonormal a pose's axes may be
_TRACKED = openvr.TrackingResult_Running_OK


def new_poses() -> Any:
    """Room for the pose of every device, to be filled again and again."""
    return (openvr.TrackedDevicePose_t * openvr.k_unMaxTrackedDeviceCount)()


def good_pose(pose: Any) -> tuple[Array, Array] | None:
    """Position and rotation wxyz in Panda's axes of a `TrackedDevicePose_t`; None for one that is not to be believed.

    A device out of range still sends poses, drifting ones, and a damaged one may send NaN or axes that are no rotation.
    """
    if not (pose.bPoseIsValid and pose.bDeviceIsConnected and pose.eTrackingResult == _TRACKED):
        return None
    matrix = np.array(pose.mDeviceToAbsoluteTracking.m[:], dtype=np.float64).reshape(3, 4)
    axes = matrix[:, :3]
    if not np.all(np.isfinite(matrix)) or np.max(np.abs(axes @ axes.T - np.eye(3))) > _CROOKED:
        return None
    return openvr_to_panda(matrix) if np.linalg.det(axes) > 0.0 else None


def doubt(pose: Any) -> str:
    """Why `good_pose` does not believe a pose, and the mend; begins after the device's name."""
    if not pose.bDeviceIsConnected:
        return "is asleep or switched off; press a button on it, or choose the next device"
    if not pose.bPoseIsValid or pose.eTrackingResult != _TRACKED:
        return "is out of sight of the tracking; bring it back into view, or choose the next device"
    return "says that it is where nothing can be; switch it off and on, or choose the next device"


def join(application: int) -> Any:
    """Join the OpenVR system. application: what kind, such as ``openvr.VRApplication_Background``.

    Raises:
        InputError: OpenVR is not installed, not running or refuses.
    """
    try:
        return openvr.init(application)
    except (InitError_Init_PathRegistryNotFound, InitError_Init_InstallationNotFound) as error:
        raise InputError("no OpenVR runtime is installed; install SteamVR, or choose another tracker") from error
    except InitError_Init_NoServerForBackgroundApp as error:
        raise InputError("SteamVR is not running; start it and try again, or choose another tracker") from error
    except OpenVRError as error:
        reason = type(error).__name__.removeprefix("InitError_")
        raise InputError(f"OpenVR refuses ({reason}); update and restart SteamVR, or choose another tracker") from error
