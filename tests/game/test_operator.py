from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from game.camera.lens import FARTHEST, Lens
from game.camera.lens_control import FocusMode
from game.camera.pose import CameraPose, Sample
from game.camera.readout import Readout
from game.camera.trackers import Tracker
from game.camera.trackers.tracker import APERTURE, ASKED_FOCAL_LENGTH, FOCAL_LENGTH, FOCUS_DISTANCE, ZOOM_RATE, Status
from game.environment.geometry import wall
from game.hud import with_camera
from game.operator import Operator
from game.performance import BodyPose
from game.sight import Sight
from models import rotations
from models.body import Body
from models.coords import hpr_to_wxyz

HOME = CameraPose(np.array([0.0, 0.0, 1.2]), hpr_to_wxyz(0.0, 0.0, 0.0))
ASIDE = CameraPose(np.array([-4.0, 0.0, 1.4]), hpr_to_wxyz(-60.0, 0.0, 0.0))
WALL = wall("wall", (-5.0, 8.0), (5.0, 8.0), (0.0, 3.0), False)


class Still(Tracker):
    """A tracker that lies on a table; its axes are set by the test, and so is the time."""

    name = "still"

    def __init__(self) -> None:
        self.ns = 0
        self.axes: dict[str, float] = {}
        self.rested, self.deaf, self.closed = False, False, False
        self.status = Status()

    def rest(self, on: bool) -> None:
        self.rested = on

    def ignore_keys(self, on: bool) -> None:
        self.deaf = on

    def show(self, status: Status) -> None:
        self.status = status

    def sample(self) -> Sample:
        return Sample(self.ns, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]), axes=dict(self.axes))

    def close(self) -> None:
        self.closed = True


class Stand:
    """An operator, the device in his hand, and what he has changed."""

    def __init__(self, body: Body) -> None:
        self.hand = Still()
        self.sight = Sight(body, [WALL])
        # The root in Bullet's axes: 4 m ahead of HOME in the environment's.
        joints = np.tile(rotations.IDENTITY, (len(body.joints), 1))
        self.sight.see(BodyPose(np.array([0.0, 0.9, -4.0]), rotations.IDENTITY, joints))
        marks = [("home", HOME), ("aside", ASIDE)]
        self.operator = Operator(self.hand, Lens(24.0), marks, lambda: self.hand.ns, self.sight)
        self.changes: list[tuple[int, str, Any]] = []
        self.operator.on_change = lambda *change: self.changes.append(change)

    def film(self, seconds: float = 0.02, **axes: float) -> CameraPose:
        """Frames of 20 ms."""
        self.hand.axes = axes
        for _ in range(round(seconds / 0.02)):
            self.hand.ns += 20_000_000
            self.operator.look()
            pose = self.operator.camera()
        return pose

    def named(self, name: str) -> list[Any]:
        return [value for _, changed, value in self.changes if changed == name]


@pytest.fixture
def stand(body: Body) -> Stand:
    return Stand(body)


def test_dials_are_chosen_turned_told_and_recorded(stand: Stand) -> None:
    operator = stand.operator
    labels = []
    for _ in operator.dials:
        operator.next_dial()
        labels.append(operator.told.split(":")[0])
    assert labels == [dial.label for dial in (*operator.dials[1:], operator.dials[0])]
    operator.previous_dial()
    operator.previous_dial()
    while not operator.told.startswith("body damping"):
        operator.next_dial()
    operator.dial_up()
    assert operator.told == "body damping: 0.25 s"
    operator.dial_down()
    operator.dial_down()
    assert [value["body_damping"] for value in stand.named("rig")] == [0.25, 0.15, 0.1]
    stand.hand.ns += 5_000_000_000
    assert operator.told == ""


def test_a_tripod_stands_and_is_let_go(stand: Stand) -> None:
    for on in (True, False):
        stand.operator.tripod()
        assert stand.named("rig")[-1]["lock_position"] == [on] * 3


def test_zoom_comes_with_its_weight_and_a_prime_at_once(stand: Stand) -> None:
    operator = stand.operator
    stand.film()
    operator.zoom_in()
    stand.film()
    assert 24.0 < operator.lens.focal_length < 24.0 * 1.06
    stand.film(0.6)
    assert operator.lens.focal_length == pytest.approx(24.0 * 1.06)
    operator.longer_lens()
    assert operator.lens.focal_length == 29.0
    assert stand.named("lens")[-1]["focal_length"] == 29.0
    lengths = [value["focal_length"] for value in stand.named("lens")]
    assert lengths == sorted(lengths)
    before = len(stand.changes)
    stand.film(0.2)
    assert len(stand.changes) == before  # a lens at rest is not written down again and again


def test_the_stick_zooms_once_its_dial_says_so(stand: Stand) -> None:
    operator = stand.operator
    stand.film(1.0, stick_y=1.0)
    assert operator.lens.focal_length == 24.0
    dial = next(dial for dial in operator.dials if dial.label == "zoom by stick")
    operator.turn(dial, 3)
    stand.film(1.0, stick_y=1.0)
    stand.film(1.0)
    assert operator.lens.focal_length == pytest.approx(48.0, rel=1e-3)


def test_a_stick_that_is_there_for_zooming_needs_no_dial(stand: Stand) -> None:
    stand.film()
    stand.film(1.0, **{ZOOM_RATE: -1.0})
    stand.film(1.0)
    assert stand.operator.lens.focal_length == pytest.approx(12.0, rel=1e-3)


def test_autofocus_sees_the_body_or_what_is_behind_the_reticle(stand: Stand) -> None:
    operator = stand.operator
    operator.next_focus()
    operator.next_focus()
    assert operator.control.focus is FocusMode.RETICLE
    stand.film(1.5)
    assert operator.lens.focus_distance == pytest.approx(4.0, abs=0.3)
    operator.point_reticle(0.9, 0.0)
    stand.film(1.5)
    assert operator.lens.focus_distance == pytest.approx(8.0, abs=1e-2)
    operator.point_reticle(0.0, 0.99)
    assert with_camera(Readout(), operator).reticle == (0.0, 0.99)
    operator.next_focus()
    stand.film(1.5)
    chest = stand.sight.place_of("chest")
    assert chest is not None
    assert operator.lens.focus_distance == pytest.approx(chest[1], abs=1e-2)
    assert stand.named("lens")[-1]["depth_of_field"]


def test_pulling_focus_by_hand_goes_on_from_where_autofocus_was(stand: Stand) -> None:
    operator = stand.operator
    operator.point_reticle(0.9, 0.0)
    stand.film(2.0)
    operator.nearer_focus()
    stand.film(1.0)
    assert operator.control.focus is FocusMode.MANUAL
    assert operator.lens.focus_distance == pytest.approx(8.0 / 1.04, abs=0.02)
    assert stand.named("lens_control")[-1]["focus"] == "manual"


def test_a_tracked_lens_is_followed_at_once_and_can_be_overruled_while_it_rests(stand: Stand) -> None:
    operator = stand.operator
    operator.next_focus()
    stand.film(0.02, **{FOCAL_LENGTH: 50.0, FOCUS_DISTANCE: 2.5})
    assert (operator.lens.focal_length, operator.lens.focus_distance) == (50.0, 2.5)
    operator.wider_lens()
    stand.film(0.1, **{FOCAL_LENGTH: 50.0, FOCUS_DISTANCE: 2.5})
    assert operator.lens.focal_length == 40.0
    stand.film(0.02, **{FOCAL_LENGTH: 52.0, FOCUS_DISTANCE: 1e9, APERTURE: 0.1})
    assert (operator.lens.focal_length, operator.lens.focus_distance, operator.lens.aperture) == (52.0, FARTHEST, 1.0)


def test_a_lens_that_is_asked_for_comes_with_the_zooms_weight_and_keys_may_change_it_again(stand: Stand) -> None:
    operator = stand.operator
    stand.film()
    stand.film(0.06, **{ASKED_FOCAL_LENGTH: 50.0})
    assert 25.0 < operator.lens.focal_length < 49.0
    stand.film(1.0, **{ASKED_FOCAL_LENGTH: 50.0})
    assert operator.lens.focal_length == pytest.approx(50.0)
    operator.wider_lens()
    stand.film(1.0, **{ASKED_FOCAL_LENGTH: 50.0})
    assert operator.lens.focal_length == 40.0


def test_the_device_is_told_how_its_camera_stands(stand: Stand) -> None:
    stand.operator.hold_camera()
    stand.operator.show(recording=True)
    assert stand.hand.status == Status(recording=True, held=True, focal_length=24.0)


def test_another_operator_goes_on_with_the_device_and_all_that_was_set(stand: Stand) -> None:
    before = stand.operator
    for do in (before.tripod, before.kill_roll, before.longer_lens, before.next_focus, before.toggle_guides):
        do()
    before.toggle_panel()
    before.hold_camera()
    before.lend(True)
    before.ignore_keys(True)
    stand.film(0.5)
    before.hand_on()
    before.close()
    assert (stand.hand.closed, stand.hand.rested, stand.hand.deaf) == (False, False, False)
    after = Operator(stand.hand, Lens(85.0), [("there", ASIDE)], lambda: stand.hand.ns, stand.sight)
    after.take_over(before)
    rig = after.setup.rig
    assert (rig.kill_roll, rig.lock_position, rig.frozen) == (True, (True, True, True), False)
    assert (after.view.thirds, after.panel_open, after.control.focus) == (True, True, FocusMode.MANUAL)
    stand.operator = after
    assert np.allclose(stand.film().position, ASIDE.position)
    assert after.lens.focal_length == 25.0
    after.close()
    assert stand.hand.closed


def test_a_lent_stick_walks_through_the_panel_and_moves_nothing(stand: Stand) -> None:
    operator = stand.operator
    operator.turn(next(dial for dial in operator.dials if dial.label == "stick travels at"), 2)
    stand.film()
    operator.lend(True)
    before = operator.pose
    for axes, button in (({"stick_x": -1.0}, "left"), ({"stick_y": 0.8}, "up"), ({"stick_y": -0.8}, "down")):
        after = stand.film(0.2, trigger=1.0, **axes)
        assert operator.sample.buttons == {button}
        assert operator.sample.axes == {"trigger": 1.0}
        assert np.array_equal(after.position, before.position)
    stand.film(0.2, stick_x=0.3)
    assert not operator.sample.buttons
    operator.lend(False)
    after = stand.film(0.2, stick_y=1.0)
    assert not operator.sample.buttons
    assert np.linalg.norm(after.position - before.position) > 0.05


def test_look_at_goes_on_without_a_jump_when_a_take_begins(stand: Stand) -> None:
    operator = stand.operator
    operator.next_mark()
    operator.look_at()
    stand.film(3.0)
    before = operator.pose
    ahead = rotations.rotate(np.roll(before.rotation, -1), np.array([0.0, 1.0, 0.0]))
    chest = stand.sight.place_of("chest")
    assert chest is not None
    way = (chest - before.position) / np.linalg.norm(chest - before.position)
    assert np.degrees(np.arccos(ahead @ way)) == pytest.approx(4.0, abs=0.1)  # on the edge of the dead zone
    operator.begin()
    after = stand.film()
    assert after.position == pytest.approx(before.position)
    assert after.rotation == pytest.approx(before.rotation, abs=1e-3)


def test_the_viewfinder_says_what_the_camera_is_set_to(stand: Stand) -> None:
    operator = stand.operator
    stand.film()
    shown = with_camera(Readout(hint="a sentence"), operator)
    assert (shown.focal_length, shown.aperture, shown.focus, shown.reticle) == (24.0, None, "all sharp", None)
    assert shown.level is not None
    assert shown.hint == "a sentence"
    operator.next_focus()
    stand.film(0.1)
    shown = with_camera(Readout(hint="a sentence"), operator)
    assert (shown.aperture, shown.focus, shown.hint) == (2.8, "6.00 m manual", "focus: manual")


def test_the_panel_and_the_guides_are_the_operators(stand: Stand) -> None:
    operator = stand.operator
    operator.toggle_panel()
    operator.toggle_guides()
    assert operator.panel_open
    assert operator.view.thirds
    assert operator.view.safe_area
    operator.set_up(dataclasses.replace(operator.setup, view=dataclasses.replace(operator.view, mask=0.2)))
    assert operator.view.mask == 0.2
    assert not stand.changes  # what the viewfinder shows is no part of a take
