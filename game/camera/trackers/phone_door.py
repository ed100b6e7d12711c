"""Who may hold the camera from a phone: a one-time code lets one in, a pass lets that one come back.

Pure bookkeeping, without a network. The code is short, because people type it; so it is worth nothing once it has been
used, and is exchanged after a few wrong tries.
"""

from __future__ import annotations

import hmac
import secrets

_DIGITS = 6
_TRIES = 5


class RefusedError(Exception):
    """Whoever knocks is not let in; the message is a sentence for their screen."""


class Door:
    """`code` is the one that lets the next phone in; ``passed`` counts those that were let in."""

    def __init__(self) -> None:
        self.passed = 0
        self._pass = ""
        self._renew()

    def enter(self, code: object) -> str:
        """Exchange the code for a pass. From now on the last phone's pass is worth nothing: a camera has one operator.

        Raises:
            RefusedError: the code is wrong.
        """
        if not isinstance(code, str) or not _same(code.strip(), self.code):
            self._tries += 1
            if self._tries >= _TRIES:
                self._renew()
                raise RefusedError(
                    "Too many wrong codes: the code has been changed; type the new one from the viewfinder."
                )
            raise RefusedError("This is not the code: type the one that the viewfinder shows.")
        self._renew()
        self.passed += 1
        self._pass = secrets.token_urlsafe(24)
        return self._pass

    def knows(self, shown: str) -> bool:
        """Whether ``shown`` is the pass of the phone that was let in last."""
        return bool(self._pass) and _same(shown, self._pass)

    def _renew(self) -> None:
        self.code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
        self._tries = 0


def _same(shown: str, kept: str) -> bool:
    """Compared in a time that tells nothing of how much of it is right; ``shown`` may hold no real letters."""
    return hmac.compare_digest(shown.encode(errors="replace"), kept.encode())


class Allowance:
    """So many messages a second on average, and as many at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left = rate
        self._at: float | None = None

    def take(self, seconds: float) -> bool:
        """Use up one message at ``seconds`` of a clock that never goes back; False when none is left."""
        if self._at is not None:
            self._left = min(self._rate, self._left + (seconds - self._at) * self._rate)
        self._at = seconds
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
