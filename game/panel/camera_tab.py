"""All dials of the camera as sliders, switches and lists."""

from __future__ import annotations

from imgui_bundle import imgui

from game.dials import Dial, Setup
from game.operator import Operator
from game.panel.rows import beside_radio
from game.session import Session

_GROUPS = {"lens": "Lens and focus", "control": "Lens and focus", "rig": "Rig", "view": "Viewfinder"}
_WIDE = 50.0  # from least to most: what spans more is set in ratios


def show(session: Session) -> None:
    """What holds the camera, the marks, then the dials below a heading for each group."""
    operator = session.operator
    _hand(session)
    _marks(operator)
    for heading in dict.fromkeys(_GROUPS.values()):
        if not imgui.collapsing_header(heading, imgui.TreeNodeFlags_.default_open.value):
            continue
        for dial in operator.dials:
            if _GROUPS[dial.group] == heading:
                setup = operator.setup
                changed = _edited(dial, setup)
                if changed != setup:
                    operator.set_up(changed)


def _hand(session: Session) -> None:
    """Which device holds the camera, where there are several; what is wrong with it."""
    tracker = session.operator.tracker
    names, here = list(tracker.devices), tracker.device
    if names:
        imgui.set_next_item_width(imgui.get_font_size() * 14.0)
        changed, index = imgui.combo("holds the camera", names.index(here) if here in names else -1, names)
        if changed:
            session.choose_device(names[index])
    if tracker.note:
        imgui.text_wrapped(tracker.note)


def _marks(operator: Operator) -> None:
    imgui.text("Operator's mark")
    for index, name in enumerate(operator.marks):
        beside_radio(name)
        if imgui.radio_button(name, name == operator.mark):
            operator.go_to_mark(index)
    held, wanted = operator.held, imgui.checkbox("hold the camera", operator.held)[1]
    if wanted != held:
        operator.hold_camera()


def _edited(dial: Dial, setup: Setup) -> Setup:
    value = dial.read(setup)
    if isinstance(value, bool):
        changed, wanted = imgui.checkbox(dial.label, value)
        return dial.write(setup, wanted) if changed else setup
    imgui.set_next_item_width(imgui.get_font_size() * 14.0)
    if isinstance(value, str):
        names = [str(name) for name in dial.values]
        changed, index = imgui.combo(dial.label, names.index(value) if value in names else -1, names)
        return dial.write(setup, dial.values[index]) if changed else setup
    low, high = float(dial.values[0]), float(dial.values[-1])
    flags = imgui.SliderFlags_.always_clamp.value
    if low > 0.0 and high / low > _WIDE:
        flags |= imgui.SliderFlags_.logarithmic.value
    changed, number = imgui.slider_float(dial.label, float(value), low, high, f"%.4g {dial.unit}", flags)
    return dial.write(setup, number) if changed else setup
