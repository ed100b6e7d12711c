"""A shelf of the humanoid's stages for somebody with another body."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from game.shelf import Shelf
from models.body import Body, load_humanoid
from models.borrowing import borrowed
from models.stage import Stage


class BorrowedShelf(Shelf):
    """Stages that were learned on the humanoid; loaded, they see ``wearer`` in its measures."""

    def __init__(self, folders: Sequence[Path], skill: str, wearer: Body) -> None:
        self._wearer = wearer
        super().__init__(folders, skill, load_humanoid())

    def load(self, path: Path) -> Stage:
        """A stage of this skill, see `Shelf.load`.

        Raises:
            InputError: missing, torn, of another schema, skill or body.
        """
        return borrowed(super().load(path), self._wearer)
