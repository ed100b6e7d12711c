"""Opening Panda3D, with a window or without one: the only place that sets its configuration."""

from __future__ import annotations

import os
import sys
from typing import Any

from direct.showbase.ShowBase import ShowBase
from panda3d.core import AntialiasAttrib, loadPrcFileData

from models.errors import InputError

_ALWAYS = """
textures-power-2 none
audio-library-name null
notify-level-device fatal
notify-level-egldisplay error
print-pipe-types 0
sync-video 1
gl-version 3 2
model-cache-dir
window-title backflip
framebuffer-multisample 0
"""
# `textures-power-2 down`, the default, silently shrinks photographs; sound goes through game.sound.


def has_display() -> bool:
    """Whether a window can be asked for: on Linux only where an X server or Wayland is named."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_base(size: tuple[int, int], offscreen: bool) -> ShowBase:
    """Start Panda3D with a picture of ``size`` pixels; offscreen it renders through EGL and needs no display.

    Raises:
        InputError: there is no OpenGL.
    """
    display = "p3headlessgl" if offscreen else "pandagl"
    loadPrcFileData("backflip", f"{_ALWAYS}load-display {display}\nwin-size {size[0]} {size[1]}")
    try:
        base: Any = ShowBase(windowType="offscreen" if offscreen else "onscreen")
    except Exception as error:  # Panda raises a bare Exception
        raise InputError(
            f"no OpenGL ({error}); install the packages libegl1 and libgl1-mesa-dri, or a graphics driver"
        ) from error
    base.disableMouse()
    base.setBackgroundColor(0.5, 0.5, 0.5)
    base.render.setAntialias(AntialiasAttrib.MAuto)
    return base
