"""The places that ship; choosing one leads there."""

from __future__ import annotations

from collections.abc import Callable

from imgui_bundle import imgui

from game.environment.catalogue import find_environments
from game.session import Session
from models.paths import ASSETS


def show(session: Session, go_to: Callable[[str], None]) -> None:
    """A row a place; the one in use is marked."""
    for folder in find_environments(ASSETS / "environments"):
        here = session.settings.environment == folder.name
        if imgui.selectable(folder.name, here)[0] and not here:
            go_to(folder.name)
    imgui.text_disabled("A take that is running is kept. Any other place: backflip play --environment FOLDER")
