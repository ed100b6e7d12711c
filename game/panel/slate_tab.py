"""The slate of the takes to come, and what is to be said about the last one."""

from __future__ import annotations

import dataclasses

from imgui_bundle import imgui

from game.panel.rows import beside_button, beside_text
from game.session import Session
from game.slate import check_scene
from game.takes.edits import LONGEST_TEXT, change_edits
from game.takes.folders import parse_name
from models.errors import InputError

_RED = (0.95, 0.35, 0.3, 1.0)
_FIELDS = ("slate", "scene", "shot")
_LONGEST_COUNTDOWN = 10.0  # s


class SlateTab:
    """What is being typed: it counts once Enter is pressed or the field is left, if it can be on a slate."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._typed = self._slate()
        self._note = ""

    def show(self) -> None:
        """The take, the slate, the attempt, the last take."""
        self._take()
        self._name()
        self._attempt()
        self._last_take()

    def _take(self) -> None:
        session = self._session
        if imgui.button("stop the take" if session.recording else "start a take"):
            session.toggle_take()
        imgui.same_line()
        imgui.text(f"{session.settings.full_slate}, {'recording' if session.recording else 'not recording'}")

    def _name(self) -> None:
        active = entered = False
        for name in _FIELDS:
            self._typed[name] = imgui.input_text(name, self._typed[name])[1]
            active |= imgui.is_item_active()
            entered |= imgui.is_item_deactivated_after_edit()
        problem = _problem(**self._typed)
        if problem:
            imgui.text_colored(_RED, problem)
        elif entered:
            slate, scene, shot = (self._typed[name] for name in _FIELDS)
            self._session.settings = dataclasses.replace(self._session.settings, slate=slate, scene=scene, shot=shot)
        if not active:
            self._typed = self._slate()
        if imgui.button("next shot"):
            self._session.next_shot()
        imgui.same_line()
        seconds = self._session.settings.countdown
        imgui.set_next_item_width(imgui.get_font_size() * 8.0)
        changed, seconds = imgui.slider_float("countdown", seconds, 0.0, _LONGEST_COUNTDOWN, "%.0f s")
        if changed:
            self._session.settings = dataclasses.replace(self._session.settings, countdown=float(round(seconds)))

    def _slate(self) -> dict[str, str]:
        return {name: getattr(self._session.settings, name) for name in _FIELDS}

    def _attempt(self) -> None:
        session = self._session
        imgui.separator_text("Attempt")
        for index, (label, action) in enumerate(
            (
                ("next", session.next_attempt),
                ("again", session.retry),
                ("back", session.rewind),
                ("go on" if session.clock.paused else "pause", session.pause),
                ("step", session.single_step),
                ("slower", session.slower),
                ("faster", session.faster),
            )
        ):
            if index:
                beside_button(label)
            if imgui.button(label):
                action()
        speed = f"{session.clock.speed:g}x"
        beside_text(speed)
        imgui.text(speed)

    def _last_take(self) -> None:
        imgui.separator_text("Last take")
        session, last = self._session, self._session.last_take
        if last is None:
            imgui.text_disabled("none yet")
            return
        for label, action in (("circle", session.circle_take), ("star", session.star_take)):
            if imgui.button(label):
                action()
            imgui.same_line()
        imgui.text(last.name)
        entered, self._note = imgui.input_text("note", self._note, imgui.InputTextFlags_.enter_returns_true.value)
        if (entered or imgui.button("keep the note")) and self._note.strip():
            note = self._note.strip()[:LONGEST_TEXT]
            try:
                change_edits(last, notes=lambda notes: (*notes, note))
                self._note = ""
            except InputError as error:
                session.say(str(error))


def _problem(slate: str, scene: str, shot: str) -> str:
    """Why this cannot be on a slate, in a sentence; empty: it can."""
    if parse_name(f"{slate}_001") is None:
        return "slate: up to 64 letters, digits, _ and -, a letter or digit first"
    try:
        check_scene(scene, shot)
    except InputError as error:
        return str(error)
    return ""
