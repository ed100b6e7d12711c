"""Props in takes: every step keeps their poses, and takes without any still open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from game.performance import Snapshot
from game.props.told import tell, told
from game.takes.packing import decode_contacts, encode_snapshot, props_of
from game.takes.recorder import Recorder
from game.takes.replay import Replay
from models import rotations
from models.props import Prop, kind_named, poses_of
from tests.game.takes import filming

PROPS = (
    Prop("mattress", kind_named("mattress"), (1.0, 0.0, 2.0), 0.4),
    Prop("red ball", kind_named("ball"), (0, 0, 0)),
)


def step(tick: int) -> Snapshot:
    poses = poses_of(PROPS)
    poses[1] = [0.01 * tick, 1.0, 0.0, *rotations.about(0, 0.02 * tick)]
    return replace(filming.snapshot(1, tick), props=poses)


def film(root: Path, ticks: int = 30) -> Replay:
    header = filming.header()
    header = replace(header, settings={**header.settings, "props": tell(PROPS)})
    recorder = Recorder(root, header)
    for tick in range(ticks):
        recorder.snapshot(filming.START + tick * filming.TICK, step(tick))
    return Replay.load(recorder.close())


def test_props_come_back_to_the_last_bit(tmp_path: Path) -> None:
    replay = film(tmp_path)
    assert [(prop.name, prop.kind) for prop in replay.props] == [(prop.name, prop.kind) for prop in PROPS]
    for tick, (_, snapshot) in enumerate(replay.snapshots(-1.0, 1.0)):
        assert np.array_equal(snapshot.props, step(tick).props)
        assert snapshot.contacts == step(tick).contacts


def test_between_steps_they_are_interpolated(tmp_path: Path) -> None:
    frame = film(tmp_path).frame(10.5 * filming.TICK / 1e9)
    assert frame.props[1, 0] == pytest.approx(0.105, abs=1e-6)
    assert rotations.twist_angle(frame.props[1, 3:], 0) == pytest.approx(0.21, abs=1e-4)
    assert np.allclose(frame.props[0], PROPS[0].pose)


def test_a_take_without_props_has_none(tmp_path: Path) -> None:
    replay = Replay.load(filming.film(tmp_path, 12))
    assert replay.props == ()
    assert replay.frame(0.05).props.shape == (0, 7)
    assert encode_snapshot(5, filming.snapshot(1, 2)) == encode_snapshot(5, replace(step(2), props=np.zeros((0, 7))))


def test_every_cut_is_noticed() -> None:
    payload = encode_snapshot(5, step(2))
    assert np.array_equal(props_of(payload, 2), step(2).props)
    for length in range(len(payload)):
        with pytest.raises(ValueError):  # noqa: PT011
            decode_contacts(payload[:length], 2)


def test_steps_whose_props_are_nowhere_are_left_out(tmp_path: Path) -> None:
    header = filming.header()
    recorder = Recorder(tmp_path, replace(header, settings={**header.settings, "props": tell(PROPS)}))
    for tick in range(3):
        snapshot = step(tick)
        if tick == 1:
            snapshot.props[0, 2] = np.nan
        recorder.snapshot(filming.START + tick * filming.TICK, snapshot)
    assert Replay.load(recorder.close()).steps.ticks.tolist() == [0, 2]


@pytest.mark.parametrize(
    "facts",
    [{"names": ["a"], "kinds": []}, {"names": "ab", "kinds": "ab"}, {"names": [1], "kinds": [2]}, {"names": {}}],
)
def test_hostile_facts_are_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no lists"):
        told(facts)


@pytest.mark.parametrize(
    ("names", "kinds", "said"),
    [(["piano"], ["piano"], "no prop 'piano'"), ([f"ball {i}" for i in range(40)], ["ball"] * 40, "cut off")],
)
def test_props_that_cannot_be_are_told_when_the_take_ends(
    tmp_path: Path, names: list[str], kinds: list[str], said: str
) -> None:
    header = filming.header()
    settings = {**header.settings, "props": {"names": names, "kinds": kinds}}
    recorder = Recorder(tmp_path, replace(header, settings=settings))
    recorder.snapshot(filming.START, step(0))
    recorder.close()
    assert said in recorder.state.problem
