"""All there is to press, on one screen; choosing a row does what it says, so that every device reaches everything."""

from __future__ import annotations

from imgui_bundle import imgui

from game.controls import RELEASES, find_action, label_of_button
from game.session import Session

_HELD = frozenset(("point", *RELEASES))  # needs the pointer, or a key that goes up again
_KEY, _BUTTON = 5.5, 7.5  # widths of the columns, in letters


def show(session: Session) -> None:
    """A row an action: its keys, its buttons, what it does."""
    letter = imgui.get_font_size()
    imgui.text_disabled("`backflip keys` prints the file that changes them")
    for action in dict.fromkeys(control.action for control in session.controls):
        controls = [control for control in session.controls if control.action == action]
        keys = ", ".join(control.label for control in controls)
        pressed = [*session.controller.items(), *session.steering.items()]
        buttons = ", ".join(label_of_button(name) for name, does in pressed if does == action)
        if action in _HELD:
            imgui.text(keys)
        elif imgui.selectable(f"{keys}##{action}", False)[0] and session.can(action):
            find_action(action, session.owners)()
        for at, words in ((_KEY, buttons), (_KEY + _BUTTON, controls[0].text)):
            imgui.same_line(at * letter)
            imgui.text(words)
