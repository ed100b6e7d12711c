"""The stages at hand, early to late, and the ones that the trainer puts there while the game runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.body import Body
from models.errors import InputError
from models.stage import Stage, StageInfo, list_stages, load_info, load_stage


class Shelf:
    """Stages of one skill: folder after folder, in each in the order of learning.

    A file that cannot be read is told once and left out until it changes.
    """

    def __init__(self, folders: Sequence[Path], skill: str, body: Body) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        self._skill = skill
        self._body = body
        self._infos: dict[Path, StageInfo] = {}
        self._refused: dict[Path, int] = {}
        self._notes: list[str] = []
        self.refresh()

    @property
    def paths(self) -> list[Path]:
        """Stage files in order."""
        folders = [*self._folders, *(path.parent for path in self._infos if path.parent not in self._folders)]
        return sorted(self._infos, key=lambda path: (folders.index(path.parent), self._infos[path].samples))

    def info(self, path: Path) -> StageInfo:
        """What is known about a stage on the shelf."""
        return self._infos[path]

    def take_notes(self) -> list[str]:
        """Sentences about files that were left out, since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def refresh(self) -> list[Path]:
        """Look for stages published since the last call. Returns the new ones."""
        fresh = []
        for path in (path for folder in self._folders for path in list_stages(folder)):
            if path in self._infos:
                continue
            try:
                changed = path.stat().st_mtime_ns
                if self._refused.get(path) == changed:
                    continue
                self._infos[path] = self._checked(path)
                fresh.append(path)
            except FileNotFoundError:
                continue  # gone between listing and looking
            except InputError as error:
                self._refused[path] = changed
                self._notes.append(str(error))
        return fresh

    def _checked(self, path: Path) -> StageInfo:
        info = load_info(path)
        if info.skill != self._skill:
            raise InputError(f"{path}: a stage of {info.skill}; choose one of {self._skill}")
        if info.body != self._body.digest:
            raise InputError(f"{path}: learned on another body; train it on this one")
        return info

    def neighbour(self, path: Path, step: int) -> Path:
        """The stage ``step`` places later (negative: earlier), held at the ends."""
        paths = self.paths
        return paths[min(max(paths.index(path) + step, 0), len(paths) - 1)]

    def load(self, path: Path) -> Stage:
        """A stage of this skill; from another folder, it joins the shelf.

        Raises:
            InputError: missing, torn, of another schema, skill or body.
        """
        path = path.resolve()
        self._infos.setdefault(path, self._checked(path))
        return load_stage(path, self._body)
