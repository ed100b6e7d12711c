"""Where a tracker that comes over the network listens, as people write it: ``--listen HOST:PORT``."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from models.errors import InputError

LOOPBACK = "127.0.0.1"
_PORTS = 65535


@dataclass(frozen=True)
class Listen:
    """host: an IPv4 address of this machine, or a multicast group. port: 0 lets the system choose one.

    interface: the address of the network card that joins a multicast group; 0.0.0.0 lets the system choose.
    """

    host: str = LOOPBACK
    port: int = 0
    interface: str = "0.0.0.0"

    @property
    def multicast(self) -> bool:
        """Whether ``host`` is a group rather than a machine."""
        return ipaddress.IPv4Address(self.host).is_multicast


def parse_listen(text: str) -> Listen:
    """``HOST:PORT``, or ``GROUP:PORT@INTERFACE`` for a multicast group on one network card.

    Raises:
        InputError: it is neither.
    """
    where, at, interface = text.partition("@")
    host, colon, port = where.rpartition(":")
    try:
        listen = Listen(str(ipaddress.IPv4Address(host)), int(port), str(ipaddress.IPv4Address(interface or "0.0.0.0")))
    except ValueError as error:
        raise InputError(f"{text}: no place to listen at; write address and port, such as {LOOPBACK}:55555") from error
    if not colon or not 0 <= listen.port <= _PORTS:
        raise InputError(f"{text}: no such port; give one from 0 to {_PORTS}, such as {LOOPBACK}:55555")
    if at and not listen.multicast:
        raise InputError(f"{text}: only a multicast group is joined on an interface; leave out @{interface}")
    return listen
