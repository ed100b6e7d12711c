"""A take on screen at any moment, and the film rendered from it frame by frame.

Nothing is live here: body and camera stand as recorded. Neither physics nor torch is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import GraphicsOutput, Texture

from game.camera.depth_of_field import exposed
from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.camera.readout import RATE
from game.casting import cast_of, face_of
from game.environment.description import Environment
from game.finding import find_environment
from game.scene import Scene
from game.takes.replay import Replay
from game.takes.shot import Shot
from models.errors import InputError
from models.reference import TICKS_PER_SECOND


class Film:
    """Shows ``replay`` in ``scene``.

    Raises:
        InputError: the take's settings make no sense, or its face track is gone.
    """

    def __init__(self, scene: Scene, replay: Replay) -> None:
        self.scene = scene
        self.replay = replay
        self._shot = Shot(replay)
        scene.avatar.face_track = face_of(replay.header.settings)
        scene.dress(replay.props)

    @property
    def frames(self) -> int:
        """Number of pictures at 25 a second."""
        return self.replay.take.frames

    def show(self, seconds: float, aspect: float | None = None) -> None:
        """Put body and camera where they were ``seconds`` into the take."""
        frame = self.replay.frame(seconds)
        if frame.pose is not None:
            self.scene.live(frame.attempt, frame.tick / TICKS_PER_SECOND)
            self.scene.show(frame.pose)
        self.scene.show_props(frame.props)
        self.scene.aim(self._shot.camera(seconds), self._shot.lens(seconds), aspect)

    def camera(self, seconds: float) -> CameraPose:
        """Where the camera was ``seconds`` into the take."""
        return self._shot.camera(seconds)

    def lens(self, seconds: float) -> Lens:
        """Its lens ``seconds`` into the take."""
        return self._shot.lens(seconds)


def place_of(replay: Replay) -> Environment:
    """Where a take was filmed.

    Raises:
        InputError: that place is not there any more, or unusable.
    """
    try:
        return find_environment(replay.header.environment)
    except InputError as error:
        name = replay.header.environment
        if Path(name).is_dir() or not Path(name).is_absolute():
            raise
        mend = "put that folder back; the take itself is whole"
        raise InputError(f"{replay.take.id}: was filmed in {name}, which is not there any more; {mend}") from error


def open_film(base: ShowBase, replay: Replay, capsules: bool = False) -> Film:
    """A take in the place where it was filmed, with who was filmed.

    Raises:
        InputError: place, person or settings are unusable, or the body is another.
    """
    person, body = cast_of(replay)
    return Film(Scene(base, place_of(replay), person, body, capsules), replay)


class Grabber:
    """Copies what ``base`` renders into memory, picture by picture."""

    def __init__(self, base: ShowBase) -> None:
        self._base: Any = base
        self._texture = Texture("grab")
        base.win.add_render_texture(self._texture, GraphicsOutput.RTM_copy_ram, GraphicsOutput.RTP_color)

    def picture(self) -> NDArray[np.uint8]:
        """Render now. Returns RGB, ``(h, w, 3)`` uint8, top row first."""
        self._base.graphicsEngine.render_frame()
        # Panda keeps BGRA with the bottom row first.
        data = np.frombuffer(self._texture.get_ram_image_as("RGB"), dtype=np.uint8)
        height, width = self._texture.get_y_size(), self._texture.get_x_size()
        return np.ascontiguousarray(data.reshape(height, width, 3)[::-1])


def pictures(base: ShowBase, film: Film) -> Iterator[NDArray[np.uint8]]:
    """Every picture of the take, 25 a second, with the depth of field of its lens."""
    grabber = Grabber(base)
    width = base.win.get_x_size()

    def render(pose: CameraPose, lens: Lens) -> NDArray[np.uint8]:
        film.scene.aim(pose, lens)
        return grabber.picture()

    for frame in range(film.frames):
        film.show(frame / RATE)
        yield exposed(film.camera(frame / RATE), film.lens(frame / RATE), width, render)
