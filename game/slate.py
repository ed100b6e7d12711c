"""What is on the slate: scene and shot, the count before a take, and what is marked right after it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

from game.takes.edits import change_edits
from game.takes.take import load_take
from models.errors import InputError

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # as slates have them: I and O read as 1 and 0
_SHOT = re.compile(r"[A-Za-z0-9]{1,8}")
_SCENE = re.compile(r"[A-Za-z0-9]{1,16}")


def slate_of(name: str, scene: str, shot: str) -> str:
    """What takes are called: ``park``, or with scene and shot ``park_12A``."""
    return f"{name}_{scene}{shot}" if scene or shot else name


def check_scene(scene: str, shot: str) -> None:
    """Make sure that these can be on a slate.

    Raises:
        InputError: they cannot.
    """
    if scene and _SCENE.fullmatch(scene) is None:
        raise InputError(f"--scene {scene}: give up to 16 letters and digits, such as 12")
    if shot and _SHOT.fullmatch(shot) is None:
        raise InputError(f"--shot {shot}: give up to 8 letters and digits, such as A")


def shot_after(shot: str) -> str:
    """The next shot of a scene: A after none, B after A, AA after Z; I and O are left out. A number counts on."""
    if shot.isdigit():
        return str(int(shot) + 1)
    head, last = shot[:-1], shot[-1:].upper()
    if last == "":
        return _LETTERS[0]
    if last not in _LETTERS[:-1]:
        return (shot_after(head) if head else _LETTERS[0]) + _LETTERS[0]
    return head + _LETTERS[_LETTERS.index(last) + 1]


@dataclass(frozen=True)
class Countdown:
    """Seconds until a take begins; None: nobody waits for one."""

    left: float | None = None

    @property
    def running(self) -> bool:
        """Whether it counts."""
        return self.left is not None

    @property
    def text(self) -> str:
        """What it says: whole seconds that are left."""
        return "" if self.left is None else f"take in {math.ceil(self.left)}"

    def advance(self, dt: float) -> tuple[Countdown, bool]:
        """The count ``dt`` seconds later, and whether the take begins now."""
        if self.left is None:
            return self, False
        left = self.left - dt
        return (Countdown(), True) if left <= 0.0 else (replace(self, left=left), False)


def toggle_mark(folder: Path | None, mark: str) -> str:
    """Put "circled" or "starred" on a take, or take it off. Returns what to tell.

    folder: of the last take, None before there is one.
    """
    if folder is None:
        return "no take to mark yet"
    try:
        on = getattr(change_edits(folder, **{mark: lambda before: not before}), mark)
        return f"{load_take(folder).id} {mark if on else f'not {mark}'}"
    except InputError as error:
        return str(error)
