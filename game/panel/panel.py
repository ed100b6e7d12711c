"""The panel: a window over the picture, with a tab for each thing that an operator looks after."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Any

import imgui_bundle
from imgui_bundle import imgui, implot

from game.panel import camera_tab, keys_tab, places_tab, stages_tab
from game.panel.drawing import Drawing
from game.panel.hands import Hands
from game.panel.slate_tab import SlateTab
from game.panel.takes_tab import TakesTab
from game.session import Session

_FONT = Path(imgui_bundle.__file__).parent / "assets" / "fonts" / "DroidSans.ttf"
_LETTERS = 15.0  # pixels
_LEFT, _TOP, _WIDTH, _HEIGHT = 0.03, 0.18, 0.44, 0.72  # of the window, at first: what is told stands above it
_SLOWEST = 0.1  # s; ImGui's own time goes on no faster than this in a stall


class Panel:
    """Shows the shoot of ``session`` and changes it. go_to: called with the name or folder of a place to go to.

    places: those that can be gone to, beside those that ship.
    """

    def __init__(self, base: Any, session: Session, go_to: Callable[[str], None], places: Sequence[str] = ()) -> None:
        self._base = base
        self._session = session
        self._go_to = go_to
        self._places = places
        self._context = imgui.create_context()
        self._plots = implot.create_context()
        io = imgui.get_io()
        io.set_ini_filename("")  # where the panel stands is not written anywhere
        io.backend_flags |= imgui.BackendFlags_.renderer_has_textures.value | imgui.BackendFlags_.has_gamepad.value
        io.config_flags |= imgui.ConfigFlags_.nav_enable_keyboard.value | imgui.ConfigFlags_.nav_enable_gamepad.value
        io.config_nav_cursor_visible_always = True
        io.fonts.add_font_from_file_ttf(str(_FONT), _LETTERS)
        imgui.style_colors_dark()
        self._drawing = Drawing(base.pixel2d)
        self._hands = Hands(base)
        self._slate = SlateTab(session)
        self._takes = TakesTab(session, self._drawing)
        self._open = False

    @property
    def typing(self) -> bool:
        """Whether a text is being typed: keys are letters then, and nothing else."""
        return self._open and bool(imgui.get_io().want_text_input)

    @property
    def under_pointer(self) -> bool:
        """Whether the mouse is over the panel, so that its buttons and wheel are the panel's."""
        return self._open and bool(imgui.get_io().want_capture_mouse)

    def update(self, open: bool, dt: float, buttons: Set[str]) -> None:
        """Once a frame, ``dt`` s after the last: draw the panel if it is open.

        buttons: those held on what holds the camera.
        """
        if open != self._open:
            self._open = open
            if open:
                self._hands.listen()
            else:
                self._hands.stop()
                self._drawing.clear()
        if not open:
            return
        width, height = self._base.win.get_x_size(), self._base.win.get_y_size()
        io = imgui.get_io()
        io.display_size = imgui.ImVec2(width, height)
        io.delta_time = min(max(dt, 1e-4), _SLOWEST)
        self._hands.update(width, height, buttons)
        imgui.new_frame()
        self._lay_out(width, height)
        imgui.render()
        self._drawing.show(imgui.get_draw_data())

    def destroy(self) -> None:
        """Take it off the window for good."""
        if self._open:
            self._hands.stop()
        self._drawing.destroy()
        implot.destroy_context(self._plots)
        imgui.destroy_context(self._context)

    def _lay_out(self, width: int, height: int) -> None:
        imgui.set_next_window_pos((_LEFT * width, _TOP * height), imgui.Cond_.first_use_ever.value)
        imgui.set_next_window_size((_WIDTH * width, _HEIGHT * height), imgui.Cond_.first_use_ever.value)
        imgui.set_next_window_bg_alpha(0.88)
        if imgui.begin("backflip", flags=imgui.WindowFlags_.no_collapse.value)[0] and imgui.begin_tab_bar("tabs"):
            for label, show in (
                ("Slate", self._slate.show),
                ("Stages", lambda: stages_tab.show(self._session)),
                ("Place", lambda: places_tab.show(self._session, self._go_to, self._places)),
                ("Camera", lambda: camera_tab.show(self._session)),
                ("Takes", self._takes.show),
                ("Keys", lambda: keys_tab.show(self._session)),
            ):
                if imgui.begin_tab_item_simple(label):
                    # Without this, keys and buttons would not walk from the tabs into the rows.
                    imgui.begin_child("rows", child_flags=imgui.ChildFlags_.nav_flattened.value)
                    show()
                    imgui.end_child()
                    imgui.end_tab_item()
            imgui.end_tab_bar()
        imgui.end()
