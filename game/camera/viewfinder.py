"""What the operator sees over the picture: the mask of the frame, guides, and the state of the shoot.

It hangs below a 2-D scene such as `render2d` only, so a picture rendered by the camera itself never has it. It scales
itself to the window: heights run from -1 to 1, widths from -aspect to aspect.
"""

from __future__ import annotations

import math
from typing import Any

from panda3d.core import CardMaker, FontPool, LineSegs, TextNode, TransparencyAttrib

from game.camera.lens import FLAT, inscribed
from game.camera.pose import Tracking
from game.camera.readout import Level, Readout, ViewfinderSettings, lines

Colour = tuple[float, float, float, float]

WHITE: Colour = (0.93, 0.93, 0.9, 1.0)
RED: Colour = (0.9, 0.16, 0.13, 1.0)
GREEN: Colour = (0.35, 0.85, 0.45, 1.0)
AMBER: Colour = (0.98, 0.72, 0.2, 1.0)
_LINE: Colour = (0.93, 0.93, 0.9, 0.38)
_SHADE: Colour = (0.0, 0.0, 0.0, 0.55)

_SAFE = (0.93, 0.9)  # shares of the frame's width and height: for action and for titles (EBU R 95)
_CROSS = 0.035  # half the length of the centre mark, of the frame's height
_TEXT = 0.035  # of the frame's height: the size of the letters
_MARGIN = 0.04  # of the frame's height, between text and frame
_FONT = "cmtt12"  # comes with Panda3D; its letters are all equally wide, so the timecode stands still
_SORT = 50  # above other things in render2d

# Place -> where it stands in the frame: left to right -1 … 1, line from the top (0, 1, …) or the bottom (-1, -2, …).
_PLACES: dict[str, tuple[int, int]] = {
    "top_left": (-1, 0),
    "top": (0, 0),
    "top_right": (1, 0),
    "bottom_left": (-1, -1),
    "above_left": (-1, -2),
    "hint": (0, 1),
    "bottom_right": (1, -1),
}
_ALIGN = {-1: TextNode.A_left, 0: TextNode.A_center, 1: TextNode.A_right}
_TRUE = math.radians(0.5)  # of roll: a horizon this level counts as level
_EDGE = 0.92  # of the frame: a horizon further out is shown there
_LEADING = 1.7  # between lines, of the size of the letters
_GAP = 2.0  # at least between two texts in a line, of the size of the letters


class Viewfinder:
    """Draws mask, guides and text below ``parent`` (`render2d`) for a frame of ``aspect`` in a window of another."""

    def __init__(
        self,
        parent: Any,
        window_aspect: float,
        aspect: float = FLAT,
        settings: ViewfinderSettings = ViewfinderSettings(),
    ) -> None:
        self._root = parent.attach_new_node("viewfinder", _SORT)
        self._root.set_transparency(TransparencyAttrib.M_alpha)
        self._root.set_depth_test(False)
        self._root.set_depth_write(False)
        self._root.set_bin("fixed", _SORT)
        self._aspect = aspect
        self._window = window_aspect
        self.settings = settings
        self._drawn = self._root.attach_new_node("guides")
        self._texts = {place: _text(self._root, place, _ALIGN[side]) for place, (side, _) in _PLACES.items()}
        self._dot = _dot(self._root)
        self._horizon = self._root.attach_new_node(_horizon_line())
        self._reticle = self._root.attach_new_node(_reticle_corners())
        self._readout: Readout | None = None
        self.resize(window_aspect)

    def resize(self, window_aspect: float) -> None:
        """Fit a window of another width over height."""
        self._window = window_aspect
        self._root.set_scale(1.0 / window_aspect, 1.0, 1.0)
        self.configure(self.settings)

    def configure(self, settings: ViewfinderSettings) -> None:
        """Show something else."""
        self.settings = settings
        across, up = inscribed(self._aspect, self._window)
        width, height = across * self._window, up
        self._drawn.node().remove_all_children()
        for name, card in _bars(width, height, self._window):
            node = self._drawn.attach_new_node(_card(name, card))
            node.set_color(0.0, 0.0, 0.0, settings.mask)
        self._drawn.attach_new_node(_guides(settings, width, height))
        self._arrange(width, height)

    def update(self, readout: Readout) -> None:
        """Show the state of the shoot; only lines that have changed are laid out again."""
        if readout == self._readout:
            return
        self._readout = readout
        for place, line in lines(readout).items():
            node = self._texts[place].node()
            if node.get_text() != line:
                _write(node, line)
        lost = readout.tracking is not Tracking.OK
        self._texts["bottom_right"].node().set_text_color(AMBER if lost else WHITE)
        self._untangle()
        self._show_dot()
        self._place_marks(readout)

    def hide(self) -> None:
        """Take everything off the picture."""
        self._root.hide()

    def reveal(self) -> None:
        """Show it again."""
        self._root.show()

    def destroy(self) -> None:
        """Remove it for good."""
        self._root.remove_node()

    def _arrange(self, width: float, height: float) -> None:
        margin, size = 2.0 * _MARGIN * height, 2.0 * _TEXT * height
        for place, (side, line) in _PLACES.items():
            text = self._texts[place]
            text.set_scale(size)
            text.node().set_wordwrap(1.9 * (width - margin) / size)
            text.set_pos(side * (width - margin), 0.0, _base(line, height))
            _set_visible(text, self.settings.text)
        self._untangle()
        self._texts["top_left"].set_x(margin - width + size)
        self._dot.set_pos(margin - width + 0.3 * size, 0.0, height - margin - 0.38 * size)
        self._dot.set_scale(0.3 * size)
        self._show_dot()
        self._place_marks(self._readout or Readout())

    def _untangle(self) -> None:
        """What stands at the bottom right goes to the lowest line on which the left leaves room for it."""
        across, height = inscribed(self._aspect, self._window)
        size = 2.0 * _TEXT * height
        room = 2.0 * (across * self._window - 2.0 * _MARGIN * height) / size - _GAP
        right, *left = (
            self._texts[place].node().get_width() for place in ("bottom_right", "bottom_left", "above_left")
        )
        full = [right + width > room for width in left]
        line = -1 - (full.index(False) if False in full else len(full))
        self._texts["bottom_right"].set_z(_base(line, height))

    def _place_marks(self, readout: Readout) -> None:
        across, height = inscribed(self._aspect, self._window)
        width = across * self._window
        for mark, shown in ((self._horizon, self.settings.horizon and readout.level), (self._reticle, readout.reticle)):
            _set_visible(mark, bool(shown))
        if readout.reticle:
            self._reticle.set_pos(readout.reticle[0] * width, 0.0, readout.reticle[1] * height)
            self._reticle.set_scale(height)
        if readout.level:
            self._horizon.set_pos(*_horizon_at(readout.level, height))
            self._horizon.set_r(math.degrees(readout.level.roll))
            self._horizon.set_scale(width)
            # The strokes have a colour of their own, which only an override beats.
            self._horizon.set_color(GREEN if abs(readout.level.roll) < _TRUE else AMBER, 1)

    def _show_dot(self) -> None:
        recording = self._readout is not None and self._readout.recording
        _set_visible(self._dot, recording and self.settings.text)


def _base(line: int, height: float) -> float:
    """Where a line of text stands in a frame of half the height ``height``: 0, 1, … from the top, -1, -2, … below."""
    margin, size = 2.0 * _MARGIN * height, 2.0 * _TEXT * height
    if line >= 0:
        return height - margin - 0.7 * size - line * _LEADING * size
    return margin - height - (line + 1) * _LEADING * size


def _set_visible(node: Any, visible: bool) -> None:
    if visible:
        node.show()
    else:
        node.hide()


def _text(root: Any, place: str, align: Any) -> Any:
    node = TextNode(place)
    node.set_align(align)
    node.set_text_color(WHITE)
    node.set_card_color(_SHADE)
    node.set_card_as_margin(0.25, 0.25, 0.1, 0.1)
    node.set_card_decal(True)
    return root.attach_new_node(node)


def _write(node: Any, line: str) -> None:
    # That font knows plain ASCII only; a slate with other letters is set in the default font.
    font = FontPool.load_font(_FONT) if line.isascii() else None
    node.set_font(font or TextNode.get_default_font())
    node.set_text(line)


def _dot(root: Any) -> Any:
    """The red light, a regular polygon of 16 corners and radius 1, made of bars laid across each other."""
    dot = root.attach_new_node("recording")
    maker = CardMaker("bar")
    corner = math.pi / 16.0
    maker.set_frame(-math.cos(corner), math.cos(corner), -math.sin(corner), math.sin(corner))
    for turn in range(8):
        bar = dot.attach_new_node(maker.generate())
        bar.set_r(turn * 22.5)
        bar.set_color(RED)
    return dot


def _bars(width: float, height: float, window: float) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Left, right, bottom, top of the parts of the window outside the frame; those without extent are left out."""
    bars = [
        ("mask left", (-window, -width, -1.0, 1.0)),
        ("mask right", (width, window, -1.0, 1.0)),
        ("mask bottom", (-width, width, -1.0, -height)),
        ("mask top", (-width, width, height, 1.0)),
    ]
    return [(name, bar) for name, bar in bars if bar[1] - bar[0] > 1e-6 and bar[3] - bar[2] > 1e-6]


def _card(name: str, frame: tuple[float, float, float, float]) -> Any:
    maker = CardMaker(name)
    maker.set_frame(*frame)
    return maker.generate()


def _guides(settings: ViewfinderSettings, width: float, height: float) -> Any:
    pen = LineSegs("guides")
    pen.set_color(*_LINE)
    pen.set_thickness(1.0)
    if settings.frame:
        _rectangle(pen, width, height)
    if settings.safe_area:
        for share in _SAFE:
            _rectangle(pen, share * width, share * height)
    if settings.thirds:
        for third in (-1.0 / 3.0, 1.0 / 3.0):
            _line(pen, (third * width, -height), (third * width, height))
            _line(pen, (-width, third * height), (width, third * height))
    if settings.centre:
        cross = 2.0 * _CROSS * height
        _line(pen, (-cross, 0.0), (cross, 0.0))
        _line(pen, (0.0, -cross), (0.0, cross))
    return pen.create()


def _horizon_at(level: Level, height: float) -> tuple[float, float, float]:
    """The middle of the line: the frame's middle moved along the world's vertical, as that stands in the frame."""
    up = height * min(max(level.height, -_EDGE), _EDGE)
    return up * math.sin(level.roll), 0.0, up * math.cos(level.roll)


def _horizon_line() -> Any:
    """Two strokes with a gap for the performer; 1 is half the frame's width."""
    pen = LineSegs("horizon")
    pen.set_thickness(2.0)
    for side in (-1.0, 1.0):
        _line(pen, (side * 0.12, 0.0), (side * 0.55, 0.0))
    return pen.create()


def _reticle_corners() -> Any:
    """Four corners of a square; 1 is half the frame's height."""
    pen = LineSegs("reticle")
    pen.set_color(*WHITE)
    pen.set_thickness(2.0)
    size, arm = 0.09, 0.03
    for x in (-size, size):
        for y in (-size, size):
            _line(pen, (x, y), (x - math.copysign(arm, x), y))
            _line(pen, (x, y), (x, y - math.copysign(arm, y)))
    return pen.create()


def _rectangle(pen: Any, width: float, height: float) -> None:
    corners = ((-width, -height), (width, -height), (width, height), (-width, height))
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        _line(pen, start, end)


def _line(pen: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    pen.move_to(start[0], 0.0, start[1])
    pen.draw_to(end[0], 0.0, end[1])
