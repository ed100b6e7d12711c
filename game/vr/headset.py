"""The headset's side of OpenVR: when a picture is begun, from where it is seen, where it goes. Knows no Panda3D."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openvr
from openvr.error_code import OpenVRError

from game.camera.pose import CameraPose
from game.camera.trackers.openvr_pose import good_pose, new_poses
from models.coords import openvr_to_panda
from models.errors import InputError

EYES = (openvr.Eye_Left, openvr.Eye_Right)
_HEAD = openvr.k_unTrackedDeviceIndex_Hmd


@dataclass(frozen=True)
class Frustum:
    """Tangents of the angles from an eye's axis to the edges of its picture; left and bottom are negative."""

    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True)
class Eye:
    """Where an eye is in the head, in Panda's axes and metres, and how far it sees to each side."""

    pose: CameraPose
    frustum: Frustum


class Headset:
    """The headset of a running OpenVR system that this program has joined as a scene application.

    size: pixels of each eye's picture. note: why the headset shows nothing, if it does not.
    """

    def __init__(self, system: Any) -> None:
        """Raises:
        InputError: the runtime has no compositor.
        """
        self.system = system
        try:
            self._compositor: Any = openvr.VRCompositor()
        except OpenVRError as error:
            raise InputError("OpenVR's compositor is not there; restart SteamVR, or leave out --vr scene") from error
        width, height = system.getRecommendedRenderTargetSize()
        self.size = (int(width), int(height))
        self.eyes = tuple(_eye(system, eye) for eye in EYES)
        self.note = ""
        self._poses = new_poses()
        self._bounds = openvr.VRTextureBounds_t()
        self._bounds.uMax = self._bounds.vMax = 1.0
        self._texture = openvr.Texture_t()
        self._texture.eType = openvr.TextureType_OpenGL
        self._texture.eColorSpace = openvr.ColorSpace_Gamma

    def wait(self) -> None:
        """Wait until the next picture is to be begun; from then on `pose` is as it will be when that is seen."""
        self.note = ""
        try:
            self._compositor.waitGetPoses(self._poses, None)
        except OpenVRError as error:
            self._refused(error)

    def pose(self, index: int = _HEAD) -> CameraPose | None:
        """Where a device, or the head itself, will be in the operator's room; None while nobody knows."""
        pose = good_pose(self._poses[index])
        return None if pose is None else CameraPose(*pose)

    def submit(self, eye: int, texture: int) -> None:
        """Hand in one eye's picture as an OpenGL texture; its context must be current."""
        self._texture.handle = texture
        try:
            self._compositor.submit(EYES[eye], self._texture, self._bounds)
        except OpenVRError as error:
            self._refused(error)

    def _refused(self, error: OpenVRError) -> None:
        reason = type(error).__name__.removeprefix("CompositorError_")
        self.note = f"the headset shows nothing ({reason}); close what else is open in SteamVR"


def _eye(system: Any, eye: int) -> Eye:
    # OpenVR names the lower edge top: its tangents have Y down.
    left, right, bottom, top = system.getProjectionRaw(eye)
    matrix = np.array(system.getEyeToHeadTransform(eye).m[:], dtype=np.float64).reshape(3, 4)
    return Eye(CameraPose(*openvr_to_panda(matrix)), Frustum(left, right, bottom, top))
