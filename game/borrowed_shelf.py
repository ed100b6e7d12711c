"""A shelf of the humanoid's stages for somebody with another body."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from game.clips import Clips
from game.shelf import Shelf
from models.body import Body, load_humanoid
from models.borrowing import borrowed
from models.stage import Stage


class BorrowedShelf(Shelf):
    """Stages that were learned on the humanoid; loaded, they see the body that the clips are for in its measures."""

    def __init__(self, folders: Sequence[Path], clips: Clips) -> None:
        self._humanoid = load_humanoid()
        super().__init__(folders, clips)

    @property
    def _learner(self) -> Body:
        return self._humanoid

    def load(self, path: Path) -> Stage:
        """A stage, see `Shelf.load`.

        Raises:
            InputError: missing, torn, of another schema or body, or of a skill whose clip is not at hand.
        """
        return borrowed(super().load(path), self._clips.body)
