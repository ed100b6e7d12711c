"""What to press in the matcher."""

from __future__ import annotations

from game.controls import Control, lines_of

MATCHER_CONTROLS = (
    Control("1", "1", "tool_x", "drag lines along X (to the right)"),
    Control("2", "2", "tool_y", "drag lines along Y (away)"),
    Control("3", "3", "tool_z", "drag lines along Z (upright)"),
    Control("4", "4", "tool_upright", "drag a known height, from the ground up"),
    Control("5", "5", "tool_level", "drag a known length on the ground"),
    Control("6", "6", "tool_origin", "put the origin on the ground"),
    Control("i", "I", "insert", "a point into the line under the mouse, to follow a bent edge"),
    Control("arrow_up", "Up", "longer", "the known length 1 cm longer (without one: the camera higher)", repeats=True),
    Control("arrow_down", "Down", "shorter", "1 cm shorter", repeats=True),
    Control("page_up", "Page Up", "much_longer", "10 cm longer", repeats=True),
    Control("page_down", "Page Down", "much_shorter", "10 cm shorter", repeats=True),
    Control("f", "F", "hold_focal", "hold the focal length, or find it"),
    Control("p", "P", "fit_principal_point", "find the principal point, or not"),
    Control("d", "D", "fit_distortion", "find the lens's distortion, or not"),
    Control("g", "G", "tool_ground", "ground: click two corners"),
    Control("w", "W", "tool_wall", "wall: click two points on the ground, then the top"),
    Control("b", "B", "tool_box", "box: two corners of its front, its back, then the top"),
    Control("c", "C", "tool_card", "card: two points on the ground, then the top"),
    Control("o", "O", "tool_outline", "cut-out: its foot on the ground, then around its shape"),
    Control("r", "R", "tool_reshape", "reshape: drag corners, edges and tops of blocks"),
    Control("enter", "Enter", "close_outline", "close the cut-out"),
    Control("[", "[", "thinner", "cut-outs thinner, down to a card", repeats=True),
    Control("]", "]", "thicker", "cut-outs thicker", repeats=True),
    Control("delete", "Delete", "remove", "the line or the block under the mouse away"),
    Control("u", "U", "undo", "undo"),
    Control("wheel_up", "Wheel up", "closer", "closer, where the mouse is"),
    Control("wheel_down", "Wheel down", "further", "further away"),
    Control("s", "S", "save", "save the place"),
    Control("f1", "F1", "toggle_help", "this list"),
    Control("escape", "Escape", "quit", "end"),
)


def matcher_help() -> list[str]:
    """All there is to press."""
    return lines_of(MATCHER_CONTROLS)
