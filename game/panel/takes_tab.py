"""The takes that were kept, newest first, with their pictures; circle, star and bin are one press away."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from imgui_bundle import imgui

from game.panel.drawing import Drawing
from game.session import Session
from game.takes.edits import change_edits
from game.takes.export.thumbnail import NAME as THUMBNAIL
from game.takes.library import Library, chosen, discard, open_library
from game.takes.listing import clock
from game.takes.take import Take
from models.errors import InputError

_LOOK_AGAIN = 2.0  # s
_PICTURE = (160.0, 86.5)  # pixels


class TakesTab:
    """Looks through the folder of takes every other second, as long as it is on the screen."""

    def __init__(self, session: Session, drawing: Drawing) -> None:
        self._session = session
        self._drawing = drawing
        self._library = Library((), (), ())
        self._looked = float("-inf")
        self._pictures: dict[tuple[Path, int], imgui.ImTextureRef | None] = {}
        self._doomed: Path | None = None
        self._circled = False

    def show(self) -> None:
        """One row a take, then what cannot be read."""
        self._look()
        if not self._library.takes:
            imgui.text_disabled(f"no takes in {self._session.settings.takes}; the trigger or Enter films one")
        else:
            self._circled = imgui.checkbox("circled only", self._circled)[1]
        for take in reversed(chosen(self._library, circled=self._circled).takes):
            imgui.push_id(str(take.folder))
            self._row(take)
            imgui.pop_id()
        for folder in self._library.cut_off:
            imgui.text_wrapped(f"cut off: {folder}; the next start mends it")
        for note in self._library.notes:
            imgui.text_wrapped(note)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked > _LOOK_AGAIN:
            self._looked = now
            self._library = open_library(self._session.settings.takes)

    def _row(self, take: Take) -> None:
        x, y = imgui.get_cursor_screen_pos()
        # The rows just beyond what is to be seen are there too, so that keys and buttons can walk on to them.
        if not imgui.is_rect_visible((x, y - _PICTURE[1]), (x + _PICTURE[0], y + 2.0 * _PICTURE[1])):
            imgui.dummy(_PICTURE)
            return
        picture = self._picture(take.folder / THUMBNAIL)
        if picture is None:
            imgui.begin_disabled()
            imgui.button("no picture", _PICTURE)
            imgui.end_disabled()
        else:
            # Panda3D keeps the last row of a picture first.
            imgui.image(picture, _PICTURE, (0.0, 1.0), (1.0, 0.0))
        imgui.same_line()
        imgui.begin_group()
        count = len(take.facts["attempts"])
        attempts = "1 attempt" if count == 1 else f"{count} attempts"
        imgui.text(f"{take.label}   {clock(take.duration)}   {attempts}")
        imgui.text_disabled(", ".join(flag.replace("_", " ") for flag in take.flags) or "nothing to beware of")
        for note in take.edits.notes[-2:]:
            imgui.text_wrapped(note)
        self._marks(take)
        imgui.end_group()

    def _marks(self, take: Take) -> None:
        for name, on in (("circled", take.edits.circled), ("starred", take.edits.starred)):
            if imgui.checkbox(name, on)[0]:
                self._try(lambda name=name, on=on: change_edits(take.folder, **{name: not on}))
            imgui.same_line()
        if self._doomed != take.folder:
            if imgui.button("to the bin"):
                self._doomed = take.folder
            return
        if imgui.button("yes, to the bin"):
            self._try(lambda: discard(take.folder))
            self._doomed = None
        imgui.same_line()
        if imgui.button("no, keep it"):
            self._doomed = None

    def _try(self, change: Any) -> None:
        try:
            change()
        except InputError as error:
            self._session.say(str(error))
        self._looked = float("-inf")

    def _picture(self, file: Path) -> imgui.ImTextureRef | None:
        """The picture in a file, read again when it has changed; None: there is none."""
        try:
            key = (file, file.stat().st_mtime_ns)
        except OSError:
            return None
        if key not in self._pictures:
            self._pictures[key] = self._drawing.add_picture(file)
        return self._pictures[key]
