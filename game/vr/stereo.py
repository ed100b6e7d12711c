"""The place in the headset. The operator's room stands in the place where the rig stands, at the rig's scale; in it are
the head with its eyes and, on the device that holds the camera, the viewfinder: the window's own picture.

The head and the viewfinder are shown where they will be when the picture is seen. The camera is not: see
`game.camera.trackers.openvr`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    BitMask32,
    CardMaker,
    FrameBufferProperties,
    GraphicsOutput,
    NodePath,
    PythonCallbackObject,
    Texture,
)

from game.camera.rig_settings import RigSettings
from game.camera.trackers.openvr import OpenVRTracker
from game.environment.projection import offscreen
from game.screen import LATE, Screen
from game.session import Session
from game.vr.eyes import EyeView, put
from game.vr.headset import Headset
from models.errors import InputError

WIDTH = 0.3  # m of the viewfinder
_ABOVE = 0.12  # m from the device to the middle of the viewfinder
_AFTER_EYES = 20
_NOT_FOR_THE_FILM = BitMask32.bit(21)  # the camera may not see its own viewfinder


def fill_headset(screen: Screen, session: Session) -> Stereo:
    """Show the session's place in the headset of its OpenVR tracker, in step with ``screen``; close it at the end.

    Raises:
        InputError: another tracker holds the camera, or the headset cannot be filled.
    """
    tracker = session.operator.tracker
    if not isinstance(tracker, OpenVRTracker):
        raise InputError(f"{tracker.name} has no headset to be filled; choose the tracker openvr")
    stereo = Stereo(screen.base, tracker, session.say)

    def place() -> None:
        stereo.place(session.operator.room)

    screen.each_frame(stereo.wait, LATE - 1)
    screen.each_frame(place, LATE + 1)
    return stereo


class Stereo:
    """Fills the headset from the frame loop: `wait` before the tracker is read, `place` when the camera stands.

    tell: called once with each sentence that the operator must know.
    """

    def __init__(self, base: ShowBase, tracker: OpenVRTracker, tell: Callable[[str], None]) -> None:
        """Raises:
        InputError: the runtime has no compositor, or the graphics driver no buffers.
        """
        self._base: Any = base
        self._tracker = tracker
        self._tell = tell
        self._told = ""
        self._headset: Headset | None = Headset(tracker.system)
        self.room: NodePath = self._base.render.attach_new_node("operator's room")
        self.head = self.room.attach_new_node("head")
        self.hand = self.room.attach_new_node("hand")
        size, eyes = self._headset.size, self._headset.eyes
        names = ("left eye", "right eye")
        self._views = [EyeView(base, name, eye, size, self.head) for name, eye in zip(names, eyes, strict=True)]
        self._picture = Texture("viewfinder")
        self._base.win.add_render_texture(self._picture, GraphicsOutput.RTM_copy_texture)
        self._hang_viewfinder()
        self._last = offscreen(base, "to the headset", _AFTER_EYES, FrameBufferProperties(), (1, 1))
        self._region = self._last.make_display_region()
        self._region.set_camera(NodePath("nothing").attach_new_node(self._views[0].camera.node().make_copy()))
        self._region.set_draw_callback(PythonCallbackObject(self._submit))

    def wait(self) -> None:
        """Wait for the headset; nothing to wait for while SteamVR is gone."""
        system = self._tracker.system
        if system is None:
            self._headset = None
            return
        note = ""
        try:
            if self._headset is None or self._headset.system is not system:
                self._headset = None
                self._headset = Headset(system)
            self._headset.wait()
            note = self._headset.note
        except InputError as error:
            note = str(error)
        if note != self._told:
            self._told = note
            self._tell(note)

    def place(self, rig: RigSettings) -> None:
        """Put room, head and viewfinder where they are to be seen. rig: its origin is where the room stands now."""
        self.room.set_pos(*rig.origin)
        self.room.set_h(rig.origin_yaw)
        self.room.set_scale(*rig.scale)
        self._viewfinder.set_p(rig.tilt)
        if self._headset is None:
            return
        head = self._headset.pose()
        hand = None if self._tracker.index is None else self._headset.pose(self._tracker.index)
        for node, pose in ((self.head, head), (self.hand, hand)):
            if pose is not None:  # what is lost stays where it was seen last
                put(node, pose)

    def close(self) -> None:
        """Take everything off the scene and the window; the headset is the tracker's to leave."""
        self._region.clear_draw_callback()
        self._base.graphicsEngine.remove_window(self._last)
        for view in self._views:
            view.destroy()
        self._base.win.clear_render_textures()
        film = self._base.cam.node()
        film.set_camera_mask(film.get_camera_mask() | _NOT_FOR_THE_FILM)
        self.room.remove_node()

    def _hang_viewfinder(self) -> None:
        height = WIDTH / self._base.getAspectRatio()
        maker = CardMaker("viewfinder")
        maker.set_frame(-0.5 * WIDTH, 0.5 * WIDTH, _ABOVE - 0.5 * height, _ABOVE + 0.5 * height)
        self._viewfinder = self.hand.attach_new_node(maker.generate())
        self._viewfinder.set_texture(self._picture)
        self._viewfinder.set_light_off()
        self._viewfinder.hide(BitMask32.all_on() & ~_NOT_FOR_THE_FILM)
        film = self._base.cam.node()
        film.set_camera_mask(film.get_camera_mask() & ~_NOT_FOR_THE_FILM)

    def _submit(self, data: Any) -> None:
        data.upcall()
        if self._headset is None:
            return
        for eye, view in enumerate(self._views):
            self._headset.submit(eye, view.handle())
