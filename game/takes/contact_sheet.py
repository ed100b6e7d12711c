"""All takes on one page: a picture of each, what it is called and how long it is."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from game.takes.export.thumbnail import NAME
from game.takes.listing import clock, scene_of
from game.takes.take import Take

_PICTURE = (384, 208)  # 1.85:1
_LINES = 54  # pixels for the two lines of text below a picture
_GAP = 16
_PAPER, _EMPTY, _INK, _FAINT, _RED = (24, 24, 26), (48, 48, 52), (236, 236, 230), (160, 160, 156), (226, 74, 58)
_MOST_PIXELS = 1 << 26  # of a thumbnail; a larger one is none


def contact_sheet(takes: Sequence[Take], columns: int = 4) -> bytes:
    """A PNG. A circled take has a ring about its name, a starred one a star; one without a thumbnail an empty frame."""
    columns = max(min(columns, len(takes)), 1)
    rows = max(math.ceil(len(takes) / columns), 1)
    cell = (_PICTURE[0] + _GAP, _PICTURE[1] + _LINES + _GAP)
    sheet = Image.new("RGB", (columns * cell[0] + _GAP, rows * cell[1] + _GAP), _PAPER)
    for number, take in enumerate(takes):
        left, top = _GAP + number % columns * cell[0], _GAP + number // columns * cell[1]
        sheet.paste(_picture(take.folder / NAME), (left, top))
        _write(ImageDraw.Draw(sheet), take, left, top + _PICTURE[1])
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _picture(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError("too large")
            return picture.convert("RGB").resize(_PICTURE)
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return Image.new("RGB", _PICTURE, _EMPTY)


def _write(draw: ImageDraw.ImageDraw, take: Take, left: int, top: int) -> None:
    large, small = ImageFont.load_default(18), ImageFont.load_default(14)
    right = left + _PICTURE[0]
    name = _fitted(draw, take.label, large, _PICTURE[0] - 110)
    draw.text((left + 8, top + 6), name, _INK, large)
    if take.edits.circled:
        box = draw.textbbox((left + 8, top + 6), name, large)
        draw.rounded_rectangle((box[0] - 7, box[1] - 4, box[2] + 7, box[3] + 4), 11, outline=_RED, width=2)
    if take.edits.starred:
        _star(draw, right - 78, top + 17, 9)
    draw.text((right, top + 8), clock(take.duration), _INK, small, anchor="ra")
    said = " · ".join(part for part in (scene_of(take), take.facts["environment"], *take.edits.notes[-1:]) if part)
    draw.text((left + 8, top + 33), _fitted(draw, said, small, _PICTURE[0] - 12), _FAINT, small)


def _star(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    turns = [math.pi * (number / 5 - 0.5) for number in range(10)]
    sizes = [radius if number % 2 == 0 else 0.4 * radius for number in range(10)]
    draw.polygon([(x + size * math.cos(t), y + size * math.sin(t)) for t, size in zip(turns, sizes, strict=True)], _RED)


def _fitted(
    draw: ImageDraw.ImageDraw, text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, width: int
) -> str:
    """The text, or as much of its beginning as has room."""
    while text and draw.textlength(text, font) > width:
        text = text.removesuffix("…")[:-1] + "…" if len(text) > 2 else ""
    return text
