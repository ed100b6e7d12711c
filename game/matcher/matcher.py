"""What the matcher knows and does, without a window: lines and blocks, tools, dragging, undoing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from game.environment import blockout
from game.environment.blockout import Entry
from game.environment.description import Face
from game.environment.drawing import Drawing, Pixel, with_point
from game.environment.matching import Match, match
from game.environment.optics import Camera, Vec3
from game.environment.reshape import Grip, grip_near, reshaped
from game.matcher.grasp import Handle, begin, handle_near, put
from models.errors import InputError

LINE_TOOLS = ("x", "y", "z", "upright", "level", "origin")
"""What is dragged: lines along an axis, a known length above or on the ground, the origin."""

BLOCK_TOOLS = {"ground": 2, "wall": 3, "box": 4, "card": 3, "outline": 0}
"""What is clicked, and after how many clicks it is complete; an outline, after its foot, when the user closes it."""

_SHORTEST = 4.0  # px; a line that is let go shorter was a slip
_DEPTH = 0.3  # m, of a new outline

RESHAPE = "reshape"
"""The tool that takes blocks by their corners and edges."""


@dataclass(frozen=True)
class Work:
    """All that the user does and can undo.

    clicks: of the block that is under way; blocks: those made here; gone: names of the place's own that go.
    """

    drawing: Drawing
    blocks: tuple[Entry, ...] = ()
    gone: frozenset[str] = frozenset()
    clicks: tuple[Pixel, ...] = ()


class Matcher:
    """Holds the work over a photograph of ``size`` pixels.

    camera: what the place says; faces: of the geometry that it has, by name; projector: its name; entries: what the
    place's file says of its geometry. ``found`` is what the
    lines say, None where they do not fix a camera, and ``problem`` then says why.
    """

    def __init__(
        self,
        camera: Camera,
        drawing: Drawing,
        faces: Mapping[str, Sequence[Face]],
        projector: str = "photograph",
        entries: Sequence[Entry] = (),
    ) -> None:
        if drawing.length is None and drawing.height is None:
            drawing = replace(drawing, height=camera.position[2])  # the place keeps its scale
        self.work = Work(drawing)
        self.camera = camera
        self.faces = dict(faces)
        self.entries = tuple(entries)
        self.projector = projector
        self.tool = "x"
        self.depth = _DEPTH
        self.found: Match | None = None
        self.problem = ""
        self._history: list[Work] = []
        self._held: Handle | None = None
        self._grip: Grip | None = None
        self._solve()

    @property
    def names(self) -> set[str]:
        """Of all geometry, what goes included: its name comes free when the place is saved."""
        return {*self.faces, *(str(entry["name"]) for entry in self.work.blocks)}

    def choose(self, tool: str) -> None:
        """Take up a tool of `LINE_TOOLS` or `BLOCK_TOOLS`; what was under way with another one is dropped."""
        if self.work.clicks:
            self.work = replace(self.work, clicks=())
        self.tool = tool
        self.problem = ""

    def press(self, pixel: Pixel, radius: float) -> None:
        """The button goes down: take the handle within ``radius`` px, begin something new, or click a block's point."""
        self.problem = ""
        if self.tool in BLOCK_TOOLS:
            self._click(pixel)
            return
        if self.tool == RESHAPE:
            self._take(pixel, radius)
            return
        self._remember()
        drawing = self.work.drawing
        self._held = handle_near(drawing, pixel, radius)
        if self._held is None:
            drawing, self._held = begin(drawing, self.tool, pixel)
            self.work = replace(self.work, drawing=drawing)
        self.drag(pixel)

    def drag(self, pixel: Pixel) -> None:
        """The mouse moves: what is held follows."""
        if self._held is not None:
            self.work = replace(self.work, drawing=put(self.work.drawing, self._held, pixel))
            self._solve(quickly=True)
        elif self._grip is not None:
            self._draw_block(self._grip, pixel)

    def release(self) -> None:
        """The button goes up; a line that is only a point is taken away."""
        self._grip = None
        if self._held is None:
            return
        self._held = None
        drawing = self.work.drawing
        lines = tuple(line for line in drawing.lines if _length(line.points) >= _SHORTEST)
        length = drawing.length if drawing.length and _length(drawing.length.points) >= _SHORTEST else None
        self.work = replace(self.work, drawing=replace(drawing, lines=lines, length=length))
        self._solve()

    def insert(self, pixel: Pixel, radius: float) -> None:
        """Put a point into the line within ``radius`` px, so that it can follow a bent edge."""
        self._remember()
        drawing = self.work.drawing
        self.work = replace(self.work, drawing=replace(drawing, lines=with_point(drawing.lines, pixel, radius)))
        self._solve()

    def remove(self, pixel: Pixel, radius: float) -> None:
        """Take away the line, length or origin within ``radius`` px, or else the block that ``pixel`` shows."""
        self._remember()
        held, drawing = handle_near(self.work.drawing, pixel, radius), self.work.drawing
        if held is None:
            name = blockout.pick(self.camera, self.all_faces(), pixel)
            blocks = tuple(entry for entry in self.work.blocks if entry["name"] != name)
            gone = self.work.gone | {each for each in self.faces if each == name}
            self.work = replace(self.work, blocks=blocks, gone=gone, clicks=())
        elif held[0] == "line":
            lines = drawing.lines[: held[1]] + drawing.lines[held[1] + 1 :]
            self.work = replace(self.work, drawing=replace(drawing, lines=lines))
        elif held[0] == "length":
            self.work = replace(self.work, drawing=replace(drawing, length=None, height=self.camera.position[2]))
        else:
            self.work = replace(self.work, drawing=replace(drawing, origin=None))
        self._solve()

    def undo(self) -> None:
        """Back to before the last change."""
        if self._history:
            self.work = self._history.pop()
            self._held = self._grip = None
            self._solve()

    def longer(self, metres: float) -> None:
        """Change the known length, or else the camera's height, by so much."""
        self._remember()
        drawing = self.work.drawing
        if drawing.length is not None:
            length = replace(drawing.length, metres=max(0.01, round(drawing.length.metres + metres, 3)))
            self.work = replace(self.work, drawing=replace(drawing, length=length))
        else:
            height = max(0.01, round((drawing.height or self.camera.position[2]) + metres, 3))
            self.work = replace(self.work, drawing=replace(drawing, height=height))
        self._solve()

    def toggle_fit(self, what: str) -> None:
        """Find the principal point or the distortion, or do not."""
        self._remember()
        drawing = self.work.drawing
        self.work = replace(self.work, drawing=replace(drawing, fit=drawing.fit ^ {what}))
        self._solve()

    def hold_focal(self) -> None:
        """Keep the focal length as it is, or find it again."""
        self._remember()
        drawing = self.work.drawing
        self.work = replace(self.work, drawing=replace(drawing, focal=None if drawing.focal else self.camera.focal))
        self._solve()

    def close_outline(self) -> None:
        """Make a cut-out of the points clicked: its foot, then its shape."""
        if self.tool == "outline" and self.work.clicks:
            self._finish(self.work.clicks)

    def pending(self, pixel: Pixel) -> Entry | None:
        """The block that a click at ``pixel`` would complete, to be shown beforehand."""
        clicks = (*self.work.clicks, pixel)
        if self.tool not in BLOCK_TOOLS or len(clicks) < (BLOCK_TOOLS[self.tool] or 4):
            return None
        try:
            return self._block(clicks)
        except InputError:
            return None

    def _click(self, pixel: Pixel) -> None:
        clicks = (*self.work.clicks, pixel)
        try:
            if self._on_ground(len(clicks)):
                self._foot(pixel)
        except InputError as error:
            self.problem = str(error)
            return
        if len(clicks) == BLOCK_TOOLS[self.tool]:
            self._finish(clicks)
        else:
            self._remember()
            self.work = replace(self.work, clicks=clicks)

    def _on_ground(self, number: int) -> bool:
        """Whether click ``number`` (from 1) of the tool must lie on the ground; a block's last one is its top."""
        count = BLOCK_TOOLS[self.tool]
        return number == 1 if self.tool == "outline" else self.tool == "ground" or number < count

    def _finish(self, clicks: Sequence[Pixel]) -> None:
        try:
            block = self._block(clicks)
        except InputError as error:
            self.problem = str(error)
            return
        self._remember()
        self.work = replace(self.work, blocks=(*self.work.blocks, block), clicks=())

    def _block(self, clicks: Sequence[Pixel]) -> Entry:
        camera, name = self.camera, blockout.free_name(self.tool, self.names)
        if self.tool == "outline":
            return blockout.cut_out(name, camera, self.projector, self._foot(clicks[0]), clicks[1:], self.depth)
        feet = [self._foot(pixel) for pixel in (clicks if self.tool == "ground" else clicks[:-1])]
        if self.tool == "ground":
            return blockout.ground(name, camera, feet[0], feet[1])
        height = blockout.height_at(camera, feet[-1] if self.tool == "box" else feet[1], clicks[-1])
        if self.tool == "box":
            return blockout.box(name, camera, feet[0], feet[1], feet[2], height)
        make = blockout.wall if self.tool == "wall" else blockout.card
        return make(name, camera, feet[0], feet[1], height)

    def _foot(self, pixel: Pixel) -> Vec3:
        """The point on the ground below a click, or the corner of a block on the ground near by."""
        faces = (face for faces in self.all_faces().values() for face in faces)
        corners = [corner for face in faces for corner in face if abs(corner[2]) < 1e-6]
        return blockout.corner_near(self.camera, corners, pixel) or blockout.on_ground(self.camera, pixel)

    def shapes(self) -> list[Entry]:
        """What can be reshaped: the blocks made here, and the place's own that stay as they were."""
        made = {entry["name"] for entry in self.work.blocks} | self.work.gone
        traced = (None, self.projector)
        own = [e for e in self.entries if e["name"] not in made and e.get("traced_from") in traced]
        return [*own, *self.work.blocks]

    def _take(self, pixel: Pixel, radius: float) -> None:
        self._grip = grip_near(self.shapes(), self.camera, pixel, radius)
        if self._grip is None:
            self.problem = "no corner or edge of a block is here; take one by its dots"
        else:
            self._remember()

    def _draw_block(self, grip: Grip, pixel: Pixel) -> None:
        """A block of the place's own that is reshaped is one made here from now on."""
        block = next(entry for entry in self.shapes() if entry["name"] == grip.block)
        try:
            block = reshaped(block, self.camera, grip, pixel)
        except InputError as error:
            self.problem = str(error)
            return
        self.problem = ""
        others = tuple(entry for entry in self.work.blocks if entry["name"] != grip.block)
        self.work = replace(self.work, blocks=(*others, block))

    def settle(self) -> None:
        """The blocks made here have become the place's own: they cannot be undone any more."""
        self.work = replace(self.work, blocks=(), gone=frozenset(), clicks=())
        self._history.clear()

    def all_faces(self) -> dict[str, Sequence[Face]]:
        """Of the place's geometry that stays and of the blocks made here, by name."""
        kept = {name: faces for name, faces in self.faces.items() if name not in self.work.gone}
        return kept | {str(entry["name"]): blockout.faces_of(entry, self.camera) for entry in self.work.blocks}

    def _remember(self) -> None:
        self._history.append(self.work)

    def _solve(self, quickly: bool = False) -> None:
        near = self.found.camera if quickly and self.found else None
        try:
            self.found = match(self.work.drawing, self.camera.size, near)
        except InputError as error:
            self.found, self.problem = None, str(error)
            return
        self.camera, self.problem = self.found.camera, ""


def _length(points: Sequence[Pixel]) -> float:
    return float(np.hypot(points[-1][0] - points[0][0], points[-1][1] - points[0][1]))
