"""What is drawn over a photograph to match its camera: lines along the axes, a known length, the origin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from game.table import Table
from models.disk import write_whole
from models.errors import InputError

SCHEMA, VERSION = "backflip.lines", 1
AXES = ("x", "y", "z")
FITS = frozenset({"principal_point", "distortion"})
"""What can be found from the lines beside the focal length and the rotation, if it is asked for."""

_LARGEST = 1_000_000  # bytes; no drawing comes near, and a wrong file is not read whole

Pixel = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """An edge in the picture that runs along ``axis`` in the world: two pixels or more, in order."""

    axis: str
    points: tuple[Pixel, ...]


@dataclass(frozen=True)
class Length:
    """A known length between two pixels. upright: the first is on the ground and the second above it; else both are."""

    points: tuple[Pixel, Pixel]
    metres: float
    upright: bool


@dataclass(frozen=True)
class Drawing:
    """Everything that is known about a photograph's camera. Pixels as in `optics`.

    origin: what shall be (0, 0, 0), on the ground; None: the point below the camera. focal: pixels, if it is known.
    principal_point: where it is known or near which it is looked for; None: the middle. height: the camera's in m, if
    it is known; it wins over the length. fit: which of `FITS` to find.
    """

    lines: tuple[Line, ...] = ()
    length: Length | None = None
    origin: Pixel | None = None
    focal: float | None = None
    principal_point: Pixel | None = None
    height: float | None = None
    fit: frozenset[str] = field(default_factory=frozenset)


def with_point(lines: tuple[Line, ...], pixel: Pixel, radius: float) -> tuple[Line, ...]:
    """The lines with ``pixel`` put into the one that passes within ``radius`` px of it, if there is one."""
    best, where = radius, None
    for index, line in enumerate(lines):
        for at, ends in enumerate(pairwise(line.points)):
            start, end = np.array(ends)
            way, off = end - start, np.array(pixel) - start
            share = float(np.clip(way @ off / max(float(way @ way), 1e-9), 0.0, 1.0))
            distance = float(np.linalg.norm(off - share * way))
            if distance <= best:
                best, where = distance, (index, at + 1)
    if where is None:
        return lines
    index, at = where
    points = lines[index].points
    bent = replace(lines[index], points=(*points[:at], pixel, *points[at:]))
    return (*lines[:index], bent, *lines[index + 1 :])


def load_drawing(path: Path) -> Drawing:
    """Read a drawing.

    Raises:
        InputError: there is no such file, or it says something that cannot be.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: too large for lines; give a JSON file of schema {SCHEMA}")
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); draw lines with `backflip environment match`"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}); mend it there or draw the lines again") from error
    if not isinstance(values, dict):
        raise InputError(f"{path}: no lines in here; give a JSON file of schema {SCHEMA}")
    return _read(Table(path, "", values))


def save_drawing(path: Path, drawing: Drawing) -> None:
    """Write ``drawing`` so that `load_drawing` gives it back.

    Raises:
        InputError: the disk is full or the folder cannot be written.
    """
    values: dict[str, Any] = {"schema": SCHEMA, "version": VERSION}
    values["lines"] = [{"axis": line.axis, "points": line.points} for line in drawing.lines]
    if drawing.length is not None:
        length = drawing.length
        values["length"] = {"points": length.points, "metres": length.metres, "upright": length.upright}
    known: Mapping[str, Any] = {
        "origin": drawing.origin,
        "focal_px": drawing.focal,
        "principal_point": drawing.principal_point,
        "height": drawing.height,
        "fit": sorted(drawing.fit) or None,
    }
    values |= {key: value for key, value in known.items() if value is not None}
    try:
        write_whole(path, (json.dumps(values, indent=1) + "\n").encode())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); make room or choose another folder") from error


def _read(root: Table) -> Drawing:
    if root.text("schema") != SCHEMA or root.number("version") != VERSION:
        raise root.fail(f'of another kind or version; it needs "schema": "{SCHEMA}" and "version": {VERSION}')
    fit = frozenset(root.texts("fit", ()))
    if fit - FITS:
        raise root.fail(f"'fit' asks for '{sorted(fit - FITS)[0]}'; use {' or '.join(sorted(FITS))}")
    drawing = Drawing(
        lines=tuple(_line(table) for table in root.tables("lines")),
        length=_length(root.table("length")) if "length" in root else None,
        origin=root.vec2("origin") if "origin" in root else None,
        focal=root.number("focal_px", low=0.0) if "focal_px" in root else None,
        principal_point=root.vec2("principal_point") if "principal_point" in root else None,
        height=root.number("height", low=0.01) if "height" in root else None,
        fit=fit,
    )
    root.done()
    return drawing


def _line(table: Table) -> Line:
    axis = table.text("axis")
    if axis not in AXES:
        raise table.fail(f"'axis' is '{axis}'; write x, y or z")
    points = tuple((row[0], row[1]) for row in table.rows("points", 2))
    if len(points) < 2:
        raise table.fail("'points' has fewer than two; write both ends in pixels")
    table.done()
    return Line(axis, points)


def _length(table: Table) -> Length:
    rows = table.rows("points", 2)
    if len(rows) != 2:
        raise table.fail("'points' are not two; write both ends in pixels")
    length = Length(
        ((rows[0][0], rows[0][1]), (rows[1][0], rows[1][1])),
        table.number("metres", low=0.001),
        table.flag("upright", False),
    )
    table.done()
    return length
