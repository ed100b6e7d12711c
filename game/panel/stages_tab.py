"""The skills, and the stages of one as a timeline of learning: how often each succeeds, over how much it has tried."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from imgui_bundle import imgui, implot

from game.panel.rows import beside_button, beside_radio
from game.repertoire import Repertoire
from game.session import Session
from models.stage import StageInfo

_HEIGHT = 13.0  # of the curve, in letters


def show(session: Session) -> None:
    """The skills, the curve of the one that is played, the list below it; a click plays that skill or stage."""
    repertoire = session.repertoire
    _skills(repertoire)
    paths = repertoire.ladder
    infos = [repertoire.shelf.info(path) for path in paths]
    playing = session.performer.stage.path
    clicked = _curve(repertoire.skill, paths, infos, playing)
    for label, action in (("earlier", repertoire.earlier_stage), ("later", repertoire.later_stage)):
        if imgui.button(label):
            action()
        beside_button("newest")
    if imgui.button("newest"):
        repertoire.newest_stage()
    clicked = _list(paths, infos, playing) or clicked
    if clicked is not None:
        repertoire.play(clicked)


def _skills(repertoire: Repertoire) -> None:
    """Every skill with the success of its last stage, as many in a row as there is room for."""
    shelf, playing, wanted = repertoire.shelf, repertoire.skill, None
    for index, skill in enumerate(shelf.skills):
        label = f"{skill.replace('_', ' ')}  {told(shelf.info(shelf.ladder(skill)[-1]))}"
        if index:
            beside_radio(label)
        if imgui.radio_button(label, skill == playing):
            wanted = skill
    if wanted not in (None, playing):
        repertoire.play_skill(wanted)


def success(info: StageInfo) -> float:
    """Percent of attempts that succeed; NaN: not judged."""
    return 100.0 * info.judged.get("success", math.nan)


def told(info: StageInfo) -> str:
    """How often it succeeds, in words."""
    rate = success(info)
    return f"{rate:.0f} %" if math.isfinite(rate) else "not judged"


def _curve(skill: str, paths: Sequence[Path], infos: Sequence[StageInfo], playing: Path) -> Path | None:
    judged = [index for index, info in enumerate(infos) if math.isfinite(success(info))]
    attempts = np.array([infos[index].attempts for index in judged], dtype=np.float64)
    rates = np.array([success(infos[index]) for index in judged], dtype=np.float64)
    clicked = None
    size = (-1.0, _HEIGHT * imgui.get_font_size())
    if implot.begin_plot(f"##{skill}", size, implot.Flags_.no_legend.value | implot.Flags_.no_menus.value):
        implot.setup_axes("attempts learned from", f"{skill}: successes in 100")
        most = max((info.attempts for info in infos), default=1)
        implot.setup_axes_limits(-0.03 * most, 1.05 * most, -4.0, 104.0)
        if judged:
            implot.plot_line("success", attempts, rates)
            implot.plot_scatter("stages", attempts, rates)
            clicked = _nearest(paths, judged, attempts)
        here = [float(info.attempts) for path, info in zip(paths, infos, strict=True) if path == playing]
        implot.plot_inf_lines("playing", np.array(here))
        implot.end_plot()
    return clicked


def _nearest(paths: Sequence[Path], judged: Sequence[int], attempts: np.ndarray) -> Path | None:
    if not (implot.is_plot_hovered() and imgui.is_mouse_clicked(imgui.MouseButton_.left)):
        return None
    return paths[judged[int(np.argmin(np.abs(attempts - implot.get_plot_mouse_pos().x)))]]


def _list(paths: Sequence[Path], infos: Sequence[StageInfo], playing: Path) -> Path | None:
    clicked = None
    for path, info in zip(paths, infos, strict=True):
        label = f"iteration {info.iteration}   {info.attempts:,} attempts   {told(info)}##{path}"
        if imgui.selectable(label, path == playing)[0]:
            clicked = path
    return clicked
