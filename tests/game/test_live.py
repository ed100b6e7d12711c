"""Going to another place in the middle of a shoot, in a real window where an X server can be started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from game.takes.replay import Replay
from tests.conftest import ASSETS
from tests.game.xserver import x_server


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    """The environment of a process that has a display, if there can be one."""
    with x_server() as display:
        yield {**os.environ, "DISPLAY": display or ""}


def move(folder: Path, display: dict[str, str], *options: str) -> tuple[list[str], str]:
    """What was said, and complained of."""
    command = [sys.executable, "-m", "tests.game.mover", str(folder), *options]
    done = subprocess.run(command, cwd=ASSETS.parent, env=display, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def picture(file: Path) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB")).astype(int)


def test_whoever_goes_to_another_place_keeps_the_take_and_all_that_was_set(display, tmp_path):
    said, _ = move(tmp_path, display)
    assert said[:3] == ["before place Park", "panel place Park", "after place Apartment"]
    assert said[3].endswith("apartment_4A_001")
    before, after = (picture(tmp_path / f"{name}.png") for name in ("before", "after"))
    assert (np.abs(before - after).max(axis=2) > 40).mean() > 0.5
    park, apartment = (
        Replay.load(next((tmp_path / "takes").glob(f"*/{name}_4A_001"))) for name in ("park", "apartment")
    )
    assert (park.header.environment, apartment.header.environment) == ("park", "apartment")
    for take in (park, apartment):
        assert (take.take.folder / "thumb.png").exists()
        assert take.header.settings["rig"]["lock_position"] == [True, True, True]
        assert take.header.settings["lens"]["focal_length"] == pytest.approx(50.0, abs=0.1)
    # Nobody is where he was in the other place.
    assert park.header.settings["rig"]["origin"] != apartment.header.settings["rig"]["origin"]
    assert apartment.header.settings["rig"]["homings"] > park.header.settings["rig"]["homings"]


def test_a_place_that_turns_out_to_be_damaged_leaves_the_operator_where_he_is(display, tmp_path):
    said, complained = move(tmp_path, display, "--damaged")
    assert said == ["panel place Park", "panel place Apartment", "after place Apartment"]
    assert f"backflip: {tmp_path}/mine/park.jpg" in complained
