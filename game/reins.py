"""The keys that lead a steerable skill: left and right as long as they are held, faster and slower step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from game.controls import Control
from game.lead import Lead
from game.performer import Performer
from models.attempt import MOST_TURN
from models.skills import SKILLS

_STEP = 0.1  # of the clip's speed
_KEYS = {"lead_left": "left", "lead_right": "right", "lead_slower": "slower", "lead_faster": "faster"}


class Reins:
    """Every public method without arguments is something that a key can do, going down or up.

    say: tells the operator something.
    """

    def __init__(self, performer: Performer, say: Callable[[str], None]) -> None:
        self._performer = performer
        self._say = say
        self._pulled = {"left": False, "right": False}

    def lead_left(self) -> None:
        """To the left, until `leave_left`."""
        self._pull("left", True)

    def leave_left(self) -> None:
        """No longer to the left."""
        self._pull("left", False)

    def lead_right(self) -> None:
        """To the right, until `leave_right`."""
        self._pull("right", True)

    def leave_right(self) -> None:
        """No longer to the right."""
        self._pull("right", False)

    def lead_faster(self) -> None:
        """A step faster."""
        self._hurry(_STEP)

    def lead_slower(self) -> None:
        """A step slower."""
        self._hurry(-_STEP)

    def _pull(self, side: str, on: bool) -> None:
        self._pulled[side] = on
        if on and not self._performer.skill.steerable:
            self._refuse()
            return
        turn = MOST_TURN * (self._pulled["left"] - self._pulled["right"])
        self._performer.lead(dataclasses.replace(self._performer.wanted, turn=turn))

    def _hurry(self, step: float) -> None:
        wanted = self._performer.wanted
        if self._performer.skill.steerable:
            self._performer.lead(Lead(wanted.turn, round(wanted.speed + step, 2)).within_reach())
        else:
            self._refuse()

    def _refuse(self) -> None:
        able = ", ".join(name for name, skill in SKILLS.items() if skill.steerable)
        self._say(f"{self._performer.skill.name} cannot be led; of all skills these can: {able}")


def told(controls: Sequence[Control]) -> str:
    """Which keys lead, in one line."""
    keys = {way: next((c.label for c in controls if c.action == action), "") for action, way in _KEYS.items()}
    return "lead it: " + ", ".join(f"{key} {way}" for way, key in keys.items() if key)
