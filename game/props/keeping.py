"""Keeping props with their place: where they stand, written into its file, everything else in which stays as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit
from tomlkit.exceptions import TOMLKitError

from game.props.table import KEY
from models import rotations
from models.coords import bullet_to_panda
from models.disk import write_whole
from models.errors import InputError
from models.props import Prop
from models.rotations import Array


def keep(file: Path, props: Sequence[Prop], poses: Array) -> None:
    """Write where ``props`` stand, ``(props, 7)`` in Bullet's frame, into a place's file.

    Raises:
        InputError: the file cannot be read or written, or no longer has these props.
    """
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8"))
        tables = _tables(document)
        for prop, pose in zip(props, poses, strict=True):
            if prop.name not in tables:
                raise InputError(f"{file}: the prop '{prop.name}' is no longer in it; load the place again, then keep")
            _stand(tables[prop.name], prop, pose)
        write_whole(file, tomlkit.dumps(document).encode())
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}); copy the place and play the copy") from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not TOML ({error}); mend it there") from error


def _tables(document: Any) -> dict[str, Any]:
    return {str(table.get("name", table.get("kind"))): table for table in document.get(KEY, [])}


def _stand(table: Any, prop: Prop, pose: Array) -> None:
    """Change position and heading where they are others, to a millimetre and a tenth of a degree."""
    foot = bullet_to_panda(pose[:3]) - (0.0, 0.0, prop.kind.half[1])
    front = rotations.rotate(pose[3:], np.array([1.0, 0.0, 0.0]))
    heading = math.degrees(math.atan2(-front[2], front[0]))
    stands = {"position": [round(number, 3) + 0.0 for number in foot.tolist()], "heading": round(heading, 1) + 0.0}
    for key, value in stands.items():
        if table.get(key, 0.0) != value:
            table[key] = value
