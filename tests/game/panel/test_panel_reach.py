"""Everything that can be pressed in the panel can be walked to: with a pad's cross, its stick, or the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imgui_bundle import imgui

from tests.game.panel.test_panel import CAMERA, PLACE, SLATE, STAGES, TAKES, Hand
from tests.game.test_session import Shoot, run, shoot  # noqa: F401

_WIDGETS = ("button", "checkbox", "slider_float", "combo", "selectable", "radio_button", "input_text")
_TAKES = 9  # more than can be seen at once


class Told:
    """Every widget that ImGui is told of, by its number, with its label; pictures that are no buttons are left out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.labels: dict[int, str] = {}
        for name in _WIDGETS:
            monkeypatch.setattr(imgui, name, self._heard(getattr(imgui, name)))

    def _heard(self, widget: Callable[..., Any]) -> Callable[..., Any]:
        def hear(label: str, *arguments: Any) -> Any:
            result = widget(label, *arguments)
            if label != "no picture":
                self.labels[imgui.get_item_id()] = label
            return result

        return hear


def walk(press: Callable[[str], None]) -> Iterator[int]:
    """Down row after row, each to its right end and back."""
    context = imgui.get_current_context()
    rows: set[int] = set()
    while context.nav_id not in rows:
        rows.add(context.nav_id)
        row, line = context.nav_id, [context.nav_id]
        press("right")
        while context.nav_id not in line:
            line.append(context.nav_id)
            press("right")
        yield from line
        for _ in line:
            if context.nav_id == row:
                break
            press("left")
        press("down")


@pytest.mark.parametrize("tab", [SLATE, STAGES, PLACE, CAMERA, TAKES])
@pytest.mark.parametrize("arrows", [False, True])
def test_every_tab_can_be_walked_through(
    base: Any,
    shoot: Shoot,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tab: int,
    arrows: bool,
) -> None:
    session = shoot[0]
    for _ in range(_TAKES if tab == TAKES else 1):
        session.start_take()
        run(shoot, 0.06)
        session.stop_take()
    told = Told(monkeypatch)
    hand = Hand(base, session)
    try:
        hand.tab(tab)
        told.labels.clear()
        hand.press("down")
        reached = set(walk((lambda way: hand.key(f"arrow_{way}")) if arrows else hand.press))
        assert len(told.labels) > 2
        assert not [label for number, label in told.labels.items() if number not in reached]
        if tab == TAKES:
            assert list(told.labels.values()).count("to the bin") == _TAKES
    finally:
        hand.panel.destroy()
