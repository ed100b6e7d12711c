"""A take as CSV: one row a picture, for spreadsheets and scripts.

Metres and degrees in the environment's axes: Z up, and a camera that is not turned looks along +Y; pan about Z, then
tilt about X, then roll about Y; quaternions wxyz. Joints turn in their parents.
"""

from __future__ import annotations

import csv
import io

import numpy as np

from game.camera.angles import pan_tilt_roll
from game.camera.readout import RATE
from game.takes.export.motion import Motion
from game.takes.export.timecode import timecode
from models.coords import bullet_quat_to_panda, bullet_to_panda, xyzw_to_wxyz

_PLACE = ("x", "y", "z", "qw", "qx", "qy", "qz")
_LENS = ("focal_length_mm", "gate_width_mm", "gate_height_mm", "hfov", "focus_distance", "aperture")


def encode_csv(motion: Motion, suffix: str) -> bytes:
    """The file's contents: UTF-8, commas, a row of names first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_names(motion))
    for index in range(len(motion)):
        first = (index, index / RATE, timecode(index), motion.attempts[index], motion.ticks[index])
        writer.writerow((*first, *(f"{value:.9g}" for value in _numbers(motion, index))))
    return text.getvalue().encode()


def _names(motion: Motion) -> list[str]:
    placed = ["camera", *(["root"] if motion.body else []), *(prop.name for prop in motion.props.props)]
    names = ["frame", "seconds", "timecode", "attempt", "tick", "pan", "tilt", "roll", *_LENS]
    names += [f"{name}_{part}" for name in placed for part in _PLACE]
    joints = motion.body.body.joints if motion.body else ()
    return names + [f"{joint.name}_{part}" for joint in joints for part in _PLACE[3:]]


def _numbers(motion: Motion, index: int) -> list[float]:
    turn, lens, body, props = motion.turns[index], motion.lenses[index], motion.body, motion.props
    row = [*np.degrees(pan_tilt_roll(turn)), lens.focal_length, *lens.gate, lens.hfov]
    row += [lens.focus_distance, lens.aperture, *motion.positions[index], *xyzw_to_wxyz(turn)]
    if body is not None:
        row += [*bullet_to_panda(body.root_pos[index]), *bullet_quat_to_panda(body.root_rot[index])]
    for number in range(len(props.props)):
        row += [*bullet_to_panda(props.positions[index, number]), *bullet_quat_to_panda(props.turns[index, number])]
    if body is not None:
        row += bullet_quat_to_panda(body.joint_rot[index]).ravel().tolist()
    return row
