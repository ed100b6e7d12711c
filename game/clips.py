"""The clips that attempts are played with: each made into a table when its skill is first chosen, once."""

from __future__ import annotations

from models.assets import find_clip
from models.body import Body, load_humanoid
from models.borrowing import retargeted
from models.motion import Clip
from models.reference import Reference, tabulate
from models.skills import SKILLS


class Clips:
    """The clips that ship, and one of the user's own beside them, for ``body``."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._humanoid = load_humanoid()
        self._own: dict[str, Clip] = {}
        self._tables: dict[str, Reference] = {}

    @property
    def skills(self) -> tuple[str, ...]:
        """Names of the skills whose clip is at hand, in the order in which keys go through them."""
        return (*SKILLS, *(name for name in self._own if name not in SKILLS))

    def add(self, skill: str) -> str:
        """Make sure that there is a clip for ``skill``: a shipped name, or a DeepMimic text file. Returns its name.

        Raises:
            InputError: there is no such clip, or it is unusable.
        """
        if skill in SKILLS:
            return skill
        clip = find_clip(skill, self._humanoid)
        self._own[clip.name] = clip
        return clip.name

    def reference(self, skill: str) -> Reference:
        """The clip of one of `skills`, in the measures of the body that plays it."""
        if skill not in self._tables:
            clip = self._own.get(skill) or find_clip(skill, self._humanoid)
            self._tables[skill] = tabulate(retargeted(clip, self.body), self.body)
        return self._tables[skill]
