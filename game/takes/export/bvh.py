"""A take's body as BVH, the text format of motion capture.

Centimetres and degrees, Y up, 25 frames a second; the root has a position, every joint turns about its own Z, then X,
then Y (intrinsic). A link without a joint of its own, such as a hand, is the end site of the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from game.camera.readout import RATE
from game.takes.export.motion import BodyMotion, Motion
from models.body import Body
from models.errors import InputError
from models.rotations import Array

_UNITS = 100.0  # a metre
_TURNS = "Zrotation Xrotation Yrotation"


def encode_bvh(motion: Motion, suffix: str) -> bytes:
    """The file's contents.

    Raises:
        InputError: the take has no body.
    """
    if motion.body is None:
        raise InputError(f"{motion.name}: nobody performs in this take; export its camera in another format")
    body = motion.body.body
    lines = ["HIERARCHY", *_joint(body, 0, "")]
    rows = [" ".join(f"{value:.6f}" for value in row) for row in _channels(motion.body)]
    lines += ["MOTION", f"Frames: {len(rows)}", f"Frame Time: {1.0 / RATE:.8f}", *rows]
    return ("\n".join(lines) + "\n").encode()


def _joint(body: Body, index: int, indent: str) -> Iterator[str]:
    link = body.links[index]
    inner = indent + "  "
    yield f"{indent}{'ROOT' if link.parent < 0 else 'JOINT'} {link.name}"
    yield f"{indent}{{"
    yield f"{inner}OFFSET {_vector(link.offset)}"
    place = "6 Xposition Yposition Zposition" if link.parent < 0 else "3"
    yield f"{inner}CHANNELS {place} {_TURNS}"
    below = [child for child, each in enumerate(body.links) if each.parent == index]
    for child in below:
        if _turns(body, child):
            yield from _joint(body, child, inner)
        else:
            yield from _end_site(body.links[child].offset, inner)
    if not below:
        # As far behind the centre of mass as that is behind the joint: the link's other end.
        x, y, z = link.centre
        yield from _end_site((2 * x, 2 * y, 2 * z), inner)
    yield f"{indent}}}"


def _end_site(offset: tuple[float, float, float], indent: str) -> Iterator[str]:
    yield f"{indent}End Site"
    yield f"{indent}{{"
    yield f"{indent}  OFFSET {_vector(offset)}"
    yield f"{indent}}}"


def _vector(offset: tuple[float, float, float]) -> str:
    return " ".join(f"{_UNITS * value:.6f}" for value in offset)


def _turns(body: Body, index: int) -> bool:
    return any(joint.link == index for joint in body.joints)


def _order(body: Body, index: int = 0) -> Iterator[int]:
    """The links that turn, as the hierarchy lists them."""
    yield index
    for child, link in enumerate(body.links):
        if link.parent == index and _turns(body, child):
            yield from _order(body, child)


def _channels(motion: BodyMotion) -> Array:
    """Numbers of each frame, (n, 3 + 3 joints)."""
    _, turns = motion.links()
    columns = [_UNITS * motion.root_pos]
    for index in _order(motion.body):
        angles = Rotation.from_quat(turns[:, index]).as_euler("ZXY", degrees=True)
        columns.append(np.unwrap(angles, period=360.0, axis=0))
    return np.concatenate(columns, axis=1)
