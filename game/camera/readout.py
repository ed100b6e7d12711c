"""What the viewfinder says, as data and as text; drawing it is `game.camera.viewfinder`'s business."""

from __future__ import annotations

from dataclasses import dataclass

from game.camera.pose import Tracking

RATE = 25
"""Pictures a second of the film: takes are counted and movies are made at this rate."""

_TRACKING = {Tracking.OK: "TRACKING", Tracking.LOST: "TRACKING LOST", Tracking.ABSENT: "NO TRACKER"}


@dataclass(frozen=True)
class Readout:
    """The state of the shoot. frame: of the take or the performance, counted at 25 a second; fps: of the live view.

    attempt 0 and empty texts are not shown.
    """

    recording: bool = False
    slate: str = ""
    take: int = 0
    frame: int = 0
    focal_length: float = 35.0
    tracker: str = ""
    tracking: Tracking = Tracking.OK
    fps: float = 0.0
    attempt: int = 0
    stage: str = ""
    hint: str = ""


def timecode(frame: int) -> str:
    """Hours, minutes, seconds and frames ``hh:mm:ss:ff`` of a frame number, 0 or more; wraps after a day as SMPTE's."""
    seconds, frames = divmod(frame, RATE)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}:{frames:02d}"


def lines(readout: Readout) -> dict[str, str]:
    """Text for every place of the viewfinder: the corners, the middle of the top, and the hint below that."""
    take = f"T{readout.take:03d}" if readout.take else ""
    attempt = f"ATTEMPT {readout.attempt}" if readout.attempt else ""
    return {
        "top_left": _joined("REC" if readout.recording else "STBY", readout.slate, take),
        "top": timecode(readout.frame),
        "top_right": f"{readout.focal_length:.0f} mm",
        "bottom_left": _joined(attempt, readout.stage),
        "hint": readout.hint,
        "bottom_right": _joined(readout.tracker, _TRACKING[readout.tracking], f"{readout.fps:.0f} fps"),
    }


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
