"""Keeping where the camera stands as another operator's mark of the place, in the place's own file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tomlkit
from tomlkit.exceptions import TOMLKitError

from game.camera.angles import pan_tilt_roll
from game.camera.pose import CameraPose
from game.environment.place_file import read_text, rounded, save_text
from models.coords import wxyz_to_xyzw
from models.errors import InputError


def free_name(names: Sequence[str]) -> str:
    """``mark 3``, say: the first that none of ``names`` is."""
    number = next(number for number in range(1, len(names) + 2) if f"mark {number}" not in names)
    return f"mark {number}"


def keep_mark(file: Path, name: str, pose: CameraPose) -> None:
    """Add an operator's mark to a place's file, to a millimetre and a tenth of a degree; all else stays as it is.

    Raises:
        InputError: the file cannot be read or written.
    """
    pan, tilt, roll = np.degrees(pan_tilt_roll(wxyz_to_xyzw(pose.rotation)))
    table = tomlkit.table()
    table.append("name", name)
    table.append("position", rounded(pose.position, 3))
    table.append("hpr", rounded((pan, tilt, roll), 1))
    try:
        document = tomlkit.parse(read_text(file.parent))
    except TOMLKitError as error:
        raise InputError(f"{file}: not TOML ({error}); mend it there") from error
    marks = document.get("operator")
    if marks is None:
        raise InputError(f"{file}: it has lost its [[operator]]; load the place again, then keep the mark")
    marks.append(table)
    save_text(file.parent, tomlkit.dumps(document))
