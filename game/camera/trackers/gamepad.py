"""A gamepad flies the camera: left stick travels, right stick looks, the cross raises and lowers."""

from __future__ import annotations

import math
import time
from typing import Any

from panda3d.core import GamepadButton, InputDevice, InputDeviceManager

from game.camera.pose import Sample, Tracking
from game.camera.trackers.fly import Drive, Flight, fly
from game.camera.trackers.tracker import Clock, Tracker
from models.errors import InputError

SPEED = 1.5  # m/s at full stick, a brisk walk
LIFT = 0.8  # m/s
TURN = math.radians(80.0)  # rad/s
DEAD = 0.12  # of a stick's way: worn sticks do not rest at 0
_HALF = 0.5  # a trigger pulled this far is a button held
_BUTTONS = {
    "a": GamepadButton.face_a(),
    "b": GamepadButton.face_b(),
    "x": GamepadButton.face_x(),
    "y": GamepadButton.face_y(),
    "menu": GamepadButton.start(),
    "grip": GamepadButton.lshoulder(),
    "shoulder": GamepadButton.rshoulder(),
    "left": GamepadButton.dpad_left(),
    "right": GamepadButton.dpad_right(),
    "up": GamepadButton.dpad_up(),
    "down": GamepadButton.dpad_down(),
    "back": GamepadButton.back(),
}


def find_gamepad() -> Any:
    """The first gamepad that Panda3D sees.

    Raises:
        InputError: there is none.
    """
    manager = InputDeviceManager.get_global_ptr()
    manager.update()
    pads = list(manager.get_devices(InputDevice.DeviceClass.gamepad))
    if not pads:
        raise InputError("no gamepad found; connect one, or choose another tracker")
    return pads[0]


def curve(value: float) -> float:
    """A stick's -1 … 1 without its dead middle, squared: fine control near the middle, full speed at the end."""
    beyond = max(abs(value) - DEAD, 0.0) / (1.0 - DEAD)
    return math.copysign(min(beyond, 1.0) ** 2, value)


def drive(left: tuple[float, float], right: tuple[float, float], lift: float) -> Drive:
    """Stick deflections (to the right, upwards) and lift, all -1 … 1, as speeds of the camera."""
    return Drive(
        right=curve(left[0]) * SPEED,
        ahead=curve(left[1]) * SPEED,
        up=lift * LIFT,
        yaw=-curve(right[0]) * TURN,
        pitch=curve(right[1]) * TURN,
    )


class GamepadTracker(Tracker):
    """Flies from the identity pose. Axis trigger; while it rests, the left stick is stick_x and stick_y.

    Buttons a, b, x, y, menu, back, grip, shoulder, trigger, and of the cross left, right, up, down.
    """

    def __init__(self, device: Any, now_ns: Clock = time.monotonic_ns) -> None:
        self._device = device
        self._now_ns = now_ns
        self._last_ns = now_ns()
        self._flight = Flight()
        self._resting = False

    @property
    def name(self) -> str:
        """The maker's name for the gamepad."""
        return str(self._device.name)

    def sample(self) -> Sample:
        """Where the sticks have flown the camera; a gamepad that was unplugged leaves it there, lost."""
        now = self._now_ns()
        dt = (now - self._last_ns) * 1e-9
        self._last_ns = now
        if not self._device.connected:
            return Sample(now, self._flight.position, self._flight.rotation, Tracking.LOST)
        self._device.poll()
        axis = InputDevice.Axis
        left = self._axis(axis.left_x), self._axis(axis.left_y)
        trigger = self._axis(axis.right_trigger)
        axes = {"trigger": trigger}
        if self._resting:
            axes |= {"stick_x": left[0], "stick_y": left[1]}
        else:
            right = self._axis(axis.right_x), self._axis(axis.right_y)
            lift = self._held(GamepadButton.dpad_up()) - self._held(GamepadButton.dpad_down())
            self._flight = fly(self._flight, drive(left, right, lift), dt)
        held = {name for name, button in _BUTTONS.items() if self._held(button)} | (
            {"trigger"} if trigger > _HALF else set()
        )
        return Sample(now, self._flight.position, self._flight.rotation, Tracking.OK, frozenset(held), axes)

    def rest(self, on: bool) -> None:
        """While the panel has the sticks, the camera stays where it is."""
        self._resting = on

    def close(self) -> None:
        """Nothing to let go of: Panda3D owns the device."""

    def _axis(self, axis: Any) -> float:
        return float(self._device.find_axis(axis).value)

    def _held(self, button: Any) -> int:
        return int(self._device.find_button(button).pressed)
