"""What this machine has, and what each lack costs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Finding:
    """One part: whether it works, its version or what is wrong, and what its lack costs."""

    part: str
    works: bool
    detail: str
    cost: str = ""


def doctor(arguments: Namespace) -> int:
    """`backflip doctor`. Exit code 0: a lack is told, it is no error."""
    findings = [check() for check in (_gl, _display, _audio, _vr, _ffmpeg, _torch, _bullet)]
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings]))
        return 0
    table = Table("part", "", "what is here", "without it")
    for finding in findings:
        mark = "[green]yes[/]" if finding.works else "[yellow]no[/]"
        table.add_row(finding.part, mark, finding.detail, "" if finding.works else finding.cost)
    Console().print(table)
    return 0


def _attempt(part: str, cost: str, probe: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, probe())
    except Exception as error:  # a probe may fail in any way: that is what it is for
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Finding(part, False, reason, cost)


def _probe_in_process(code: str) -> str:
    """Run a probe apart from this process: a broken driver may end it."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    if ran.returncode != 0:
        lines = (ran.stderr or ran.stdout).strip().splitlines()
        raise RuntimeError(lines[-1] if lines else f"the probe ended with {ran.returncode}")
    return ran.stdout.strip().splitlines()[-1]


def _gl() -> Finding:
    code = (
        "from game.window import open_base\n"
        "g = open_base((64, 64), offscreen=True).win.getGsg()\n"
        "print(g.getDriverRenderer(), g.getDriverVersion())"
    )
    cost = "no pictures at all; install libegl1 and libgl1-mesa-dri"
    finding = _attempt("GL", cost, lambda: _probe_in_process(code))
    return Finding("GL", finding.works, f"panda3d {version('panda3d')}, {finding.detail}", finding.cost)


def _display() -> Finding:
    from game.window import has_display

    if has_display():
        return Finding("display", True, "found")
    named = os.environ.get("DISPLAY")
    cost = "no window: play runs headless and films along a camera path"
    return Finding("display", False, f"{named} cannot be opened" if named else "none", cost)


def _audio() -> Finding:
    def probe() -> str:
        import sounddevice

        device = sounddevice.query_devices(kind="output")
        return f"sounddevice {version('sounddevice')}, {device['name']}"

    return _attempt("audio", "no live sound; movies still get theirs", probe)


def _vr() -> Finding:
    def probe() -> str:
        import openvr

        if not openvr.isRuntimeInstalled():
            raise RuntimeError(f"openvr {version('openvr')}, no SteamVR runtime on this machine")
        return f"openvr {version('openvr')}, runtime at {openvr.getRuntimePath()}"

    return _attempt("VR", "no tracked camera; use mouse_keys, gamepad or path, or install SteamVR", probe)


def _ffmpeg() -> Finding:
    def probe() -> str:
        import av

        libraries = ", ".join(
            f"{name} {'.'.join(map(str, v))}" for name, v in av.library_versions.items() if "codec" in name
        )
        av.codec.Codec("libx264", "w")
        return (
            f"PyAV {version('av')}, {libraries}, libx264; ffprobe {'found' if shutil.which('ffprobe') else 'not found'}"
        )

    return _attempt("ffmpeg", "no movies; install the package av again", probe)


def _torch() -> Finding:
    def probe() -> str:
        import torch

        return f"torch {torch.__version__}, {torch.get_num_threads()} threads"

    return _attempt("torch", "no learning and no new attempts; takes still replay", probe)


def _bullet() -> Finding:
    def probe() -> str:
        from models.bullet import pybullet

        return f"pybullet {version('pybullet')}, API {pybullet.getAPIVersion()}"

    return _attempt("physics", "no learning and no new attempts; takes still replay", probe)
