"""A take on screen at any moment, and the film rendered from it frame by frame.

Nothing is live here: the body stands as recorded, the camera is derived from the tracker's raw words and the settings
that were in force. Neither physics nor torch is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import GraphicsOutput, Texture

from game.camera.lens import Lens
from game.camera.pose import CameraPose, Sample
from game.camera.readout import RATE
from game.camera.rig import derive
from game.camera.rig_settings import RigSettings
from game.scene import Scene
from game.takes.facts import SECOND
from game.takes.replay import Replay
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz

_LONGEST_GAP = SECOND // 5  # between samples; across a longer one nobody knows how the hand moved


class Film:
    """Shows ``replay`` in ``scene``.

    Raises:
        InputError: the take's settings make no sense.
    """

    def __init__(self, scene: Scene, replay: Replay) -> None:
        self._scene = scene
        self.replay = replay
        where = str(replay.take.folder)
        changes = [(c.at_ns, RigSettings.from_dict(c.value, where)) for c in replay.changes if c.name == "rig"]
        self._poses = derive(replay.samples, changes)
        self._moments = [sample.time_ns for sample in replay.samples]
        self._cuts = _cuts(replay.samples, changes)
        self._where = where

    @property
    def frames(self) -> int:
        """Number of pictures at 25 a second."""
        return max(int(self.replay.duration * RATE), 1)

    def show(self, seconds: float, aspect: float | None = None) -> None:
        """Put body and camera where they were ``seconds`` into the take."""
        frame = self.replay.frame(seconds)
        if frame.pose is not None:
            self._scene.show(frame.pose)
        lens = Lens.from_dict(frame.settings["lens"], self._where) if "lens" in frame.settings else Lens()
        self._scene.aim(self.camera(seconds), lens, aspect)

    def camera(self, seconds: float) -> CameraPose:
        """The derived camera, interpolated between the tracker's samples; before a cut it stays where it was."""
        if not self._poses:
            return CameraPose(np.array([0.0, -6.0, 1.6]), np.array([1.0, 0.0, 0.0, 0.0]))
        moment = self.replay.header.start_ns + round(seconds * SECOND)
        after = bisect_right(self._moments, moment)
        if after == 0 or after == len(self._moments) or after in self._cuts:
            return self._poses[max(after - 1, 0)]
        first, second = self._poses[after - 1], self._poses[after]
        span = self._moments[after] - self._moments[after - 1]
        part = (moment - self._moments[after - 1]) / max(span, 1)
        turn = rotations.slerp(wxyz_to_xyzw(first.rotation), wxyz_to_xyzw(second.rotation), part)
        return CameraPose(first.position + part * (second.position - first.position), xyzw_to_wxyz(turn))


def _cuts(samples: Sequence[Sample], changes: Sequence[tuple[int, RigSettings]]) -> frozenset[int]:
    """The samples at which the camera is elsewhere at once: the rig was placed anew, or the tracker was silent before.

    changes: as `derive` takes them.
    """
    moments = [at_ns for at_ns, _ in changes]
    placings = [(rig.origin, rig.origin_yaw, rig.homings) for _, rig in changes]
    in_force = [max(bisect_right(moments, sample.time_ns) - 1, 0) for sample in samples]
    return frozenset(
        index
        for index in range(1, len(samples))
        if samples[index].time_ns - samples[index - 1].time_ns > _LONGEST_GAP
        or (placings and placings[in_force[index]] != placings[in_force[index - 1]])
    )


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
    """Every picture of the take, 25 a second."""
    grabber = Grabber(base)
    for frame in range(film.frames):
        film.show(frame / RATE)
        yield grabber.picture()
