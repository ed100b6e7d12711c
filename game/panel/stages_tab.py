"""The stages as a timeline of learning: how often each succeeds, over how much it has tried."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from imgui_bundle import imgui, implot

from game.session import Session
from models.stage import StageInfo

_HEIGHT = 13.0  # of the curve, in letters
_MARKER = 5.0  # pixels


def show(session: Session) -> None:
    """The curve, the list below it; a click on either plays that stage."""
    paths = session.shelf.paths
    infos = [session.shelf.info(path) for path in paths]
    playing = session.performer.stage.path
    clicked = _curve(paths, infos, playing)
    for label, action in (("earlier", session.earlier_stage), ("later", session.later_stage)):
        if imgui.button(label):
            action()
        imgui.same_line()
    if imgui.button("newest"):
        session.newest_stage()
    clicked = _list(paths, infos, playing) or clicked
    if clicked is not None and clicked != playing:
        session.play_stage(clicked)


def success(info: StageInfo) -> float:
    """Percent of attempts that succeed; NaN: not judged."""
    return 100.0 * info.judged.get("success", math.nan)


def _curve(paths: Sequence[Path], infos: Sequence[StageInfo], playing: Path) -> Path | None:
    judged = [index for index, info in enumerate(infos) if math.isfinite(success(info))]
    jumps = np.array([infos[index].attempts for index in judged], dtype=np.float64)
    rates = np.array([success(infos[index]) for index in judged], dtype=np.float64)
    clicked = None
    size = (-1.0, _HEIGHT * imgui.get_font_size())
    if implot.begin_plot("##learning", size, implot.Flags_.no_legend.value | implot.Flags_.no_menus.value):
        implot.setup_axes("jumps tried", "backflips in 100")
        most = max((info.attempts for info in infos), default=1)
        implot.setup_axes_limits(-0.03 * most, 1.05 * most, -4.0, 104.0)
        if judged:
            implot.plot_line("success", jumps, rates)
            implot.plot_scatter("stages", jumps, rates)
            clicked = _nearest(paths, judged, jumps)
        here = [float(info.attempts) for path, info in zip(paths, infos, strict=True) if path == playing]
        implot.plot_inf_lines("playing", np.array(here))
        implot.end_plot()
    return clicked


def _nearest(paths: Sequence[Path], judged: Sequence[int], jumps: np.ndarray) -> Path | None:
    if not (implot.is_plot_hovered() and imgui.is_mouse_clicked(imgui.MouseButton_.left)):
        return None
    return paths[judged[int(np.argmin(np.abs(jumps - implot.get_plot_mouse_pos().x)))]]


def _list(paths: Sequence[Path], infos: Sequence[StageInfo], playing: Path) -> Path | None:
    clicked = None
    for path, info in zip(paths, infos, strict=True):
        rate = success(info)
        told = f"{rate:.0f} %" if math.isfinite(rate) else "not judged"
        label = f"iteration {info.iteration}   {info.attempts:,} jumps   {told}##{path}"
        if imgui.selectable(label, path == playing)[0]:
            clicked = path
    return clicked
