"""Two hosts, each in its own network namespace, joined by a cable: what two real machines have and one has not.

They share the kernel, the disk and the processes, but neither the loopback nor any address.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.stage import list_stages
from tests.training.torchrun import PROMISED, agree, finish, results, start

_NET = "10.231.77"


@dataclass(frozen=True)
class Host:
    """namespace: its name. interface: its end of the cable. address: of that end."""

    namespace: str
    interface: str
    address: str


def ip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)


def connect(hosts: tuple[Host, Host]) -> str:
    """Lay the cable; what went wrong, or nothing."""
    one, other = hosts
    steps = [f"netns add {host.namespace}" for host in hosts]
    steps += [
        f"link add {one.interface} netns {one.namespace} type veth peer name {other.interface} netns {other.namespace}"
    ]
    for host in hosts:
        steps += [
            f"-n {host.namespace} addr add {host.address}/24 dev {host.interface}",
            f"-n {host.namespace} link set {host.interface} up",
            f"-n {host.namespace} link set lo up",
        ]
    for step in steps:
        ran = ip(*step.split())
        if ran.returncode:
            return f"ip {step}: {ran.stderr.strip()}"
    return ""


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    if shutil.which("ip") is None:
        pytest.skip("no `ip` here (Debian: apt install iproute2)")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    own = os.getpid()  # two runs of the tests do not meet
    found = (Host(f"bf{own}a", f"bf{own}a", f"{_NET}.1"), Host(f"bf{own}b", f"bf{own}b", f"{_NET}.2"))
    try:
        wrong = connect(found)
        if wrong:
            pytest.skip(f"no network namespaces here ({wrong})")
        yield found
    finally:
        for host in found:
            ip("netns", "del", host.namespace)  # the cable goes with it


def node(host: Host, first: Host, *arguments: str | Path) -> subprocess.Popen[str]:
    """torchrun on ``host``; the team meets at ``first``."""
    options = ["--nnodes", "2", "--nproc-per-node", "1", "--max-restarts", "2", "--rdzv-id", "backflip"]
    options += ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"{first.address}:29400"]
    options += ["--rdzv-conf", f"is_host={int(host == first)}", "--local-addr", host.address]
    before = ["ip", "netns", "exec", host.namespace]
    return start("team_member", *arguments, options=options, before=before, interface=host.interface)


@pytest.mark.slow
def test_two_hosts_learn_one_policy_and_a_worker_that_dies_on_one_is_replaced(
    hosts: tuple[Host, Host], tmp_path: Path
) -> None:
    first, second = hosts
    one, other = tmp_path / "one", tmp_path / "other"
    ran = finish(node(first, first, one), node(second, first, other, "--dies"))
    for code, said in ran:
        assert code == 0, said
    assert (other / "died").exists()
    leader, follower = results(one, other)
    agree(leader, follower)
    assert leader["sent"] == (leader["iteration"] - 1) * PROMISED  # the second start went on from the first iteration
    assert leader["iteration"] >= 3
    assert list_stages(one / "stages") or list_stages(other / "stages")
