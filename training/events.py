"""Scalars of a run as TensorBoard reads them: ``tensorboard --logdir runs`` draws every figure over the samples."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary


class Events:
    """One event file, begun with the first scalars; a run that goes on begins another beside it.

    The scalars are written where they arise. The library's own queue and thread die quietly on a full disk, and the
    queue then blocks whoever fills it: learning would stand still.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: EventsWriter | None = None
        self._lost = False

    def add(self, scalars: Mapping[str, float], samples: int) -> None:
        """Put ``scalars`` on the disk. samples: control steps learned from, the curve's x.

        Raises:
            OSError: the disk is full or broken. The file ends there, for what follows a torn record is not read.
        """
        if self._lost:
            return
        values = [Summary.Value(tag=name, simple_value=value) for name, value in scalars.items()]
        try:
            writer = self._open()
            writer.write_event(Event(wall_time=time.time(), step=samples, summary=Summary(value=values)))
            writer.flush()
        except OSError:
            self._lost = True
            self.close()
            raise

    def _open(self) -> EventsWriter:
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            earlier = len(list(self._folder.glob("events.out.tfevents.*")))  # names are only as fine as a second
            self._writer = EventsWriter(str(self._folder / "events"), f".{earlier}")
        return self._writer

    def close(self) -> None:
        """Close the file. All of it is on the disk already."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()
            self._writer = None
