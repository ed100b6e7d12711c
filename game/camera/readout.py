"""What the viewfinder says, as data and as text; drawing it is `game.camera.viewfinder`'s business."""

from __future__ import annotations

from dataclasses import dataclass

from game.camera.pose import Tracking

RATE = 25
"""Pictures a second of the film: takes are counted and movies are made at this rate."""


@dataclass(frozen=True)
class ViewfinderSettings:
    """What is shown. mask: opacity of what lies outside the frame, 0 … 1; the rest: on or off.

    live_focus: the depth of field of the lens, in the live picture too.
    """

    mask: float = 0.7
    frame: bool = True
    thirds: bool = False
    centre: bool = True
    safe_area: bool = False
    horizon: bool = False
    text: bool = True
    live_focus: bool = False


@dataclass(frozen=True)
class Level:
    """Where the world's horizon is in the frame.

    roll: rad by which it is turned clockwise. height: of the line above the middle of the frame, along the world's
    vertical; 1 is half the frame's height.
    """

    roll: float
    height: float


_TRACKING = {Tracking.OK: "TRACKING", Tracking.LOST: "TRACKING LOST", Tracking.ABSENT: "NO TRACKER"}


@dataclass(frozen=True)
class Readout:
    """The state of the shoot. frame: of the take or the performance, counted at 25 a second; fps: of the live view.

    focus: the distance in words and who pulls it. disk_left: bytes free where takes are kept. level: for the horizon.
    reticle: what autofocus looks at, in the frame, -1 … 1 to the right and up. attempt 0, empty texts and what is None
    are not shown.
    """

    recording: bool = False
    slate: str = ""
    take: int = 0
    frame: int = 0
    focal_length: float = 35.0
    aperture: float | None = None
    focus: str = ""
    tracker: str = ""
    tracking: Tracking = Tracking.OK
    fps: float = 0.0
    attempt: int = 0
    stage: str = ""
    hardest: str = ""
    hint: str = ""
    disk_left: int | None = None
    level: Level | None = None
    reticle: tuple[float, float] | None = None


def timecode(frame: int) -> str:
    """Hours, minutes, seconds and frames ``hh:mm:ss:ff`` of a frame number, 0 or more; wraps after a day as SMPTE's."""
    seconds, frames = divmod(frame, RATE)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}:{frames:02d}"


def lines(readout: Readout) -> dict[str, str]:
    """Text for every place of the viewfinder: the corners, above the lower left, the middle of the top, the hint."""
    take = f"T{readout.take:03d}" if readout.take else ""
    attempt = f"ATTEMPT {readout.attempt}" if readout.attempt else ""
    aperture = "" if readout.aperture is None else f"f/{readout.aperture:.2g}"
    disk = "" if readout.disk_left is None else f"{readout.disk_left / 1e9:.0f} GB left"
    return {
        "top_left": _joined("REC" if readout.recording else "STBY", readout.slate, take),
        "top": timecode(readout.frame),
        "top_right": _joined(f"{readout.focal_length:.0f} mm", aperture, readout.focus),
        "bottom_left": _joined(attempt, readout.stage),
        "above_left": readout.hardest,
        "hint": readout.hint,
        "bottom_right": _joined(readout.tracker, _TRACKING[readout.tracking], f"{readout.fps:.0f} fps", disk),
    }


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
