"""The places that ship and those of this shoot; choosing one leads there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from imgui_bundle import imgui

from game.environment.catalogue import find_environments
from game.session import Session
from models.paths import ASSETS


def show(session: Session, go_to: Callable[[str], None], places: Sequence[str]) -> None:
    """A row a place; the one in use is marked. places: names or folders beside those that ship."""
    shipped = (folder.name for folder in find_environments(ASSETS / "environments"))
    for place in dict.fromkeys((*shipped, *places)):
        here = session.settings.environment == place
        if imgui.selectable(f"{Path(place).name}##{place}", here)[0] and not here:
            go_to(place)
    imgui.push_text_wrap_pos()
    imgui.text_disabled("A running take is kept, and so is all that is set. Any other place: --environment FOLDER")
    imgui.pop_text_wrap_pos()
