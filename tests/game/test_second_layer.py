"""Buttons of the second layer, and what only a window can do, through a session."""

from __future__ import annotations

from tests.game.test_session import Shoot, run, shoot  # noqa: F401


class Window:
    """What a window offers; counts how often it was asked."""

    hidden = 0

    def toggle_viewfinder(self) -> None:
        self.hidden += 1


def press(shoot: Shoot, *buttons: str) -> None:  # noqa: F811
    for held in (frozenset(buttons), frozenset()):
        shoot[2].buttons = held
        run(shoot, 0.02)


def test_everything_off_the_picture_is_on_a_button_where_there_is_a_window(shoot: Shoot) -> None:  # noqa: F811
    press(shoot, "shift_back")  # without one nothing is off, and nothing fails
    shoot[0].window = window = Window()
    press(shoot, "shift_back")
    assert window.hidden == 1


def test_dials_are_chosen_and_turned_without_a_keyboard(shoot: Shoot) -> None:  # noqa: F811
    operator = shoot[0].operator
    press(shoot, "shift_down")
    chosen = operator.dials[1]
    assert operator.told.startswith(chosen.label)
    before = chosen.read(operator.setup)
    press(shoot, "shift_right")
    assert chosen.read(operator.setup) > before
    press(shoot, "shift_left")
    assert chosen.read(operator.setup) == before
    press(shoot, "shift_up")
    assert operator.told.startswith(operator.dials[0].label)


def test_the_second_layer_works_while_the_panel_has_the_first(shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    seed = session.performer.seed
    session.start_take()
    session.operator.lend(True)
    press(shoot, "a")
    assert session.performer.seed == seed
    press(shoot, "shift_trigger")
    assert session.hint == "marker 1"


def test_the_hint_names_the_key_that_lets_a_held_camera_go(shoot: Shoot) -> None:  # noqa: F811
    session = shoot[0]
    press(shoot, "grip")
    assert session.readout(25.0).hint == "camera held: F goes on from here"
    session.controls = [control for control in session.controls if control.action != "hold_camera"]
    assert session.readout(25.0).hint == "camera held: its button goes on from here"
