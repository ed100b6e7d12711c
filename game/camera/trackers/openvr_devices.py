"""Which of OpenVR's devices is meant: by role, by class or by serial number.

Indices change between runs and when devices come and go, so a device is always looked for by what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import openvr
from openvr.error_code import OpenVRError

ROLES = {"left": openvr.TrackedControllerRole_LeftHand, "right": openvr.TrackedControllerRole_RightHand}
CLASSES = {"tracker": openvr.TrackedDeviceClass_GenericTracker, "hmd": openvr.TrackedDeviceClass_HMD}
_KINDS = {
    openvr.TrackedDeviceClass_HMD: "headset",
    openvr.TrackedDeviceClass_Controller: "controller",
    openvr.TrackedDeviceClass_GenericTracker: "tracker",
}  # what a hand can hold; base stations stand still


@dataclass(frozen=True)
class Wanted:
    """name: a role out of `ROLES`, a class out of `CLASSES`, or a serial. twin: which of several that bear it."""

    name: str
    twin: int = 0


@dataclass(frozen=True)
class Device:
    """index: for the runtime. serial: number on the device. twin: how many with the same serial come before it.

    twins: how many devices bear this serial number.
    """

    index: int
    serial: str
    twin: int = 0
    twins: int = 1


def all_devices(system: Any) -> list[Device]:
    """Everything that can be held, in the runtime's order, whether it is switched on or not."""
    found: list[Device] = []
    for index in range(openvr.k_unMaxTrackedDeviceCount):
        if system.getTrackedDeviceClass(index) in _KINDS:
            serial = _serial(system, index)
            found.append(Device(index, serial, sum(device.serial == serial for device in found)))
    serials = [device.serial for device in found]
    return [Device(d.index, d.serial, d.twin, serials.count(d.serial)) for d in found]


def find_device(system: Any, wanted: Wanted) -> Device | None:
    """The device that is meant; None if the runtime knows none."""
    devices = all_devices(system)
    if wanted.name in ROLES:
        index = system.getTrackedDeviceIndexForControllerRole(ROLES[wanted.name])
        return next((device for device in devices if device.index == index), None)
    if wanted.name in CLASSES:
        kind = CLASSES[wanted.name]
        return next((device for device in devices if system.getTrackedDeviceClass(device.index) == kind), None)
    return next((d for d in devices if (d.serial, d.twin) == (wanted.name, wanted.twin)), None)


def devices_on(system: Any) -> list[Device]:
    """Those that are switched on."""
    return [device for device in all_devices(system) if system.isTrackedDeviceConnected(device.index)]


def is_controller(system: Any, device: Device) -> bool:
    """Whether it has buttons."""
    return bool(system.getTrackedDeviceClass(device.index) == openvr.TrackedDeviceClass_Controller)


def label_of(system: Any, device: Device) -> str:
    """What a device is called to people, unlike any other: its kind and serial number, and which of twins it is."""
    kind = _KINDS[system.getTrackedDeviceClass(device.index)]
    twin = f", number {device.twin + 1} of {device.twins}" if device.twins > 1 else ""
    return f"{kind} {device.serial}{twin}"


def device_after(system: Any, current: Device | None) -> Device | None:
    """The next device that is switched on, round and round; None if there is no other."""
    on = devices_on(system)
    at = -1 if current is None else current.index
    others = [device for device in on if device.index != at]
    return next((device for device in others if device.index > at), others[0] if others else None)


def _serial(system: Any, index: int) -> str:
    try:
        return str(system.getStringTrackedDeviceProperty(index, openvr.Prop_SerialNumber_String))
    except (OpenVRError, UnicodeDecodeError):
        return ""
