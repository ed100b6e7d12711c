from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import filming
import numpy as np
import pytest

from game.camera.pose import Sample, Tracking
from game.takes.facts import Change, decode_change, decode_header, encode_change, encode_header
from game.takes.packing import (
    decode_contacts,
    decode_sample,
    decode_step,
    encode_sample,
    encode_snapshot,
    pose_bytes,
    pose_of,
)


@pytest.mark.parametrize("tick", [0, 1, 2])
def test_a_snapshot_comes_back_to_the_last_bit(tick: int) -> None:
    snapshot = filming.snapshot(4, tick)
    data = encode_snapshot(-5, snapshot)
    step = decode_step(data)
    assert (step.at_ns, step.attempt, step.tick) == (-5, 4, tick)
    assert decode_contacts(data) == snapshot.contacts
    pose = pose_of(np.frombuffer(pose_bytes(data)))
    for name in ("root_pos", "root_rot", "joint_rot"):
        np.testing.assert_array_equal(getattr(pose, name), getattr(snapshot.pose, name))


def test_other_memory_layouts_are_the_same_snapshot() -> None:
    snapshot = filming.snapshot()
    turned = replace(snapshot.pose, joint_rot=np.asfortranarray(snapshot.pose.joint_rot))
    assert encode_snapshot(1, replace(snapshot, pose=turned)) == encode_snapshot(1, snapshot)


@pytest.mark.parametrize("tracking", list(Tracking))
def test_a_sample_comes_back_to_the_last_bit(tracking: Tracking) -> None:
    sample = filming.sample(123, tracking)
    back = decode_sample(encode_sample(sample))
    assert (back.time_ns, back.tracking, back.buttons, back.axes) == (123, tracking, sample.buttons, sample.axes)
    np.testing.assert_array_equal(back.position, sample.position)
    np.testing.assert_array_equal(back.rotation, sample.rotation)


def test_a_bare_sample_comes_back() -> None:
    back = decode_sample(encode_sample(Sample(9, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]))))
    assert (back.buttons, back.axes) == (frozenset(), {})


def test_header_and_changes_come_back() -> None:
    assert decode_header(encode_header(filming.header(), "2026-11-24")) == (filming.header(), "2026-11-24")
    assert decode_change(encode_change(8, "lens", {"unit": "µm"})) == Change(8, "lens", {"unit": "µm"})


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_change(8, "lens", {"focal_length": float("nan")})


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 99999,
        b'{"at_ns":1.5,"name":"a","value":{}}',
        b'{"at_ns":1,"name":"a","value":[]}',
        b'{"at_ns":99999999999999999999,"name":"a","value":{}}',
    ],
)
def test_hostile_json_is_a_value_error(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_change(payload)
    with pytest.raises(ValueError):  # noqa: PT011
        decode_header(payload)


GOOD = (
    (encode_snapshot(5, filming.snapshot(1, 2)), decode_contacts),
    (encode_sample(filming.sample(5)), decode_sample),
)


@pytest.mark.parametrize(("payload", "decode"), GOOD)
def test_every_cut_is_noticed(payload: bytes, decode: Callable[[bytes], object]) -> None:
    for length in range(len(payload)):
        with pytest.raises(ValueError):  # noqa: PT011
            decode(payload[:length])


@pytest.mark.parametrize(("payload", "decode"), GOOD)
def test_hostile_bytes_raise_nothing_but_value_errors(payload: bytes, decode: Callable[[bytes], object]) -> None:
    rng = np.random.default_rng(6)
    for _ in range(2000):
        bad = bytearray(payload)
        bad[rng.integers(len(bad))] = rng.integers(256)
        with suppress(ValueError):
            decode(bytes(bad))
