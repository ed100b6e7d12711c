"""What of a drawing the mouse can hold: ends of lines and of the known length, the origin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from game.environment.drawing import AXES, Drawing, Length, Line, Pixel

_METRES = 1.0  # of a length that has just been drawn

Handle = tuple[str, int, int]
"""What is held: line, length or origin; which of them; which end."""


def handle_near(drawing: Drawing, pixel: Pixel, radius: float) -> Handle | None:
    """The handle within ``radius`` px of ``pixel``, the nearest; None: there is none."""
    near = [(float(np.hypot(u - pixel[0], v - pixel[1])), handle) for handle, (u, v) in _handles(drawing)]
    return min(near)[1] if near and min(near)[0] <= radius else None


def begin(drawing: Drawing, tool: str, pixel: Pixel) -> tuple[Drawing, Handle]:
    """The drawing with what ``tool`` draws begun at ``pixel``, and the handle of its other end."""
    if tool in AXES:
        lines = (*drawing.lines, Line(tool, (pixel, pixel)))
        return replace(drawing, lines=lines), ("line", len(drawing.lines), 1)
    if tool == "origin":
        return replace(drawing, origin=pixel), ("origin", 0, 0)
    metres = drawing.length.metres if drawing.length else _METRES
    length = Length((pixel, pixel), metres, tool == "upright")
    return replace(drawing, length=length, height=None), ("length", 0, 1)


def put(drawing: Drawing, held: Handle, pixel: Pixel) -> Drawing:
    """The drawing with what is held at ``pixel``."""
    what, index, end = held
    if what == "line":
        line = drawing.lines[index]
        points = (*line.points[:end], pixel, *line.points[end + 1 :])
        lines = (*drawing.lines[:index], replace(line, points=points), *drawing.lines[index + 1 :])
        return replace(drawing, lines=lines)
    if what == "origin":
        return replace(drawing, origin=pixel)
    if drawing.length is None:
        return drawing
    first, second = drawing.length.points
    moved = (pixel, second) if end == 0 else (first, pixel)
    return replace(drawing, length=replace(drawing.length, points=moved))


def _handles(drawing: Drawing) -> list[tuple[Handle, Pixel]]:
    found: list[tuple[Handle, Pixel]] = [
        (("line", i, j), point) for i, line in enumerate(drawing.lines) for j, point in enumerate(line.points)
    ]
    if drawing.length is not None:
        found += [(("length", 0, j), point) for j, point in enumerate(drawing.length.points)]
    if drawing.origin is not None:
        found.append((("origin", 0, 0), drawing.origin))
    return found
