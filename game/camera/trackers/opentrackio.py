"""A tracking system on the network that speaks OpenTrackIO over UDP: the stage's own camera tracking.

It hears this machine alone unless told otherwise. Nothing that comes over the wire can stop the shoot: what is no
OpenTrackIO is refused and said so in `OpenTrackIOTracker.note`, and when the sender falls silent the last pose is held.
"""

from __future__ import annotations

import socket
import time

import numpy as np

from game.camera.pose import IDENTITY_ROTATION, CameraPose, Sample, Tracking
from game.camera.trackers.listen import Listen
from game.camera.trackers.opentrackio_packet import Assembler, decode_datagram
from game.camera.trackers.opentrackio_sample import TrackedSample, decode_payload
from game.camera.trackers.tracker import APERTURE, FOCAL_LENGTH, FOCUS_DISTANCE, Clock, Tracker
from models.errors import InputError

PORT = 55555  # the one that OpenTrackIO's senders take unless told otherwise
SILENCE = 0.5  # s without a sample after which tracking counts as lost; senders speak 24 times a second or more
_DATAGRAM = 1 << 16  # bytes
_AT_ONCE = 256  # datagrams read for one picture: a flood may not stop the picture
_SENDERS = 16  # whose segments are kept until one of them completes a sample
_MEND = "set the sender to OpenTrackIO 1.0 in JSON or CBOR"


class OpenTrackIOTracker(Tracker):
    """Follows the first camera that is heard until it falls silent; a sender may have several. Buttons: none.

    Axes: "focal_length" in mm, "focus_distance" in m and "aperture" as f-number, as far as the sender knows them.
    """

    def __init__(self, listen: Listen = Listen(port=PORT), now_ns: Clock = time.monotonic_ns) -> None:
        """Begin to listen.

        Raises:
            InputError: this machine has no such address, or the port is taken.
        """
        self._now_ns = now_ns
        self._socket = _open(listen)
        host, port = self._socket.getsockname()[:2]
        self._where = f"{host}:{port}"
        self._senders: dict[str, Assembler] = {}
        self._followed: tuple[str, str | None] | None = None  # the sender's address, the camera's id
        self._heard_ns: int | None = None
        self._refused = ""
        self._pose: CameraPose | None = None
        self._lens: dict[str, float] = {}

    @property
    def name(self) -> str:
        """The protocol's name."""
        return "opentrackio"

    @property
    def port(self) -> int:
        """Where it listens, which is of interest when the system chose."""
        return int(self._where.rpartition(":")[2])

    @property
    def note(self) -> str:
        """What is refused, or that nothing comes."""
        if self._refused:
            return f"OpenTrackIO data is refused: {self._refused}; {_MEND}"
        if self._silent(self._now_ns()):
            return f"no OpenTrackIO data comes to {self._where}; start the tracking system, or send its data there"
        return ""

    def sample(self) -> Sample:
        """The newest pose that has come, held as lost when none has come for `SILENCE`."""
        now = self._now_ns()
        if self._silent(now):  # whoever speaks next is followed, from whatever number it counts
            self._senders.clear()
            self._followed = None
        for _ in range(_AT_ONCE):
            try:
                datagram, sender = self._socket.recvfrom(_DATAGRAM)
            except OSError:  # nothing waits
                break
            self._take(datagram, f"{sender[0]}:{sender[1]}", now)
        pose = self._pose or CameraPose(np.zeros(3), IDENTITY_ROTATION)
        tracking = Tracking.ABSENT if self._pose is None else Tracking.LOST if self._silent(now) else Tracking.OK
        return Sample(now, pose.position, pose.rotation, tracking, frozenset(), dict(self._lens))

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def _silent(self, now: int) -> bool:
        return self._heard_ns is None or now - self._heard_ns > SILENCE * 1e9

    def _take(self, datagram: bytes, sender: str, now: int) -> None:
        if self._followed is not None and self._followed[0] != sender:
            return
        try:
            segment = decode_datagram(datagram)
            if len(self._senders) > _SENDERS:
                self._senders.clear()
            payload = self._senders.setdefault(sender, Assembler()).add(segment)
            tracked = None if payload is None else decode_payload(payload, segment.encoding)
            if tracked is not None and self._followed in (None, (sender, tracked.source)):
                self._follow(tracked)
                self._followed, self._heard_ns, self._refused = (sender, tracked.source), now, ""
        except ValueError as error:
            self._refused = str(error)

    def _follow(self, tracked: TrackedSample) -> None:
        self._pose = tracked.pose or self._pose
        for name, value in (
            (FOCAL_LENGTH, tracked.focal_length),
            (FOCUS_DISTANCE, tracked.focus_distance),
            (APERTURE, tracked.aperture),
        ):
            if value is not None:
                self._lens[name] = value


def _open(listen: Listen) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        opened.bind((listen.host, listen.port))
        if listen.multicast:
            group = socket.inet_aton(listen.host) + socket.inet_aton(listen.interface)
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    except OSError as error:
        opened.close()
        where = f"{listen.host}:{listen.port}"
        raise InputError(
            f"{where}: cannot listen there ({error.strerror}); end what uses the port, or give another address and port"
        ) from error
    return opened
