"""A take in short, counted up while it is recorded or mended, so that lists need not read journals."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from game.camera.pose import Sample, Tracking
from game.takes.facts import Change, Facts, Kind, TakeHeader, decode_change, decode_header, to_json
from game.takes.folders import LOG, PARTIAL, SUMMARY, parse_name
from game.takes.index import INDEX, Index, Indexer, write_index
from game.takes.journal import Fingerprint, Reader, Record, fingerprint
from game.takes.packing import Step, decode_sample, decode_step, decode_view
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

    def sample(self, sample: Sample) -> None:
        if not self.counts["samples"]:
            self.flags.add(NO_TRACKER)
        self.count("samples", sample.time_ns)
        if sample.tracking is not Tracking.ABSENT:
            self.flags.discard(NO_TRACKER)
        if sample.tracking is Tracking.LOST:
            self.flags.add(TRACKING_LOST)

    def step(self, step: Step) -> None:
        self.count("snapshots", step.at_ns)
        if not self.attempts or self.attempts[-1][0] != step.attempt:
            self.attempts.append([step.attempt, step.at_ns, step.at_ns])
        self.attempts[-1][2] = step.at_ns

    def event(self, event: Change) -> None:
        self.events.append(event)
        self.last_ns = max(self.last_ns, event.at_ns)
        self.flags.update({event.name} & set(FLAG_EVENTS))

    def count(self, name: str, at_ns: int) -> None:
        self.counts[name] += 1
        self.last_ns = max(self.last_ns, at_ns)


class Account:
    """What a take's summary and its index are made of: record after record, as they are recorded or read."""

    def __init__(self) -> None:
        self._tally, self._indexer = _Tally(), Indexer()

    def add(self, record: Record) -> None:
        """Take in the next record.

        Raises:
            ValueError: its bytes are not what its kind says.
        """
        kind, payload, place = record.kind, record.payload, (record.at, len(record.payload))
        if self._tally.header is None:
            self._begin(record)
        elif kind == Kind.SNAPSHOT:
            step = decode_step(payload)
            self._tally.step(step)
            self._indexer.step(step, payload, place)
        elif kind == Kind.CAMERA:
            sample = decode_sample(payload)
            self._tally.sample(sample)
            self._indexer.sample(sample, place)
        elif kind == Kind.VIEW:
            self._indexer.view(*decode_view(payload))
        elif kind == Kind.SETTINGS:
            change = decode_change(payload)
            self._tally.count("settings", change.at_ns)
            self._indexer.change(change, place)
        elif kind == Kind.EVENT:
            self._tally.event(decode_change(payload))
            self._indexer.event(place)

    def _begin(self, record: Record) -> None:
        if record.kind != Kind.HEADER:
            raise ValueError("it does not begin with a header")
        header, created = decode_header(record.payload)
        self._tally.header, self._tally.created, self._tally.last_ns = header, created, header.start_ns
        self._indexer.header(header, (record.at, len(record.payload)))

    def index(self) -> Index:
        """See `Indexer.index`."""
        return self._indexer.index()

    def spill(self, folder: Path) -> None:
        """See `Indexer.spill`."""
        self._indexer.spill(folder)

    def write(self, folder: Path, of: Fingerprint, flags: frozenset[str]) -> None:
        """Write summary and index beside the journal. flags: besides those that the journal tells.

        Raises:
            InputError: there was not even a header. OSError: the disk is full or broken.
        """
        if self._tally.header is None:
            raise InputError(f"{folder / LOG}: nothing was recorded; delete the folder {folder}")
        write_index(folder / INDEX, self.index(), of)
        facts = _facts(self._tally, self._tally.header, folder.name, of, flags)
        write_whole(folder / SUMMARY, to_json(facts, indent=1))

    def close(self) -> None:
        """Give back what it holds of the disk."""
        self._indexer.close()


def _facts(tally: _Tally, header: TakeHeader, folder: str, of: Fingerprint, flags: frozenset[str]) -> Facts:
    """The contents of take.json."""
    name = parse_name(folder)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "id": name.id if name else folder,
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
        "log": {"bytes": of.size, "sha256": of.sha256},
    }


def finish(folder: Path, account: Account, of: Fingerprint, flags: frozenset[str] = frozenset()) -> Path:
    """Write summary and index of a journal and take ``.partial`` off the folder's name. Returns its new path.

    account, of: of the whole journal.

    Raises:
        InputError: nothing was recorded. OSError: the disk is full or broken; the folder stays as it was.
    """
    account.write(folder, of, flags)
    finished = folder.with_name(folder.name.removesuffix(PARTIAL))
    if finished != folder:
        os.rename(folder, finished)
        sync_folder(finished.parent)
    return finished


def finish_what_is_there(folder: Path, flags: frozenset[str]) -> Path:
    """`finish` for a journal that is read for it, after a crash or a full disk.

    Raises:
        InputError: the journal has not even a header, or its records make no sense. OSError: as `finish`.
    """
    log = folder / LOG
    try:
        account = read_account(Reader(log))
    except ValueError as error:
        raise InputError(f"{log}: damaged ({error}); restore the take's folder from a copy") from error
    return finish(folder, account, fingerprint(log), flags)


def read_account(reader: Reader) -> Account:
    """The account of a journal that is read.

    Raises:
        ValueError: a record's bytes are not what its kind says. InputError: it cannot be read, or is no journal.
    """
    account = Account()
    for record in reader:
        account.add(record)
    return account
