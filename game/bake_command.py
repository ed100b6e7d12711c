"""`backflip environment bake`: a place for other programs."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from game.environment.export import bake, write_gltf
from game.environment.place import Place
from game.finding import find_environment
from game.window import open_base
from models.errors import InputError

_WINDOW = (64, 64)  # nothing is shown in it


def bake_environment(arguments: Namespace) -> int:
    """Write the place with one baked texture as .glb."""
    output = Path(arguments.output)
    if output.suffix.lower() != ".glb":
        raise InputError(f"{output}: places are baked to binary glTF; let the name end with .glb")
    if not output.absolute().parent.is_dir():
        raise InputError(f"{output.parent}: no such folder; make it first")
    environment = find_environment(arguments.environment)
    base = open_base(_WINDOW, offscreen=True)
    place = Place(base, environment)
    for note in place.notes:
        print(note, file=sys.stderr)
    surfaces, picture = bake(base, place, arguments.size)
    try:
        write_gltf(output, surfaces, picture)
    except OSError as error:
        raise InputError(
            f"{output}: cannot be written ({error.strerror}); give another name or free the disk"
        ) from error
    told = {
        "file": str(output),
        "surfaces": len(surfaces),
        "triangles": sum(len(surface.triangles) for surface in surfaces),
        "texture": [arguments.size, arguments.size],
    }
    if arguments.json:
        print(json.dumps(told))
    else:
        print(
            f"{output}: {told['surfaces']} surfaces, {told['triangles']} triangles, one texture of {arguments.size} px"
        )
    return 0
