from __future__ import annotations

import dataclasses
import json

import pytest

from game.camera.lens import FARTHEST, LONGEST, Lens
from game.camera.lens_control import FocusMode, LensControl, driven, zoomed_by_stick
from models.errors import InputError

AT_ONCE = LensControl(FocusMode.MANUAL, focus_damping=0.0, zoom_damping=0.0)


def with_(control: LensControl = AT_ONCE, **changes: object) -> LensControl:
    return dataclasses.replace(control, **changes)


def test_zoom_and_focus_arrive_in_their_seconds_and_in_equal_ratios():
    control = with_(zoom_damping=0.4, focus_damping=0.4)
    lens, wanted = Lens(25.0, focus_distance=2.0), Lens(100.0, focus_distance=8.0)
    for _ in range(20):
        lens = driven(lens, wanted, control, None, 0.02)
    assert lens.focal_length == pytest.approx(100.0 * 0.25**0.01, rel=1e-6)
    assert lens.focus_distance == pytest.approx(8.0 * 0.25**0.01, rel=1e-6)
    for _ in range(40):
        lens = driven(lens, wanted, control, None, 0.02)
    assert (lens.focal_length, lens.focus_distance) == (100.0, 8.0)


def test_without_damping_all_is_there_at_once_and_the_gate_always_is():
    wanted = Lens(85.0, "imax", focus_distance=3.0, aperture=1.4, shift=(2.0, 0.0))
    assert driven(Lens(), wanted, AT_ONCE, None, 0.0) == dataclasses.replace(wanted, depth_of_field=True)
    slow = driven(Lens(), wanted, with_(zoom_damping=9.0), None, 0.02)
    assert (slow.filmback, slow.aperture, slow.shift) == ("imax", 1.4, (2.0, 0.0))
    assert slow.focal_length < 36.0


def test_autofocus_goes_to_what_it_sees_with_its_offset_and_stays_when_it_sees_nothing():
    lens, wanted = Lens(focus_distance=4.0), Lens(focus_distance=9.0)
    for mode in (FocusMode.RETICLE, FocusMode.TRACKING):
        control = with_(focus=mode, focus_offset=-0.25)
        assert driven(lens, wanted, control, 2.5, 0.02).focus_distance == 2.25
        assert driven(lens, wanted, control, None, 0.02).focus_distance == 4.0
        assert driven(lens, wanted, control, 1e6, 0.02).focus_distance == FARTHEST
    assert driven(lens, wanted, AT_ONCE, 2.5, 0.02).focus_distance == 9.0


def test_all_is_sharp_while_nobody_pulls_focus():
    assert not driven(Lens(), Lens(), with_(focus=FocusMode.CLEAR), 2.0, 0.02).depth_of_field
    assert driven(Lens(), Lens(), AT_ONCE, 2.0, 0.02).depth_of_field


def test_the_stick_zooms_by_doublings_and_stops_at_the_end():
    control = with_(zoom_speed=2.0)
    assert zoomed_by_stick(Lens(30.0), control, 1.0, 0.5).focal_length == pytest.approx(60.0)
    assert zoomed_by_stick(Lens(30.0), control, -0.5, 1.0).focal_length == pytest.approx(15.0)
    assert zoomed_by_stick(Lens(30.0), control, 1.0, 60.0).focal_length == LONGEST
    assert zoomed_by_stick(Lens(30.0), AT_ONCE, 1.0, 1.0) == Lens(30.0)


def test_plain_data_and_back():
    control = LensControl(FocusMode.RETICLE, 0.1, 0.2, 0.3, (-0.5, 0.25), 1.0)
    assert LensControl.from_dict(json.loads(json.dumps(control.to_dict()))) == control
    assert LensControl.from_dict({}) == LensControl()


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"iris": 1.0},
        {"focus": "hand"},
        {"focus_offset": "near"},
        {"focus_damping": float("nan")},
        {"zoom_damping": -1.0},
        {"reticle": [0.0]},
        {"reticle": 3},
    ],
)
def test_bad_data_is_named(data):
    with pytest.raises(InputError, match="take 3: not settings of a lens's drive"):
        LensControl.from_dict(data, "take 3")
