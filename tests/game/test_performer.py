from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from game.blocking import Mark
from game.performance import Snapshot
from game.performer import Performer
from models.body import Body
from models.policy import Policy
from models.reference import Reference
from models.stage import Stage, load_stage, save_stage


@pytest.fixture
def performer(body: Body, reference: Reference, stage: Stage) -> Iterator[Performer]:
    performer = Performer(body, reference, stage, Mark())
    yield performer
    performer.close()


def fingerprint(snapshot: Snapshot) -> bytes:
    pose = snapshot.pose
    return b"".join(array.tobytes() for array in (pose.root_pos, pose.root_rot, pose.joint_rot))


def test_a_retry_is_the_same_attempt_to_the_last_bit(performer: Performer) -> None:
    first = [fingerprint(performer.tick()) for _ in range(240)]
    performer.retry()
    assert [fingerprint(performer.tick()) for _ in range(240)] == first
    performer.next_attempt()
    assert [fingerprint(performer.tick()) for _ in range(240)] != first


def test_a_world_made_ahead_is_as_one_made_for_its_attempt(performer: Performer) -> None:
    performer.next_attempt()  # at once: nothing was made ahead
    first = [fingerprint(performer.tick()) for _ in range(240)]
    for turn_back in (performer.retry, lambda: performer.rewind(240)):
        turn_back()
        assert [fingerprint(performer.tick()) for _ in range(240)] == first


def test_the_same_seed_in_another_process_is_the_same_to_the_last_bit(
    performer: Performer, stage: Stage, body: Body
) -> None:
    digest = hashlib.sha256(b"".join(fingerprint(performer.tick()) for _ in range(200))).hexdigest()
    code = f"""
import hashlib
from pathlib import Path
from game.blocking import Mark
from game.performer import Performer
from models.assets import find_clip
from models.body import load_humanoid
from models.reference import tabulate
from models.stage import load_stage
body = load_humanoid()
p = Performer(body, tabulate(find_clip("backflip", body), body), load_stage(Path({str(stage.path)!r}), body), Mark())
h = hashlib.sha256()
for _ in range(200):
    pose = p.tick().pose
    for array in (pose.root_pos, pose.root_rot, pose.joint_rot):
        h.update(array.tobytes())
print(h.hexdigest())
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == digest


def test_rewinding_plays_the_same_again(performer: Performer) -> None:
    seen = {}
    for _ in range(200):
        snapshot = performer.tick()
        seen[snapshot.tick] = fingerprint(snapshot)
    performer.rewind(120)
    assert performer.snapshot.tick == 80
    assert fingerprint(performer.snapshot) == seen[80]
    assert fingerprint(performer.tick()) == seen[81]
    performer.rewind(10_000)
    assert performer.snapshot.tick == 0


def test_rewinding_late_in_an_attempt_does_not_end_it(performer: Performer) -> None:
    while performer.snapshot.tick < 330:
        assert performer.tick().attempt == 1
    performer.rewind(10)
    assert not performer.over
    assert performer.tick().attempt == 1


def test_a_fall_is_seen_to_the_end_and_then_comes_the_next_attempt(performer: Performer) -> None:
    snapshots = [performer.tick() for _ in range(900)]
    events = performer.take_events()
    fall = next(event for event in events if event.name == "fall")
    attempts = [event for event in events if event.name == "attempt"]
    assert len(attempts) >= 2
    lying = [snapshot for snapshot in snapshots if snapshot.attempt == 1 and snapshot.tick > fall.tick]
    assert len(lying) >= 1.5 * 120  # two seconds from when it was last up, which may be before the first touch
    assert [event.detail["seed"] for event in attempts[:2]] == [1, 2]
    assert lying[-1].pose.root_pos[1] < 0.5


def test_attempts_start_at_the_mark(body: Body, reference: Reference, stage: Stage) -> None:
    performer = Performer(body, reference, stage, Mark((4.0, 0.0, -3.0), 1.0))
    root = performer.snapshot.pose.root_pos
    performer.close()
    assert abs(root[0] - 4.0) < 0.05
    assert abs(root[2] + 3.0) < 0.05


def test_another_stage_takes_over(performer: Performer, stage: Stage, body: Body, tmp_path: Path) -> None:
    torch.manual_seed(9)
    other = Policy(stage.policy.settings)
    with torch.no_grad():
        other.actor[-1].bias += 0.5
    save_stage(tmp_path / "b.safetensors", stage.info, other)
    before = [fingerprint(performer.tick()) for _ in range(60)]
    performer.play(load_stage(tmp_path / "b.safetensors", body), performer.reference)
    assert performer.snapshot.tick == 0
    assert [fingerprint(performer.tick()) for _ in range(60)] != before
