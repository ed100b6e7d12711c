"""Bodies as stick figures, seen from the side: X of the attempt's frame to the right, Y up, no perspective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from models.body import Body
from models.motion import Pose
from models.rotations import Array, rotate

Colour = tuple[int, int, int]

_WIDTH, _HEIGHT = 1998, 340  # px
_MARGIN = 24  # px, left and right
_GROUND = 292  # px from the top
_SCALE = 106.0  # px a metre: who lies down just fills a column of twelve
_FINE = 3  # everything is drawn so many times larger and averaged: Pillow's shapes have no soft edges

_HALO = 0.014  # m of paper around a limb, so that it stands out from what is behind it
_FOOT = 0.0885  # m from the middle of a foot to its toe and to its heel
_HEAD = 0.1025  # m
# Half the thickness in m of what leads from one joint to the next, by the latter's name.
_RADII = {"neck": 0.045, "knee": 0.056, "ankle": 0.045, "elbow": 0.042, "wrist": 0.034}
_TRUNK, _SOLE = 0.085, 0.026

_PAPER: Colour = (255, 255, 255)
_LINE: Colour = (170, 178, 186)
_GREY: Colour = (96, 106, 116)
_BLACK: Colour = (24, 32, 40)
_CLIP: tuple[Colour, Colour] = ((224, 229, 234), (234, 238, 241))
_INK: tuple[Colour, Colour] = ((30, 46, 66), (134, 150, 170))  # middle and right side; left side, which is farther
_RED: tuple[Colour, Colour] = ((196, 28, 36), (234, 142, 142))


@dataclass(frozen=True)
class Limb:
    """Capsules of one colour: ends ``(k, 2, 3)`` and radii ``(k,)`` in m, in the attempt's frame."""

    ends: Array
    radii: Array
    left: bool

    @property
    def depth(self) -> float:
        """How near it is to whoever looks along -Z, in m."""
        return float(self.ends[..., 2].mean())


def limbs(body: Body, root_pos: Array, root_rot: Array, joint_rot: Array) -> list[Limb]:
    """One humanoid as limbs, the farthest first: root ``(3,)`` and ``(4,)``, joints ``(joints, 4)``."""
    joints, turns = body.forward(root_pos, root_rot, joint_rot)
    centres = body.centres(joints, turns)
    at = {link.name: number for number, link in enumerate(body.links)}
    head, chest, root = (centres[at[name]] for name in ("neck", "chest", "root"))
    trunk = [(root, chest, _TRUNK), (chest, joints[at["neck"]], _RADII["neck"]), (joints[at["neck"]], head, 0.03)]
    found = [_limb([*trunk, (head, head, _HEAD)])]
    for side in ("left", "right"):
        for names in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            chain = [joints[at[f"{side}_{name}"]] for name in names]
            parts = [(chain[i], chain[i + 1], _RADII[names[i + 1]]) for i in range(2)]
            if names[-1] == "ankle":
                foot = at[f"{side}_ankle"]
                along = rotate(turns[foot], np.array([_FOOT, 0.0, 0.0]))
                parts.append((centres[foot] - along, centres[foot] + along, _SOLE))
            found.append(_limb(parts, side == "left"))
    return sorted(found, key=lambda limb: limb.depth)


def _limb(parts: list[tuple[Array, Array, float]], left: bool = False) -> Limb:
    ends = np.array([(begin, end) for begin, end, _ in parts])
    return Limb(ends, np.array([radius for _, _, radius in parts]), left)


class Drawing:
    """A strip under way, with ``count`` columns. What is drawn later covers what is there."""

    def __init__(self, body: Body, count: int) -> None:
        self._body = body
        self._column = (_WIDTH - 2 * _MARGIN) / count
        self._image = Image.new("RGB", (_WIDTH * _FINE, _HEIGHT * _FINE), _PAPER)
        self._pen = ImageDraw.Draw(self._image)
        self._line((_MARGIN, _GROUND), (_WIDTH - _MARGIN, _GROUND), 1.5, _LINE)

    def figures(self, pose: Pose, fallen: NDArray[np.bool_] | None = None, faint: bool = False) -> None:
        """Put the bodies of ``pose`` ``(count,)`` in their columns. Those that are not finite are left out."""
        for column, one in enumerate(zip(pose.root_pos, pose.root_rot, pose.joint_rot, strict=True)):
            if not all(np.isfinite(part).all() for part in one):
                continue
            colours = _CLIP if faint else _RED if fallen is not None and fallen[column] else _INK
            for limb in limbs(self._body, *one):
                self._capsules(limb, column, one[0][0], _PAPER, _HALO)
                self._capsules(limb, column, one[0][0], colours[limb.left], 0.0)

    def _capsules(self, limb: Limb, column: int, middle: float, colour: Colour, wider: float) -> None:
        for ends, radius in zip(limb.ends, limb.radii, strict=True):
            x = _MARGIN + (column + 0.5) * self._column + _SCALE * (ends[:, 0] - middle)
            y = _GROUND - _SCALE * ends[:, 1]
            self._line((x[0], y[0]), (x[1], y[1]), 2.0 * _SCALE * (radius + wider), colour)

    def _line(self, begin: tuple[float, float], end: tuple[float, float], width: float, colour: Colour) -> None:
        """A line in px with round ends."""
        a, b, reach = np.array(begin) * _FINE, np.array(end) * _FINE, 0.5 * width * _FINE
        along = b - a
        across = np.array([-along[1], along[0]]) * reach / max(float(np.hypot(*along)), 1e-9)
        self._pen.polygon([tuple(point) for point in (a + across, b + across, b - across, a - across)], colour)
        for centre in (a, b):
            self._pen.ellipse((*(centre - reach), *(centre + reach)), colour)

    def title(self, text: str) -> None:
        """Put a line above everything, and what the colours mean."""
        self._text((_MARGIN, 12), text, 22, _BLACK, "la")
        edge = _WIDTH - _MARGIN
        self._text((edge, 15), "the clip", 17, _LINE, "ra")
        self._text((edge - 84, 15), "touches the ground with what it must not", 17, _RED[0], "ra")

    def label(self, column: int, text: str, alarming: bool) -> None:
        """Put a word under a column."""
        middle = _MARGIN + (column + 0.5) * self._column
        self._text((middle, _GROUND + 14), text, 17, _RED[0] if alarming else _GREY, "ma")

    def _text(self, at: tuple[float, float], text: str, size: int, colour: Colour, anchor: str) -> None:
        font = ImageFont.load_default(size * _FINE)
        self._pen.text((at[0] * _FINE, at[1] * _FINE), text, colour, font, anchor)

    def finish(self) -> NDArray[np.uint8]:
        """The picture: RGB ``(height, width, 3)``, top row first."""
        return np.asarray(self._image.reduce(_FINE))
