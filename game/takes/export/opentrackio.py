"""A take's camera as OpenTrackIO samples: what an engine would have been told live.

SMPTE RIS OpenTrackIO 1.0. Its axes are the environment's own: metres, Z up, Y ahead, right-handed; pan, tilt, roll in
degrees; lengths of the lens in mm, focus in m. The file is a JSON array with a sample a line; the first carries what
never changes.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import numpy as np

from game.camera.angles import pan_tilt_roll
from game.camera.lens import Lens
from game.camera.readout import RATE
from game.takes.export.motion import Motion
from game.takes.export.timecode import parts

_RATE = {"num": RATE, "denom": 1}


def encode_opentrackio(motion: Motion, suffix: str) -> bytes:
    """The file's contents."""
    samples = [_sample(motion, index) for index in range(len(motion))]
    lines = ",\n".join(json.dumps(sample, ensure_ascii=False, allow_nan=False) for sample in samples)
    return f"[\n{lines}\n]\n".encode()


def _sample(motion: Motion, index: int) -> dict[str, Any]:
    hours, minutes, seconds, frames = parts(index)
    lens = motion.lenses[index]
    pan, tilt, roll = np.degrees(pan_tilt_roll(motion.turns[index])).tolist()
    x, y, z = motion.positions[index].tolist()
    sample: dict[str, Any] = {
        "protocol": {"name": "OpenTrackIO", "version": [1, 0, 0]},
        "sampleId": _urn(f"{motion.digest}/{index}"),
        "sourceId": _urn(motion.digest),
        "sourceNumber": 1,
        "tracker": {"recording": True, "slate": motion.name},
        "timing": {
            "mode": "internal",
            "sampleRate": _RATE,
            "sampleTimestamp": {"seconds": index // RATE, "nanoseconds": index % RATE * (1_000_000_000 // RATE)},
            "sequenceNumber": index,
            "timecode": {
                "hours": hours,
                "minutes": minutes,
                "seconds": seconds,
                "frames": frames,
                "frameRate": _RATE,
            },
        },
        "lens": _lens(lens),
        "transforms": [
            {
                "id": "Camera",
                "translation": {"x": x, "y": y, "z": z},
                "rotation": {"pan": pan, "tilt": tilt, "roll": roll},
            }
        ],
    }
    if index == 0 or lens.gate != motion.lenses[index - 1].gate:
        width, height = lens.gate
        sample["static"] = {
            "camera": {
                "captureFrameRate": _RATE,
                "activeSensorPhysicalDimensions": {"width": width, "height": height},
                "label": "A",
            }
        }
    return sample


def _lens(lens: Lens) -> dict[str, Any]:
    right, up = lens.shift
    facts: dict[str, Any] = {
        "pinholeFocalLength": lens.focal_length,
        "focusDistance": lens.focus_distance,
        "fStop": lens.aperture,
    }
    if right or up:
        # Where the lens's axis meets the picture, to the right of its middle and above it.
        facts["projectionOffset"] = {"x": -right, "y": -up}
    return facts


def _urn(name: str) -> str:
    """The same take and picture have the same number wherever they are exported."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
