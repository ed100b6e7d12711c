"""Several machines learning one policy: what they add up, and what one of them tells the others.

Every machine collects its own experience and all make the same step, because their gradients are averaged (synchronous
data parallelism; the mean over equal shares is the gradient of the joint batch). Started by ``torchrun``, which also
starts the team anew when one of it dies; alone, everything here is a no-op.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from models.disk import write_whole
from models.errors import InputError

_TIMEOUT = timedelta(minutes=30)  # the first rehearses, and judges its stages, while the others wait
_SHARED_STORE = "TORCHELASTIC_USE_AGENT_STORE"  # torchrun's word for: the team meets where the last one's traces are


class Team:
    """The machines of a run. A context manager: joins on entering, leaves on leaving.

    rank: this machine's number; the first, 0, publishes and reports. size: how many there are. Whatever is asked of all
    of them raises `InputError` where another machine is gone.
    """

    def __init__(self) -> None:
        self.rank = int(os.environ.get("RANK", "0"))
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.sent = 0  # bytes given to all-reduce, for the account of what more machines cost
        self._together = self.size > 1

    @property
    def first(self) -> bool:
        """Whether this machine publishes the stages."""
        return self.rank == 0

    @property
    def supervised(self) -> bool:
        """Whether torchrun started this, and will start it anew: a run that is kept is then gone on with.

        Its count of restarts would not tell: it stays 0 on a machine that is restarted only because another one died.
        """
        return "TORCHELASTIC_RUN_ID" in os.environ

    def __enter__(self) -> Team:
        """Raises: InputError: torchrun was asked to replace who dies, and could not; another machine is gone."""
        if int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0")) and os.environ.get(_SHARED_STORE) == str(True):
            raise InputError(
                "torchrun keeps the addresses of machines that died, so that nobody can take their place (PyTorch's "
                "issue 135712); set TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 before it, or leave out --max-restarts"
            )
        if self.size > 1:
            with _all_there():
                dist.init_process_group("gloo", timeout=_TIMEOUT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Within, this machine is alone: it learns while the others wait."""
        before, self._together = self._together, False
        try:
            yield
        finally:
            self._together = before

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace ``tensors`` by their mean over the team, in one message."""
        self._reduce(list(tensors), 1.0 / self.size)

    def total(self, array: np.ndarray) -> np.ndarray:
        """The sum of ``array`` over the team, float64."""
        tensor = torch.from_numpy(np.array(array, dtype=np.float64))
        self._reduce([tensor], 1.0)
        return np.asarray(tensor.numpy())

    def _reduce(self, tensors: list[Tensor], scale: float) -> None:
        if not self._together:
            return
        flat = torch.cat([tensor.detach().flatten() for tensor in tensors])
        self.sent += flat.numel() * flat.element_size()
        with _all_there():
            dist.all_reduce(flat)
        flat *= scale
        at = 0
        for tensor in tensors:
            tensor.detach().copy_(flat[at : at + tensor.numel()].view_as(tensor))
            at += tensor.numel()

    def gather(self, numbers: Sequence[int]) -> np.ndarray:
        """Every machine's ``numbers``, ``(size, n)`` int64, in the order of their ranks."""
        own = torch.tensor(numbers, dtype=torch.int64)
        if not self._together:
            return np.asarray(own[None].numpy())
        rows = [torch.empty_like(own) for _ in range(self.size)]
        with _all_there():
            dist.all_gather(rows, own)
        return np.asarray(torch.stack(rows).numpy())

    def share(self, data: bytes, source: int) -> bytes:
        """The ``data`` of the machine whose rank is ``source``, on all."""
        if not self._together:
            return data
        length = torch.tensor([len(data)])
        with _all_there():
            dist.broadcast(length, src=source)
        buffer = torch.empty(int(length), dtype=torch.uint8)
        if self.rank == source:
            buffer = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        with _all_there():
            dist.broadcast(buffer, src=source)
        return buffer.numpy().tobytes()

    def hand_out(self, paths: Iterable[Path], source: int) -> None:
        """Give all machines the files of the one whose rank is ``source``, each whole or not at all."""
        if not self._together:
            return
        for path in paths:
            whole = self.share(path.read_bytes() if self.rank == source else b"", source)
            if self.rank != source:
                write_whole(path, whole)


@contextmanager
def _all_there() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # all that gloo raises, whatever happened
        why = str(error).splitlines()[0]
        raise InputError(
            f"another machine of the team is gone ({why}); give the same command again on all machines to go on from "
            "the last checkpoint, or --max-restarts to torchrun and it does that by itself"
        ) from error


def digest(data: bytes) -> int:
    """A number that tells whether two machines have the same ``data``: the first 56 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(data).digest()[:7], "big")
