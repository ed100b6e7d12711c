"""The flying integrator, and mouse, keyboard and gamepad in front of it."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from panda3d.core import (
    DataGraphTraverser,
    GamepadButton,
    InputDevice,
    KeyboardButton,
    MouseButton,
    MouseWatcher,
    NodePath,
    VirtualMouse,
)

from game.camera.pose import Tracking
from game.camera.trackers import gamepad, mouse_keys, open_tracker
from game.camera.trackers.fly import STEEPEST, Drive, Flight, fly
from game.camera.trackers.gamepad import GamepadTracker
from game.camera.trackers.mouse_keys import MouseKeysTracker
from models import rotations
from models.coords import wxyz_to_xyzw
from models.errors import InputError


def test_ahead_is_where_the_camera_looks_but_level():
    flight = fly(Flight(yaw=math.pi / 2, pitch=-1.0), Drive(ahead=2.0), 0.1)
    assert flight.position == pytest.approx([-0.2, 0, 0])
    ahead = rotations.rotate(wxyz_to_xyzw(flight.rotation), np.array([0.0, 1.0, 0.0]))
    assert ahead == pytest.approx([-math.cos(1.0), 0, -math.sin(1.0)], abs=1e-9)


def test_a_turn_while_travelling_hardly_depends_on_the_frame_rate():
    drive = Drive(ahead=1.0, yaw=1.0)
    ends = []
    for steps in (10, 100):
        flight = Flight()
        for _ in range(steps):
            flight = fly(flight, drive, 1.0 / steps)
        ends.append(flight.position)
    assert ends[0] == pytest.approx([math.cos(1.0) - 1.0, math.sin(1.0), 0.0], abs=1e-3)
    assert ends[0] == pytest.approx(ends[1], abs=1e-3)


def test_the_camera_never_turns_over_and_a_stall_does_not_fling_it():
    assert fly(Flight(), Drive(pitch=100.0), 0.2).pitch == STEEPEST
    assert fly(Flight(), Drive(ahead=1.0), 60.0).y == 0.25
    assert fly(Flight(), Drive(ahead=1.0), -1.0) == Flight()


def test_keys_drive_and_diagonals_are_no_faster():
    assert mouse_keys.drive({"w"}) == Drive(ahead=mouse_keys.SPEED)
    assert mouse_keys.drive({"a", "s", "q"}).right < 0.0
    both = mouse_keys.drive({"w", "d"})
    assert math.hypot(both.right, both.ahead) == pytest.approx(mouse_keys.SPEED)
    assert mouse_keys.drive({"w", "s"}) == Drive()
    assert mouse_keys.drive({"e", "shift"}).up == pytest.approx(mouse_keys.SPEED * mouse_keys.HURRY)


def test_the_pointer_to_the_right_looks_right_and_down_looks_down():
    flight = mouse_keys.look(Flight(), 100.0, 50.0)
    assert math.degrees(flight.yaw) == pytest.approx(-15.0)
    assert math.degrees(flight.pitch) == pytest.approx(-7.5)


class Desk:
    """Panda3D's own virtual mouse and keyboard before a real MouseWatcher; no window."""

    def __init__(self) -> None:
        root = NodePath("data")
        self.mouse = VirtualMouse("mouse")
        self.mouse.set_window_size(1000, 500)
        self.mouse.set_mouse_on(True)
        self.watcher = MouseWatcher("watcher")
        root.attach_new_node(self.mouse).attach_new_node(self.watcher)
        self._root = root
        self.move(500, 250)

    def move(self, x: int, y: int) -> None:
        self.mouse.set_mouse_pos(x, y)
        self.flush()

    def flush(self) -> None:
        DataGraphTraverser().traverse(self._root.node())

    def press(self, button: object) -> None:
        self.mouse.press_button(button)
        self.flush()

    def release(self, button: object) -> None:
        self.mouse.release_button(button)
        self.flush()


class Window:
    """A window of 1000 x 500 whose pointer can be moved, or not."""

    def __init__(self, desk: Desk, movable: bool) -> None:
        self._desk, self._movable = desk, movable

    def get_x_size(self) -> int:
        return 1000

    def get_y_size(self) -> int:
        return 500

    def move_pointer(self, _device: int, x: int, y: int) -> bool:
        if self._movable:
            self._desk.move(x, y)
        return self._movable


@pytest.mark.parametrize("movable", [True, False])
def test_dragging_with_the_right_button_looks(clock, movable):
    desk = Desk()
    tracker = MouseKeysTracker(desk.watcher, Window(desk, movable), clock)
    desk.move(600, 250)
    assert tracker.sample().rotation == pytest.approx([1, 0, 0, 0])  # no button, no look
    desk.press(MouseButton.three())
    tracker.sample()
    for distance in (620, 640):
        desk.move(distance if not movable else 620, 250)
        sample = tracker.sample()
    yaw = rotations.twist_angle(wxyz_to_xyzw(sample.rotation), 2)
    assert yaw == pytest.approx(-40 * mouse_keys.LOOK, rel=1e-3)
    desk.release(MouseButton.three())
    desk.move(100, 100)
    assert tracker.sample().rotation == pytest.approx(sample.rotation)


def test_held_keys_travel_and_shortcuts_do_not(clock):
    desk = Desk()
    tracker = MouseKeysTracker(desk.watcher, Window(desk, True), clock)
    desk.press(KeyboardButton.ascii_key("w"))
    clock.pass_(0.1)
    assert tracker.sample().position == pytest.approx([0, 0.1 * mouse_keys.SPEED, 0])
    desk.press(KeyboardButton.control())
    clock.pass_(0.1)
    sample = tracker.sample()
    assert sample.position == pytest.approx([0, 0.1 * mouse_keys.SPEED, 0])
    assert sample.time_ns == clock.ns


def test_the_mouse_needs_a_window_and_the_gamepad_a_gamepad():
    with pytest.raises(InputError, match="only in a window"):
        open_tracker("mouse_keys")
    with pytest.raises(InputError, match="no gamepad found"):
        open_tracker("gamepad")


def test_a_worn_stick_rests_and_a_full_one_is_full():
    assert gamepad.curve(0.1) == 0.0
    assert gamepad.curve(-1.0) == -1.0
    assert 0.0 < gamepad.curve(0.5) < 0.25


def test_sticks_drive():
    drive = gamepad.drive((1.0, 0.0), (1.0, -1.0), -1.0)
    assert drive == Drive(gamepad.SPEED, 0.0, -gamepad.LIFT, -gamepad.TURN, -gamepad.TURN)


class Pad:
    """What Panda3D's InputDevice offers of a gamepad: no device can be plugged in here."""

    connected = True

    def __init__(self, name: str = "pad") -> None:
        self.name = name
        self.axes: dict[object, float] = {}
        self.held: set[object] = set()
        self.polled = 0

    def poll(self) -> None:
        self.polled += 1

    def find_axis(self, axis: object) -> SimpleNamespace:
        return SimpleNamespace(value=self.axes.get(axis, 0.0))

    def find_button(self, button: object) -> SimpleNamespace:
        return SimpleNamespace(pressed=button in self.held)


def test_the_gamepad_flies_reports_its_buttons_and_holds_when_unplugged(clock):
    pad = Pad()
    tracker = GamepadTracker(pad, clock, lambda: [])
    pad.axes = {InputDevice.Axis.left_y: 1.0, InputDevice.Axis.right_trigger: 0.75}
    pad.held = {GamepadButton.face_a(), GamepadButton.dpad_up()}
    clock.pass_(0.1)
    sample = tracker.sample()
    assert sample.position == pytest.approx([0, 0.1 * gamepad.SPEED, 0.1 * gamepad.LIFT])
    assert sample.buttons == {"a", "trigger", "up"}
    assert sample.axes == {"trigger": 0.75}
    assert pad.polled == 1
    tracker.rest(True)  # the panel has the sticks
    pad.axes = {InputDevice.Axis.left_x: -1.0, InputDevice.Axis.left_y: 0.2, InputDevice.Axis.right_x: 1.0}
    clock.pass_(0.1)
    resting = tracker.sample()
    assert np.array_equal(resting.position, sample.position)
    assert np.array_equal(resting.rotation, sample.rotation)
    assert resting.axes == {"trigger": 0.0, "stick_x": -1.0, "stick_y": 0.2}
    tracker.rest(False)
    pad.connected = False
    clock.pass_(0.1)
    lost = tracker.sample()
    assert lost.tracking is Tracking.LOST
    assert np.array_equal(lost.position, sample.position)
    assert tracker.note == "pad is gone; plug it in or switch it on again, or connect another gamepad"


def test_under_the_left_trigger_every_button_is_another_until_it_goes_up(clock):
    pad = Pad()
    tracker = GamepadTracker(pad, clock)
    axis = InputDevice.Axis
    pad.axes = {axis.left_trigger: 1.0, axis.right_trigger: 1.0, axis.right_x: 1.0, axis.right_y: -1.0}
    pad.held = {GamepadButton.dpad_up(), GamepadButton.face_a(), GamepadButton.rstick()}
    clock.pass_(0.1)
    sample = tracker.sample()
    assert sample.buttons == {"shift_up", "shift_a", "shift_trigger", "shift_look"}
    assert sample.position == pytest.approx([0, 0, 0])  # the cross lifts no camera now
    assert sample.rotation == pytest.approx([1, 0, 0, 0])  # and the right stick zooms
    assert sample.axes == {"trigger": 1.0, "zoom_rate": -1.0}
    pad.axes = {}
    pad.held = {GamepadButton.face_a(), GamepadButton.face_b()}
    assert tracker.sample().buttons == {"shift_a", "b"}
    pad.held = {GamepadButton.face_b()}
    pad.axes = {InputDevice.Axis.left_trigger: 1.0}
    assert tracker.sample().buttons == {"b"}


def test_triggers_that_are_nothing_but_buttons_work_too(clock):
    pad = Pad()
    tracker = GamepadTracker(pad, clock)
    pad.held = {GamepadButton.ltrigger(), GamepadButton.rtrigger()}
    assert tracker.sample().buttons == {"shift_trigger"}


def test_a_gamepad_that_is_plugged_in_again_flies_on(clock):
    pad, plugged = Pad(), []
    tracker = GamepadTracker(pad, clock, lambda: plugged)
    pad.axes = {InputDevice.Axis.left_y: 1.0}
    clock.pass_(0.1)
    before = tracker.sample()
    pad.connected = False
    assert tracker.sample().tracking is Tracking.LOST
    plugged.append(Pad())
    sample = tracker.sample()
    assert (sample.tracking, tracker.note) == (Tracking.OK, "")
    assert np.array_equal(sample.position, before.position)


def test_the_next_gamepad_takes_over_and_without_one_the_first_keeps_the_camera(clock):
    pads = [Pad("one")]
    tracker = GamepadTracker(pads[0], clock, lambda: pads)
    with pytest.raises(InputError, match="no other gamepad; connect one"):
        tracker.next_device()
    assert tracker.name == "one"
    pads.append(Pad("two"))
    assert (tracker.devices, tracker.device) == (("1: one", "2: two"), "1: one")
    with pytest.raises(InputError, match="3: three is gone"):
        tracker.choose_device("3: three")
    names = []
    for _ in range(2):
        tracker.next_device()
        names.append(tracker.name)
    assert names == ["two", "one"]
