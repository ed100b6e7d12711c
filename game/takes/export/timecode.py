"""SMPTE timecode at the film's rate: 25 pictures a second, so nothing is ever dropped."""

from __future__ import annotations

from game.camera.readout import RATE


def timecode(frame: int) -> str:
    """``hh:mm:ss:ff`` of a picture."""
    hours, minutes, seconds, frames = parts(frame)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}:{frames:02d}"


def parts(frame: int) -> tuple[int, int, int, int]:
    """Hours, minutes, seconds and frames of a picture."""
    seconds, frames = divmod(frame, RATE)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, seconds, frames
