"""The shipped sounds, decoded once."""

from __future__ import annotations

import pytest

from game.sound.library import Library, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()
