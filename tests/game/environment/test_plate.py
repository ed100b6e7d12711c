"""Videos are made here, encoded and decoded for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from game.environment.plate import PlateSettings, make_plate, shift_between
from models.errors import InputError

WIDTH, HEIGHT = 320, 240
Frames = list[NDArray[np.uint8]]


def backdrop() -> NDArray[np.uint8]:
    """Blocks of many greys, larger than the picture, so that a camera can move over them."""
    random = np.random.default_rng(5)
    blocks = random.integers(40, 216, (40, 50, 1))
    return np.kron(blocks, np.ones((12, 12, 3))).astype(np.uint8)


def walk(count: int, shift: float = 0.0) -> Frames:
    """A white figure crosses; the camera moves right by ``shift`` px a frame."""
    frames = []
    for i in range(count):
        left = round(i * shift)
        frame = backdrop()[:HEIGHT, left : left + WIDTH].copy()
        at = round(i * (WIDTH - 40) / count)
        frame[60:200, at : at + 40] = 255
        frames.append(frame)
    return frames


@pytest.fixture
def film(tmp_path: Path) -> Callable[[Frames], Path]:
    def write(frames: Frames) -> Path:
        path = tmp_path / "shot.mp4"
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv444p"
            stream.options = {"crf": "8"}
            for frame in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            container.mux(stream.encode(None))
        return path

    return write


@pytest.mark.parametrize("memory", [300_000_000, 3 * WIDTH * 30 * 50])
def test_who_walks_through_is_gone_whatever_the_memory(film: Callable[[Frames], Path], memory: int) -> None:
    told: list[tuple[int, int]] = []
    plate = make_plate(film(walk(30)), PlateSettings(memory=memory), lambda done, count: told.append((done, count)))
    difference = np.abs(plate.pixels.astype(float) - backdrop()[:HEIGHT, :WIDTH])
    assert difference.mean() < 2.0
    assert np.quantile(difference, 0.999) < 20.0
    assert plate.moments == 30
    assert plate.shift < 0.3
    assert 0.3 < plate.moved < 0.8
    assert told == [(i + 1, told[-1][1]) for i in range(told[-1][1])]


def test_a_camera_that_moves_is_refused(film: Callable[[Frames], Path]) -> None:
    with pytest.raises(InputError, match=r"the camera moves, by \d+\.\d pixels; film from a tripod"):
        make_plate(film(walk(30, shift=1.5)))


@pytest.mark.parametrize(("count", "said"), [(1, "one frame only"), (3, "3 frames only")])
def test_a_video_that_is_too_short_is_refused(film: Callable[[Frames], Path], count: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make_plate(film(walk(count)))


def test_no_file_and_no_video_are_told(tmp_path: Path, film: Callable[[Frames], Path]) -> None:
    with pytest.raises(InputError, match=r"lost\.mp4: no such file"):
        make_plate(tmp_path / "lost.mp4")
    cut = film(walk(10))
    cut.write_bytes(cut.read_bytes()[:500])
    with pytest.raises(InputError, match="damaged or no video"):
        make_plate(cut)


@pytest.mark.parametrize("moved", [(0, 0), (3, -2), (-7, 5)])
def test_a_shift_is_measured_with_its_direction(moved: tuple[int, int]) -> None:
    right, down = moved
    scene = backdrop().mean(axis=2)
    first = scene[20:140, 20:180]
    other = scene[20 - down : 140 - down, 20 - right : 180 - right]
    np.testing.assert_allclose(shift_between(first, other), moved, atol=0.2)
