"""Live play, and an operator who goes to another place in the middle of a take: ``python -m tests.game.mover FOLDER``.

In a window where there is a display, else without one. Keys are pressed as the window would press them. Leaves pictures
of the window in FOLDER, and takes below it. --damaged: the first place is one of the user's own, in FOLDER/mine; what
is gone to then is that place, from the apartment, after the end of its photograph was lost.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from direct.task import Task

from backflip import _parser
from game.finding import find_environment
from game.keys import Keys
from game.live import Live
from game.window import has_display, open_base
from models.paths import ASSETS

SIZE = (480, 259)


class Mover:
    """Works through `keys` a step a frame, for as many places as it takes."""

    def __init__(self, base: Any, folder: Path) -> None:
        self.base = base
        self.folder = folder
        self._script: Iterator[None] = iter(())
        base.taskMgr.add(self._step, "mover", sort=60)

    def follow(self, script: Iterator[None]) -> None:
        self._script = script

    def _step(self, task: Task.Task) -> int:
        next(self._script, None)
        return int(task.cont)

    def press(self, *keys: str) -> Iterator[None]:
        for key in keys:
            for event in (key, f"{key}-up"):
                self.base.messenger.send(event)
                yield
            yield

    def picture(self, name: str) -> Iterator[None]:
        yield
        self.base.win.get_screenshot().write(str(self.folder / f"{name}.png"))
        places = [node.get_name() for node in self.base.render.children if node.get_name().startswith("place ")]
        print(name, *places, flush=True)

    def to_place(self, row: int) -> Iterator[None]:
        """Through the panel: to the tabs, to that of the places, to a row of it."""
        yield from self.press("tab", "arrow_up", "arrow_right", "arrow_right", "enter", *["arrow_down"] * row)
        yield from self.picture("panel")
        yield from self.press("enter")
        yield

    def to_the_apartment(self) -> Iterator[None]:
        yield from self.press("z", "=", "=", "t", "[", "f5", "enter")
        yield from self.picture("before")
        yield from self.to_place(1)
        yield from self.press("tab")
        yield from self.picture("after")
        yield from self.press("enter", "enter", "escape")

    def there_and_back(self) -> Iterator[None]:
        yield from self.to_place(1)
        plate = self.folder / "mine" / "park.jpg"
        plate.write_bytes(plate.read_bytes()[:20_000])
        yield from self.press("tab")
        yield from self.to_place(5)  # below the four that ship
        yield from self.press("tab")
        yield from self.picture("after")
        yield from self.press("escape")


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    os.chdir(folder)
    base = open_base(SIZE, offscreen=not has_display())
    mover = Mover(base, folder)
    place = "park"
    if "--damaged" in sys.argv:
        place = str(folder / "mine")
        shutil.copytree(ASSETS / "environments" / "park", place)
        mover.follow(mover.there_and_back())
    else:
        mover.follow(mover.to_the_apartment())
    hand = [] if has_display() else ["--tracker", "path"]  # without a window there is no mouse
    arguments = _parser().parse_args(["play", "--environment", place, "--countdown", "0", "--scene", "4", *hand])
    return Live(base, arguments, Keys()).play(find_environment(place))


if __name__ == "__main__":
    sys.exit(main())
