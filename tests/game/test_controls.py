from __future__ import annotations

import pytest
from direct.showbase.DirectObject import DirectObject
from panda3d.core import (
    ButtonThrower,
    DataGraphTraverser,
    KeyboardButton,
    ModifierButtons,
    MouseWatcher,
    NodePath,
    VirtualMouse,
)

from game.app import App
from game.camera.trackers import gamepad, mouse_keys
from game.controls import (
    CAMERA_KEYS,
    CONTROLLER,
    CONTROLS,
    IN_HAND,
    RELEASES,
    REPLAY_CONTROLS,
    STEERING,
    find_action,
    help_lines,
    label_of_button,
)
from game.operator import Operator
from game.props.hands import Hands
from game.reins import Reins
from game.repertoire import Repertoire
from game.replay_app import ReplayApp
from game.session import Session
from game.window import ignore_shift

PLAYING = (Session, Operator, Repertoire, Reins, Hands)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.action)
def test_every_key_does_something(control):
    assert callable(find_action(control.action, (App, *PLAYING)))


@pytest.mark.parametrize("control", REPLAY_CONTROLS, ids=lambda control: control.action)
def test_every_key_of_a_replay_does_something(control):
    assert callable(find_action(control.action, (ReplayApp,)))


@pytest.mark.parametrize("action", [*CONTROLLER.values(), *STEERING.values(), *IN_HAND.values(), *RELEASES.values()])
def test_every_button_does_something(action):
    assert callable(find_action(action, (*PLAYING, App)))


def test_a_gamepad_has_all_the_buttons_that_do_something_and_no_more():
    plain = {"trigger", *gamepad._BUTTONS}
    lifting = {"up", "down"}
    assert set(CONTROLLER) == plain - lifting | {f"shift_{button}" for button in plain}


def test_an_action_that_nobody_has_is_named():
    with pytest.raises(AttributeError, match="levitate"):
        find_action("levitate", (App,))


@pytest.mark.parametrize("controls", [CONTROLS, REPLAY_CONTROLS], ids=["play", "replay"])
def test_no_key_has_two_meanings(controls):
    keys = [control.key for control in controls]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set(CAMERA_KEYS)


def test_the_cameras_keys_are_those_that_move_it():
    assert set(CAMERA_KEYS) | {"shift"} == set(mouse_keys.KEYS)


def test_the_help_names_every_key():
    text = "\n".join(help_lines())
    for control in CONTROLS:
        assert control.label in text
        assert control.text in text
    for button in CONTROLLER:
        assert f"{label_of_button(button)} " in text


def test_keys_are_heard_while_shift_hurries_the_camera(base):
    """As ShowBase sets a window up, Shift would turn ``enter`` into ``shift-enter``."""
    mouse, thrower, modifiers = VirtualMouse("mouse"), ButtonThrower("buttons"), ModifierButtons()
    for button in (KeyboardButton.shift(), KeyboardButton.control()):
        modifiers.addButton(button)
    thrower.setModifierButtons(modifiers)
    ignore_shift(thrower)
    root = NodePath("data")
    root.attachNewNode(mouse).attachNewNode(MouseWatcher("watcher")).attachNewNode(thrower)
    ear, heard = DirectObject(), []
    for event in ("enter", "control-enter"):
        ear.accept(event, heard.append, [event])
    for modifier in (KeyboardButton.shift(), KeyboardButton.control()):
        mouse.pressButton(modifier)
        mouse.pressButton(KeyboardButton.enter())
        mouse.releaseButton(KeyboardButton.enter())
        mouse.releaseButton(modifier)
        DataGraphTraverser().traverse(root.node())
        base.eventMgr.doEvents()
    ear.ignoreAll()
    assert heard == ["enter", "control-enter"]
