"""OpenTrackIO's datagrams: header, checksum, and putting a long payload together again.

The header is 16 bytes, most significant byte first: the letters OTrk, a reserved byte, the encoding (1 is JSON, 2 is
CBOR), a sequence number u16, the segment's offset in the payload u32, a bit for the last segment and the segment's
length in 15 bits, and a Fletcher-16 checksum (modulo 256) over the other 14 bytes and the segment. Source: SMPTE RIS
OpenTrackIO 1.0, "Packet header".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

JSON, CBOR = 1, 2
LONGEST = 1 << 16  # bytes of a whole payload; samples are about a thousand
_MAGIC = b"OTrk"
_HEADER = struct.Struct(">4sBBHIHH")
_CHECKED = _HEADER.size - 2
_LAST = 0x8000
_LENGTH = 0x7FFF
_NUMBERS = 1 << 16
_LATE = 64  # a number so little behind the newest has been overtaken; further behind, the sender has started anew


@dataclass(frozen=True)
class Segment:
    """One datagram's part of a payload; number is the datagram's, offset in bytes, last: nothing follows.

    encoding: `JSON` or `CBOR`.
    """

    number: int
    offset: int
    last: bool
    data: bytes
    encoding: int = JSON


def fletcher16(data: bytes) -> int:
    """Fletcher's checksum with both sums modulo 256; the second sum is the upper byte."""
    return (sum(accumulate(data)) & 0xFF) << 8 | sum(data) & 0xFF


def decode_datagram(datagram: bytes) -> Segment:
    """Read one datagram.

    Raises:
        ValueError: it is not OpenTrackIO, or has been damaged on the way; says why.
    """
    if len(datagram) < _HEADER.size or not datagram.startswith(_MAGIC):
        raise ValueError("it does not begin with an OpenTrackIO header")
    _, _, encoding, number, offset, flags, checksum = _HEADER.unpack_from(datagram)
    data = datagram[_HEADER.size :]
    if len(data) != flags & _LENGTH:
        raise ValueError("its length is not what its header says")
    if fletcher16(datagram[:_CHECKED] + data) != checksum:
        raise ValueError("its checksum is wrong")
    if encoding not in (JSON, CBOR):
        raise ValueError(f"its encoding {encoding} is unknown; JSON and CBOR are read")
    return Segment(number, offset, bool(flags & _LAST), data, encoding)


def encode_datagrams(payload: bytes, number: int, longest: int = 1484, encoding: int = JSON) -> Iterator[bytes]:
    """A payload as datagrams numbered from ``number`` on, each with at most ``longest`` bytes of it."""
    for offset in range(0, max(len(payload), 1), longest):
        part = payload[offset : offset + longest]
        flags = len(part) | (_LAST if offset + longest >= len(payload) else 0)
        header = _HEADER.pack(_MAGIC, 0, encoding, number % _NUMBERS, offset, flags, 0)[:_CHECKED]
        yield header + struct.pack(">H", fletcher16(header + part)) + part
        number += 1


class Assembler:
    """Puts payloads together from the segments of one sender, which come in order or not at all.

    Senders differ in whether the segments of a payload share a number or count on, so both are taken.
    """

    def __init__(self) -> None:
        self._newest: Segment | None = None
        self._parts = bytearray()

    def add(self, segment: Segment) -> bytes | None:
        """The payload that ``segment`` completes; None as long as more is missing, and for what came late or twice."""
        if self._newest is not None and _overtaken(segment, self._newest):
            return None
        before, self._newest = self._newest or segment, segment
        ahead = (segment.number - before.number) % _NUMBERS
        torn = ahead > 1 or segment.encoding != before.encoding
        if segment.offset != len(self._parts) or (segment.offset and torn):
            self._parts.clear()
        if segment.offset != len(self._parts) or segment.offset + len(segment.data) > LONGEST:
            self._parts.clear()
            return None
        self._parts += segment.data
        if not segment.last:
            return None
        payload = bytes(self._parts)
        self._parts.clear()
        return payload


def _overtaken(segment: Segment, newest: Segment) -> bool:
    behind = (newest.number - segment.number) % _NUMBERS
    return 0 < behind < _LATE or (behind == 0 and segment.offset <= newest.offset)
