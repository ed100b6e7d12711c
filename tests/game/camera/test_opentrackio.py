"""OpenTrackIO: packets, samples, and a tracker that hears them over UDP on this machine."""

from __future__ import annotations

import dataclasses
import json
import random
import socket
import struct
from collections.abc import Iterator
from typing import Any

import cbor2
import numpy as np
import pytest

from game.camera.lens import Lens
from game.camera.pose import IDENTITY_ROTATION, CameraPose, Tracking
from game.camera.trackers import open_tracker
from game.camera.trackers.listen import Listen, parse_listen
from game.camera.trackers.opentrackio import SILENCE, OpenTrackIOTracker
from game.camera.trackers.opentrackio_packet import (
    CBOR,
    JSON,
    Assembler,
    decode_datagram,
    encode_datagrams,
    fletcher16,
)
from game.camera.trackers.opentrackio_sample import decode_payload
from game.operator import Operator
from models import rotations
from models.coords import wxyz_to_xyzw
from models.errors import InputError


def sample(**fields: Any) -> dict[str, Any]:
    camera = {"translation": {"x": 1.0, "y": -2.0, "z": 1.5}, "rotation": {"pan": 90.0, "tilt": 0.0, "roll": 0.0}}
    return {"protocol": {"name": "OpenTrackIO", "version": [1, 0, 1]}, "transforms": [camera], **fields}


def payload(**fields: Any) -> bytes:
    return json.dumps(sample(**fields)).encode()


def datagram(number: int, **fields: Any) -> bytes:
    (one,) = encode_datagrams(payload(**fields), number)
    return one


def in_cbor(**fields: Any) -> bytes:
    return cbor2.dumps(sample(**fields))


# -- packets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "checksum"), [(b"", 0), (b"\x01\x02", 0x0403), (b"\xff\xff\xff", 0xFAFD)])
def test_fletchers_sums_are_modulo_256(data, checksum):
    """By hand: 1, then 1 + 2 = 3 below and 1 + 3 = 4 above; 3 x 255 = 0x2FD below, 6 x 255 = 0x5FA above."""
    assert fletcher16(data) == checksum


def test_a_datagram_is_laid_out_as_the_standard_says():
    one = next(encode_datagrams(b"{}", 0x1234))
    assert one[:14] == b"OTrk" + b"\x00" + b"\x01" + b"\x12\x34" + b"\x00\x00\x00\x00" + b"\x80\x02"
    assert struct.unpack(">H", one[14:16])[0] == fletcher16(one[:14] + b"{}")
    assert one[16:] == b"{}"


def test_a_long_payload_comes_in_segments_and_is_put_together():
    text = bytes(random.Random(1).randbytes(4000))
    segments = [decode_datagram(one) for one in encode_datagrams(text, 65534)]
    assert [(s.number, s.offset, s.last) for s in segments] == [
        (65534, 0, False),
        (65535, 1484, False),
        (0, 2968, True),
    ]
    assembler = Assembler()
    assert [assembler.add(segment) for segment in segments] == [None, None, text]


def test_segments_that_share_a_number_are_put_together_too():
    assembler = Assembler()
    first, second = (decode_datagram(one) for one in encode_datagrams(b"abcdef", 7, longest=3))
    shared = dataclasses.replace(second, number=first.number)
    assert (assembler.add(first), assembler.add(shared)) == (None, b"abcdef")


def test_what_is_lost_late_or_double_gives_no_payload_and_harms_none_after():
    assembler = Assembler()
    lost = [decode_datagram(one) for one in encode_datagrams(b"abcdef", 1, longest=2)]
    assert [assembler.add(segment) for segment in (lost[0], lost[2])] == [None, None]
    whole = [decode_datagram(next(encode_datagrams(text, number))) for number, text in ((5, b"five"), (4, b"four"))]
    assert [assembler.add(segment) for segment in (*whole, whole[0])] == [b"five", None, None]
    again = decode_datagram(next(encode_datagrams(b"anew", 40_000)))
    assert assembler.add(again) == b"anew"


def test_a_segment_in_another_encoding_is_no_part_of_the_payload():
    assembler = Assembler()
    first, _ = (decode_datagram(one) for one in encode_datagrams(b"abcd", 1, longest=2))
    _, second = (decode_datagram(one) for one in encode_datagrams(b"abcd", 1, longest=2, encoding=CBOR))
    assert second.encoding == CBOR
    assert (assembler.add(first), assembler.add(second)) == (None, None)


def test_a_payload_without_end_is_let_go():
    assembler = Assembler()
    for one in encode_datagrams(bytes(80_000), 0):
        assert assembler.add(decode_datagram(one)) is None
    assert assembler.add(decode_datagram(next(encode_datagrams(b"next", 100)))) == b"next"


def change(at: int, value: int) -> bytes:
    whole = bytearray(datagram(1))
    whole[at] = value
    body = bytes(whole[:14]) + bytes(whole[16:])
    return body[:14] + struct.pack(">H", fletcher16(body)) + body[14:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin"),
        (b"OTrk", "does not begin"),
        (b"X" * 40, "does not begin"),
        (datagram(1)[:-1], "its length"),
        (datagram(1)[:-1] + b"!", "its checksum"),
        (change(5, 9), "encoding 9 is unknown; JSON and CBOR are read"),
    ],
)
def test_a_datagram_that_is_none_is_refused_with_its_reason(data, words):
    with pytest.raises(ValueError, match=words):
        decode_datagram(data)


# -- samples ----------------------------------------------------------------------------------------------------------


def ahead(rotation: np.ndarray) -> np.ndarray:
    return rotations.rotate(wxyz_to_xyzw(rotation), np.array([0.0, 1.0, 0.0]))


def test_pan_turns_left_and_tilt_looks_up():
    pose = decode_payload(payload()).pose
    assert pose is not None
    assert pose.position == pytest.approx([1.0, -2.0, 1.5])
    assert ahead(pose.rotation) == pytest.approx([-1.0, 0.0, 0.0], abs=1e-12)
    up = {"translation": {"x": 0, "y": 0, "z": 0}, "rotation": {"pan": 0, "tilt": 30, "roll": 10}}
    tilted = decode_payload(payload(transforms=[up])).pose
    assert tilted is not None
    assert ahead(tilted.rotation) == pytest.approx([0.0, np.cos(np.pi / 6), 0.5])


def test_transforms_follow_each_other_from_the_stage_to_the_camera():
    dolly = {"translation": {"x": 10, "y": 0, "z": 0}, "rotation": {"pan": 90, "tilt": 0, "roll": 0}}
    crane = {"translation": {"x": 0, "y": 2, "z": 1}, "rotation": {"pan": -90, "tilt": 0, "roll": 0}, "id": "Camera"}
    pose = decode_payload(payload(transforms=[dolly, crane])).pose
    assert pose is not None
    assert pose.position == pytest.approx([8.0, 0.0, 1.0])
    assert pose.rotation == pytest.approx([1.0, 0.0, 0.0, 0.0])
    scaled = decode_payload(payload(transforms=[dolly | {"scale": {"x": 1, "y": 3, "z": 1}}, crane])).pose
    assert scaled is not None
    assert scaled.position == pytest.approx([4.0, 0.0, 1.0])


def test_a_lens_is_read_and_a_sample_may_be_a_lens_alone():
    lens = {"pinholeFocalLength": 24.3, "focusDistance": 10, "fStop": 4.0}
    tracked = decode_payload(payload(lens=lens, sourceId="urn:uuid:1"))
    assert (tracked.source, tracked.focal_length, tracked.focus_distance) == ("urn:uuid:1", 24.3, 10.0)
    assert tracked.aperture == 4.0
    alone = sample(lens=lens)
    del alone["transforms"]
    assert decode_payload(json.dumps(alone).encode()).pose is None


POSE = sample()["transforms"][0]
NO_POSE = {"translation": {"x": 0, "y": 0}, "rotation": {"pan": 0, "tilt": 0, "roll": 0}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff\x00", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b"[]", "no sample"),
        (payload(lens={"fStop": -4.0}), "its fStop"),
        (b"{}", "does not name OpenTrackIO"),
        (payload().replace(b"1.5", b"NaN"), "not JSON"),
        (payload().replace(b"1.5", b"1e999"), "its z"),
        (payload().replace(b"1.5", b"9" * 4000), "its z"),
        (payload().replace(b"1.5", b"true"), "its z"),
        (payload().replace(b"OpenTrackIO", b"FreeD"), "does not name OpenTrackIO"),
        (payload(protocol={"name": "OpenTrackIO", "version": [2, 0, 0]}), "another version"),
        (payload(protocol={"name": "OpenTrackIO", "version": ["1", 0, 0]}), "another version"),
        (payload(transforms=[]), "no list"),
        (payload(transforms=[POSE] * 65), "no list"),
        (payload(transforms=[None]), "no object"),
        (payload(transforms=[NO_POSE]), "its z"),
        (payload(transforms=[POSE | {"rotation": None}]), "lacks pan, tilt, roll"),
        (payload(transforms=[POSE | {"scale": {"x": 1, "y": 0, "z": 1}}]), "scaled to nothing"),
        (payload(transforms=[POSE | {"scale": {"x": 1e6, "y": 1e6, "z": 1e6}}, POSE]), "beyond all distance"),
        (payload(lens=[]), "its lens"),
        (payload(lens={"pinholeFocalLength": 0}), "not above 0"),
        (payload(lens={"focusDistance": "far"}), "its focusDistance"),
        (payload(sourceId=7), "its sourceId"),
    ],
)
def test_a_payload_that_is_no_sample_is_refused_with_its_reason(text, words):
    with pytest.raises(ValueError, match=words):
        decode_payload(text)


def test_the_same_sample_in_cbor_says_the_same():
    lens = {"pinholeFocalLength": 24.3, "focusDistance": 10, "fStop": 4.0}
    text, binary = decode_payload(payload(lens=lens)), decode_payload(in_cbor(lens=lens), CBOR)
    assert text.pose is not None
    assert binary.pose is not None
    assert np.array_equal(binary.pose.position, text.pose.position)
    assert np.array_equal(binary.pose.rotation, text.pose.rotation)
    assert dataclasses.replace(binary, pose=None) == dataclasses.replace(text, pose=None)


def test_a_float_of_half_its_size_is_a_number_too():
    """By hand: 1.5 is 0x3E00 in IEEE 754's sixteen bits."""
    whole = in_cbor().replace(cbor2.dumps(1.5), b"\xf9\x3e\x00")
    pose = decode_payload(whole, CBOR).pose
    assert pose is not None
    assert pose.position == pytest.approx([1.0, -2.0, 1.5])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not plain CBOR"),
        (in_cbor()[:-1], "not plain CBOR"),
        (b"\x81" * 60_000, "not plain CBOR"),
        (b"\x9b" + b"\x7f" * 8, "not plain CBOR"),  # a list of more than a computer can hold
        (b"\x7b" + b"\x7f" * 8, "not plain CBOR"),
        (b"\xa2\x61a\x01\x61a\x02", "not plain CBOR"),  # one name twice
        (cbor2.dumps({(1, 2): 3}), "not plain CBOR"),
        (cbor2.dumps(cbor2.CBORTag(35, "(a+)+$")), "not plain CBOR"),  # a regular expression to be compiled
        (cbor2.dumps(cbor2.CBORTag(5, [10**9, 1])), "not plain CBOR"),  # two to the power of a thousand millions
        (in_cbor(sourceId=cbor2.CBORTag(99_999, "x")), "not plain CBOR"),
        (cbor2.dumps([1]), "no sample"),
        (payload(), "not plain CBOR|no sample"),
        (in_cbor(transforms=[POSE | {"rotation": {"pan": float("nan"), "tilt": 0, "roll": 0}}]), "its pan"),
        (in_cbor(lens={"focusDistance": b"far"}), "its focusDistance"),
    ],
)
def test_cbor_that_is_no_sample_is_refused_with_its_reason(data, words):
    with pytest.raises(ValueError, match=words):
        decode_payload(data, CBOR)


# -- over UDP ---------------------------------------------------------------------------------------------------------


class Stage:
    """A tracker on a free port of this machine, and a sender to it."""

    def __init__(self, clock: Any) -> None:
        self.tracker = OpenTrackIOTracker(Listen(), clock)
        self.sender = self.another()

    def another(self) -> socket.socket:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect(("127.0.0.1", self.tracker.port))
        return sender


@pytest.fixture
def stage(clock) -> Iterator[Stage]:
    stage = Stage(clock)
    yield stage
    stage.sender.close()
    stage.tracker.close()


def test_before_anything_comes_there_is_no_pose_and_a_sentence(stage):
    assert stage.tracker.sample().tracking is Tracking.ABSENT
    assert f"no OpenTrackIO data comes to 127.0.0.1:{stage.tracker.port}" in stage.tracker.note


def test_the_newest_of_what_has_come_is_the_pose_and_the_lens(stage, clock):
    clock.pass_(1.0)
    stage.sender.send(datagram(1, transforms=[POSE | {"translation": {"x": 9, "y": 9, "z": 9}}]))
    stage.sender.send(datagram(2, lens={"pinholeFocalLength": 50.0, "focusDistance": 3.5}))
    sample = stage.tracker.sample()
    assert (sample.time_ns, sample.tracking, sample.buttons) == (clock.ns, Tracking.OK, frozenset())
    assert sample.position == pytest.approx([1.0, -2.0, 1.5])
    assert sample.axes == {"focal_length": 50.0, "focus_distance": 3.5}
    assert stage.tracker.note == ""


def test_the_shoots_lens_follows_the_stages_and_keys_may_set_it_while_that_stands_still(stage, clock):
    operator = Operator(stage.tracker, Lens(35.0), [("home", CameraPose(np.zeros(3), IDENTITY_ROTATION))], clock)
    changes: list[tuple[int, str, dict[str, Any]]] = []
    operator.on_change = lambda at_ns, name, value: changes.append((at_ns, name, value))
    for number, focal_length in enumerate((50.0, 50.0, 1000.0)):
        clock.pass_(0.04)
        stage.sender.send(datagram(number, lens={"pinholeFocalLength": focal_length}))
        operator.look()
        operator.camera()
        if number == 0:
            assert operator.lens.focal_length == 50.0
            operator.wider_lens()
    assert [value["focal_length"] for _, name, value in changes if name == "lens"] == [50.0, 40.0, 300.0]
    assert changes[-1][0] == operator.sample.time_ns


def test_a_sender_that_speaks_cbor_holds_the_camera_and_its_lens(stage, clock):
    long = in_cbor(lens={"pinholeFocalLength": 50.0, "fStop": 5.6}, notes="x" * 2000)
    for one in encode_datagrams(long, 1, encoding=CBOR):
        stage.sender.send(one)
    sample = stage.tracker.sample()
    assert (sample.tracking, stage.tracker.note) == (Tracking.OK, "")
    assert sample.position == pytest.approx([1.0, -2.0, 1.5])
    assert sample.axes == {"focal_length": 50.0, "aperture": 5.6}
    operator = Operator(stage.tracker, Lens(35.0), [("home", CameraPose(np.zeros(3), IDENTITY_ROTATION))], clock)
    operator.look()
    operator.camera()
    assert (operator.lens.focal_length, operator.lens.aperture) == (50.0, 5.6)


def test_silence_holds_the_last_pose_as_lost_until_a_sender_starts_anew(stage, clock):
    stage.sender.send(datagram(900))
    good = stage.tracker.sample()
    clock.pass_(SILENCE)
    assert stage.tracker.sample().tracking is Tracking.OK
    clock.pass_(0.1)
    lost = stage.tracker.sample()
    assert lost.tracking is Tracking.LOST
    assert np.array_equal(lost.position, good.position)
    assert "no OpenTrackIO data comes" in stage.tracker.note
    stage.sender.send(datagram(899))  # counts on from where another sender would be late
    assert stage.tracker.sample().tracking is Tracking.OK


def test_a_second_sender_does_not_tear_the_camera_away(stage, clock):
    stage.sender.send(datagram(1))
    stage.tracker.sample()
    with stage.another() as other:
        other.send(datagram(2, transforms=[POSE | {"translation": {"x": 9, "y": 9, "z": 9}}]))
        assert stage.tracker.sample().position == pytest.approx([1.0, -2.0, 1.5])
        clock.pass_(2 * SILENCE)
        stage.tracker.sample()
        other.send(datagram(3, transforms=[POSE | {"translation": {"x": 9, "y": 9, "z": 9}}]))
        assert stage.tracker.sample().position == pytest.approx([9.0, 9.0, 9.0])


def test_of_a_senders_cameras_the_first_is_followed(stage):
    stage.sender.send(datagram(1, sourceId="urn:uuid:a"))
    there = POSE | {"translation": {"x": 9, "y": 9, "z": 9}}
    for number, source in ((2, {"sourceId": "urn:uuid:b"}), (3, {})):
        stage.sender.send(datagram(number, transforms=[there], **source))
    assert stage.tracker.sample().position == pytest.approx([1.0, -2.0, 1.5])
    stage.sender.send(datagram(4, sourceId="urn:uuid:a", transforms=[there]))
    assert stage.tracker.sample().position == pytest.approx([9.0, 9.0, 9.0])


def test_what_is_refused_is_told_and_the_camera_stands(stage):
    stage.sender.send(datagram(1))
    good = stage.tracker.sample()
    stage.sender.send(b"hello")
    assert np.array_equal(stage.tracker.sample().position, good.position)
    assert "refused: it does not begin with an OpenTrackIO header; set the sender to" in stage.tracker.note
    stage.sender.send(datagram(2))
    stage.tracker.sample()
    assert stage.tracker.note == ""


def test_no_noise_on_the_wire_stops_the_shoot_or_moves_the_camera_far(stage):
    """Random bytes, torn packets, and payloads with a valid checksum in which bytes were changed."""
    chance = random.Random(7)
    lens = {"pinholeFocalLength": 50.0, "fStop": 2.8}
    for number in range(1, 6000):
        whole, encoding = ((payload(lens=lens), JSON), (in_cbor(lens=lens), CBOR))[number % 2]
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        good = next(encode_datagrams(bytes(data), number, encoding=encoding))
        torn = good[: chance.randrange(len(good))]
        stage.sender.send(chance.choice((good, torn, chance.randbytes(chance.randrange(1400)))))
        sample = stage.tracker.sample()
        assert np.all(np.abs(sample.position) <= 1e6)
        assert np.linalg.norm(sample.rotation) == pytest.approx(1.0)
        assert all(value > 0.0 for value in sample.axes.values())


def test_a_multicast_group_is_joined(clock):
    tracker = OpenTrackIOTracker(parse_listen("239.135.1.1:0@127.0.0.1"), clock)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto(datagram(1), ("239.135.1.1", tracker.port))
    assert tracker.sample().tracking is Tracking.OK
    tracker.close()


def test_a_taken_port_is_an_input_error(stage, clock):
    with pytest.raises(InputError, match=r"cannot listen there .*; end what uses the port"):
        open_tracker("opentrackio", listen=f"127.0.0.1:{stage.tracker.port}", now_ns=clock)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("55555", "no place to listen"),
        ("stage:55555", "no place to listen"),
        ("127.0.0.1:x", "no place to listen"),
        ("127.0.0.1:70000", "no such port"),
        ("127.0.0.1:-1", "no such port"),
        ("127.0.0.1:5@10.0.0.1", "only a multicast group"),
        ("239.1.1.1:5@eth0", "no place to listen"),
    ],
)
def test_a_place_to_listen_that_is_none_is_an_input_error(text, words):
    with pytest.raises(InputError, match=words):
        parse_listen(text)
