from __future__ import annotations

import sys

import pytest

from game import window
from models.errors import InputError


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a display")
@pytest.mark.parametrize("name", [None, "", ":4242", "nonsense"])
def test_a_display_that_does_not_answer_is_none(name, monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")  # Panda3D cannot use it
    monkeypatch.delenv("DISPLAY", raising=False)
    if name is not None:
        monkeypatch.setenv("DISPLAY", name)
    assert not window.has_display()


@pytest.fixture
def without_panda(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panda3D opens nothing, and keeps its configuration."""

    def fails(**_: str) -> None:
        raise Exception("Could not open window.")

    monkeypatch.setattr(window, "ShowBase", fails)
    monkeypatch.setattr(window, "loadPrcFileData", lambda *_: None)


@pytest.mark.usefixtures("without_panda")
def test_a_window_that_does_not_open_names_its_display_and_the_way_without(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":4242")
    with pytest.raises(InputError, match=r"the display :4242 cannot be opened \(Could not open window\).*--headless"):
        window.open_base((64, 64), offscreen=False)


@pytest.mark.usefixtures("without_panda")
def test_pictures_that_cannot_be_rendered_name_the_packages():
    with pytest.raises(InputError, match=r"no OpenGL .* libegl1"):
        window.open_base((64, 64), offscreen=True)


def test_a_picture_is_shown_in_the_frame_that_draws_it(base):
    assert base.graphicsEngine.getAutoFlip()
