"""Scene mode, through the real OpenVR library: what the test runtime's compositor gets is what a headset would show."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import openvr
import pytest
from panda3d.core import CardMaker, NodePath, Point2, Point3

from game.camera.rig_settings import RigSettings
from game.camera.trackers.openvr import OpenVRTracker
from game.vr.eyes import lens_of
from game.vr.headset import Frustum, Headset
from game.vr.stereo import Stereo
from models.errors import InputError
from tests.openvr_runtime import Runtime

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the test runtime is a Linux library")

SIZE = (160, 120)
PHOTONS = 0.03  # s from the beginning of a picture to its light
APART = 0.064  # m between the eyes
NARROW, WIDE = 0.8, 1.1  # tangents towards the nose and away from it
UP = 0.9
HEAD = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.6], [0.0, 0.0, 1.0, 0.0]]
RED, GREEN = (255, 0, 0), (0, 255, 0)


def shifted(matrix: list[list[float]], **by: float) -> np.ndarray:
    moved = np.array(matrix)
    for axis, distance in by.items():
        moved["xyz".index(axis), 3] += distance
    return moved


@pytest.fixture
def rig(runtime: Runtime) -> Runtime:
    """A headset 1.6 m above the floor, a controller in the right hand out of its sight."""
    runtime.device(0, openvr.TrackedDeviceClass_HMD, "LHR-HEAD")
    runtime.device(3, openvr.TrackedDeviceClass_Controller, "LHR-RIGHT")
    runtime.library.rt_role(openvr.TrackedControllerRole_RightHand, 3)
    runtime.pose(0, HEAD)
    runtime.pose(3, shifted(HEAD, z=5.0))
    runtime.headset(SIZE, PHOTONS)
    for eye, side in ((0, -1), (1, 1)):
        left, right = (-WIDE, NARROW) if eye == 0 else (-NARROW, WIDE)
        runtime.eye(eye, (left, right, -UP, UP), shifted(np.eye(3, 4).tolist(), x=side * 0.5 * APART))
    return runtime


class Set:
    """A tracker as a scene application and the stereo view of an empty place, frame by frame."""

    def __init__(self, base, clock) -> None:
        self.base = base
        self.tracker = OpenVRTracker("right", clock, scene=True)
        self.told: list[str] = []
        self.stereo = Stereo(base, self.tracker, self.told.append)

    def frame(self, room: RigSettings = RigSettings(), times: int = 1) -> None:
        for _ in range(times):
            self.stereo.wait()
            self.tracker.sample()
            self.stereo.place(room)
            self.base.graphicsEngine.render_frame()


@pytest.fixture
def stage(base, rig) -> Iterator[Set]:
    stage = Set(base, lambda: 0)
    base.setBackgroundColor(0.0, 0.0, 0.5)
    yield stage
    stage.stereo.close()
    stage.tracker.close()
    base.setBackgroundColor(0.5, 0.5, 0.5)
    base.camera.set_pos(0.0, 0.0, 0.0)


def card(parent: NodePath, colour: tuple[int, int, int], half: float, at: tuple[float, float, float]) -> NodePath:
    maker = CardMaker("card")
    maker.set_frame(-half, half, -half, half)
    node = parent.attach_new_node(maker.generate())
    node.set_color(*(part / 255 for part in colour), 1.0)
    node.set_pos(*at)
    return node


def middle(picture: np.ndarray, colour: tuple[int, int, int]) -> tuple[float, float]:
    """Where a colour is in a picture: column and row of its middle, in pixels."""
    rows, columns = np.nonzero(np.all(np.abs(picture.astype(int) - colour) < 8, axis=2))
    assert len(rows), "not seen"
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def expected(eye: int, x: float, y: float, z: float) -> tuple[float, float]:
    """Column and row at which an eye of the head at rest sees a point in Panda's axes, by similar triangles."""
    left, right = (-WIDE, NARROW) if eye == 0 else (-NARROW, WIDE)
    across = (x - (eye - 0.5) * APART) / y
    return (across - left) / (right - left) * SIZE[0], (UP - (z - 1.6) / y) / (2 * UP) * SIZE[1]


@pytest.mark.parametrize("frustum", [Frustum(-1.1, 0.8, -0.9, 0.7), Frustum(-0.5, 0.5, -0.5, 0.5)])
def test_a_lens_is_filled_by_its_frustum(frustum):
    lens = lens_of(frustum)
    for x, z, corner in ((frustum.left, frustum.bottom, (-1, -1)), (frustum.right, frustum.top, (1, 1))):
        on_film = Point2()
        assert lens.project(Point3(3.0 * x * 0.9999, 3.0, 3.0 * z * 0.9999), on_film)
        assert tuple(on_film) == pytest.approx(corner, abs=2e-3)


def test_it_joins_as_a_scene_application_and_reads_the_headset(rig):
    tracker = OpenVRTracker("right", lambda: 0, scene=True)
    assert rig.library.rt_application() == openvr.VRApplication_Scene
    headset = Headset(tracker.system)
    assert headset.size == SIZE
    left, right = headset.eyes
    assert left.frustum == Frustum(*np.float32([-WIDE, NARROW, -UP, UP]).tolist())
    assert right.pose.position == pytest.approx([0.5 * APART, 0.0, 0.0])
    assert headset.pose() is None  # nobody has waited yet
    headset.wait()
    assert headset.pose().position == pytest.approx([0.0, 0.0, 1.6])


@pytest.mark.parametrize("point", [(0.0, 2.0, 1.6), (0.4, 2.0, 2.0), (-0.3, 1.0, 1.3)])
def test_each_eye_sees_a_thing_where_it_is(stage, rig, point):
    card(stage.base.render, RED, 0.05 * point[1], point)
    stage.frame()
    assert rig.library.rt_submitted() == 2
    for eye in (0, 1):
        assert middle(rig.picture(eye), RED) == pytest.approx(expected(eye, *point), abs=1.0)
    across = [middle(rig.picture(eye), RED)[0] - expected(eye, 0, 1e9, 0)[0] for eye in (0, 1)]
    assert across[0] > across[1]  # the nearer, the more to the right for the left eye


def test_the_head_is_shown_where_it_will_be_and_the_take_keeps_where_the_hand_is(stage, rig):
    card(stage.base.render, RED, 0.1, (0.0, 2.0, 1.6))
    rig.library.rt_velocity(0, 2.0, 0.0, 0.0)
    rig.library.rt_velocity(3, 2.0, 0.0, 0.0)
    stage.frame()
    late = 2.0 * PHOTONS
    assert middle(rig.picture(0), RED) == pytest.approx(expected(0, -late, 2.0, 1.6), abs=0.8)
    assert abs(expected(0, -late, 2.0, 1.6)[0] - expected(0, 0.0, 2.0, 1.6)[0]) > 2.0
    assert stage.tracker.sample().position[0] == 0.0


def test_the_room_stands_where_the_rig_stands_at_its_scale(stage, rig):
    room = RigSettings(origin=(10.0, 20.0, 0.0), origin_yaw=90.0, scale=(2.0, 2.0, 2.0))
    # Looking along -X from (10, 20), 3.2 m high: 4 m ahead is as far as 2 m for somebody of half the size.
    turned = card(stage.base.render, RED, 0.2, (6.0, 20.8, 3.2))
    turned.set_h(90.0)
    stage.frame(room)
    for eye in (0, 1):
        assert middle(rig.picture(eye), RED) == pytest.approx(expected(eye, 0.4, 2.0, 1.6), abs=1.0)


def test_the_viewfinder_floats_on_the_controller_and_shows_the_windows_picture(stage, rig):
    base = stage.base
    rig.pose(3, shifted(HEAD, z=-0.5, y=-0.12))  # half a metre ahead, its viewfinder at the height of the eyes
    base.camera.set_pos(1000.0, 0.0, 0.0)  # the camera is elsewhere, before something green
    card(base.render, GREEN, 50.0, (1000.0, 20.0, 0.0))
    stage.frame()
    for eye in (0, 1):
        assert middle(rig.picture(eye), GREEN) == pytest.approx(expected(eye, 0.0, 0.5, 1.6), abs=1.0)


def test_the_camera_does_not_see_its_viewfinder(stage, rig):
    rig.pose(3, shifted(HEAD, z=-2.0, y=-1.72))  # right before the camera
    card(stage.base.render, GREEN, 0.5, (1.0, 5.0, 0.0))
    stage.frame(times=3)
    before = bytes(stage.base.win.get_screenshot().get_ram_image())
    stage.stereo.room.hide()
    stage.frame(times=3)
    assert bytes(stage.base.win.get_screenshot().get_ram_image()) == before


def test_what_is_lost_stays_where_it_was_seen_last(stage, rig):
    card(stage.base.render, RED, 0.1, (0.0, 2.0, 1.6))
    stage.frame()
    before = rig.picture(0)
    rig.pose(0, shifted(HEAD, x=1.0), valid=False)
    stage.frame()
    assert np.array_equal(rig.picture(0), before)


def test_a_compositor_that_refuses_is_told_once_and_the_shoot_goes_on(stage, rig):
    rig.library.rt_compositor_refuses(101)  # DoNotHaveFocus
    stage.frame(times=3)
    assert stage.told == ["the headset shows nothing (DoNotHaveFocus); close what else is open in SteamVR"]
    rig.library.rt_compositor_refuses(0)
    stage.frame(times=2)
    assert stage.told[1:] == [""]


def test_when_steamvr_quits_nothing_is_submitted_and_it_may_come_back(stage, rig):
    stage.frame()
    rig.library.rt_event(openvr.VREvent_Quit)
    stage.frame()
    submitted, waited = rig.library.rt_submitted(), rig.library.rt_waited()
    stage.frame(times=2)
    assert (rig.library.rt_submitted(), rig.library.rt_waited()) == (submitted, waited)
    stage.tracker.next_device()
    stage.frame()
    assert rig.library.rt_submitted() == submitted + 2


def test_closing_takes_everything_away(base, rig):
    before = (len(base.render.children), base.graphicsEngine.get_num_windows(), base.cam.node().get_camera_mask())
    stage = Set(base, lambda: 0)
    stage.frame()
    stage.stereo.close()
    stage.tracker.close()
    after = (len(base.render.children), base.graphicsEngine.get_num_windows(), base.cam.node().get_camera_mask())
    assert before == after
    base.graphicsEngine.render_frame()
    assert rig.library.rt_submitted() == 2


def test_a_runtime_without_a_compositor_is_an_input_error(rig, monkeypatch):
    monkeypatch.setattr(openvr, "IVRCompositor_Version", "IVRCompositor_999")
    tracker = OpenVRTracker("right", lambda: 0, scene=True)
    with pytest.raises(InputError, match="compositor is not there"):
        Headset(tracker.system)
