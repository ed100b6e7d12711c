"""Which key does what: the table of `game.controls`, and what the user's own file changes of it.

The file is TOML and reads like what `backflip keys` prints: below ``[play]`` and ``[replay]`` an action and its key, or
a list of keys, below ``[controller]`` a button and its action, below ``[steering]`` what a button does instead while a
skill is played that can be led. What it leaves out stays as it is.
"""

from __future__ import annotations

import dataclasses
import json
import os
import string
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from game.controls import CAMERA_KEYS, CONTROLLER, CONTROLS, REPLAY_CONTROLS, STEERING, Control
from game.table import Table, read_table

SCHEMA = "backflip.keys"
VERSION = 1
NONE = "none"
"""In place of a key: no key does this."""

_NAMED = {
    **{name: name.capitalize() for name in ("enter", "space", "tab", "escape", "backspace", "home", "end")},
    **{name: name.capitalize() for name in ("insert", "delete")},
    **{f"arrow_{side}": side.capitalize() for side in ("left", "right", "up", "down")},
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
    "page_up": "Page Up",
    "page_down": "Page Down",
    "wheel_up": "Wheel up",
    "wheel_down": "Wheel down",
    "mouse1": "Left button",
    "mouse2": "Mid. button",
}
_SIGNS = frozenset(string.ascii_lowercase + string.digits + string.punctuation)


@dataclass(frozen=True)
class Keys:
    """Controls of live play and of a replay, and what the buttons of whatever holds the camera do.

    steering: what they do instead while a skill is played that can be led.
    """

    play: tuple[Control, ...] = CONTROLS
    replay: tuple[Control, ...] = REPLAY_CONTROLS
    controller: Mapping[str, str] = dataclasses.field(default_factory=lambda: CONTROLLER)
    steering: Mapping[str, str] = dataclasses.field(default_factory=lambda: STEERING)


def keys_file() -> Path:
    """Where the user's own keys are kept."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "backflip" / "keys.toml"


def load_keys(file: Path | None = None) -> Keys:
    """The keys as the user has them. Without a file, or with an empty one, those that ship.

    Raises:
        InputError: the file is damaged, names what there is not, or gives one key two meanings.
    """
    file = file or keys_file()
    if not file.exists() or (file.is_file() and file.stat().st_size == 0):
        return Keys()
    root = read_table(file, SCHEMA, VERSION)
    keys = Keys(
        _controls(root, "play", CONTROLS, CAMERA_KEYS),
        _controls(root, "replay", REPLAY_CONTROLS, ""),
        _buttons(root, "controller", CONTROLLER),
        _buttons(root, "steering", STEERING),
    )
    root.done()
    return keys


def _controls(root: Table, name: str, defaults: Sequence[Control], reserved: str) -> tuple[Control, ...]:
    if name not in root:
        return tuple(defaults)
    table = root.table(name)
    taken: dict[str, str] = {}
    controls = []
    for action, held in _by_action(defaults).items():
        for key in table.text_or_texts(action, tuple(held)):
            if key == NONE:
                continue
            _check(table, action, key, reserved, taken)
            taken[key] = action
            first = next(iter(held.values()))
            controls.append(held.get(key) or dataclasses.replace(first, key=key, label=label_of(key)))
    table.done()
    return tuple(controls)


def _by_action(controls: Sequence[Control]) -> dict[str, dict[str, Control]]:
    """Action -> key -> control."""
    actions: dict[str, dict[str, Control]] = {}
    for control in controls:
        actions.setdefault(control.action, {})[control.key] = control
    return actions


def _check(table: Table, action: str, key: str, reserved: str, taken: Mapping[str, str]) -> None:
    if key not in _NAMED and key not in _SIGNS:
        known = f"a letter, digit or sign as it is without Shift, {', '.join(_NAMED)}, or {NONE}"
        raise table.fail(f"'{action}' is on '{key}', which is no key; write {known}")
    if key in reserved:
        raise table.fail(f"'{action}' is on '{key}', which moves the camera; choose another key")
    if key in taken:
        raise table.fail(f"'{key}' is the key of both '{taken[key]}' and '{action}'; give one of them another")


def _buttons(root: Table, name: str, defaults: Mapping[str, str]) -> Mapping[str, str]:
    if name not in root:
        return defaults
    table = root.table(name)
    actions = {control.action for control in CONTROLS}
    buttons = {}
    for button in CONTROLLER:
        action = table.text(button, defaults.get(button, NONE))
        if action != NONE and action not in actions:
            raise table.fail(f"'{button}' does '{action}', which is no action; use {', '.join(sorted(actions))}")
        if action != NONE:
            buttons[button] = action
    table.done()
    return buttons


def label_of(key: str) -> str:
    """How a key is named to people."""
    return _NAMED.get(key, key.upper())


def toml_lines(keys: Keys) -> list[str]:
    """The keys as a file that `load_keys` reads back."""
    lines = [f'schema = "{SCHEMA}"', f"version = {VERSION}"]
    for name, defaults, controls in (("play", CONTROLS, keys.play), ("replay", REPLAY_CONTROLS, keys.replay)):
        held = _by_action(controls)
        lines += ["", f"[{name}]"]
        for action, shipped in _by_action(defaults).items():
            text = next(iter(shipped.values())).text
            lines.append(_line(action, list(held.get(action, {NONE: None})), text))
    texts = {control.action: control.text for control in CONTROLS}
    for name, usual, buttons in (("controller", CONTROLLER, keys.controller), ("steering", STEERING, keys.steering)):
        used = [button for button in CONTROLLER if button in usual or button in buttons]
        lines += ["", f"[{name}]"]
        for button in used:
            action = buttons.get(button, NONE)
            lines.append(_line(button, [action], texts.get(action, "")))
    return lines


def _line(name: str, values: Sequence[str], text: str = "") -> str:
    line = f"{name} = {json.dumps(values[0] if len(values) == 1 else values)}"
    return f"{line:<36} # {text}" if text else line


def keys(arguments: Namespace) -> int:
    """`backflip keys`: all keys as they are, written as the file that changes them."""
    file = keys_file()
    loaded = load_keys(file)
    print(f"# {file}: {'your keys' if file.exists() else 'not there; save these lines there and change the keys'}")
    print("\n".join(toml_lines(loaded)))
    return 0
