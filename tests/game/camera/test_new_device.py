"""Another device takes the camera over in the middle of a shot: through the test runtime, the operator and the rig."""

from __future__ import annotations

import sys

import numpy as np
import openvr
import pytest

from game.camera.lens import Lens
from game.camera.pose import CameraPose, Tracking
from game.camera.rig import derive
from game.camera.trackers.openvr import OpenVRTracker
from game.operator import Operator
from models.coords import hpr_to_wxyz

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the test runtime is a Linux library")

HOME = CameraPose(np.array([1.0, -6.0, 1.6]), hpr_to_wxyz(10.0, 0.0, 0.0))
HERE = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.5], [0.0, 0.0, 1.0, 0.0]]
# Three metres off and turned half round about the vertical.
THERE = [[-1.0, 0.0, 0.0, 3.0], [0.0, 1.0, 0.0, 0.8], [0.0, 0.0, -1.0, -2.0]]


class Shoot:
    def __init__(self, runtime, clock):
        runtime.device(3, openvr.TrackedDeviceClass_Controller, "LHR-RIGHT")
        runtime.device(7, openvr.TrackedDeviceClass_GenericTracker, "LHR-PUCK")
        runtime.library.rt_role(openvr.TrackedControllerRole_RightHand, 3)
        runtime.pose(3, HERE)
        runtime.pose(7, THERE)
        self.clock = clock
        self.operator = Operator(OpenVRTracker("right", clock), Lens(), [("home", HOME)], clock)
        self.samples, self.poses = [], []

    def film(self, frames: int) -> CameraPose:
        for _ in range(frames):
            self.clock.pass_(0.02)
            self.samples.append(self.operator.look())
            self.operator.camera()
            self.poses.append(self.operator.pose)
        return self.operator.pose


@pytest.fixture
def shoot(runtime, clock) -> Shoot:
    return Shoot(runtime, clock)


def test_the_camera_goes_on_from_where_it_stands(shoot):
    before = shoot.film(30)
    shoot.operator.next_device()
    after = shoot.film(30)
    assert np.allclose(before.position, HOME.position, atol=1e-6)
    assert np.allclose(after.position, HOME.position, atol=1e-6)
    assert after.rotation == pytest.approx(HOME.rotation, abs=1e-6)
    for pose in shoot.poses:
        assert np.allclose(pose.position, HOME.position, atol=1e-6)


def test_the_new_device_then_moves_it_along_its_own_way(shoot, runtime):
    shoot.film(30)
    shoot.operator.next_device()
    shoot.film(5)
    # Ahead for the device, which looks the other way in the room; the camera goes ahead along its own line of sight.
    runtime.pose(7, np.array(THERE) + np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1.0]]))
    moved = shoot.film(300).position - HOME.position
    yaw = np.radians(10.0)
    assert moved == pytest.approx([-np.sin(yaw), np.cos(yaw), 0.0], abs=1e-3)


def test_what_is_derived_from_the_samples_is_what_was_live(shoot, runtime):
    settings = shoot.operator.settings()["rig"]
    shoot.film(10)
    shoot.operator.next_device()
    shoot.film(10)
    runtime.pose(7, HERE)
    shoot.film(10)
    rig = type(shoot.operator.setup.rig).from_dict(settings)
    for ours, theirs in zip(derive(shoot.samples, [(0, rig)]), shoot.poses, strict=True):
        assert np.array_equal(ours.position, theirs.position)
        assert np.array_equal(ours.rotation, theirs.rotation)


def test_a_held_camera_stays_held(shoot):
    shoot.film(10)
    shoot.operator.hold_camera()
    shoot.operator.next_device()
    assert np.allclose(shoot.film(20).position, HOME.position, atol=1e-6)
    shoot.operator.hold_camera()
    assert np.allclose(shoot.film(20).position, HOME.position, atol=1e-6)


def test_when_steamvr_quits_the_camera_stands_and_the_shoot_goes_on(shoot, runtime):
    before = shoot.film(10)
    runtime.library.rt_event(openvr.VREvent_Quit)
    after = shoot.film(10)
    assert np.allclose(after.position, before.position, atol=1e-9)
    assert shoot.operator.sample.tracking is Tracking.LOST
    assert shoot.operator.note.startswith("SteamVR has quit")


def test_the_picture_looks_ahead_of_the_camera_that_is_kept(shoot, runtime):
    shoot.film(30)
    runtime.library.rt_velocity(3, 1.0, 0.0, 0.0)
    shoot.clock.pass_(0.02)
    shoot.operator.look()
    picture = shoot.operator.camera()
    assert np.allclose(shoot.operator.pose.position, HOME.position, atol=1e-6)
    assert 0.001 < np.linalg.norm(picture.position - HOME.position) < 0.016
