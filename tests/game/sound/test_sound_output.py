"""Through PortAudio into a real PulseAudio, and recorded from there again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from game.sound.library import Library
from game.sound.mixer import Mixer
from game.sound.output import open_output

PROGRAMS = ("pulseaudio", "pactl", "parec")


@dataclass(frozen=True)
class Server:
    """A running PulseAudio: what a program must have in its environment to play there, and its process."""

    environment: dict[str, str]
    process: subprocess.Popen[bytes]


def answers(server: Server) -> bool:
    asked = subprocess.run(["pactl", "info"], env=server.environment, capture_output=True, timeout=10, check=False)
    return asked.returncode == 0


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Server]:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed; install pulseaudio and pulseaudio-utils")
    socket = tmp_path / "native"
    (tmp_path / "run.pa").write_text(
        f"load-module module-native-protocol-unix auth-anonymous=1 socket={socket}\n"
        "load-module module-null-sink sink_name=stage rate=48000 channels=2\n"
        "set-default-sink stage\n"
    )
    (tmp_path / ".asoundrc").write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
    environment = os.environ | {
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PULSE_RUNTIME_PATH": str(tmp_path),
        "PULSE_SERVER": f"unix:{socket}",
    }
    command = ["pulseaudio", "-n", "-F", str(tmp_path / "run.pa"), "--daemonize=no", "--exit-idle-time=-1"]
    command += ["--use-pid-file=no", "--disable-shm=yes"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(environment, process)
    try:
        deadline = time.monotonic() + 15.0
        while not answers(server):
            assert process.poll() is None, f"pulseaudio ended with {process.returncode}"
            assert time.monotonic() < deadline, "pulseaudio does not answer"
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)


PLAY = """
import json, sys, time
from game.sound.foley import Cue
from game.sound.library import load_library
from game.sound.mixer import Mixer
from game.sound.output import open_output

mixer = Mixer(load_library())
mixer.play(Cue(0.0, "fall", "grass", 1.0, 1, (-3.0, 0.1, 0.0)), 24_000)
mixer.play(Cue(0.0, "fall", "grass", 1.0, 1, (3.0, 0.1, 0.0)), 96_000)
output = open_output(mixer)
if isinstance(output, str):
    sys.exit(output)
with output:
    time.sleep(3.5)
    print(json.dumps({"device": output.device, "latency": output.latency_s, "xruns": output.xruns,
                      "note": output.note}))
"""


def test_two_falls_are_heard_left_then_right(pulse: Server, tmp_path: Path) -> None:
    raw = tmp_path / "heard.raw"
    command = ["parec", "-d", "stage.monitor", "--raw", "--format=float32le", "--rate=48000", "--channels=2"]
    with raw.open("wb") as file:
        recorder = subprocess.Popen([*command, "--latency-msec=20"], env=pulse.environment, stdout=file)
        try:
            played = subprocess.run(
                [sys.executable, "-c", PLAY], env=pulse.environment, capture_output=True, text=True, timeout=60
            )
            time.sleep(0.3)
        finally:
            recorder.terminate()
            recorder.wait(timeout=10)
    assert played.returncode == 0, played.stderr
    told = json.loads(played.stdout)
    assert told["note"] is None
    assert 0.0 < told["latency"] < 0.2
    heard = np.fromfile(raw, dtype=np.float32)
    heard = heard[: len(heard) // 2 * 2].reshape(-1, 2)
    energy = np.add.reduceat(heard.astype(np.float64) ** 2, np.arange(0, len(heard), 480), axis=0)
    loud = np.flatnonzero(energy.sum(axis=1) > 0.01)
    first = loud[0]
    second = loud[loud > first + 120][0]
    # 72,000 samples lie between the two; what the server drops or inserts under load is little.
    assert abs((second - first) * 0.01 - 1.5) < 0.3
    assert energy[first : first + 40, 0].sum() > 4.0 * energy[first : first + 40, 1].sum()
    assert energy[second : second + 40, 1].sum() > 4.0 * energy[second : second + 40, 0].sum()
    assert np.abs(heard).max() < 0.9


LOSE = """
import sys, time
import numpy as np
from game.performance import BodyPose, Snapshot
from game.sound.foley_track import LiveSound
from game.sound.mixer import Mixer
from models import rotations
from models.body import load_humanoid
from models.contact import Contact

handed_over = []
play = Mixer.play
Mixer.play = lambda mixer, cue: (handed_over.append(cue), play(mixer, cue))

body = load_humanoid()
pose = BodyPose(np.zeros(3), rotations.IDENTITY, np.tile(rotations.IDENTITY, (len(body.joints), 1)))

def hop(sound, tick):
    for more, contacts in ((0, ()), (30, (Contact(body.feet[0], (0.0, 0.0, 0.0), 300.0, 1.0, "ground"),))):
        sound.hear(Snapshot(1, tick + more, pose, contacts))

sound = LiveSound(body, "wood", None)
assert sound.note is None, sound.note
hop(sound, 0)
assert len(handed_over) == 1, handed_over
print("playing", flush=True)
sys.stdin.readline()
deadline = time.monotonic() + 10.0
while sound.note is None and time.monotonic() < deadline:
    time.sleep(0.05)
print(sound.note)
hop(sound, 60)
assert len(handed_over) == 1, handed_over
sound.close()
"""


def test_a_device_that_goes_away_is_told_and_nothing_piles_up(pulse: Server) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LOSE],
        env=pulse.environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as player:
        assert player.stdout is not None
        first = player.stdout.readline()
        pulse.process.terminate()
        pulse.process.wait(timeout=10)
        told, errors = player.communicate("gone\n", timeout=30)
    assert first.strip() == "playing", errors
    assert "went away" in told
    assert player.returncode == 0, errors


ASK = """
from game.sound.library import load_library
from game.sound.mixer import Mixer
from game.sound.output import open_output
print(open_output(Mixer(load_library()), {device}))
"""


@pytest.mark.parametrize(("device", "expected"), [("None", "no audio output was found"), ("'moon'", "named 'moon'")])
def test_without_a_device_it_says_so(tmp_path: Path, device: str, expected: str) -> None:
    (tmp_path / ".asoundrc").write_text("")
    environment = os.environ | {"HOME": str(tmp_path), "PULSE_SERVER": f"unix:{tmp_path / 'nobody'}"}
    asked = subprocess.run(
        [sys.executable, "-c", ASK.format(device=device)], env=environment, capture_output=True, text=True, timeout=60
    )
    if device == "None" and "game.sound.output.Output" in asked.stdout:
        pytest.skip("this machine has a sound card")
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("no live sound: ")
    assert expected in asked.stdout
    assert len(asked.stdout.strip().splitlines()) == 1


def test_without_portaudio_it_says_what_to_install(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # importing it now fails, as without libportaudio2
    told = open_output(Mixer(library))
    assert isinstance(told, str)
    assert "libportaudio2" in told
