"""What a photograph's own notes tell about its lens."""

from __future__ import annotations

import math
from pathlib import Path

from game.environment.pictures import opened

_FILM_DIAGONAL = 43.27  # mm, of the 36 x 24 mm to which "35 mm equivalent" refers
_EXIF, _IN_35_MM, _FOCAL = 0x8769, 0xA405, 0x920A
_RESOLUTION, _UNIT, _WIDTH = 0xA20E, 0xA210, 0xA002
_MM_PER_UNIT = {2: 25.4, 3: 10.0, 4: 1.0}


def focal_from_exif(path: Path, size: tuple[int, int]) -> float | None:
    """The focal length in pixels of a picture of ``size`` pixels; None where the photograph does not tell it.

    From the 35 mm equivalent, by the diagonal, or from the focal length in mm and the sensor's pixels per mm.

    Raises:
        InputError: the photograph cannot be read.
    """
    with opened(path) as picture:
        try:
            notes = picture.getexif().get_ifd(_EXIF)
        except (OSError, ValueError, SyntaxError, TypeError, KeyError):
            return None  # damaged notes tell nothing, the picture may be fine
    equivalent = _number(notes.get(_IN_35_MM))
    if equivalent:
        return equivalent / _FILM_DIAGONAL * math.hypot(*size)
    focal, per_unit = _number(notes.get(_FOCAL)), _number(notes.get(_RESOLUTION))
    unit = _MM_PER_UNIT.get(int(_number(notes.get(_UNIT)) or 2))
    if not focal or not per_unit or unit is None:
        return None
    taken = _number(notes.get(_WIDTH)) or max(size)
    return focal * per_unit / unit * max(size) / taken


def _number(value: object) -> float | None:
    """A positive finite number, or None; EXIF writes 0 for what it does not know."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if 0.0 < number < 1e6 else None
