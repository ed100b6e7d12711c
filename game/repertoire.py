"""What is played: which skill, and at which point of learning it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from game.performer import Performer
from game.shelf import Shelf
from models.errors import InputError


class Repertoire:
    """Chooses stages from a shelf for a performer; every public method without arguments is something a key can do.

    say: tells the operator something. cut: called when the performance has jumped. explain: told of a skill that has
    just been chosen, returns what else there is to say about it.
    """

    def __init__(
        self,
        performer: Performer,
        shelf: Shelf,
        say: Callable[[str], None],
        cut: Callable[[], None],
        explain: Callable[[], str],
    ) -> None:
        self.shelf = shelf
        self._performer = performer
        self._say = say
        self._cut = cut
        self._explain = explain
        self._newest: Path | None = None

    @property
    def skill(self) -> str:
        """The skill that is played."""
        return self._performer.stage.info.skill

    @property
    def ladder(self) -> list[Path]:
        """The stages of the skill that is played, in the order of learning."""
        return self.shelf.ladder(self.skill)

    @property
    def words(self) -> str:
        """Skill, stage and success, for the viewfinder."""
        info = self._performer.stage.info
        place = f"{self.ladder.index(self._performer.stage.path) + 1}/{len(self.ladder)}"
        judged = f", {100.0 * info.judged['success']:.0f} % succeed" if "success" in info.judged else ""
        return f"{info.skill.upper().replace('_', ' ')} {place}{judged}"

    def look(self) -> None:
        """See whether learning has put another stage on the shelf."""
        fresh = self.shelf.refresh()
        if fresh:
            self._newest = fresh[-1]
            info = self.shelf.info(self._newest)
            self._say(f"{info.skill}: new stage after {info.attempts:,} attempts, press N to see it")
        for note in self.shelf.take_notes():
            self._say(note)

    def earlier_stage(self) -> None:
        """The stage before."""
        self.play(self.shelf.neighbour(self._performer.stage.path, -1))

    def later_stage(self) -> None:
        """The stage after."""
        self.play(self.shelf.neighbour(self._performer.stage.path, 1))

    def newest_stage(self) -> None:
        """The stage that was published last while playing, or else the one of this skill that has learned longest."""
        self.play(self._newest or self.ladder[-1])

    def next_skill(self) -> None:
        """The next skill, at its last stage."""
        self._go_through(1)

    def previous_skill(self) -> None:
        """The skill before, at its last stage."""
        self._go_through(-1)

    def play_skill(self, skill: str) -> None:
        """A skill that there are stages of, at its last stage."""
        self.play(self.shelf.ladder(skill)[-1])

    def play(self, path: Path) -> None:
        """A stage on the shelf."""
        if path == self._performer.stage.path:
            return
        before = self.skill
        try:
            stage = self.shelf.load(path)
            self._performer.play(stage, self.shelf.reference(stage.info.skill))
        except InputError as error:
            self._say(str(error))
            return
        self._cut()
        if self.skill != before:
            self._say(self._explain())

    def _go_through(self, step: int) -> None:
        skills = self.shelf.skills
        if len(skills) == 1:
            self._say(
                f"no other skill has a stage; learn one with `backflip train SKILL`, {self.skill} is all there is"
            )
            return
        self.play_skill(skills[(skills.index(self.skill) + step) % len(skills)])
