"""Runs a script of these tests as the machines of a team, with the real torchrun."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import ASSETS
from training.bench_scaling import Bench, ScalingSettings

HERE = ("--nnodes", "1", "--nproc-per-node", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0")
PROMISED = Bench(ScalingSettings(), cores=1).messages.iteration  # bytes that an iteration gives to all-reduce
_SECONDS = 900.0


def start(
    module: str,
    *arguments: str | Path,
    options: Sequence[str] = HERE,
    before: Sequence[str] = (),
    interface: str = "lo",
    share_store: bool = False,
) -> subprocess.Popen[str]:
    """One node: torchrun with ``options`` in front of ``tests.training.<module>``, and ``before`` in front of all.

    interface: of the network that gloo talks over. share_store: torchrun's own default, with which it replaces nobody.
    """
    command = [*before, sys.executable, "-m", "torch.distributed.run", *options, "-m", f"tests.training.{module}"]
    environment = os.environ | {"GLOO_SOCKET_IFNAME": interface, "OMP_NUM_THREADS": "1"}
    if not share_store:
        environment |= {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        cwd=ASSETS.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(*nodes: subprocess.Popen[str]) -> list[tuple[int, str]]:
    """Wait for the nodes; each one's exit code, and all it has said. None is left running, whatever happens."""
    try:
        said = [node.communicate(timeout=_SECONDS)[0] for node in nodes]
        return [(node.returncode, text) for node, text in zip(nodes, said, strict=True)]
    finally:
        for node in nodes:
            if node.poll() is None:
                node.send_signal(signal.SIGTERM)  # torchrun ends its workers then
                node.communicate(timeout=60.0)


def results(*folders: Path) -> list[dict[str, Any]]:
    """What each machine wrote, first the one whose rank was 0."""
    found: list[dict[str, Any]] = [json.loads((folder / "result.json").read_text()) for folder in folders]
    return sorted(found, key=lambda result: int(result["rank"]))


def agree(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Both machines are at the same point of learning, to the last bit."""
    assert (first["rank"], second["rank"]) == (0, 1)
    for name in set(first) - {"rank", "seconds"}:
        assert first[name] == second[name], name
