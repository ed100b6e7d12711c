"""Records a take while it is played and filmed.

Everything is kept raw: every physics step with the moment at which it was shown, every tracker sample, every change of
a setting; and besides, where the camera was seen to be. A full disk ends the recording and nothing else: the picture
runs on, and what was written stays.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from game.camera.pose import CameraPose, Sample
from game.clock import Clock
from game.performance import Snapshot
from game.takes.facts import SECOND, Facts, Kind, TakeHeader, encode_change, encode_header
from game.takes.folders import LOG, claim, parse_name
from game.takes.journal import Record, Writer
from game.takes.packing import encode_sample, encode_snapshot, encode_view
from game.takes.summary import CUT_SHORT, Account, finish, finish_what_is_there
from models.errors import InputError
from models.reference import TICKS_PER_SECOND


@dataclass(frozen=True)
class RecorderState:
    """Whether the recorder takes in anything, into which folder, and in one sentence what ended it early, if so."""

    recording: bool
    folder: Path
    problem: str = ""


def shown_at(clock: Clock, now_ns: int, ticks: int) -> list[int]:
    """The moments (ns) at which the last ``ticks`` ticks are shown, for `Recorder.snapshot`.

    ``clock`` stands at ``now_ns``, after the ticks. The picture runs from the last tick but one to the last while the
    clock's rest grows by a tick, so each is seen whole one tick after it was made, at the clock's speed.
    """
    period = SECOND / TICKS_PER_SECOND / clock.speed
    last = now_ns + (1.0 - clock.part) * period
    return [round(last - later * period) for later in reversed(range(ticks))]


class Recorder:
    """One take in the making. All but `close` cost microseconds; call `flush` once for each frame.

    Times are those of the monotonic clock that stamps tracker samples.

    Raises:
        InputError: from the constructor alone: the slate is no name, or the folder cannot be written.
    """

    def __init__(self, root: Path, header: TakeHeader) -> None:
        now = datetime.now().astimezone()
        first = encode_header(header, now.isoformat(timespec="seconds"))
        folder = claim(root, header.slate, now.date().isoformat())
        self._account: Account | None = Account()
        try:
            self._writer, begun = _begin(folder / LOG, first)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise InputError(f"{folder}: cannot be written ({error.strerror}); make room on the disk") from error
        self._count(begun)
        self._state = RecorderState(True, folder)
        self._finished = False

    @property
    def state(self) -> RecorderState:
        """How the recording stands."""
        return self._state

    @property
    def id(self) -> str:
        """What people will call the take."""
        name = parse_name(self._state.folder.name)
        return name.id if name else ""

    def snapshot(self, at_ns: int, snapshot: Snapshot) -> None:
        """A physics step, shown at ``at_ns`` (see `shown_at`)."""
        self._append(Kind.SNAPSHOT, encode_snapshot(at_ns, snapshot))

    def camera(self, sample: Sample) -> None:
        """A tracker's raw word; it carries its own time."""
        self._append(Kind.CAMERA, encode_sample(sample))

    def view(self, at_ns: int, pose: CameraPose) -> None:
        """Where the camera was seen to be at the sample of ``at_ns``."""
        self._append(Kind.VIEW, encode_view(at_ns, pose))

    def settings(self, at_ns: int, name: str, value: Facts) -> None:
        """Settings ``name`` are ``value`` from ``at_ns`` on: all of them, not just what changed."""
        self._append(Kind.SETTINGS, encode_change(at_ns, name, value))

    def event(self, at_ns: int, name: str, detail: Facts) -> None:
        """Something happened."""
        self._append(Kind.EVENT, encode_change(at_ns, name, detail))

    def _append(self, kind: Kind, payload: bytes) -> None:
        if self._state.recording:
            self._count(self._writer.append(kind, payload))

    def _count(self, record: Record) -> None:
        if self._account is not None:
            try:
                self._account.add(record)
            except (ValueError, InputError):
                self._forget()  # what makes no sense is told when the take ends and its journal is read

    def _forget(self) -> None:
        if self._account is not None:
            self._account.close()
        self._account = None

    def flush(self) -> RecorderState:
        """Write what this frame brought. Never raises for the disk's sake: the state tells."""
        if self._state.recording:
            try:
                self._writer.flush()
                if self._account is not None:
                    self._account.spill(self._state.folder)
            except OSError as error:
                self._end(error)
        return self._state

    def _end(self, error: OSError) -> None:
        end = f"{self.id}: recording ended early ({_reason(error)})"
        self._forget()  # the journal alone knows how much of it there was room for
        problem = f"{end}; what was written is kept, make room on the disk"
        self._state = replace(self._state, recording=False, problem=problem)

    def close(self) -> Path:
        """End the take. Returns its folder; if the disk is full it stays ``.partial``, to be recovered later."""
        if self._finished:
            return self._state.folder
        self._finished = True
        self.flush()
        flags = frozenset({CUT_SHORT} if self._state.problem else ())
        folder, problem = self._state.folder, self._state.problem
        try:
            self._writer.close()
            if self._account is None:
                folder = finish_what_is_there(folder, flags)
            else:
                folder = finish(folder, self._account, self._writer.fingerprint)
        except (OSError, InputError) as error:
            problem = f"{folder}: not finished ({_reason(error)}); make room and run `backflip takes recover`"
        self._forget()
        self._state = RecorderState(False, folder, problem)
        return folder


def _begin(log: Path, header: bytes) -> tuple[Writer, Record]:
    writer = Writer(log)
    try:
        record = writer.append(Kind.HEADER, header)
        writer.flush()
    except OSError:
        with suppress(OSError):
            writer.close()
        raise
    return writer, record


def _reason(error: OSError | InputError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
