"""What learning can do without: files that only people look at."""

from __future__ import annotations

import sys


class Forgiving:
    """Around a write that may fail: the first failure is told on stderr, those after it pass in silence.

    Curves and pictures are worth a warning, not the hours that a run has taken.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = False

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, OSError):
            return False
        if not self._told:
            print(f"{self._what}: cannot be written ({error.strerror}); learning goes on without it", file=sys.stderr)
        self._told = True
        return True
