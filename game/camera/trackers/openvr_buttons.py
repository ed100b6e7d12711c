"""Names for the buttons and axes of OpenVR's legacy controller state.

The bits are shared, their meaning depends on the controller: bit 2 is the grip of a Vive wand and the A button of an
Index controller. Which axis is the thumbstick, the device itself says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import openvr
from openvr.error_code import OpenVRError

from game.camera.pose import stick_as_cross

_AXIS_0 = openvr.k_EButton_Axis0
_COMMON = {
    "trigger": openvr.k_EButton_SteamVR_Trigger,
    "grip": openvr.k_EButton_Grip,
    "menu": openvr.k_EButton_ApplicationMenu,
    "a": openvr.k_EButton_A,
}
_TOUCH = {
    "trigger": openvr.k_EButton_SteamVR_Trigger,
    "grip": openvr.k_EButton_Grip,
    "a": openvr.k_EButton_A,
    "b": openvr.k_EButton_ApplicationMenu,
}
_INDEX = {
    "trigger": openvr.k_EButton_SteamVR_Trigger,
    "grip": openvr.k_EButton_Axis2,
    "a": openvr.k_EButton_IndexController_A,
    "b": openvr.k_EButton_IndexController_B,
}
_BY_TYPE: Mapping[str, Mapping[str, int]] = {"knuckles": _INDEX, "oculus_touch": _TOUCH}
_TRIGGER_AXIS = 1


@dataclass(frozen=True)
class Controls:
    """How one device is read: the bit of every named button, the index of the axis of its stick or pad.

    pad: it has no stick; a thumb that rests on a pad means nothing by it.
    """

    buttons: Mapping[str, int]
    stick: int = 0
    pad: bool = True


WAND = Controls({**_COMMON, "stick": _AXIS_0})


def controls_of(system: Any, index: int) -> Controls:
    """How to read device ``index``; one that does not say what it is reads like a Vive wand."""
    try:
        kind = system.getStringTrackedDeviceProperty(index, openvr.Prop_ControllerType_String)
        types = [
            system.getInt32TrackedDeviceProperty(index, openvr.Prop_Axis0Type_Int32 + axis)
            for axis in range(openvr.k_unControllerStateAxisCount)
        ]
    except (OpenVRError, UnicodeDecodeError):
        return WAND
    sticks = [axis for axis, kind_of_axis in enumerate(types) if kind_of_axis == openvr.k_eControllerAxis_Joystick]
    stick = sticks[0] if sticks else 0
    return Controls({**_BY_TYPE.get(kind, _COMMON), "stick": _AXIS_0 + stick}, stick, not sticks)


def read_controls(system: Any, index: int, controls: Controls) -> tuple[frozenset[str], dict[str, float]]:
    """Names of the buttons held, and "stick_x", "stick_y" (-1 … 1) and "trigger" (0 … 1).

    A device without controls, such as a tracker puck, has none held and no axes.
    """
    known, state = system.getControllerState(index)
    if not known:
        return frozenset(), {}
    held = frozenset(name for name, bit in controls.buttons.items() if state.ulButtonPressed >> int(bit) & 1)
    stick = state.rAxis[controls.stick]
    axes = {"stick_x": stick.x, "stick_y": stick.y, "trigger": state.rAxis[_TRIGGER_AXIS].x}
    return held, {name: _within(value) for name, value in axes.items()}


def read_other_hand(system: Any, index: int, controls: Controls) -> frozenset[str]:
    """Names of the buttons held on a controller that is not the camera; its stick serves as a cross."""
    held, axes = read_controls(system, index, controls)
    return held if controls.pad else held | stick_as_cross(axes)


def _within(value: float) -> float:
    # A NaN compares as nothing and comes out as 0.
    return min(max(value, -1.0), 1.0) if value == value else 0.0
