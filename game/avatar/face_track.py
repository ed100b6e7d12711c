"""A recorded face: the CSV that the app Live Link Face writes, one row a picture, one column an ARKit shape.

Its columns are ``Timecode`` (HH:MM:SS:FF.fff: frames and parts of them), ``BlendShapeCount`` and the 52 ARKit shapes
with capital first letters (``EyeBlinkLeft``). Nine more for the turn of head and eyes may follow, unused: the physics
turns the head, and the eyes have their shapes.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.errors import InputError
from models.rotations import Array

_SIDES = ("Left", "Right")
SHAPES = (
    *(f"eye{what}{side}" for side in _SIDES for what in ("Blink", "LookDown", "LookIn", "LookOut", "LookUp")),
    *(f"eye{what}{side}" for side in _SIDES for what in ("Squint", "Wide")),
    *("jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker"),
    *("mouthLeft", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *(f"mouth{what}{side}" for what in ("Smile", "Frown", "Dimple", "Stretch", "Press") for side in _SIDES),
    *(f"mouth{what}{side}" for what in ("LowerDown", "UpperUp") for side in _SIDES),
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff"),
    *("cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut"),
)
"""The 52 expressions of ARKit's face, by ARKit's names."""

_LARGEST = 64 << 20  # bytes; an hour at 60 pictures a second is about that
_RATES = (24, 25, 30, 60)  # pictures a second that the app's timecode can count
_OVERSHOOT = 0.5  # some exporters go past 0 and 1; percentages or degrees are told from that
_TIMECODE = re.compile(r"(\d{1,2}):([0-5]?\d):([0-5]?\d)[:;](\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True)
class FaceTrack:
    """times (n,) s from 0, rising; weights (n, 52) in the order of `SHAPES`, 0 … 1."""

    path: Path
    times: Array
    weights: Array

    def at(self, seconds: float) -> dict[str, float]:
        """The expression at a moment, between two rows in proportion; before and after, the first and last stand."""
        after = int(np.clip(np.searchsorted(self.times, seconds, side="right"), 1, len(self.times) - 1))
        begin, end = self.times[after - 1], self.times[after]
        part = min(max((seconds - begin) / (end - begin), 0.0), 1.0)
        row = self.weights[after - 1] + part * (self.weights[after] - self.weights[after - 1])
        return dict(zip(SHAPES, row.tolist(), strict=True))


def load_face_track(path: Path) -> FaceTrack:
    """Read a face track.

    Raises:
        InputError: it is missing, lacks a column, or holds something that is no expression.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: too large for a face track; cut it to the minutes that are needed")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a CSV that Live Link Face wrote") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file; give a CSV that Live Link Face wrote") from error
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV ({error}); give one that Live Link Face wrote") from error
    if len(rows) < 3:
        raise InputError(f"{path}: needs a line of column names and two rows or more; export the recording again")
    columns = _columns(path, rows[0])
    weights = np.array([_expression(path, line, row, columns) for line, row in enumerate(rows[1:], 2)])
    return FaceTrack(path, _times(path, [row[columns["timecode"]] for row in rows[1:]]), np.clip(weights, 0.0, 1.0))


def _columns(path: Path, names: list[str]) -> dict[str, int]:
    """Where each column is, by its name in lower case."""
    found = {name.strip().lower(): index for index, name in reversed(list(enumerate(names)))}
    missing = [name for name in ("Timecode", *SHAPES) if name.lower() not in found]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"{path}: has no column '{missing[0]}'{more}; export all 52 ARKit shapes with their timecode")
    return found


def _expression(path: Path, line: int, row: list[str], columns: dict[str, int]) -> list[float]:
    weights = []
    for shape in SHAPES:
        index = columns[shape.lower()]
        try:
            weight = float(row[index])
        except (IndexError, ValueError):
            weight = math.nan
        if not -_OVERSHOOT <= weight <= 1.0 + _OVERSHOOT:
            told = row[index].strip() if index < len(row) else "nothing"
            raise InputError(f"{path}: row {line}: {shape} is {told!r}; it must be a number from 0 to 1")
        weights.append(weight)
    return weights


def _times(path: Path, timecodes: list[str]) -> Array:
    """Seconds from the first row, across midnight if need be."""
    parts = []
    for line, timecode in enumerate(timecodes, 2):
        match = _TIMECODE.fullmatch(timecode.strip())
        if match is None:
            raise InputError(f"{path}: row {line}: the timecode is {timecode!r}; write HH:MM:SS:FF.fff")
        parts.append([float(part) for part in match.groups()])
    hours, minutes, seconds, frames = np.array(parts).T
    rate = next((rate for rate in _RATES if frames.max() < rate), None)
    if rate is None:
        raise InputError(f"{path}: a timecode counts to {frames.max():g} frames; the app counts to {_RATES[-1] - 1}")
    # Without a whole second between first and last nothing tells the rate; the app records 60.
    whole = 3600.0 * hours + 60.0 * minutes + seconds
    times = whole + frames / (rate if np.ptp(whole) >= 2.0 else _RATES[-1])
    times = np.where(times < times[0], times + 86400.0, times) - times[0]
    back = np.flatnonzero(np.diff(times) <= 0.0)
    if len(back):
        raise InputError(f"{path}: row {back[0] + 3}: its timecode is not later than the last; sort the rows by time")
    return np.asarray(times)
