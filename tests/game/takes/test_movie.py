from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import filming
import numpy as np
import pytest
from numpy.typing import NDArray

from game.sound.decode import RATE as SAMPLE_RATE
from game.takes.export.movie import MASTER, PREVIEW, write_movie
from game.takes.export.thumbnail import write_thumbnail
from models.errors import InputError

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 120, 40)]


def plain(size: tuple[int, int], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), colour, dtype=np.uint8)


def pictures(size: tuple[int, int], count: int) -> Iterator[NDArray[np.uint8]]:
    for index in range(count):
        yield plain(size, COLOURS[index % len(COLOURS)])


def probe(path: Path) -> list[dict[str, str]]:
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    return list(json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"])


def test_the_master_is_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "new" / "master.mp4"
    told: list[tuple[int, int]] = []
    write_movie(path, pictures(MASTER, 6), 6, progress=lambda done, count: told.append((done, count)))
    (video,) = probe(path)
    assert (video["codec_name"], video["pix_fmt"]) == ("h264", "yuv420p")
    assert (video["width"], video["height"]) == (1998, 1080)
    assert (video["r_frame_rate"], video["avg_frame_rate"], video["nb_read_frames"]) == ("25/1", "25/1", "6")
    assert [video[f"color_{tag}"] for tag in ("space", "primaries", "transfer", "range")] == ["bt709"] * 3 + ["tv"]
    assert told == [(done, 6) for done in range(1, 7)]
    assert [entry.name for entry in path.parent.iterdir()] == ["master.mp4"]
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # it can start before all of it has come


def test_colours_come_back(tmp_path: Path) -> None:
    """In the movie's own code values (BT.709, limited range), and as RGB."""
    path = tmp_path / "colours.mp4"
    write_movie(path, pictures(PREVIEW, 6), 6)
    with av.open(str(path)) as container:
        for colour, frame in zip(COLOURS, container.decode(video=0), strict=True):
            luma = np.frombuffer(frame.planes[0], dtype=np.uint8)[640]
            r, g, b = colour
            assert abs(int(luma) - (16 + 219 * (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255)) <= 1.5
            assert np.abs(frame.to_ndarray(format="rgb24").astype(int) - colour).max() <= 4


def test_pictures_stand_upright_and_in_order(tmp_path: Path) -> None:
    ramp = [np.full((64, 96, 3), 20 * index, dtype=np.uint8) for index in range(12)]
    for picture in ramp:
        picture[:32, :48] = 255
    path = tmp_path / "ramp.mp4"
    write_movie(path, iter(ramp), 12)
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            back = frame.to_ndarray(format="rgb24")
            assert back[8, 8].min() > 250
            assert np.abs(back[50, 80].astype(int) - 20 * index).max() <= 4


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
def test_sound_is_as_long_as_the_pictures(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "sound.mp4"
    beep = np.zeros((round(seconds * SAMPLE_RATE), 2), dtype=np.float32)
    at = np.arange(4800)
    beep[4800:9600, 0] = 0.5 * np.sin(at * 2 * np.pi * 1000 / SAMPLE_RATE)  # left, from 0.1 s to 0.2 s
    write_movie(path, pictures((96, 64), 25), 25, audio=beep)
    video, sound = probe(path)
    assert (sound["codec_name"], sound["sample_rate"], sound["channels"]) == ("aac", "48000", 2)
    assert float(video["duration"]) == pytest.approx(1.0)
    assert float(sound["duration"]) == pytest.approx(1.0, abs=0.03)
    with av.open(str(path)) as container:
        frames = [frame for frame in container.decode(audio=0) if frame.pts is not None]
        heard = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    loud = np.flatnonzero(np.abs(heard[0]) > 0.1) + frames[0].pts
    assert loud[0] / SAMPLE_RATE == pytest.approx(0.1, abs=0.003)
    assert loud[-1] / SAMPLE_RATE == pytest.approx(0.2, abs=0.003)
    assert np.abs(heard[1]).max() < 0.02


def test_an_interrupt_leaves_nothing_and_the_older_movie(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"
    path.write_bytes(b"older")

    def interrupted() -> Iterator[NDArray[np.uint8]]:
        yield from pictures((96, 64), 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_movie(path, interrupted(), 6)
    assert [entry.name for entry in tmp_path.iterdir()] == ["movie.mp4"]
    assert path.read_bytes() == b"older"


@pytest.mark.parametrize("came", [0, 3])
def test_too_few_pictures_are_told(tmp_path: Path, came: int) -> None:
    with pytest.raises(InputError, match=f"only {came} of 6 pictures"):
        write_movie(tmp_path / "movie.mp4", pictures((96, 64), came), 6)
    assert list(tmp_path.iterdir()) == []


def test_unusable_places_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"are \.mp4"):
        write_movie(tmp_path / "movie.avi", pictures((96, 64), 1), 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_movie(tmp_path / "file" / "movie.mp4", pictures((96, 64), 1), 1)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (200, 256, 256, 3), dtype=np.uint8)
    with filming.tiny_disk(tmp_path / "disk", "128k") as disk:
        with pytest.raises(InputError, match="No space left on device"):
            write_movie(disk / "movie.mp4", iter(noise), len(noise))
        assert list(disk.iterdir()) == []


@pytest.mark.parametrize(
    "bad", [plain((95, 64), (0, 0, 0)), np.zeros((64, 96), np.uint8), np.zeros((64, 96, 4), np.uint8)]
)
def test_other_shapes_are_refused(tmp_path: Path, bad: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="height, width, 3"):
        write_movie(tmp_path / "movie.mp4", iter([bad]), 1)
    with pytest.raises(ValueError, match="picture 1 is"):
        write_movie(tmp_path / "movie.mp4", iter([plain((96, 64), (0, 0, 0)), bad]), 2)
    assert list(tmp_path.iterdir()) == []


def test_the_thumbnail_is_a_small_picture(tmp_path: Path) -> None:
    picture = plain(MASTER, (200, 120, 40))
    picture[:, :999] = 0
    path = write_thumbnail(tmp_path, picture)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thumb.png"]
    with av.open(str(path)) as container:
        (frame,) = container.decode(video=0)
    back = frame.to_ndarray(format="rgb24")
    assert back.shape == (208, 384, 3)
    assert back[100, 100].tolist() == [0, 0, 0]
    assert back[100, 300].tolist() == [200, 120, 40]
