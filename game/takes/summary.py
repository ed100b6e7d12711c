"""A take in short, made from its journal when recording ends or is mended, so that lists need not read journals."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from game.camera.pose import Sample, Tracking
from game.takes.facts import Change, Facts, Kind, TakeHeader, decode_change, decode_header, to_json
from game.takes.folders import LOG, PARTIAL, SUMMARY, parse_name
from game.takes.index import INDEX, Index, Indexer, encode_index
from game.takes.journal import Reader, Record
from game.takes.packing import decode_sample, decode_step
from models.disk import sync_folder, write_whole
from models.errors import InputError

SCHEMA = "backflip.take"
VERSION = 1
RECOVERED, CUT_SHORT, TRACKING_LOST = "recovered", "cut_short", "tracking_lost"
NO_TRACKER = "no_tracker"  # not one of the samples has a pose
FLAG_EVENTS = (TRACKING_LOST, "origin_moved", "dropped")  # events that a take is flagged with


@dataclass
class _Tally:
    """What a pass over a journal has counted so far; times in ns."""

    header: TakeHeader | None = None
    created: str = ""
    last_ns: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("snapshots", "samples", "settings"), 0))
    attempts: list[list[int]] = field(default_factory=list)  # number, first and last moment
    events: list[Change] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    def add(self, record: Record) -> None:
        if self.header is None:
            if record.kind != Kind.HEADER:
                raise ValueError("it does not begin with a header")
            self.header, self.created = decode_header(record.payload)
            self.last_ns = self.header.start_ns
        elif record.kind == Kind.SNAPSHOT:
            self._add_step(record.payload)
        elif record.kind == Kind.CAMERA:
            self._add_sample(decode_sample(record.payload))
        elif record.kind == Kind.SETTINGS:
            self._count("settings", decode_change(record.payload).at_ns)
        elif record.kind == Kind.EVENT:
            event = decode_change(record.payload)
            self.events.append(event)
            self.last_ns = max(self.last_ns, event.at_ns)
            self.flags.update({event.name} & set(FLAG_EVENTS))

    def _add_sample(self, sample: Sample) -> None:
        if not self.counts["samples"]:
            self.flags.add(NO_TRACKER)
        self._count("samples", sample.time_ns)
        if sample.tracking is not Tracking.ABSENT:
            self.flags.discard(NO_TRACKER)
        if sample.tracking is Tracking.LOST:
            self.flags.add(TRACKING_LOST)

    def _add_step(self, payload: bytes) -> None:
        step = decode_step(payload)
        self._count("snapshots", step.at_ns)
        if not self.attempts or self.attempts[-1][0] != step.attempt:
            self.attempts.append([step.attempt, step.at_ns, step.at_ns])
        self.attempts[-1][2] = step.at_ns

    def _count(self, name: str, at_ns: int) -> None:
        self.counts[name] += 1
        self.last_ns = max(self.last_ns, at_ns)


def summarise(log: Path, flags: frozenset[str] = frozenset()) -> tuple[Facts, Index]:
    """The contents of take.json, ``flags`` besides those that the journal tells, and the journal's index.

    Raises:
        InputError: the journal has not even a header, or its records make no sense.
    """
    tally, header, index = _count_up(log)
    name = parse_name(log.parent.name)
    facts: Facts = {
        "schema": SCHEMA,
        "version": VERSION,
        "id": name.id if name else log.parent.name,
        "created": tally.created,
        **{key: getattr(header, key) for key in ("slate", "scene", "shot", "environment", "skill")},
        **{key: getattr(header, key) for key in ("stage", "body", "seed", "reshoot")},
        "versions": header.versions,
        "duration": header.seconds(tally.last_ns),
        "counts": {**tally.counts, "events": len(tally.events)},
        "attempts": [
            {"attempt": number, "from": header.seconds(first), "to": header.seconds(last)}
            for number, first, last in tally.attempts
        ],
        "events": [
            {"seconds": header.seconds(event.at_ns), "name": event.name, "detail": event.value}
            for event in tally.events
        ],
        "flags": sorted(tally.flags | flags),
        "log": {"bytes": log.stat().st_size, "sha256": digest(log)},
    }
    return facts, index


def _count_up(log: Path) -> tuple[_Tally, TakeHeader, Index]:
    tally, indexer = _Tally(), Indexer()
    try:
        for record in Reader(log):
            tally.add(record)
            indexer.add(record)
    except ValueError as error:
        raise InputError(f"{log}: damaged ({error}); restore the take's folder from a copy") from error
    if tally.header is None:
        raise InputError(f"{log}: nothing was recorded; delete the folder {log.parent}")
    return tally, tally.header, indexer.index()


def digest(log: Path) -> str:
    """SHA-256 of a journal."""
    with log.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def finish(folder: Path, flags: frozenset[str] = frozenset()) -> Path:
    """Summarise and index what a folder holds and take ``.partial`` off its name. Returns the folder's new path.

    Raises:
        InputError: see `summarise`. OSError: the disk is full or broken; the folder stays as it was.
    """
    log = folder / LOG
    facts, index = summarise(log, flags)
    write_whole(folder / INDEX, encode_index(index, log, facts["log"]["sha256"]))
    write_whole(folder / SUMMARY, to_json(facts, indent=1))
    finished = folder.with_name(folder.name.removesuffix(PARTIAL))
    if finished != folder:
        os.rename(folder, finished)
        sync_folder(finished.parent)
    return finished
