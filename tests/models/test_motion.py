from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from models import rotations
from models.body import Body
from models.errors import InputError
from models.motion import Clip, load_clip, save_clip
from models.paths import ASSETS


def test_the_shipped_backflip_is_the_one_that_was_measured(body: Body) -> None:
    clip = load_clip(ASSETS / "motions" / "backflip.txt", body)
    assert clip.loop
    assert clip.duration == pytest.approx(1.75)
    assert len(clip.times) == 29
    assert (clip.root_pos[-1] - clip.root_pos[0])[0] == pytest.approx(-1.08, abs=0.02)


def test_saving_and_loading_gives_the_same_clip(clip: Clip, body: Body, tmp_path: Path) -> None:
    path = tmp_path / "again.txt"
    save_clip(clip, path, body)
    again = load_clip(path, body)
    assert np.allclose(again.root_pos, clip.root_pos, atol=1e-6)
    assert np.max(rotations.angle_between(again.joint_rot, clip.joint_rot)) < 1e-3
    assert np.allclose(again.times, clip.times)


def test_a_loop_carries_its_travel_along_and_keeps_its_height(clip: Clip) -> None:
    first, later = clip.place(np.array([0.4, 0.4 + 3 * clip.duration]))[0]
    travel = clip.root_pos[-1] - clip.root_pos[0]
    assert np.allclose(later[[0, 2]] - first[[0, 2]], 3 * travel[[0, 2]])
    assert later[1] == pytest.approx(first[1])


def test_velocities_are_the_slope_of_positions(clip: Clip) -> None:
    time = np.array([0.33, 0.71, 1.02])
    pose, later = clip.sample(time, window=0.01), clip.place(time + 0.004)
    assert np.allclose((later[0] - pose.root_pos) / 0.004, pose.root_lin_vel, atol=0.05)
    step = rotations.log(rotations.multiply(rotations.conjugate(pose.joint_rot), later[2])) / 0.004
    assert np.allclose(step, pose.joint_vel, atol=0.2)


def frames(clip: Clip, body: Body, path: Path) -> list[list[float]]:
    save_clip(clip, path, body)
    rows: list[list[float]] = json.loads(path.read_text())["Frames"]
    return rows


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda rows: rows[3].pop(), "frame 3 has 43 numbers"),
        (lambda rows: rows[2].__setitem__(9, float("nan")), "finite"),
        (lambda rows: rows[2].__setitem__(4, 0.5), "off unit length"),
        (lambda rows: rows[0].__setitem__(0, 0.0), "frame times above 0"),
        (lambda rows: rows.__delitem__(slice(1, None)), "two frames"),
        (
            lambda rows: [row.__setitem__(2, row[2] - 0.07) for row in rows],
            r"\d\.\d cm under .* at \d\.\d\d s; raise the root",
        ),
    ],
)
def test_a_damaged_clip_is_refused_in_one_sentence(
    clip: Clip, body: Body, tmp_path: Path, damage: object, says: str
) -> None:
    path = tmp_path / "bad.txt"
    rows = frames(clip, body, path)
    damage(rows)  # type: ignore[operator]
    path.write_text(json.dumps({"Loop": "wrap", "Frames": rows}))
    with pytest.raises(InputError, match=says) as caught:
        load_clip(path, body)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_clip(body: Body, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Nikita")
    with pytest.raises(InputError, match="not a DeepMimic clip"):
        load_clip(path, body)
    with pytest.raises(InputError, match="no such clip"):
        load_clip(tmp_path / "none.txt", body)


def test_rounding_is_repaired_with_a_warning(clip: Clip, body: Body, tmp_path: Path) -> None:
    path = tmp_path / "rounded.txt"
    rows = frames(clip, body, path)
    rows[5][4] += 5e-4
    path.write_text(json.dumps({"Loop": "wrap", "Frames": rows}))
    with pytest.warns(UserWarning, match="normalised"):
        loaded = load_clip(path, body)
    assert np.linalg.norm(loaded.root_rot[5]) == pytest.approx(1.0)


def test_after_its_last_frame_a_clip_that_does_not_loop_stands_still(clip: Clip) -> None:
    once = dataclasses.replace(clip, loop=False)
    beyond = clip.duration + np.arange(1, 9) / 120.0
    pose = once.sample(beyond)
    assert np.isfinite(pose.root_lin_vel).all()
    assert np.allclose(pose.joint_vel[2:], 0.0, atol=1e-6)
    assert np.allclose(pose.root_pos, clip.root_pos[-1])


def test_slowed_a_clip_does_the_same_in_more_time(clip: Clip) -> None:
    slow = clip.slowed(0.5, 0.9, 2.0)
    assert slow.duration == pytest.approx(clip.duration + 0.4)
    new, old = np.array([0.3, 0.7, 1.3, 1.6]), np.array([0.3, 0.6, 0.9, 1.2])
    for part, same in zip(slow.place(new), clip.place(old), strict=True):
        assert np.allclose(part, same, atol=1e-9)
    assert np.allclose(slow.root_pos[-1], clip.root_pos[-1])


def test_bridged_a_clip_comes_back_to_its_first_frame_without_a_jump(clip: Clip) -> None:
    long = clip.bridged(0.2)
    end, again = (long.place(np.array([long.duration - d])) for d in (1e-6, -1e-6))
    assert np.allclose(end[0], again[0], atol=1e-4)
    assert rotations.angle_between(end[2], again[2]).max() < 1e-4
    assert long.duration == pytest.approx(clip.duration + 0.2)
    # from the last frame it moves on over the ground as fast as before and after
    speed = (long.root_pos[-1] - long.root_pos[-2])[0] / 0.2
    ends = [(clip.root_pos[b] - clip.root_pos[a])[0] / (clip.times[b] - clip.times[a]) for a, b in ((0, 1), (-2, -1))]
    assert min(ends) - 1e-9 <= speed <= max(ends) + 1e-9
