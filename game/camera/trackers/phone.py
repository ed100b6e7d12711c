"""A phone as the camera: it is turned in the hand, and its page moves it, starts takes and turns the lens.

A page is served on the local network as long as this tracker is chosen; a one-time code lets one phone in. The phone
knows how it is turned, and not where it is: fingers that are dragged over its page move it.
"""

from __future__ import annotations

import dataclasses
import io
import math
import socket
import threading
import time

import segno

from game.camera.pose import IDENTITY_ROTATION, Sample, Tracking
from game.camera.trackers.certificate import own_context
from game.camera.trackers.fly import Drive, Flight, fly
from game.camera.trackers.listen import Listen
from game.camera.trackers.phone_door import Door
from game.camera.trackers.phone_message import PhoneState
from game.camera.trackers.phone_server import PhoneServer
from game.camera.trackers.tracker import ASKED_FOCAL_LENGTH, Clock, Status, Tracker
from models import rotations
from models.coords import wxyz_to_xyzw
from models.errors import InputError
from models.rotations import Array

PORT = 8443
SILENCE = 1.0  # s without a word after which tracking counts as lost
SPEED = 1.5  # m/s at the stick's end, a brisk walk
LIFT = 0.8  # m/s
_UP = 2
_ANY = "0.0.0.0"  # all of this machine's addresses
_ELSEWHERE = ("192.0.2.1", 9)  # an address that nobody has: asking for the way to it sends nothing


class PhoneTracker(Tracker):
    """Flies from the identity pose. Buttons trigger, grip, a, b, menu, stick; axis asked_focal_length once it is set.

    Its page shows whether a take is running, whether the camera is held, and the lens.
    """

    name = "phone"

    def __init__(self, listen: Listen | None = None, now_ns: Clock = time.monotonic_ns) -> None:
        """Begin to serve; listen None: at this machine's address on the local network.

        Raises:
            InputError: there is no network, no such address, or the port is taken.
        """
        listen = listen or Listen(local_address(), PORT)
        self._now_ns = now_ns
        self._last_ns = now_ns()
        self._flight = Flight()
        self._rotation: Array | None = None
        self._lock = threading.Lock()  # around what the server's thread writes
        self._state = PhoneState()
        self._tapped: frozenset[str] = frozenset()
        self._heard_ns: int | None = None
        self._door = Door()
        host = local_address() if listen.host == _ANY else listen.host
        self._server = PhoneServer(listen, own_context(host), self._door, self._hear)
        self.url = f"https://{host}:{self._server.port}"

    @property
    def note(self) -> str:
        """What to do on the phone."""
        if not self._silent(self._now_ns()):
            turned = self._rotation is not None or self._state.rotation is not None
            return "" if turned else "the phone does not say how it is turned; allow motion on its page, or reload it"
        come = f"open {self.url} on the phone and type {self._door.code}"
        return f"the phone is silent; wake it, or {come}" if self._door.passed else come

    @property
    def invitation(self) -> str:
        """Lines for a terminal: what to open, and a picture to point the phone at instead."""
        picture = io.StringIO()
        segno.make(f"{self.url}/#{self._door.code}", error="l").terminal(picture, compact=True)
        warning = "The browser warns of the certificate, because this program has signed it itself: go on all the same."
        return f"{picture.getvalue()}\n{self.note}\n{warning}"

    def sample(self) -> Sample:
        """How the phone is turned now, where its stick has flown it; a silent phone stays there, lost."""
        now = self._now_ns()
        dt = (now - self._last_ns) * 1e-9
        self._last_ns = now
        with self._lock:
            state, buttons, self._tapped = self._state, self._tapped | self._state.buttons, frozenset()
        if state.rotation is not None:
            self._rotation = state.rotation
        if self._rotation is None:
            return Sample(now, self._flight.position, IDENTITY_ROTATION, Tracking.ABSENT, buttons)
        axes = {} if state.focal_length is None else {ASKED_FOCAL_LENGTH: state.focal_length}
        if self._silent(now):
            return Sample(now, self._flight.position, self._rotation, Tracking.LOST, frozenset(), axes)
        heading = float(rotations.twist_angle(wxyz_to_xyzw(self._rotation), _UP))
        self._flight = fly(dataclasses.replace(self._flight, yaw=heading), _drive(state), dt)
        return Sample(now, self._flight.position, self._rotation, Tracking.OK, buttons, axes)

    def show(self, status: Status) -> None:
        """On the phone, with the answer to what it says next."""
        self._server.status = status

    def close(self) -> None:
        """Serve no more."""
        self._server.close()

    def _hear(self, state: PhoneState) -> None:
        now = self._now_ns()
        with self._lock:
            self._tapped |= state.buttons  # a tap may begin and end between two pictures
            self._state, self._heard_ns = state, now

    def _silent(self, now: int) -> bool:
        with self._lock:
            return self._heard_ns is None or now - self._heard_ns > SILENCE * 1e9


def local_address() -> str:
    """This machine's IPv4 address on the local network.

    Raises:
        InputError: it is on none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            return str(probe.getsockname()[0])
        except OSError as error:
            raise InputError("no network for a phone to come by; join one, or choose another tracker") from error


def _drive(state: PhoneState) -> Drive:
    x, y = (math.copysign(value * value, value) for value in state.stick)
    return Drive(right=x * SPEED, ahead=y * SPEED, up=state.lift * LIFT)
