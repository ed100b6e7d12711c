"""A gamepad flies the camera: left stick travels, right stick looks, the cross raises and lowers.

The left trigger is a shift key: as long as it is held, every other button goes down under another name, and the right
stick zooms.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from panda3d.core import GamepadButton, InputDevice, InputDeviceManager

from game.camera.pose import Sample, Tracking
from game.camera.trackers.fly import Drive, Flight, fly
from game.camera.trackers.tracker import SHIFT, ZOOM_RATE, Clock, Tracker
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
    "stick": GamepadButton.lstick(),
    "look": GamepadButton.rstick(),
}


def all_gamepads() -> list[Any]:
    """Every gamepad that Panda3D sees now."""
    manager = InputDeviceManager.get_global_ptr()
    manager.update()
    return list(manager.get_devices(InputDevice.DeviceClass.gamepad))


def find_gamepad() -> Any:
    """The first gamepad.

    Raises:
        InputError: there is none.
    """
    pads = all_gamepads()
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


def _labels(pads: Sequence[Any]) -> dict[str, Any]:
    """Gamepads by name, with numbers, for two may be of one kind."""
    return {f"{number}: {pad.name}": pad for number, pad in enumerate(pads, 1)}


class GamepadTracker(Tracker):
    """Flies from the identity pose. Axes trigger, under shift zoom_rate; at rest stick_x, stick_y of the left stick.

    Buttons a, b, x, y, menu, back, grip, shoulder, trigger, stick, look, and of the cross left, right, up, down; those
    that went down under the left trigger begin with shift_. Unplugged and plugged in again, it flies on.
    """

    def __init__(
        self, device: Any, now_ns: Clock = time.monotonic_ns, pads: Callable[[], Sequence[Any]] = all_gamepads
    ) -> None:
        """pads: those that are plugged in now, to choose another from."""
        self._device = device
        self._pads = pads
        self._now_ns = now_ns
        self._last_ns = now_ns()
        self._flight = Flight()
        self._resting = False
        self._down: dict[str, str] = {}  # the buttons held, and under which name each went down

    @property
    def name(self) -> str:
        """The maker's name for the gamepad."""
        return str(self._device.name)

    @property
    def note(self) -> str:
        """That it is unplugged."""
        if self._device.connected:
            return ""
        return f"{self.name} is gone; plug it in or switch it on again, or connect another gamepad"

    def sample(self) -> Sample:
        """Where the sticks have flown the camera; a gamepad that was unplugged leaves it there, lost."""
        now = self._now_ns()
        dt = (now - self._last_ns) * 1e-9
        self._last_ns = now
        if not self._device.connected:
            self._device = next(iter(self._pads()), self._device)  # plugged in again it is another device to Panda3D
        if not self._device.connected:
            self._down.clear()
            return Sample(now, self._flight.position, self._flight.rotation, Tracking.LOST)
        self._device.poll()
        axis = InputDevice.Axis
        left = self._axis(axis.left_x), self._axis(axis.left_y)
        trigger = self._axis(axis.right_trigger)
        # Some pads have triggers that are nothing but buttons.
        shifted = self._axis(axis.left_trigger) > _HALF or bool(self._held(GamepadButton.ltrigger()))
        axes = {"trigger": trigger}
        if self._resting:
            axes |= {"stick_x": left[0], "stick_y": left[1]}
        else:
            right = self._axis(axis.right_x), self._axis(axis.right_y)
            lift = self._held(GamepadButton.dpad_up()) - self._held(GamepadButton.dpad_down())
            if shifted:
                axes[ZOOM_RATE] = curve(right[1])
                right, lift = (0.0, 0.0), 0
            self._flight = fly(self._flight, drive(left, right, lift), dt)
        return Sample(now, self._flight.position, self._flight.rotation, Tracking.OK, self._buttons(shifted), axes)

    @property
    def devices(self) -> tuple[str, ...]:
        """The makers' names of the gamepads, numbered."""
        return tuple(_labels(self._pads()))

    @property
    def device(self) -> str:
        """The one that flies; empty while it is unplugged."""
        return next((label for label, pad in _labels(self._pads()).items() if pad == self._device), "")

    def choose_device(self, name: str) -> None:
        """Let another gamepad fly on from where the camera is.

        Raises:
            InputError: it is unplugged.
        """
        pads = _labels(self._pads())
        if name not in pads:
            raise InputError(f"{name} is gone; plug it in, or choose another gamepad")
        self._device = pads[name]
        self._down.clear()

    def next_device(self) -> None:
        """Let the next gamepad fly on.

        Raises:
            InputError: there is no other.
        """
        names, here = self.devices, self.device
        if all(name == here for name in names):
            raise InputError("there is no other gamepad; connect one, then choose it")
        self.choose_device(names[(names.index(here) + 1) % len(names) if here else 0])

    def rest(self, on: bool) -> None:
        """While the panel has the sticks, the camera stays where it is."""
        self._resting = on

    def close(self) -> None:
        """Nothing to let go of: Panda3D owns the device."""

    def _buttons(self, shifted: bool) -> frozenset[str]:
        """Names of what is held. Letting go of shift first makes no other button of one that is still down."""
        held = {name for name, button in _BUTTONS.items() if self._held(button)}
        if self._axis(InputDevice.Axis.right_trigger) > _HALF or self._held(GamepadButton.rtrigger()):
            held.add("trigger")
        fresh = {name: f"{SHIFT}{name}" if shifted else name for name in held}
        self._down = {name: self._down.get(name, label) for name, label in fresh.items()}
        return frozenset(self._down.values())

    def _axis(self, axis: Any) -> float:
        return float(self._device.find_axis(axis).value)

    def _held(self, button: Any) -> int:
        return int(self._device.find_button(button).pressed)
