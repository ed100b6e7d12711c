"""Items side by side, as many in a row as there is room for."""

from __future__ import annotations

from imgui_bundle import imgui


def beside_button(label: str) -> None:
    """Let a button with this label follow in the row of the last item, if it fits."""
    _beside(_letters(label) + 2.0 * imgui.get_style().frame_padding.x)


def beside_radio(label: str) -> None:
    """The same for a radio button."""
    _beside(_letters(label) + imgui.get_frame_height() + imgui.get_style().item_inner_spacing.x)


def beside_text(text: str) -> None:
    """The same for a text."""
    _beside(_letters(text))


def _beside(width: float) -> None:
    right = imgui.get_cursor_screen_pos().x + imgui.get_content_region_avail().x
    if imgui.get_item_rect_max().x + imgui.get_style().item_spacing.x + width <= right:
        imgui.same_line()


def _letters(text: str) -> float:
    return float(imgui.calc_text_size(text).x)
