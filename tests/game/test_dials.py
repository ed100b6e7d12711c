from __future__ import annotations

import pytest

from game.camera.lens import Lens
from game.camera.lens_control import FocusMode, LensControl
from game.camera.readout import ViewfinderSettings
from game.camera.rig_settings import RigSettings
from game.dials import Dial, Setup, dials

SETUP = Setup(RigSettings(), Lens(), LensControl(), ViewfinderSettings())
DIALS = dials(("root", "chest", "neck"))


def dial(label: str) -> Dial:
    return next(dial for dial in DIALS if dial.label == label)


@pytest.mark.parametrize("dial", DIALS, ids=lambda dial: dial.label)
def test_every_dial_turns_away_and_comes_back_through_what_a_take_accepts(dial):
    start = dial.turned(dial.turned(SETUP, 1), -1) if dial.read(SETUP) not in dial.values else SETUP
    away = dial.turned(start, 1)
    if away == start:  # it stands at its end
        away = dial.turned(start, -1)
        assert dial.turned(away, 1) == start
    else:
        assert dial.turned(away, -1) == start
    assert dial.text(away) != dial.text(start)
    assert RigSettings.from_dict(away.rig.to_dict()) == away.rig
    assert Lens.from_dict(away.lens.to_dict()) == away.lens
    assert LensControl.from_dict(away.control.to_dict()) == away.control


@pytest.mark.parametrize("dial", DIALS, ids=lambda dial: dial.label)
def test_the_ends_of_every_dial_are_accepted(dial):
    for steps in (-200, 200):
        end = dial.turned(SETUP, steps)
        RigSettings.from_dict(end.rig.to_dict())
        Lens.from_dict(end.lens.to_dict())
        LensControl.from_dict(end.control.to_dict())


def test_every_setting_has_a_dial():
    """All but what moves the camera about: holding, homing, and where look-at has brought it."""
    own = {"origin", "origin_yaw", "homings", "frozen", "look_turn", "aspect", "depth_of_field"}
    for group, settings in (("rig", SETUP.rig), ("lens", SETUP.lens), ("control", SETUP.control), ("view", SETUP.view)):
        reached = {dial.field for dial in DIALS if dial.group == group}
        assert set(vars(settings)) - own == reached
    parts = [dial.parts for dial in DIALS if dial.field in ("lock_position", "lock_rotation")]
    assert sorted(parts) == [(0,), (0,), (1,), (1,), (2,), (2,)]


def test_from_between_two_values_it_steps_to_the_next():
    setup = dial("focal length").write(SETUP, 37.0)
    assert dial("focal length").turned(setup, 1).lens.focal_length == 40.0
    assert dial("focal length").turned(setup, -1).lens.focal_length == 35.0
    assert dial("focal length").turned(setup, -2).lens.focal_length == 29.0


def test_scale_turns_all_axes_and_height_its_own():
    assert dial("motion scale").turned(SETUP, 1).rig.scale == (1.5, 1.5, 1.5)
    assert dial("height scale").turned(SETUP, 2).rig.scale == (1.0, 1.0, 2.0)


def test_names_and_switches_go_round():
    modes, setup = [], SETUP
    for _ in FocusMode:
        setup = dial("focus").turned(setup, 1)
        modes.append(setup.control.focus)
    assert modes == [FocusMode.MANUAL, FocusMode.RETICLE, FocusMode.TRACKING, FocusMode.CLEAR]
    assert dial("kill roll").turned(SETUP, 3).rig.kill_roll
    assert dial("body part").turned(SETUP, 2).rig.subject == "root"


def test_texts_name_the_unit():
    assert dial("body damping").text(SETUP) == "0.15 s"
    assert dial("kill roll").text(SETUP) == "off"
    assert dial("filmback").text(SETUP) == "super 35"
    assert dial("focus").text(SETUP) == "clear"
