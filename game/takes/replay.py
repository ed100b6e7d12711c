"""Plays a take back at any moment, without physics or torch.

What is given back is what was recorded: poses between physics steps, raw tracker samples, settings, and the camera that
was seen. `game.takes.shot` makes the camera of the film of it, or derives it again, better.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from game.performance import BodyPose, Snapshot
from game.props.told import told
from game.takes.facts import SECOND, Change, Facts, TakeHeader, decode_header
from game.takes.index import INDEX, Index, read_index
from game.takes.journal import Reader, fingerprint
from game.takes.log_file import Changes, LogFile, Samples
from game.takes.steps import steps_of
from game.takes.summary import read_account
from game.takes.take import Take, load_take
from models.errors import InputError
from models.props import NO_PROPS
from models.rotations import Array


@dataclass(frozen=True)
class TakeEvent:
    """Something that happened ``seconds`` into the take."""

    seconds: float
    name: str
    detail: Facts


@dataclass(frozen=True)
class ReplayFrame:
    """A take at one moment.

    pose: None in a take without a performance. props: poses ``(props, 7)`` of `Replay.props`. sample_index: into
    `Replay.samples`, -1: there are none; sample_seconds: when it was taken, in the take's time. settings: those in
    force, by name. events: all that have happened.
    """

    seconds: float
    attempt: int
    tick: int
    pose: BodyPose | None
    props: Array
    sample_index: int
    sample_seconds: float
    settings: dict[str, Facts]
    events: tuple[TakeEvent, ...]


class Replay:
    """A take, opened. Its time runs in seconds from 0 to `duration`; before and after, its ends stand.

    Steps and samples stay on the disk until they are asked for. Those that hold numbers that are not finite are left
    out. steps: the performance. samples: all tracker samples in the order of time. view_moments (n,) ns, view_poses
    (n, 7): position and rotation wxyz of the camera that was seen, in that order too; none in takes of older programs.
    events: in that order. props: what lies about, in the order of a step's poses.
    """

    def __init__(self, take: Take, index: Index, log: LogFile) -> None:
        self.take = take
        self.header, _ = decode_header(log.read(index.header[0]))
        self.duration = take.duration
        self.props = told(self.header.settings.get("props", {}))
        self.steps = steps_of(index.steps, lambda step: log.read(index.steps[step, -2:]), len(self.props))
        self.samples = Samples(index.samples, log)
        order = np.argsort(index.view_moments, kind="stable")
        self.view_moments, self.view_poses = index.view_moments[order], index.view_poses[order]
        self._changes = _changes(self.header, index, log)
        self.events = _events(self.header, index, log)
        self._event_seconds = [event.seconds for event in self.events]

    @classmethod
    def load(cls, folder: Path) -> Replay:
        """Open a take and make sure that it is the one that was finished.

        Raises:
            InputError: no take, not finished, or damaged since.
        """
        take = load_take(folder)
        index = read_index(take.folder / INDEX, take.log, take.log_digest)
        reader = Reader(take.log)
        try:
            if index is None:
                index = read_account(reader).index()
                changed = fingerprint(take.log).sha256 != take.log_digest
                if not len(index.header) or reader.scan.damage or changed:
                    raise ValueError(reader.scan.damage or "it is not as it was when the take was finished")
            return cls(take, index, LogFile(take.log))
        except ValueError as error:
            mend = "restore it from a copy, or keep what is whole with `backflip takes recover TAKE`"
            raise InputError(f"{take.log}: damaged ({error}); {mend}") from error

    def frame(self, seconds: float) -> ReplayFrame:
        """The take at a moment; any moment costs the same."""
        moment = self._moment(seconds)
        attempt, tick, pose, props = 0, 0, None, NO_PROPS
        if len(self.steps):
            index, part = self.steps.at(moment)
            attempt, tick = int(self.steps.attempts[index]), int(self.steps.ticks[index])
            pose, props = self.steps.pose(index, part), self.steps.props(index, part)
        sample = self.samples.at(moment)
        return ReplayFrame(
            seconds,
            attempt,
            tick,
            pose,
            props,
            sample,
            self.header.seconds(int(self.samples.moments[sample])) if sample >= 0 else math.nan,
            self.settings(seconds),
            self.events[: bisect_right(self._event_seconds, seconds)],
        )

    def settings(self, seconds: float) -> dict[str, Facts]:
        """The settings in force at a moment, by name; before their first record, that one's."""
        moment = self._moment(seconds)
        return {name: changes.at(moment).value for name, changes in self._changes.items()}

    def changes(self, name: str) -> list[Change]:
        """Settings ``name``: as they are at the start, if the take tells, then every change in the order of time."""
        return list(self._changes.get(name, ()))

    def snapshots(self, after: float, until: float) -> list[tuple[float, Snapshot]]:
        """Each physics step first shown later than ``after`` and not later than ``until``, with its time in seconds.

        Raises:
            InputError: the contacts of a step make no sense.
        """
        try:
            return [
                (self.header.seconds(int(self.steps.moments[index])), self.steps.snapshot(index))
                for index in self.steps.between(self._moment(after), self._moment(until))
            ]
        except ValueError as error:
            raise InputError(f"{self.take.log}: damaged ({error}); restore it from a copy") from error

    def _moment(self, seconds: float) -> int:
        return self.header.start_ns + round(seconds * SECOND)


def _changes(header: TakeHeader, index: Index, log: LogFile) -> dict[str, Changes]:
    """By name, those that the header tells first."""
    names = dict.fromkeys((*header.settings, *index.names))
    number = {name: which for which, name in enumerate(index.names)}
    first = {name: Change(header.start_ns, name, value) for name, value in header.settings.items()}
    of = index.changes[:, 1]
    return {name: Changes(first.get(name), index.changes[of == number.get(name, -1)], log) for name in names}


def _events(header: TakeHeader, index: Index, log: LogFile) -> tuple[TakeEvent, ...]:
    events = sorted((log.change(place) for place in index.events), key=lambda event: event.at_ns)
    return tuple(TakeEvent(header.seconds(event.at_ns), event.name, event.value) for event in events)
