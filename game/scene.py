"""A place with a body in it and a camera before them: what live play, replay and movies all draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from direct.showbase.ShowBase import ShowBase
from panda3d.core import LQuaternion, NodePath

from game.avatar.avatar import Avatar
from game.avatar.capsules import Capsules
from game.camera import lens as optics
from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.environment.description import Environment
from game.environment.place import Place
from game.performance import BodyPose
from models.body import Body


class Figure(Protocol):
    """A body that can be seen."""

    root: Any

    def show(self, pose: BodyPose) -> None:
        """Take on a pose."""
        ...


class Scene:
    """Owns the place, the body and the camera's node; ``camera`` is a NodePath with a perspective lens.

    capsules: show the physics shapes at first, instead of the body.
    """

    def __init__(self, base: ShowBase, environment: Environment, person: Path, body: Body, capsules: bool) -> None:
        self.place = Place(base, environment)
        self.avatar = Avatar(base, person, body)
        self.capsules = Capsules(base, body)
        self.camera: NodePath = base.camera
        self._camera_node: NodePath = base.cam
        light = environment.light
        for figure in (self.avatar, self.capsules):
            figure.light(light.direction, light.colour, light.ambient)
            self.place.cast_from(figure.root)
        self._pose: BodyPose | None = None
        self._see(self.capsules if capsules else self.avatar)

    def toggle_capsules(self) -> None:
        """Show the physics shapes instead of the body, or the body again."""
        self._see(self.avatar if self._figure is self.capsules else self.capsules)

    def _see(self, figure: Figure) -> None:
        """Show one figure; the other is out of the scene altogether, so that it casts no shadow either."""
        self._figure = figure
        for each in (self.avatar, self.capsules):
            each.root.stash()
        figure.root.unstash()
        if self._pose is not None:
            figure.show(self._pose)

    def show(self, pose: BodyPose) -> None:
        """Pose the body."""
        self._pose = pose
        self._figure.show(pose)

    def aim(self, pose: CameraPose, lens: Lens, aspect: float | None = None) -> None:
        """Place the camera; ``aspect`` is that of the window, None when the picture itself is rendered."""
        w, x, y, z = (float(value) for value in pose.rotation)
        self.camera.set_pos(*(float(value) for value in pose.position))
        self.camera.set_quat(LQuaternion(w, x, y, z))
        optics.apply(lens, self._camera_node, aspect)
        self.place.update()
