from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from panda3d.core import CardMaker

from game.camera.pose import Tracking
from game.camera.readout import Readout, lines, timecode
from game.camera.viewfinder import Viewfinder, ViewfinderSettings

READOUT = Readout(True, "park_s03", 1, 1234, 35.0, "openvr right", Tracking.OK, 24.6, 412, "backflip 0300", "hold grip")
GREY = 128


def test_timecode_counts_25_frames():
    assert timecode(0) == "00:00:00:00"
    assert timecode(25 * 3600 + 24) == "01:00:00:24"
    assert timecode(25 * 86_400) == "00:00:00:00"


def test_every_fact_has_its_place():
    assert lines(READOUT) == {
        "top_left": "REC  park_s03  T001",
        "top": "00:00:49:09",
        "top_right": "35 mm",
        "bottom_left": "ATTEMPT 412  backflip 0300",
        "hint": "hold grip",
        "bottom_right": "openvr right  TRACKING  25 fps",
    }
    bare = lines(Readout(tracking=Tracking.LOST))
    assert (bare["top_left"], bare["bottom_left"], bare["hint"]) == ("STBY", "", "")
    assert "TRACKING LOST" in bare["bottom_right"]


@pytest.fixture
def picture(base):
    """Renders over a plain grey picture -> (height, width, 3), top row first."""
    card = CardMaker("picture")
    card.set_frame(-1, 1, -1, 1)
    background = base.render2d.attach_new_node(card.generate(), -100)
    background.set_color(GREY / 255, GREY / 255, GREY / 255, 1)
    background.set_bin("background", 0)

    def render() -> np.ndarray:
        base.graphicsEngine.render_frame()
        base.graphicsEngine.render_frame()
        shot = base.win.get_screenshot()
        flat = np.frombuffer(bytes(shot.get_ram_image_as("RGB")), dtype=np.uint8)
        return flat.reshape(shot.get_y_size(), shot.get_x_size(), 3)[::-1]

    return render


def test_it_shows_changes_hides_and_leaves_nothing_behind(base, picture):
    plain = picture()
    assert np.abs(plain.astype(int) - GREY).max() <= 1
    viewfinder = Viewfinder(base.render2d, 960 / 519)
    viewfinder.update(READOUT)
    recording = picture()
    assert (np.abs(recording.astype(int) - GREY).max(axis=2) > 40).sum() > 2000
    red = (recording[..., 0] > 200) & (recording[..., 1] < 60)
    rows, columns = np.nonzero(red)
    assert len(rows) > 30
    assert rows.max() < 80  # the light is at the top left
    assert columns.max() < 120
    viewfinder.update(dataclasses.replace(READOUT, recording=False))
    assert not ((picture()[..., 0] > 200) & (picture()[..., 1] < 60)).any()
    viewfinder.hide()
    assert np.array_equal(picture(), plain)
    viewfinder.reveal()
    assert not np.array_equal(picture(), plain)
    viewfinder.destroy()
    assert np.array_equal(picture(), plain)


def test_lost_tracking_turns_amber(base, picture):
    viewfinder = Viewfinder(base.render2d, 960 / 519)

    def amber() -> int:
        shot = picture().astype(int)
        return int(((shot[..., 0] > 200) & (shot[..., 2] < 100) & (shot[..., 1] > 130)).sum())

    viewfinder.update(READOUT)
    assert amber() == 0
    viewfinder.update(dataclasses.replace(READOUT, tracking=Tracking.LOST))
    assert amber() > 50


@pytest.mark.parametrize(("window", "axis"), [(1.2, 0), (2.6, 1)])
def test_the_mask_covers_what_is_outside_the_frame_with_its_opacity(base, picture, window, axis):
    """The picture is stretched to the window's aspect here; rows or columns outside the frame must be dark."""
    bare = ViewfinderSettings(mask=0.75, frame=False, centre=False, text=False)
    viewfinder = Viewfinder(base.render2d, window, settings=bare)
    profile = picture()[..., 1].astype(int).mean(axis=1 - axis)
    dark = np.abs(profile - 0.25 * GREY) < 3
    clear = np.abs(profile - GREY) < 3
    inside = window / 1.85 if axis == 0 else 1.85 / window
    assert clear.sum() == pytest.approx(inside * len(profile), abs=2)
    assert dark.sum() == pytest.approx((1 - inside) * len(profile), abs=2)
    assert dark[0]
    assert dark[-1]
    viewfinder.configure(dataclasses.replace(bare, mask=0.0))
    assert np.abs(picture().astype(int) - GREY).max() <= 1
    viewfinder.resize(1.85)
    viewfinder.configure(bare)
    assert np.abs(picture().astype(int) - GREY).max() <= 1  # a window of the frame's aspect has no mask


@pytest.mark.parametrize("guide", ["frame", "thirds", "centre", "safe_area"])
def test_every_guide_can_be_seen_alone(base, picture, guide):
    none = ViewfinderSettings(frame=False, centre=False, text=False)
    viewfinder = Viewfinder(base.render2d, 960 / 519, settings=none)
    before = picture()
    viewfinder.configure(dataclasses.replace(none, **{guide: True}))
    assert (picture() != before).any(axis=2).sum() > 30


def test_a_slate_with_other_letters_is_written_too(base, picture):
    viewfinder = Viewfinder(base.render2d, 960 / 519)
    viewfinder.update(dataclasses.replace(READOUT, slate="Küche"))
    wide = picture()
    viewfinder.update(dataclasses.replace(READOUT, slate="Kche"))
    assert not np.array_equal(picture(), wide)
