"""What the viewfinder says about performance and camera, in the words of who operates it."""

from __future__ import annotations

import dataclasses

from game.camera import framing
from game.camera.lens import FARTHEST
from game.camera.lens_control import FocusMode
from game.camera.readout import Readout
from game.operator import Operator
from game.performer import Performer
from game.repertoire import Repertoire
from models.assets import SHIPPED_SKILL


def performed(performer: Performer, repertoire: Repertoire) -> str:
    """What is tried, and how it goes. Backflips are counted; of other skills a fall is told alone."""
    flips = ""
    if performer.skill.name == SHIPPED_SKILL and performer.flips:
        flips = "1 FLIP" if performer.flips == 1 else f"{performer.flips} FLIPS"
    parts = (repertoire.words, flips, "FALLEN" if performer.fallen else "")
    return "  ".join(part for part in parts if part)


def with_camera(readout: Readout, operator: Operator) -> Readout:
    """The readout, with lens, level and reticle of ``operator``, and a setting that was just changed as its hint."""
    lens, mode = operator.lens, operator.control.focus
    far = "inf" if lens.focus_distance >= FARTHEST else f"{lens.focus_distance:.2f} m"
    return dataclasses.replace(
        readout,
        focal_length=lens.focal_length,
        aperture=lens.aperture if lens.depth_of_field else None,
        focus="all sharp" if mode is FocusMode.CLEAR else f"{far} {mode}",
        level=framing.level(operator.pose, lens),
        reticle=operator.control.reticle if mode is FocusMode.RETICLE else None,
        hint=operator.told or readout.hint,
    )
