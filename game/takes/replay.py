"""Plays a take back at any moment, without physics or torch.

What is given back is what was recorded: poses between physics steps, raw tracker samples, settings. The camera is
derived from the samples and settings elsewhere, so that it can be derived again, better.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from game.camera.pose import Sample
from game.performance import BodyPose, Snapshot
from game.takes.facts import SECOND, Change, Facts, Kind, TakeHeader, decode_change, decode_header
from game.takes.journal import Reader, Record
from game.takes.packing import decode_sample
from game.takes.steps import steps_of
from game.takes.summary import digest
from game.takes.take import Take, load_take
from models.errors import InputError


@dataclass(frozen=True)
class TakeEvent:
    """Something that happened ``seconds`` into the take."""

    seconds: float
    name: str
    detail: Facts


@dataclass(frozen=True)
class ReplayFrame:
    """A take at one moment.

    pose: None in a take without a performance. sample_index: into `Replay.samples`, -1: there are none; sample_seconds:
    when it was taken, in the take's time. settings: those in force, by name. events: all that have happened.
    """

    seconds: float
    attempt: int
    tick: int
    pose: BodyPose | None
    sample_index: int
    sample_seconds: float
    settings: dict[str, Facts]
    events: tuple[TakeEvent, ...]


@dataclass
class _Contents:
    """What a journal holds, record by record."""

    header: TakeHeader | None = None
    steps: list[bytes] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    events: list[Change] = field(default_factory=list)

    def add(self, record: Record) -> None:
        if record.kind == Kind.HEADER:
            self.header, _ = decode_header(record.payload)
        elif record.kind == Kind.SNAPSHOT:
            self.steps.append(record.payload)
        elif record.kind == Kind.CAMERA:
            self.samples.append(decode_sample(record.payload))
        elif record.kind == Kind.SETTINGS:
            self.changes.append(decode_change(record.payload))
        elif record.kind == Kind.EVENT:
            self.events.append(decode_change(record.payload))


class Replay:
    """A take in memory. Its time runs in seconds from 0 to `duration`; before and after, its ends stand.

    Steps and samples that hold numbers that are not finite are left out.

    steps: the performance. samples: all tracker samples in the order of time. changes: of settings, in that order,
    beginning with those at the start. events: in that order.
    """

    def __init__(self, take: Take, header: TakeHeader, contents: _Contents) -> None:
        self.take = take
        self.header = header
        self.duration = take.duration
        self.steps = steps_of(contents.steps)
        usable = [sample for sample in contents.samples if _is_finite(sample)]
        self.samples = tuple(sorted(usable, key=lambda sample: sample.time_ns))
        first = [Change(header.start_ns, name, value) for name, value in header.settings.items()]
        self.changes = (*first, *sorted(contents.changes, key=_moment_of))
        self.events = tuple(
            TakeEvent(header.seconds(event.at_ns), event.name, event.value)
            for event in sorted(contents.events, key=_moment_of)
        )
        self._sample_moments = [sample.time_ns for sample in self.samples]
        self._event_seconds = [event.seconds for event in self.events]
        self._changes_of: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            self._changes_of[change.name].append(change)

    @classmethod
    def load(cls, folder: Path) -> Replay:
        """Read a take and make sure that it is the one that was finished.

        Raises:
            InputError: no take, not finished, or damaged since.
        """
        take = load_take(folder)
        contents, reader = _Contents(), Reader(take.log)
        try:
            for record in reader:
                contents.add(record)
            if contents.header is None or reader.scan.damage or digest(take.log) != take.log_digest:
                raise ValueError(reader.scan.damage or "it is not as it was when the take was finished")
            return cls(take, contents.header, contents)
        except ValueError as error:
            mend = "restore it from a copy, or keep what is whole with `backflip takes recover`"
            raise InputError(f"{take.log}: damaged ({error}); {mend}") from error

    def frame(self, seconds: float) -> ReplayFrame:
        """The take at a moment; any moment costs the same."""
        moment = self._moment(seconds)
        attempt, tick, pose = 0, 0, None
        if len(self.steps):
            index, part = self.steps.at(moment)
            attempt, tick = int(self.steps.attempts[index]), int(self.steps.ticks[index])
            pose = self.steps.pose(index, part)
        sample = max(bisect_right(self._sample_moments, moment) - 1, 0) if self.samples else -1
        return ReplayFrame(
            seconds,
            attempt,
            tick,
            pose,
            sample,
            self.header.seconds(self._sample_moments[sample]) if self.samples else math.nan,
            self.settings(seconds),
            self.events[: bisect_right(self._event_seconds, seconds)],
        )

    def settings(self, seconds: float) -> dict[str, Facts]:
        """The settings in force at a moment, by name; before their first record, that one's."""
        moment = self._moment(seconds)
        return {
            name: changes[max(bisect_right(changes, moment, key=_moment_of) - 1, 0)].value
            for name, changes in self._changes_of.items()
        }

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


def _moment_of(change: Change) -> int:
    return change.at_ns


def _is_finite(sample: Sample) -> bool:
    numbers = (*sample.position, *sample.rotation, *sample.axes.values())
    return all(map(math.isfinite, numbers))
