"""The matcher on a screen: the photograph, what is drawn over it, the mouse, and the error in pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from direct.gui.OnscreenText import OnscreenText
from direct.showbase.ShowBase import ShowBase
from panda3d.core import CardMaker, LineSegs, NodePath, SamplerState, TextNode, Texture, TransparencyAttrib

from game.environment.drawing import Pixel
from game.environment.pictures import Pixels
from game.matcher.frame import Frame, fit
from game.matcher.keys import MATCHER_CONTROLS, matcher_help
from game.matcher.matcher import Matcher
from game.matcher.overlay import Stroke, strokes
from game.matcher.status import status_lines
from game.screen import LATE, Screen
from models.errors import InputError

_GRASP = 0.03  # window heights within which a handle is taken
_DOT = 0.012  # half the side of a handle, in window heights
_NOWHERE = (-1e9, -1e9)  # a pixel that nothing is near
_NOTCH = 1.25  # of the wheel
_CM = 0.01
_TEXT = 0.045
_DESK = (0.12, 0.12, 0.13)  # the colour around the photograph


class MatcherWindow(Screen):
    """Runs until the user ends it; ``save`` writes the place and says what it did."""

    def __init__(self, base: ShowBase, matcher: Matcher, photo: Pixels, save: Callable[[Matcher], str]) -> None:
        self.matcher = matcher
        self._save = save
        self._said = ""
        super().__init__(base, MATCHER_CONTROLS, (matcher,), matcher_help())
        self.toggle_viewfinder()
        self.toggle_help()
        self.frame: Frame = fit(matcher.camera.size, self.aspect)
        self._root: NodePath = base.render2d.attachNewNode("matcher")
        self._photo = _card(self._root, photo)
        self.base.setBackgroundColor(*_DESK)
        self._strokes: NodePath = self._root.attachNewNode("strokes")
        self._status = _status_text(self.base)
        self._keys.accept("mouse1", self._mouse_down)
        self._keys.accept("mouse1-up", matcher.release)
        self.each_frame(self.show, LATE)

    def close(self) -> None:
        """Take everything off the window."""
        super().close()
        self._status.destroy()
        self._root.removeNode()

    def show(self) -> None:
        """Draw the state as it is now."""
        pointer = self._pointer()
        if pointer is not None:
            self.matcher.drag(pointer)
        if self.frame.aspect != self.aspect:
            self.frame = replace(self.frame, aspect=self.aspect)
        self._root.setScale(1.0 / self.aspect, 1.0, 1.0)
        self._place_photo()
        self._strokes.removeNode()
        self._strokes = draw(self._root, self.frame, strokes(self.matcher, pointer), self.base.win.getYSize())
        self._status.setText("\n".join([*status_lines(self.matcher), *([self._said] if self._said else [])]))

    def closer(self) -> None:
        """Zoom in where the mouse is."""
        self._zoom(_NOTCH)

    def further(self) -> None:
        """Zoom out."""
        self._zoom(1.0 / _NOTCH)

    def save(self) -> None:
        """Write the place."""
        try:
            self._said = self._save(self.matcher)
        except InputError as error:
            self._said = f"not saved: {error}"

    def insert(self) -> None:
        """A point into the line under the mouse."""
        self.matcher.insert(self._pointer() or _NOWHERE, self._radius)

    def remove(self) -> None:
        """The line or the block under the mouse away."""
        self.matcher.remove(self._pointer() or _NOWHERE, self._radius)

    def longer(self) -> None:
        """1 cm longer."""
        self.matcher.longer(_CM)

    def shorter(self) -> None:
        """1 cm shorter."""
        self.matcher.longer(-_CM)

    def much_longer(self) -> None:
        """10 cm longer."""
        self.matcher.longer(10 * _CM)

    def much_shorter(self) -> None:
        """10 cm shorter."""
        self.matcher.longer(-10 * _CM)

    def thicker(self) -> None:
        """Cut-outs 5 cm thicker."""
        self.matcher.depth = round(self.matcher.depth + 5 * _CM, 3)

    def thinner(self) -> None:
        """Cut-outs 5 cm thinner, down to a card."""
        self.matcher.depth = max(0.0, round(self.matcher.depth - 5 * _CM, 3))

    def fit_principal_point(self) -> None:
        """Find the principal point, or not."""
        self.matcher.toggle_fit("principal_point")

    def fit_distortion(self) -> None:
        """Find the lens's distortion, or not."""
        self.matcher.toggle_fit("distortion")

    def __getattr__(self, name: str) -> Any:
        """``tool_wall`` takes up the tool ``wall``, and so on for every tool."""
        if name.startswith("tool_"):
            return lambda: self.matcher.choose(name.removeprefix("tool_"))
        raise AttributeError(name)

    @property
    def _radius(self) -> float:
        return _GRASP / self.frame.scale

    def _pointer(self) -> Pixel | None:
        watcher = self.base.mouseWatcherNode
        if watcher is None or not watcher.hasMouse():
            return None
        return self.frame.to_pixel(watcher.getMouseX() * self.aspect, watcher.getMouseY())

    def _mouse_down(self) -> None:
        pointer = self._pointer()
        if pointer is not None:
            self._said = ""
            self.matcher.press(pointer, self._radius)

    def _zoom(self, factor: float) -> None:
        watcher = self.base.mouseWatcherNode
        held = watcher is not None and watcher.hasMouse()
        x, y = (watcher.getMouseX() * self.aspect, watcher.getMouseY()) if held else (0.0, 0.0)
        self.frame = self.frame.zoomed(factor, x, y)

    def _place_photo(self) -> None:
        width, height = self.frame.size
        (left, top), (right, bottom) = self.frame.to_window(np.array([(0.0, 0.0), (width, height)], dtype=np.float64))
        self._photo.setPos(left, 0.0, bottom)
        self._photo.setScale(right - left, 1.0, top - bottom)


def draw(parent: NodePath, frame: Frame, what: Sequence[Stroke], height: int) -> NodePath:
    """The strokes below ``parent``, whose heights run from -1 to 1 over ``height`` pixels of the screen."""
    root = parent.attachNewNode("strokes")
    root.setTransparency(TransparencyAttrib.MAlpha)
    for stroke in what:
        segments = LineSegs()
        segments.setThickness(stroke.width * max(1.0, height / 1000.0))
        segments.setColor(*stroke.colour)
        for x, y in frame.to_window(stroke.points) if stroke.dots else ():
            for i, (dx, dy) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))):
                (segments.drawTo if i else segments.moveTo)(x + dx * _DOT, 0.0, y + dy * _DOT)
        for i, (x, y) in enumerate(() if stroke.dots else frame.to_window(stroke.points)):
            (segments.drawTo if i else segments.moveTo)(x, 0.0, y)
        root.attachNewNode(segments.create())
    return root


def _card(parent: NodePath, photo: Pixels) -> NodePath:
    """The photograph on a square from 0 to 1."""
    texture = Texture("photograph")
    height, width = photo.shape[:2]
    texture.setup2dTexture(width, height, Texture.T_unsigned_byte, Texture.F_rgb)
    # Panda keeps blue first and the bottom row first.
    texture.setRamImage(np.ascontiguousarray(photo[::-1, :, 2::-1]).tobytes())
    texture.setMinfilter(SamplerState.FT_linear_mipmap_linear)
    maker = CardMaker("photograph")
    maker.setFrame(0.0, 1.0, 0.0, 1.0)
    card = parent.attachNewNode(maker.generate())
    card.setTexture(texture)
    card.setColorScale(0.75, 0.75, 0.75, 1.0)  # what is drawn stands out
    return card


def _status_text(base: Any) -> Any:
    return OnscreenText(
        "",
        parent=base.a2dBottomLeft,
        pos=(0.06, 0.25),
        scale=_TEXT,
        fg=(0.97, 0.97, 0.92, 1.0),
        bg=(0.0, 0.0, 0.0, 0.6),
        align=TextNode.A_left,
        mayChange=True,
    )
