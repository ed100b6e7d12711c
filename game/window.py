"""Opening Panda3D, with a window or without one: the only place that sets its configuration."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from direct.showbase.ShowBase import ShowBase
from panda3d.core import AntialiasAttrib, KeyboardButton, ModifierButtons, loadPrcFileData

from models.errors import InputError

# `textures-power-2 down`, the default, silently shrinks photographs; sound goes through game.sound. `auto-flip` shows a
# picture when it is drawn: otherwise it waits for the next frame, and the operator's hand grows older by that.
_ALWAYS = """
textures-power-2 none
audio-library-name null
notify-level-device fatal
notify-level-egldisplay error
print-pipe-types 0
auto-flip 1
gl-version 3 2
model-cache-dir
window-title backflip
framebuffer-multisample 0
"""


def has_display() -> bool:
    """Whether a window can be asked for: on Linux only where the X server that DISPLAY names answers."""
    return not sys.platform.startswith("linux") or (bool(os.environ.get("DISPLAY")) and _answers())


def open_base(size: tuple[int, int], offscreen: bool, sync: bool = True) -> ShowBase:
    """Start Panda3D with a picture of ``size`` pixels; offscreen it renders through EGL and needs no display.

    sync: wait for the screen's refresh; a headset has a pace of its own.

    Raises:
        InputError: there is no OpenGL, or no display that a window could be opened on.
    """
    display = "p3headlessgl" if offscreen else "pandagl"
    loadPrcFileData(
        "backflip", f"{_ALWAYS}load-display {display}\nwin-size {size[0]} {size[1]}\nsync-video {int(sync)}"
    )
    try:
        base: Any = ShowBase(windowType="offscreen" if offscreen else "onscreen")
    except Exception as error:  # Panda raises a bare Exception
        raise InputError(_no_picture(error) if offscreen else _no_window(error)) from error
    base.disableMouse()
    base.setBackgroundColor(0.5, 0.5, 0.5)
    base.render.setAntialias(AntialiasAttrib.MAuto)
    for thrower in base.buttonThrowers or ():
        ignore_shift(thrower.node())
    return base


def ignore_shift(thrower: Any) -> None:
    """Let a `ButtonThrower` throw ``enter`` while Shift is held, not ``shift-enter``: Shift hurries the camera."""
    modifiers = ModifierButtons(thrower.getModifierButtons())
    modifiers.removeButton(KeyboardButton.shift())
    thrower.setModifierButtons(modifiers)


def _answers() -> bool:
    """Whether the X server named by DISPLAY lets this process in; without Xlib no window could be opened either."""
    try:
        xlib = ctypes.CDLL("libX11.so.6")
    except OSError:
        return False
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    xlib.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = xlib.XOpenDisplay(None)
    if connection is None:
        return False
    xlib.XCloseDisplay(connection)
    return True


def _no_picture(error: Exception) -> str:
    return f"no OpenGL ({error}); install the packages libegl1 and libgl1-mesa-dri, or a graphics driver"


def _no_window(error: Exception) -> str:
    name = os.environ.get("DISPLAY") or "of this machine"
    mend = "name one that can in DISPLAY, or do without a window: backflip play --headless"
    return f"the display {name} cannot be opened ({str(error).rstrip('.')}); {mend}"
