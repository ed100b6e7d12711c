from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from panda3d.core import CardMaker

from game.camera.pose import Tracking
from game.camera.readout import Level, Readout, ViewfinderSettings, lines, timecode
from game.camera.viewfinder import Viewfinder

READOUT = Readout(
    recording=True,
    slate="park_s03",
    take=1,
    frame=1234,
    focal_length=35.0,
    aperture=2.8,
    focus="3.2 m tracking",
    tracker="openvr right",
    fps=24.6,
    attempt=412,
    stage="backflip 0300",
    hardest="HARDEST  left foot on mattress  900 N",
    hint="hold grip",
    disk_left=123_400_000_000,
)
GREY = 128


def test_timecode_counts_25_frames():
    assert timecode(0) == "00:00:00:00"
    assert timecode(25 * 3600 + 24) == "01:00:00:24"
    assert timecode(25 * 86_400) == "00:00:00:00"


def test_every_fact_has_its_place():
    assert lines(READOUT) == {
        "top_left": "REC  park_s03  T001",
        "top": "00:00:49:09",
        "top_right": "35 mm  f/2.8  3.2 m tracking",
        "bottom_left": "ATTEMPT 412  backflip 0300",
        "above_left": "HARDEST  left foot on mattress  900 N",
        "hint": "hold grip",
        "bottom_right": "openvr right  TRACKING  25 fps  123 GB left",
    }
    bare = lines(Readout(tracking=Tracking.LOST))
    assert (bare["top_left"], bare["top_right"], bare["bottom_left"], bare["hint"]) == ("STBY", "35 mm", "", "")
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


def boxes(viewfinder: Viewfinder, base) -> list[tuple[np.ndarray, np.ndarray]]:
    """Lower left and upper right corner of each text that says something, in render2d."""
    corners = []
    for text in viewfinder._texts.values():
        if text.node().get_text():
            low, high = text.get_tight_bounds(base.render2d)
            corners.append((np.array([low.x, low.z]), np.array([high.x, high.z])))
    return corners


@pytest.mark.parametrize("tracker", ["mouse", "A wireless controller of somebody with a long name", "w" * 40])
@pytest.mark.parametrize("window", [1.85, 1.2, 2.4])
def test_no_text_lies_on_another_whatever_the_tracker_is_called(base, tracker, window):
    viewfinder = Viewfinder(base.render2d, window)
    stage = "BACKFLIP 9/9, 98 % succeed  1 FLIP  FALLEN, 0.25x"
    viewfinder.update(dataclasses.replace(READOUT, tracker=tracker, stage=stage, attempt=4123))
    found = boxes(viewfinder, base)
    assert len(found) == 7
    for index, (low, high) in enumerate(found):
        for other_low, other_high in found[:index]:
            assert np.any(low >= other_high) or np.any(other_low >= high)
    viewfinder.destroy()


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


def coloured(shot: np.ndarray, green: bool) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of what is green, or amber."""
    red, blue = shot[..., 0].astype(int), shot[..., 2].astype(int)
    first, second = (shot[..., 1].astype(int), red) if green else (red, blue)
    return np.nonzero((first - second > 60) & (first > 180) & (blue < 140))


BARE = ViewfinderSettings(mask=0.0, frame=False, centre=False, text=False, horizon=True)


def test_a_level_horizon_is_green_and_stands_where_the_worlds_is(base, picture):
    viewfinder = Viewfinder(base.render2d, 1.85, settings=BARE)
    viewfinder.update(Readout(level=Level(0.0, 0.5)))
    rows, columns = coloured(picture(), green=True)
    assert len(rows) > 100
    assert rows.mean() == pytest.approx(519 * 0.25, abs=2)
    assert columns.min() < 300 < 660 < columns.max()


def test_a_crooked_horizon_is_amber_and_turns_with_the_camera(base, picture):
    viewfinder = Viewfinder(base.render2d, 1.85, settings=BARE)
    viewfinder.update(Readout(level=Level(np.radians(10.0), 0.0)))
    rows, columns = coloured(picture(), green=False)
    slope = np.polyfit(columns, rows, 1)[0]
    assert slope == pytest.approx(np.tan(np.radians(10.0)), abs=0.02)
    viewfinder.update(Readout(level=Level(0.0, -7.0)))
    rows, _ = coloured(picture(), green=True)
    assert 0.9 * 519 < rows.mean() < 519  # out of the frame: at its edge


def test_without_a_level_or_switched_off_there_is_no_horizon(base, picture):
    viewfinder = Viewfinder(base.render2d, 1.85, settings=BARE)
    viewfinder.update(Readout(level=None))
    assert not len(coloured(picture(), green=True)[0])
    viewfinder.update(Readout(level=Level(0.0, 0.0)))
    viewfinder.configure(dataclasses.replace(BARE, horizon=False))
    assert not len(coloured(picture(), green=True)[0])


def test_the_reticle_stands_where_autofocus_looks(base, picture):
    viewfinder = Viewfinder(base.render2d, 1.85, settings=dataclasses.replace(BARE, horizon=False))
    before = picture()
    viewfinder.update(Readout(reticle=(0.5, -0.5)))
    rows, columns = np.nonzero((picture() != before).any(axis=2))
    assert (rows.mean(), columns.mean()) == pytest.approx((0.75 * 519, 0.75 * 960), abs=3)
