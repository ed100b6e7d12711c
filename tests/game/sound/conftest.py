"""The shipped sounds, decoded once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from game.sound.foley import Cue, Foley
from game.sound.library import Library, load_library
from models.contact import Contact


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


def all_cues(foley: Foley, steps: Iterable[tuple[float, Iterable[Contact]]]) -> list[Cue]:
    """Every cue of a performance, given its (time in s, contacts) step by step."""
    return [cue for time_s, contacts in steps for cue in foley.hear(time_s, contacts)]
