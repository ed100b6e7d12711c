"""Takes one after another as an edit: an OpenTimelineIO timeline, or an EDL (CMX 3600) for older programs.

25 pictures a second in rational time; every clip is a whole take and points to its movie, ``<id>.mp4``, which
`backflip takes movie` makes. Markers set while recording are the clip's markers. The names of reels in an EDL are the
ids of the takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio

from game.camera.readout import RATE
from game.takes.marks import MARKER
from game.takes.take import Take
from models.errors import InputError

SUFFIXES = {".otio": "otio_json", ".edl": "cmx_3600"}


def encode_timeline(takes: Sequence[Take], name: str, media: Path, suffix: str) -> bytes:
    """The file's contents. media: the folder where the takes' movies are, as the file is to say it.

    Raises:
        InputError: another suffix, or there is no take.
    """
    if suffix not in SUFFIXES:
        raise InputError(f"{name}{suffix}: timelines are {' or '.join(SUFFIXES)}; give the file a name that ends so")
    if not takes:
        raise InputError(
            f"{name}{suffix}: there is no take for it; circle some with `backflip takes edit TAKE --circle`"
        )
    timeline = otio.schema.Timeline(name, global_start_time=_time(0))
    timeline.metadata["backflip"] = {"schema": "backflip.timeline", "version": 1}
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for take in sorted(takes, key=_order):
        track.append(_clip(take, media))
    if suffix == ".edl":
        text = otio.adapters.write_to_string(timeline, SUFFIXES[suffix], rate=RATE)
    else:
        text = otio.adapters.write_to_string(timeline, SUFFIXES[suffix])
    return str(text).encode()


def _order(take: Take) -> tuple[str, str, str]:
    """As the script has them, then as they were filmed."""
    return str(take.facts.get("scene", "")), str(take.facts.get("shot", "")), str(take.facts["created"])


def _clip(take: Take, media: Path) -> otio.schema.Clip:
    whole = otio.opentime.TimeRange(_time(0), _time(take.frames))
    movie = otio.schema.ExternalReference(str(media / f"{take.id}.mp4"), available_range=whole)
    clip = otio.schema.Clip(take.label, movie, whole)
    clip.metadata["cmx_3600"] = {"reel": take.id}
    clip.metadata["backflip"] = {
        "take": take.id,
        **{name: str(take.facts.get(name, "")) for name in ("scene", "shot", "environment", "skill", "created")},
        "circled": take.edits.circled,
        "starred": take.edits.starred,
        "notes": list(take.edits.notes),
    }
    for event in take.facts["events"]:
        if event["name"] == MARKER:
            at = otio.opentime.TimeRange(_time(min(int(event["seconds"] * RATE), take.frames - 1)), _time(1))
            number = str(event["detail"].get("number", ""))
            clip.markers.append(otio.schema.Marker(f"marker {number}".strip(), at, otio.schema.MarkerColor.RED))
    return clip


def _time(frame: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frame, RATE)
