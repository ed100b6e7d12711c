"""The camera of a take: where it was and through which lens it looked, at any moment.

As it was seen live, or derived anew from the tracker's raw words when somebody has smoothed the take otherwise (and in
takes of programs that did not keep what was seen). A channel that a re-shoot took over from another take stays as seen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.rig import derive
from game.camera.rig_settings import RigSettings
from game.takes.edits import Smoothing
from game.takes.facts import POSITION, ROTATION, SECOND
from game.takes.replay import Replay
from game.takes.resmooth import zero_lag
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz
from models.rotations import Array

_LONGEST_GAP = SECOND // 5  # between samples; across a longer one nobody knows how the hand moved
_NO_JITTER_FILTER = 1e6  # Hz

Changes = Sequence[tuple[int, RigSettings]]


@dataclass(frozen=True)
class CameraTrack:
    """moments (n,) ns, never falling; positions (n, 3) m; turns (n, 4) xyzw; cuts: where it is elsewhere at once."""

    moments: NDArray[np.int64]
    positions: Array
    turns: Array
    cuts: frozenset[int]


class Shot:
    """The camera of ``replay``.

    Raises:
        InputError: the take's settings make no sense.
    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._where = str(replay.take.folder)
        self._track = _track(replay, self._where)

    def camera(self, seconds: float) -> CameraPose:
        """Where it is ``seconds`` into the take; before a cut it stays where it was."""
        track = self._track
        if not len(track.moments):
            return CameraPose(np.array([0.0, -6.0, 1.6]), np.array([1.0, 0.0, 0.0, 0.0]))
        moment = self._replay.header.start_ns + round(seconds * SECOND)
        after = int(np.searchsorted(track.moments, moment, side="right"))
        before = max(after - 1, 0)
        if after == 0 or after == len(track.moments) or after in track.cuts:
            return CameraPose(track.positions[before], xyzw_to_wxyz(track.turns[before]))
        span = int(track.moments[after] - track.moments[before])
        part = (moment - int(track.moments[before])) / max(span, 1)
        position = track.positions[before] + part * (track.positions[after] - track.positions[before])
        return CameraPose(position, xyzw_to_wxyz(rotations.slerp(track.turns[before], track.turns[after], part)))

    def lens(self, seconds: float) -> Lens:
        """The lens ``seconds`` into the take."""
        settings = self._replay.settings(seconds)
        return Lens.from_dict(settings["lens"], self._where) if "lens" in settings else Lens()


def _track(replay: Replay, where: str) -> CameraTrack:
    changes = [(c.at_ns, RigSettings.from_dict(c.value, where)) for c in replay.changes("rig")]
    smoothing = replay.take.edits.smoothing
    seen = _seen(replay, changes)
    if smoothing is None and len(seen.moments):
        return seen
    track = _derived(replay, changes, smoothing)
    channels = replay.header.reshoot.get("channels")
    if channels is None or not len(seen.moments):
        return track
    at = np.clip(np.searchsorted(seen.moments, track.moments), 0, len(seen.moments) - 1)
    positions = track.positions if POSITION in channels else seen.positions[at]
    turns = track.turns if ROTATION in channels else seen.turns[at]
    return dataclasses.replace(track, positions=positions, turns=turns)


def _seen(replay: Replay, changes: Changes) -> CameraTrack:
    poses, moments = replay.view_poses, replay.view_moments
    return CameraTrack(moments, poses[:, :3], wxyz_to_xyzw(poses[:, 3:]), _cuts(moments, changes))


def _derived(replay: Replay, changes: Changes, smoothing: Smoothing | None) -> CameraTrack:
    moments = replay.samples.moments
    cuts = _cuts(moments, changes)
    if smoothing is None:
        return CameraTrack(moments, *_run(replay, changes), cuts)
    body, aim = smoothing.body_damping, smoothing.aim_damping
    if not smoothing.zero_lag:
        return CameraTrack(moments, *_run(replay, _with(changes, body_damping=body, aim_damping=aim)), cuts)
    rigid = _with(changes, body_damping=0.0, aim_damping=0.0, jitter_cutoff=_NO_JITTER_FILTER)
    still = _with(rigid, handheld=0.0)
    positions, turns = _run(replay, still)
    seconds = (moments - replay.header.start_ns) / SECOND
    smooth_positions, smooth_turns = zero_lag(seconds, positions, turns, body, aim, cuts)
    if rigid == still:
        return CameraTrack(moments, smooth_positions, smooth_turns, cuts)
    # Shake that was added on purpose is no jitter: it comes back on top, in the camera's own frame.
    shaken_positions, shaken_turns = _run(replay, rigid)
    back = rotations.conjugate(turns)
    shift = rotations.rotate(smooth_turns, rotations.rotate(back, shaken_positions - positions))
    shake = rotations.multiply(back, shaken_turns)
    return CameraTrack(moments, smooth_positions + shift, rotations.multiply(smooth_turns, shake), cuts)


def _with(changes: Changes, **values: Any) -> Changes:
    first = changes or [(0, RigSettings())]
    return [(at_ns, dataclasses.replace(settings, **values)) for at_ns, settings in first]


def _run(replay: Replay, changes: Changes) -> tuple[Array, Array]:
    poses = derive(tuple(replay.samples), changes)
    positions = np.array([pose.position for pose in poses]).reshape(-1, 3)
    return positions, wxyz_to_xyzw(np.array([pose.rotation for pose in poses]).reshape(-1, 4))


def _cuts(moments: NDArray[np.int64], changes: Changes) -> frozenset[int]:
    """Where the camera is elsewhere at once: the rig was placed anew, or the tracker was silent before.

    changes: as `derive` takes them.
    """
    elsewhere = np.diff(moments) > _LONGEST_GAP
    if changes:
        placings = [(rig.origin, rig.origin_yaw, rig.homings) for _, rig in changes]
        placing = np.array([placings.index(each) for each in placings])
        starts = np.array([at_ns for at_ns, _ in changes])
        in_force = placing[np.maximum(np.searchsorted(starts, moments, side="right") - 1, 0)]
        elsewhere |= np.diff(in_force) != 0
    return frozenset((np.flatnonzero(elsewhere) + 1).tolist())
