"""The stages at hand, skill by skill, early to late, and the ones that the trainer puts there while the game runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from game.clips import Clips
from models.body import Body
from models.errors import InputError
from models.reference import Reference
from models.stage import Stage, StageInfo, list_stages, load_info, load_stage


class Shelf:
    """Ladders of stages: of each skill, folder after folder, in each in the order of learning.

    A file that cannot be read is told once and left out until it changes.
    """

    def __init__(self, folders: Sequence[Path], clips: Clips) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        self._clips = clips
        self._infos: dict[Path, StageInfo] = {}
        self._ladders: dict[str, list[Path]] = {}  # those asked for since a stage came last
        self._refused: dict[Path, int] = {}
        self._notes: list[str] = []
        self.refresh()

    @property
    def skills(self) -> list[str]:
        """The skills of which there are stages, in the order in which keys go through them."""
        there = {info.skill for info in self._infos.values()}
        return [skill for skill in self._clips.skills if skill in there]

    def ladder(self, skill: str) -> list[Path]:
        """The stages of a skill, in order."""
        if skill not in self._ladders:
            folders = [*self._folders, *(path.parent for path in self._infos if path.parent not in self._folders)]
            ladder = [path for path, info in self._infos.items() if info.skill == skill]
            ladder.sort(key=lambda path: (folders.index(path.parent), self._infos[path].samples))
            self._ladders[skill] = ladder
        return self._ladders[skill]

    def reference(self, skill: str) -> Reference:
        """The clip that the stages of a skill are played with."""
        return self._clips.reference(skill)

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
                self._put(path)
                fresh.append(path)
            except FileNotFoundError:
                continue  # gone between listing and looking
            except InputError as error:
                self._refused[path] = changed
                self._notes.append(str(error))
        return fresh

    def _put(self, path: Path) -> None:
        """Put a stage on the shelf, if it can be played."""
        info = load_info(path)
        if info.skill not in self._clips.skills:
            raise InputError(
                f"{path}: learned '{info.skill}' from a clip that does not ship; play it with that clip: --skill FILE"
            )
        if info.body != self._learner.digest:
            raise InputError(f"{path}: learned on another body; train it on this one")
        self._infos[path] = info
        self._ladders.clear()

    @property
    def _learner(self) -> Body:
        """The body that the stages were learned on."""
        return self._clips.body

    def neighbour(self, path: Path, step: int) -> Path:
        """The stage of the same skill ``step`` places later (negative: earlier), held at the ends."""
        ladder = self.ladder(self._infos[path].skill)
        return ladder[min(max(ladder.index(path) + step, 0), len(ladder) - 1)]

    def load(self, path: Path) -> Stage:
        """A stage; from another folder, it joins the shelf.

        Raises:
            InputError: missing, torn, of another schema or body, or of a skill whose clip is not at hand.
        """
        path = path.resolve()
        if path not in self._infos:
            self._put(path)
        return load_stage(path, self._learner)
