"""What a body does by itself, whatever it performs: it blinks and breathes. Pure functions of time.

The same second always gives the same lids and the same chest, so replay and movie show what was seen live.
"""

from __future__ import annotations

import math

_BLINK_EVERY = 3.6  # s on average: 17 blinks a minute, an adult at rest
_GOLDEN = 0.6180339887498949  # its multiples spread evenly and never repeat
_CLOSING, _CLOSED, _OPENING = 0.08, 0.04, 0.16  # s; lids fall faster than they rise
_BLINK = _CLOSING + _CLOSED + _OPENING
_BREATH = 3.5  # s: 17 breaths a minute
_INHALING = 0.4  # share of a breath
_APART = 977.0  # s between the lives of two attempts, so that they do not blink alike


def life_seconds(attempt: int, seconds: float) -> float:
    """Where on the line of a life an attempt is, ``seconds`` after its start."""
    return attempt * _APART + seconds


def blink(seconds: float) -> float:
    """How far the lids are shut, 0 … 1: once in every `_BLINK_EVERY` seconds, each time at another moment of them."""
    turn, within = divmod(seconds, _BLINK_EVERY)
    since = within - (turn * _GOLDEN % 1.0) * (_BLINK_EVERY - _BLINK)
    if since <= 0.0 or since >= _BLINK:
        return 0.0
    if since < _CLOSING:
        return _ease(since / _CLOSING)
    return _ease((_BLINK - since) / _OPENING) if since > _CLOSING + _CLOSED else 1.0


def breath(seconds: float) -> float:
    """How full the chest is, 0 … 1: it fills faster than it empties."""
    part = seconds / _BREATH % 1.0
    return _ease(part / _INHALING) if part < _INHALING else _ease((1.0 - part) / (1.0 - _INHALING))


def lids(seconds: float) -> dict[str, float]:
    """The blink as an expression, for a face that nobody else moves."""
    shut = blink(seconds)
    return {"eyeBlinkLeft": shut, "eyeBlinkRight": shut}


def _ease(part: float) -> float:
    return 0.5 - 0.5 * math.cos(math.pi * part)
