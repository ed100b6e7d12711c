"""A place with a body in it and a camera before them: what live play, replay and movies all draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
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
from game.props.figures import PropFigures
from game.props.meshes import MATERIALS
from models.body import Body
from models.props import Prop, poses_of
from models.rotations import Array


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
        self._base, self._body = base, body
        self.place = Place(base, environment)
        self.avatar = Avatar(base, person, body)
        self.capsules = Capsules(base, body)
        self.camera: NodePath = base.camera
        self._camera_node: NodePath = base.cam
        light = environment.light
        for figure in (self.avatar, self.capsules):
            figure.light(light.direction, light.colour, light.ambient)
        self.place.cast_from(self.avatar.root, self.avatar.reach)
        self.place.cast_from(self.capsules.root)
        self._pose: BodyPose | None = None
        self._see(self.capsules if capsules else self.avatar)
        self.props = PropFigures(base, (), body)
        self.dress(environment.props)

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

    def dress(self, props: Sequence[Prop]) -> None:
        """Have these props in the scene and no others, standing where they stand at first."""
        environment = self.place.environment
        self.props.destroy()
        self.props = PropFigures(self._base, props, self._body)
        light = environment.light
        self.props.light(light.direction, light.colour, light.ambient)
        self.place.cast_from(self.props.casting, self.props.reach)
        self.place.shadow_on(self.props.root)
        # A photograph falls on a prop where the place has it, wherever it is now.
        at_home = {prop.name: prop for prop in environment.props}
        self.show_props(poses_of(tuple(at_home.get(prop.name, prop) for prop in props)))
        for index, prop in enumerate(props):
            if prop.name in environment.photographed:
                self.place.paint(self.props.node(index), prop.name, MATERIALS[prop.kind.name].colour)
                self.place.cast_from(self.props.node(index), partial(self.props.reach_of, index))

    def show_props(self, poses: Array) -> None:
        """Put the props where ``(props, 7)`` says, after `show`: soft ones give way to the body as it lies then."""
        self.props.show(poses, self._pose)

    def live(self, attempt: int, seconds: float) -> None:
        """Breath and face of the moment ``seconds`` into an attempt; the next `show` shows them."""
        self.avatar.live(attempt, seconds)

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

    def destroy(self) -> None:
        """Take everything out of the window and free the buffers."""
        for each in (self.props, self.avatar, self.capsules, self.place):
            each.destroy()
