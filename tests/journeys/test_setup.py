"""setup.sh on machines of several kinds: what they lack is played by small scripts on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ASSETS

TOOLS = ("sh", "dirname", "cat", "cksum", "cut", "grep", "readlink", "rm", "mkdir", "touch", "env", "ln", "chmod")
MAKES_A_VENV = "mkdir -p .venv/bin; ln -sf /bin/true .venv/bin/python; ln -sf /bin/true .venv/bin/pip"


class Machine:
    """A folder with setup.sh in it and a PATH of its own; what was run with apt-get is in `asked`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder / "project", folder / "bin"
        self.folder.mkdir()
        self.bin.mkdir()
        for name in ("setup.sh", "pyproject.toml", "constraints.txt"):
            shutil.copy(ASSETS.parent / name, self.folder)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        self.has("dpkg-query", 'case "$*" in *python3.11*) exit 1;; *) echo "install ok installed";; esac')
        self.has("apt-get", f'echo "$*" >> {folder}/apt')
        self.has("apt-cache", "exit 100")
        self.has("id", "echo 0")

    def has(self, command: str, does: str) -> None:
        (self.bin / command).unlink(missing_ok=True)
        (self.bin / command).write_text(f"#!/bin/sh\n{does}\n")
        (self.bin / command).chmod(0o755)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        command = ["/bin/sh", "setup.sh", "run"]
        env = {key: value for key, value in os.environ.items() if key != "PYTHON"} | {"PATH": str(self.bin)}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    @property
    def asked(self) -> str:
        log = self.bin.parent / "apt"
        return log.read_text() if log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_second_start_asks_for_nothing(machine: Machine) -> None:
    machine.has("python3.11", MAKES_A_VENV)
    assert machine.set_up().returncode == 0
    (machine.bin / "python3.11").unlink()
    ran = machine.set_up()
    assert (ran.returncode, ran.stdout, ran.stderr, machine.asked) == (0, "", "", "")


def test_the_systems_python_gets_its_venv_package(machine: Machine) -> None:
    machine.has("python3.11", MAKES_A_VENV)
    machine.has("readlink", "echo /usr/bin/python3.11")
    assert machine.set_up().returncode == 0
    assert "python3.11-venv" in machine.asked
    assert " python3.11 " not in machine.asked


def test_a_missing_python_comes_from_apt_where_apt_has_it(machine: Machine) -> None:
    machine.has("apt-cache", 'test "$*" = "show python3.11"')
    brings = f"printf '#!/bin/sh\\n{MAKES_A_VENV}\\n' > {machine.bin}/python3.11; chmod +x {machine.bin}/python3.11"
    machine.has("apt-get", f'echo "$*" >> {machine.bin.parent}/apt\ncase "$1" in install) {brings};; esac')
    ran = machine.set_up()
    assert ran.returncode == 0, ran.stderr
    assert "install -y --no-install-recommends python3.11 python3.11-venv" in machine.asked


def test_a_missing_python_that_apt_lacks_is_told(machine: Machine) -> None:
    ran = machine.set_up()
    assert ran.returncode == 2
    assert "python3.11 not found" in ran.stderr
    assert "install -y" not in machine.asked


def test_without_rights_the_one_command_is_told(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("apt-cache", "exit 0")
    ran = machine.set_up()
    assert ran.returncode == 2
    assert "sudo apt-get install -y --no-install-recommends python3.11 python3.11-venv" in ran.stderr
    assert machine.asked == ""


def test_a_venv_that_cannot_be_made_leaves_nothing(machine: Machine) -> None:
    machine.has("python3.11", "mkdir -p .venv/bin; touch .venv/bin/python; exit 1")
    ran = machine.set_up()
    assert ran.returncode == 2
    assert "cannot make a virtual environment" in ran.stderr
    assert not (machine.folder / ".venv").exists()


def test_a_half_made_venv_is_made_anew(machine: Machine) -> None:
    (machine.folder / ".venv" / "bin").mkdir(parents=True)
    (machine.folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    machine.has("python3.11", MAKES_A_VENV)
    assert machine.set_up().returncode == 0
    assert (machine.folder / ".venv" / "bin" / "pip").exists()
