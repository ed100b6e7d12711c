"""The worker processes of one machine."""

from __future__ import annotations

import contextlib
import multiprocessing
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
import torch

from models.errors import InputError
from models.rotations import Array
from training.rehearsal import Rehearsal
from training.rollout import Experience, Order, Worker, WorkerSettings
from training.search import Try

_REPLACEMENTS = 3  # of one worker for one message; whatever kills it that often will kill it again


def _serve(settings: WorkerSettings, connection: Connection) -> None:
    torch.set_num_threads(1)  # one process, one core: more threads only spin
    worker = Worker(settings)
    try:
        while (message := connection.recv()) is not None:
            connection.send(worker.answer(message))
    except (KeyboardInterrupt, EOFError):
        pass  # the learner is ending, or gone


class Crew:
    """A process for each of ``settings``. A context manager; leaving it ends them.

    A worker that dies is replaced and asked again: it carries nothing from one message to the next but the rehearsal.
    """

    def __init__(self, settings: list[WorkerSettings]) -> None:
        self._settings = settings
        self._rehearsal: Rehearsal | None = None
        self._processes: list[BaseProcess] = []
        self._connections: list[Connection] = []
        for each in settings:
            process, connection = _start(each)
            self._processes.append(process)
            self._connections.append(connection)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.send(None)
        for process in self._processes:
            process.join(timeout=5.0)
            if process.is_alive():
                process.terminate()

    @property
    def processes(self) -> tuple[int | None, ...]:
        """Process numbers of the workers now at work."""
        return tuple(process.pid for process in self._processes)

    def _ask(self, messages: list[Any]) -> list[Any]:
        for connection, message in zip(self._connections, messages, strict=True):
            with contextlib.suppress(OSError):  # gone: noticed, and mended, when its answer is waited for
                connection.send(message)
        return [self._answer(index, message) for index, message in enumerate(messages)]

    def _answer(self, index: int, message: Any) -> Any:
        for _ in range(_REPLACEMENTS):
            try:
                return self._connections[index].recv()
            except (EOFError, OSError):
                self._replace(index)
                with contextlib.suppress(OSError):
                    self._connections[index].send(message)
        raise InputError(
            f"worker {index} died {_REPLACEMENTS} times over the same iteration; "
            "give the machine more memory or fewer --workers, then go on with --resume"
        )

    def _replace(self, index: int) -> None:
        self._connections[index].close()
        self._processes[index].join(timeout=5.0)
        self._processes[index], self._connections[index] = _start(self._settings[index])
        if self._rehearsal is not None:
            with contextlib.suppress(OSError, EOFError):
                self._connections[index].send(self._rehearsal)
                self._connections[index].recv()

    def adopt(self, rehearsal: Rehearsal) -> None:
        """Give every worker what it imitates and starts from."""
        self._rehearsal = rehearsal
        self._ask([rehearsal] * len(self._connections))

    def try_out(self, order: Try) -> Array:
        """`search.try_out`, its sequences shared out among the workers."""
        parts = np.array_split(order.action, len(self._connections))
        return np.concatenate(self._ask([replace(order, action=part) for part in parts]))

    def collect(self, order: Order) -> list[Experience]:
        """One iteration's experience of every worker, in the workers' order."""
        return self._ask([order] * len(self._connections))


def _start(settings: WorkerSettings) -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(settings, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours
