"""Props in the engine: their shapes and materials, where they are, and hands that move them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.bullet import BulletClient, pybullet
from models.props import BALL, BOX, POSE, Handling, Kind, Part, Prop, Vec3
from models.rotations import Array

# A body that has sunk past the middle of a box is pushed out of its nearest side, the lower one. A soft thing that lies
# fast therefore reaches on below its underside, and who goes through all of it meets the ground.
_BURIED = 0.6  # m
_STILL = (0.0, 0.0, 0.0)
# Groups and masks of the engine's own: what stands fast does not meet what stands fast.
_LOOSE, _FAST, _HELD = (1, -1), (2, ~2), (0, 0)


class PropBodies:
    """``props`` in ``client``; each is entered in ``surfaces``, by its number in the engine, under its name."""

    def __init__(self, client: BulletClient, props: Sequence[Prop], surfaces: dict[int, str]) -> None:
        self._client = client
        self._props = tuple(props)
        if props:
            # Bullet multiplies restitutions: with 1 for all that stands fast a prop's own is the one that counts. The
            # links of a body have 0 and keep it.
            for ident in surfaces:
                client.changeDynamics(ident, -1, restitution=1.0)
        self._ids = [self._make(prop) for prop in props]
        self._kinds = {ident: prop.kind for ident, prop in zip(self._ids, props, strict=True)}
        surfaces.update({ident: prop.name for ident, prop in zip(self._ids, props, strict=True)})

    def __len__(self) -> int:
        return len(self._ids)

    def carries(self, ident: int) -> bool:
        """Whether a thing in the engine, prop or not, can be lain on."""
        return ident not in self._kinds or self._kinds[ident].carries

    def poses(self) -> Array:
        """Positions of the middles and rotations xyzw, ``(props, 7)``."""
        rows = [(*place, *turn) for place, turn in map(self._client.getBasePositionAndOrientation, self._ids)]
        return np.array(rows).reshape(-1, POSE)

    def velocity_at(self, ident: int, point: Sequence[float]) -> Vec3:
        """Velocity (m/s) of a prop at a point of it; of anything else, none."""
        if ident not in self._kinds:
            return _STILL
        linear, angular = self._client.getBaseVelocity(ident)
        place, _ = self._client.getBasePositionAndOrientation(ident)
        x, y, z = (np.array(linear) + np.cross(angular, np.array(point) - np.array(place))).tolist()
        return x, y, z

    def set_poses(self, poses: Array) -> None:
        """Put all props, at rest, where ``(props, 7)`` says."""
        for ident, pose in zip(self._ids, poses.tolist(), strict=True):
            self._client.resetBasePositionAndOrientation(ident, pose[:3], pose[3:])
            self._client.resetBaseVelocity(ident, _STILL, _STILL)

    def handle(self, handling: Handling) -> None:
        """Do what hands do."""
        ident, pose = self._ids[handling.prop], handling.pose.tolist()
        groups = _HELD if handling.held else _LOOSE if self._kinds[ident].mass else _FAST
        self._client.setCollisionFilterGroupMask(ident, -1, *groups)
        self._client.resetBasePositionAndOrientation(ident, pose[:3], pose[3:])
        self._client.resetBaseVelocity(ident, handling.velocity, handling.spin)

    def _make(self, prop: Prop) -> int:
        kind, pose = prop.kind, prop.pose.tolist()
        shape = _shape(self._client, kind)
        ident = self._client.createMultiBody(kind.mass, shape, basePosition=pose[:3], baseOrientation=pose[3:])
        self._client.changeDynamics(
            ident, -1, lateralFriction=kind.friction, restitution=kind.restitution, rollingFriction=kind.rolling
        )
        if kind.stiffness:
            self._client.changeDynamics(ident, -1, contactStiffness=kind.stiffness, contactDamping=kind.damping)
        return int(ident)


def _shape(client: BulletClient, kind: Kind) -> int:
    parts = [_buried(part) if kind.soft and not kind.mass else part for part in kind.parts]
    types = {BOX: pybullet.GEOM_BOX, BALL: pybullet.GEOM_SPHERE}
    # Bullet's cylinders stand along Z, ours along Y.
    upright = pybullet.getQuaternionFromEuler((0.5 * np.pi, 0.0, 0.0))
    facts = {
        "shapeTypes": [types.get(part.shape, pybullet.GEOM_CYLINDER) for part in parts],
        "halfExtents": [part.half for part in parts],
        "radii": [part.half[0] for part in parts],
        "lengths": [2.0 * part.half[1] for part in parts],
        "collisionFramePositions": [part.centre for part in parts],
        "collisionFrameOrientations": [(0.0, 0.0, 0.0, 1.0) if part.shape in types else upright for part in parts],
    }
    return int(client.createCollisionShapeArray(**facts))


def _buried(part: Part) -> Part:
    x, y, z = part.half
    return Part(part.shape, (x, y + 0.5 * _BURIED, z), (part.centre[0], part.centre[1] - 0.5 * _BURIED, part.centre[2]))
