"""What a take's journal says in binary: physics steps, tracker samples, and where the camera was seen from.

Numbers are little-endian; poses are float64, so that what is replayed is what was shown, to the last bit. After the
fixed fields:

    snapshot  time i64, attempt u32, tick u32, joints u16, contacts u16 | root xyz, root xyzw, joints x xyzw |
              for each contact link i16, position 3 f64, force f64, speed f64, surface text |
              for each prop that the header tells of position xyz, rotation xyzw
    sample    time i64, tracking u8, position xyz, rotation wxyz | count u8, texts | count u8, each text and f64
    view      time i64, position xyz, rotation wxyz

A text is its length in bytes (u8) and UTF-8.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np

from game.camera.pose import CameraPose, Sample, Tracking
from game.performance import BodyPose, Snapshot
from game.takes.facts import is_moment
from models.contact import Contact
from models.props import NO_PROPS, POSE
from models.rotations import Array

_STEP = struct.Struct("<qIIHH")
_CONTACT = struct.Struct("<h5d")
_SAMPLE = struct.Struct("<qB7d")
_AXIS = struct.Struct("<d")
_VIEW = struct.Struct("<q7d")
_ROOT = 7  # numbers before the joints: position and rotation
_TRACKING = (Tracking.OK, Tracking.LOST, Tracking.ABSENT)


@dataclass(frozen=True)
class Step:
    """The fixed fields of a snapshot: shown at ``at_ns``; how many joints and contacts follow."""

    at_ns: int
    attempt: int
    tick: int
    joints: int
    contacts: int


def encode_snapshot(at_ns: int, snapshot: Snapshot) -> bytes:
    """One physics step, shown at ``at_ns``."""
    pose, contacts = snapshot.pose, snapshot.contacts
    parts = [_STEP.pack(at_ns, snapshot.attempt, snapshot.tick, len(pose.joint_rot), len(contacts))]
    parts += [np.asarray(part, dtype="<f8").tobytes() for part in (pose.root_pos, pose.root_rot, pose.joint_rot)]
    for contact in contacts:
        parts += (_CONTACT.pack(contact.link, *contact.position, contact.force, contact.speed), _text(contact.surface))
    parts.append(np.asarray(snapshot.props, dtype="<f8").tobytes())
    return b"".join(parts)


def decode_step(payload: bytes) -> Step:
    """The fixed fields of a snapshot.

    Raises:
        ValueError: these bytes are no snapshot.
    """
    if len(payload) < _STEP.size:
        raise ValueError("not a snapshot: too short")
    step = Step(*_STEP.unpack_from(payload))
    if len(payload) < _contacts_at(step) + step.contacts * (_CONTACT.size + 1):
        raise ValueError("not a snapshot: too short")
    if not is_moment(step.at_ns):
        raise ValueError("not a snapshot: its time is out of range")
    return step


def pose_bytes(payload: bytes) -> bytes:
    """The numbers of a snapshot's pose, float64 one after another, for `pose_of`."""
    return payload[_STEP.size : _contacts_at(decode_step(payload))]


def is_finite(payload: bytes, step: Step, props: int) -> bool:
    """Whether all poses of a snapshot with these fixed fields, in a take with so many props, are of finite numbers.

    Raises:
        ValueError: its props are cut off.
    """
    pose = np.frombuffer(payload, dtype="<f8", count=_ROOT + 4 * step.joints, offset=_STEP.size)
    return _all_finite(pose) and (not props or _all_finite(_props(payload, step, props)))


def _all_finite(numbers: Array) -> bool:
    # A finite sum has finite parts, and to add them up is fastest.
    return math.isfinite(np.add.reduce(numbers, axis=None)) or bool(np.isfinite(numbers).all())


def pose_of(numbers: Array) -> BodyPose:
    """The pose of ``(7 + 4 joints,)`` numbers, as views."""
    return BodyPose(numbers[:3], numbers[3:_ROOT], numbers[_ROOT:].reshape(-1, 4))


def props_of(payload: bytes, props: int) -> Array:
    """The poses ``(props, 7)`` at the end of a snapshot in a take with so many props, as a view.

    Raises:
        ValueError: these bytes are no snapshot.
    """
    if not props:
        return NO_PROPS
    return _props(payload, decode_step(payload), props)


def _props(payload: bytes, step: Step, props: int) -> Array:
    start = len(payload) - 8 * POSE * props
    if start < _contacts_at(step):
        raise ValueError("not a snapshot: its props are cut off")
    return np.frombuffer(payload, dtype="<f8", offset=start).reshape(props, POSE)


def decode_contacts(payload: bytes, props: int = 0) -> tuple[Contact, ...]:
    """The contacts of a snapshot in a take with so many props.

    Raises:
        ValueError: these bytes are no snapshot.
    """
    step = decode_step(payload)
    at, contacts = _contacts_at(step), []
    try:
        for _ in range(step.contacts):
            link, x, y, z, force, speed = _CONTACT.unpack_from(payload, at)
            surface, at = _take_text(payload, at + _CONTACT.size)
            contacts.append(Contact(link, (x, y, z), force, speed, surface))
    except (struct.error, IndexError) as error:
        raise ValueError("not a snapshot: its contacts are cut off") from error
    if at + 8 * POSE * props > len(payload):
        raise ValueError("not a snapshot: its props are cut off")
    return tuple(contacts)


def _contacts_at(step: Step) -> int:
    return _STEP.size + 8 * (_ROOT + 4 * step.joints)


def encode_sample(sample: Sample) -> bytes:
    """A tracker's raw word."""
    numbers = (*map(float, sample.position), *map(float, sample.rotation))
    parts = [_SAMPLE.pack(sample.time_ns, _TRACKING.index(sample.tracking), *numbers)]
    parts += [bytes([len(sample.buttons)]), *(_text(name) for name in sorted(sample.buttons))]
    parts += [bytes([len(sample.axes)]), *(_text(name) + _AXIS.pack(value) for name, value in sample.axes.items())]
    return b"".join(parts)


def decode_sample(payload: bytes) -> Sample:
    """Inverse of `encode_sample`.

    Raises:
        ValueError: these bytes are no sample.
    """
    try:
        time_ns, tracking, *numbers = _SAMPLE.unpack_from(payload)
        buttons, at = _take_buttons(payload, _SAMPLE.size)
        axes = _take_axes(payload, at)
        believed = _TRACKING[tracking]
    except (struct.error, IndexError) as error:
        raise ValueError("not a camera sample: cut off, or tracked in an unknown way") from error
    if not is_moment(time_ns):
        raise ValueError("not a camera sample: its time is out of range")
    return Sample(time_ns, np.array(numbers[:3]), np.array(numbers[3:]), believed, buttons, axes)


def encode_view(at_ns: int, pose: CameraPose) -> bytes:
    """Where the camera was, in the environment, at the sample of ``at_ns``."""
    return _VIEW.pack(at_ns, *map(float, pose.position), *map(float, pose.rotation))


def decode_view(payload: bytes) -> tuple[int, CameraPose]:
    """Inverse of `encode_view`.

    Raises:
        ValueError: these bytes are no view.
    """
    if len(payload) != _VIEW.size:
        raise ValueError("not a view: of another length")
    at_ns, *numbers = _VIEW.unpack(payload)
    if not is_moment(at_ns):
        raise ValueError("not a view: its time is out of range")
    return at_ns, CameraPose(np.array(numbers[:3]), np.array(numbers[3:]))


def _take_buttons(payload: bytes, at: int) -> tuple[frozenset[str], int]:
    count, at, names = payload[at], at + 1, []
    for _ in range(count):
        name, at = _take_text(payload, at)
        names.append(name)
    return frozenset(names), at


def _take_axes(payload: bytes, at: int) -> dict[str, float]:
    count, at, axes = payload[at], at + 1, {}
    for _ in range(count):
        name, at = _take_text(payload, at)
        (axes[name],) = _AXIS.unpack_from(payload, at)
        at += _AXIS.size
    return axes


def _text(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data


def _take_text(payload: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + payload[at]
    if end > len(payload):
        raise ValueError("a text is cut off")
    return payload[at + 1 : end].decode(), end
