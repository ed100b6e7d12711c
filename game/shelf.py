"""The stages at hand, early to late, and the ones that the trainer puts there while the game runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.body import Body
from models.errors import InputError
from models.stage import Stage, StageInfo, list_stages, load_info, load_stage


class Shelf:
    """Stages of one or more folders in the order of learning. A file that cannot be read is told once and left out."""

    def __init__(self, folders: Sequence[Path], body: Body) -> None:
        self._folders = tuple(folders)
        self._body = body
        self._infos: dict[Path, StageInfo] = {}
        self._refused: set[Path] = set()
        self.notes: list[str] = []
        self.refresh()

    @property
    def paths(self) -> list[Path]:
        """Stage files, early to late; of two with as many samples, the one in the earlier folder first."""
        return sorted(self._infos, key=lambda path: self._infos[path].samples)

    def info(self, path: Path) -> StageInfo:
        """What is known about a stage on the shelf."""
        return self._infos[path]

    def refresh(self) -> list[Path]:
        """Look for stages published since the last call. Returns the new ones."""
        fresh = []
        for path in (path for folder in self._folders for path in list_stages(folder)):
            if path in self._infos or path in self._refused:
                continue
            try:
                info = load_info(path)
                if info.body != self._body.digest:
                    raise InputError(f"{path}: learned on another body; it is left out")
            except InputError as error:
                self._refused.add(path)
                self.notes.append(str(error))
                continue
            self._infos[path] = info
            fresh.append(path)
        return fresh

    def neighbour(self, path: Path, step: int) -> Path:
        """The stage ``step`` places later (negative: earlier), held at the ends."""
        paths = self.paths
        at = paths.index(path) if path in paths else len(paths) - 1
        return paths[min(max(at + step, 0), len(paths) - 1)]

    def load(self, path: Path) -> Stage:
        """The stage itself."""
        return load_stage(path, self._body)
