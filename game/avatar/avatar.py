"""The person on screen: a skinned body that stands where the physics stands the humanoid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import LQuaternion, NodePath, PandaNode, Point3, TransformState, Vec3

from game.avatar.face import Face
from game.avatar.face_track import FaceTrack
from game.avatar.fitting import fit
from game.avatar.life import breath, lids, life_seconds
from game.avatar.model import check_bones, dress, load_model, read_skeleton
from game.avatar.person import load_person
from game.avatar.shading import Colour, Lighting, relight, shade
from game.performance import BodyPose
from models.body import Body, load_humanoid
from models.rotations import Array

_AS_LARGE = Vec3(1.0)
_REACH = 0.4  # m from a joint of the body, beyond which no part of a person is: the crown, toes, clothes


class Avatar:
    """A person from a folder, hung under ``base.render``; it appears with the first `show`.

    body: whose poses it will be shown, the shipped humanoid unless told. root: the node that everything hangs from;
    it stays at the origin of the world. face_track: what its face plays in every attempt; without one it only blinks.

    Raises:
        InputError: the folder is no person.
    """

    def __init__(self, base: ShowBase, folder: Path, body: Body | None = None) -> None:
        person = load_person(folder)
        model = load_model(person.model)
        skeleton = read_skeleton(model)
        check_bones(person, skeleton)
        self.retarget = fit(skeleton, person.bones, body or load_humanoid(), person.height)
        self.root: NodePath = base.render.attachNewNode("avatar")
        self._figure = self.root.attachNewNode("figure")
        self._figure.hide()
        model.reparentTo(self._figure)
        shade(self.root, Lighting())
        dress(model, person, skeleton.crown - skeleton.sole)
        self._character = model.find("**/+Character").node()
        self.face = Face(self._character)
        self.face_track: FaceTrack | None = None
        self._breath = 0.0
        self._joints: Array = np.zeros((0, 3))
        bundle = self._character.getBundle(0)
        for name, turn in self.retarget.posture.items():
            offset = skeleton.offsets[skeleton.index[name]]
            bundle.freezeJoint(name, _transform(offset.tolist(), turn.tolist()))
        self._controls = [PandaNode(name) for name in self.retarget.names]
        for name, control in zip(self.retarget.names, self._controls, strict=True):
            bundle.controlJoint(name, control)

    def live(self, attempt: int, seconds: float) -> None:
        """Breathe and move the face as befits the moment ``seconds`` into an attempt; the next `show` shows it."""
        moment = life_seconds(attempt, seconds)
        self._breath = breath(moment)
        self.face.show(self.face_track.at(seconds) if self.face_track is not None else lids(moment))

    def show(self, pose: BodyPose) -> None:
        """Stand as ``pose`` says."""
        figure = self.retarget.pose(pose, self._breath)
        self._joints = figure.joints
        for control, offset, turn in zip(self._controls, figure.offsets.tolist(), figure.turns.tolist(), strict=True):
            control.setTransform(_transform(offset, turn))
        # Left to itself Panda3D moves the joints once per tick of its clock, and a take may show two poses in one.
        self._character.forceUpdate()
        self._figure.setTransform(
            TransformState.makePosQuatScale(
                Point3(*figure.position), LQuaternion(*figure.rotation), Vec3(self.retarget.scale)
            )
        )
        self._figure.show()

    def reach(self) -> Array:
        """Points ``(n, 3)`` of the world, m, between which the person is."""
        return np.concatenate((self._joints - _REACH, self._joints + _REACH))

    def light(self, direction: tuple[float, float, float], sun: Colour, ambient: Colour) -> None:
        """Light the person; direction is where the sun shines to, colours as in `shading.Lighting`."""
        relight(self.root, Lighting(direction, sun, ambient))

    def destroy(self) -> None:
        """Take the person out of the scene."""
        self.root.removeNode()


def _transform(offset: list[float], turn: list[float]) -> TransformState:
    """offset: xyz, m. turn: xyzw."""
    x, y, z, w = turn
    return TransformState.makePosQuatScale(Point3(*offset), LQuaternion(w, x, y, z), _AS_LARGE)
