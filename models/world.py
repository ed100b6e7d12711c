"""The PyBullet world: a ground, props, and one or many copies of a body, stepped at a fixed rate.

Bullet's frame: metres, Y up, gravity -Y. One client holds all copies, each in its own lane along Z, far enough apart
never to meet: this steps more bodies a second than one client for each. Positions are relative to the lane.

Torques come from stable PD (Tan, Liu, Turk 2011), computed by Bullet anew for every substep; but knees and ankles are
servos, solved together with the contacts. Stable PD foresees a joint's acceleration as if its limb were free: a foot is
light, so an ankle gets a few hundredths of its gain, and whoever stands has no ankles to balance with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from models.body import HINGE_AXIS, SPHERICAL, Body
from models.bullet import BulletClient, pybullet, silence
from models.contact import Box, Contact, Hit, Hull, Solid
from models.motion import Pose
from models.prop_bodies import PropBodies
from models.props import Prop
from models.reference import GRAVITY, TICKS_PER_SECOND, Motion
from models.rotations import Array, about, twist_angle

_LANE = 40.0  # metres between copies
_GROUND = 200.0  # metres of ground around the copies


@dataclass(frozen=True)
class WorldSettings:
    """How the physics is stepped.

    substeps: physics steps per tick of 1/120 s. solver_iterations: Bullet's constraint solver, per step.
    contact_erp: share of a foot's depth in the ground that one step takes back. servo_gain: share of its error that a
    servo turns back in one step, as far as its torque limit lets it.
    """

    substeps: int = 1
    solver_iterations: int = 10
    contact_erp: float = 0.5
    ground_friction: float = 0.9
    servo_gain: float = 0.4


class World:
    """``count`` copies of ``body`` over a ground at Y = 0. A context manager: the client closes with it."""

    def __init__(
        self,
        body: Body,
        count: int = 1,
        settings: WorldSettings = WorldSettings(),
        solids: Sequence[Solid] = (),
        props: Sequence[Prop] = (),
    ) -> None:
        if props and count != 1:
            raise ValueError("props stand in worlds of one copy only")
        self.body = body
        self.count = count
        self.settings = settings
        self._offsets = np.array([[0.0, 0.0, _LANE * i] for i in range(count)])
        self._surfaces: dict[int, str] = {}
        with silence():
            self._client = BulletClient(pybullet.DIRECT)
            self._configure()
            self._surfaces[self._make_ground()] = "ground"
            for solid in solids:
                made = self._make_box(solid) if isinstance(solid, Box) else self._make_hull(solid)
                self._surfaces[made] = solid.name
            self.props = PropBodies(self._client, props, self._surfaces)
            self._ids = [self._make_body(offset) for offset in self._offsets]
        self._joints = [int(i) for i in body.joint_links]
        self._servos = [i for i, joint in enumerate(body.joints) if joint.servo]
        free = [not joint.servo for joint in body.joints]
        self._kp = [joint.kp * pd for joint, pd in zip(body.joints, free, strict=True)]
        self._kd = [joint.kd * pd for joint, pd in zip(body.joints, free, strict=True)]
        self._limits = [[joint.torque_limit * pd] * joint.dofs for joint, pd in zip(body.joints, free, strict=True)]
        self._links = list(range(len(body.links)))
        self._bearing = {ident: name for ident, name in self._surfaces.items() if self.props.carries(ident)}
        self._chest = next(i for i, link in enumerate(body.links) if link.name == "chest")

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the client."""
        self._client.disconnect()

    def _configure(self) -> None:
        self._client.setGravity(0.0, -GRAVITY, 0.0)
        self._client.setTimeStep(1.0 / (TICKS_PER_SECOND * self.settings.substeps))
        # Ordered pairs: the same world gives the same numbers whatever was allocated where.
        self._client.setPhysicsEngineParameter(
            numSolverIterations=self.settings.solver_iterations,
            numSubSteps=1,
            deterministicOverlappingPairs=1,
            contactERP=self.settings.contact_erp,
        )

    def _make_ground(self) -> int:
        # A box, not Bullet's plane: against a plane a foot gets one contact point a step, and a landing sinks ten
        # centimetres in before there are enough of them to carry it.
        half = [_GROUND, 1.0, _GROUND + 0.5 * _LANE * self.count]
        shape = self._client.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half)
        return self._static(shape, [0.0, -1.0, half[2] - _GROUND], [0.0, 0.0, 0.0, 1.0])

    def _make_box(self, box: Box) -> int:
        shape = self._client.createCollisionShape(pybullet.GEOM_BOX, halfExtents=list(box.half))
        return self._static(shape, list(box.centre), about(1, box.yaw).tolist())

    def _make_hull(self, hull: Hull) -> int:
        # Not its triangles: these have no inside, and a foot that comes through them in one step is kept in there.
        shape = self._client.createCollisionShape(pybullet.GEOM_MESH, vertices=[list(point) for point in hull.corners])
        return self._static(shape, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0])

    def _static(self, shape: int, position: list[float], turn: list[float]) -> int:
        body = self._client.createMultiBody(0.0, shape, basePosition=position, baseOrientation=turn)
        self._client.changeDynamics(body, -1, lateralFriction=self.settings.ground_friction)
        return int(body)

    def _make_body(self, offset: Array) -> int:
        flags = (
            pybullet.URDF_MAINTAIN_LINK_ORDER
            | pybullet.URDF_USE_SELF_COLLISION
            | pybullet.URDF_USE_SELF_COLLISION_EXCLUDE_ALL_PARENTS
        )
        start = [float(offset[0]), self.body.standing_height, float(offset[2])]
        ident = self._client.loadURDF(self.body.urdf, start, globalScaling=self.body.scale, flags=flags)
        for link in range(-1, len(self.body.links)):
            self._client.changeDynamics(
                ident,
                link,
                lateralFriction=self.body.friction,
                linearDamping=0.0,
                angularDamping=0.0,
                activationState=pybullet.ACTIVATION_STATE_DISABLE_SLEEPING,
            )
        for joint in self.body.joints:
            # Bullet gives new joints a velocity motor; PD alone shall drive them.
            if joint.dofs == SPHERICAL:
                self._client.setJointMotorControlMultiDof(
                    ident,
                    joint.link,
                    pybullet.POSITION_CONTROL,
                    targetPosition=[0.0, 0.0, 0.0, 1.0],
                    targetVelocity=[0.0, 0.0, 0.0],
                    positionGain=0.0,
                    velocityGain=1.0,
                    force=[0.0, 0.0, 0.0],
                )
            else:
                self._client.setJointMotorControl2(ident, joint.link, pybullet.VELOCITY_CONTROL, force=0.0)
        return int(ident)

    def set_friction(self, copy: int, friction: float) -> None:
        """Give every link of one copy another friction coefficient (Bullet multiplies it with the ground's)."""
        for link in range(-1, len(self.body.links)):
            self._client.changeDynamics(self._ids[copy], link, lateralFriction=friction)

    def reset(self, which: Sequence[int] | np.ndarray, pose: Pose) -> None:
        """Put the copies ``which`` into ``pose`` (batched in the same order), velocities included."""
        positions = self._joint_positions(pose.joint_rot)
        velocities = self._joint_velocities(pose.joint_vel)
        place = (pose.root_pos + self._offsets[which]).tolist()
        turn, linear, angular = pose.root_rot.tolist(), pose.root_lin_vel.tolist(), pose.root_ang_vel.tolist()
        for row, copy in enumerate(which):
            ident = self._ids[copy]
            self._client.resetBasePositionAndOrientation(ident, place[row], turn[row])
            self._client.resetBaseVelocity(ident, linear[row], angular[row])
            self._client.resetJointStatesMultiDof(ident, self._joints, positions[row], velocities[row])

    def _joint_positions(self, joint_rot: Array) -> list[list[list[float]]]:
        angles = twist_angle(joint_rot, HINGE_AXIS)
        spherical = [joint.dofs == SPHERICAL for joint in self.body.joints]
        return [
            [q if ball else [a] for q, a, ball in zip(turns, row, spherical, strict=True)]
            for turns, row in zip(joint_rot.tolist(), angles.tolist(), strict=True)
        ]

    def _joint_velocities(self, joint_vel: Array) -> list[list[list[float]]]:
        spherical = [joint.dofs == SPHERICAL for joint in self.body.joints]
        return [
            [v if ball else [v[HINGE_AXIS]] for v, ball in zip(row, spherical, strict=True)]
            for row in joint_vel.tolist()
        ]

    def step(self, target_rot: Array, target_vel: Array, ticks: int = 1) -> None:
        """Drive every copy towards its PD target for ``ticks`` ticks.

        Args:
            target_rot: ``(count, joints, 4)`` local joint rotations. target_vel: ``(count, joints, 3)``, child frame.
        """
        # Bullet indexes these as lists; arrays or tuples read as garbage.
        positions, velocities = self._joint_positions(target_rot), self._joint_velocities(target_vel)
        for copy, ident in enumerate(self._ids):
            self._set_servos(ident, positions[copy])
        drive = self._client.setJointMotorControlMultiDofArray
        for _ in range(ticks * self.settings.substeps):
            for copy, ident in enumerate(self._ids):
                drive(
                    ident,
                    self._joints,
                    pybullet.STABLE_PD_CONTROL,
                    targetPositions=positions[copy],
                    targetVelocities=velocities[copy],
                    positionGains=self._kp,
                    velocityGains=self._kd,
                    forces=self._limits,
                )
            self._client.stepSimulation()

    def _set_servos(self, ident: int, positions: list[list[float]]) -> None:
        # They strive for the target alone: it is one control step ahead, and its speed on top would overshoot it.
        for index in self._servos:
            joint = self.body.joints[index]
            self._client.setJointMotorControlMultiDof(
                ident,
                joint.link,
                pybullet.POSITION_CONTROL,
                targetPosition=positions[index],
                targetVelocity=[0.0] * joint.dofs,
                positionGain=self.settings.servo_gain,
                velocityGain=1.0,
                force=[joint.torque_limit] * joint.dofs,
            )

    def push(self, copy: int, force: Array) -> None:
        """Push the chest of one copy with ``force`` ``(3,)`` in N, world frame, during the next physics step."""
        ident = self._ids[copy]
        where = self._client.getLinkState(ident, self._chest, computeForwardKinematics=1)[0]
        self._client.applyExternalForce(ident, self._chest, force.tolist(), where, pybullet.WORLD_FRAME)

    def pose(self, which: Sequence[int] | np.ndarray | None = None) -> Pose:
        """Root and joints of the copies ``which`` (all, if none are named), exact enough to `reset` from."""
        copies = range(self.count) if which is None else which
        rows = []
        for copy in copies:
            ident = self._ids[copy]
            place, turn = self._client.getBasePositionAndOrientation(ident)
            linear, angular = self._client.getBaseVelocity(ident)
            states = self._client.getJointStatesMultiDof(ident, self._joints)
            rows.append((place, turn, linear, angular, states))
        return Pose(
            np.array([row[0] for row in rows]) - self._offsets[list(copies)],
            np.array([row[1] for row in rows]),
            np.array([[self._rotation(state[0]) for state in row[4]] for row in rows]),
            np.array([row[2] for row in rows]),
            np.array([row[3] for row in rows]),
            np.array([[self._rate(state[1]) for state in row[4]] for row in rows]),
        )

    @staticmethod
    def _rotation(position: Sequence[float]) -> Sequence[float]:
        return position if len(position) == 4 else about(HINGE_AXIS, position[0]).tolist()

    @staticmethod
    def _rate(velocity: Sequence[float]) -> Sequence[float]:
        return velocity if len(velocity) == 3 else (0.0, 0.0, velocity[0])

    def motion(self, which: Sequence[int] | np.ndarray | None = None) -> Motion:
        """Everything that the imitation looks at, for the copies ``which`` (all, if none are named)."""
        copies = range(self.count) if which is None else which
        pose = self.pose(copies)
        position, turn, linear, angular = [], [], [], []
        for copy in copies:
            states = self._client.getLinkStates(
                self._ids[copy], self._links, computeLinkVelocity=1, computeForwardKinematics=1
            )
            position.append([state[0] for state in states])
            turn.append([state[5] for state in states])
            linear.append([state[6] for state in states])
            angular.append([state[7] for state in states])
        return Motion(
            pose,
            np.array(position) - self._offsets[list(copies)][:, None, :],
            np.array(turn),
            np.array(linear),
            np.array(angular),
        )

    def touching(self) -> np.ndarray:
        """``(count, links)`` bool: which links touch what could carry them, ground or props, after the last step."""
        mask = np.zeros((self.count, len(self.body.links)), dtype=bool)
        for copy, ident in enumerate(self._ids):
            for surface in self._bearing:
                for point in self._client.getContactPoints(ident, surface):
                    mask[copy, max(point[3], 0)] |= point[8] <= 0.0
        return mask

    def contacts(self, copy: int = 0) -> list[Contact]:
        """Contacts of one copy with the ground and the props in the last step, with strength."""
        return self.touches(copy)[1]

    def touches(self, copy: int = 0) -> tuple[np.ndarray, list[Contact]]:
        """`touching` ``(links,)`` and `contacts` of one copy, from one question to the engine."""
        mask = np.zeros(len(self.body.links), dtype=bool)
        order = {surface: index for index, surface in enumerate(self._surfaces)}
        points = [point for point in self._client.getContactPoints(self._ids[copy]) if point[2] in order]
        found = []
        for point in sorted(points, key=lambda point: order[point[2]]):
            mask[max(point[3], 0)] |= point[8] <= 0.0 and point[2] in self._bearing
            if point[9] > 0.0:
                found.append(self._contact(copy, point))
        return mask, found

    def _contact(self, copy: int, point: Sequence[Any]) -> Contact:
        link = max(point[3], 0)
        x, y, z = (float(a - b) for a, b in zip(point[6], self._offsets[copy], strict=True))
        velocity = self._client.getLinkState(self._ids[copy], link, computeLinkVelocity=1)[6]
        away = self.props.velocity_at(point[2], point[6])
        speed = -sum((v - a) * n for v, a, n in zip(velocity, away, point[7], strict=True))
        return Contact(link, (x, y, z), float(point[9]), max(float(speed), 0.0), self._surfaces[point[2]])

    def look_along(self, start: Array, end: Array) -> Hit | None:
        """What is met first on the way from ``start`` to ``end`` (3,), m; None: nothing."""
        ident, _, _, position, normal = self._client.rayTest(start.tolist(), end.tolist())[0]
        return None if ident < 0 else Hit(self._surfaces.get(ident, ""), tuple(position), tuple(normal))
