"""How well a body imitates a clip, and what it sees of itself: pure functions of arrays, no physics.

Everything here is in the attempt's own frame (`to_frame`): the ground under the reference's start, heading along the
clip. A heading taken from the body itself would flip by half a turn in the middle of a somersault.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models import rotations
from models.body import HINGE_AXIS, SPHERICAL, Body
from models.motion import Pose
from models.policy import Control
from models.reference import GRAVITY, TICKS_PER_CONTROL, Motion, Reference
from models.rotations import Array

_HARMONICS = (1, 2)
_FURTHEST = 2.3  # rad; half a turn ahead is nearer the other way round, and a limb comes 0.8 on in a control step


@dataclass(frozen=True)
class Frame:
    """Where attempts stand: origin ``(n, 3)`` on the ground in metres, yaw ``(n,)`` about Y in radians."""

    origin: Array
    yaw: Array


def to_frame(motion: Motion, frame: Frame) -> Motion:
    """Express ``motion`` ``(n, …)`` in the attempts' frames; joint rotations are local and stay."""
    turn = rotations.about(1, -frame.yaw)
    each = turn[:, None, :]
    pose = motion.pose
    links = motion.link_pos.shape
    turns = np.broadcast_to(each, (*links[:2], 4))
    return Motion(
        Pose(
            rotations.rotate(turn, pose.root_pos - frame.origin),
            rotations.multiply(turn, pose.root_rot),
            pose.joint_rot,
            rotations.rotate(turn, pose.root_lin_vel),
            rotations.rotate(turn, pose.root_ang_vel),
            pose.joint_vel,
        ),
        rotations.rotate(turns, motion.link_pos - frame.origin[:, None, :]),
        rotations.multiply(turns, motion.link_rot),
        rotations.rotate(turns, motion.link_lin_vel),
        rotations.rotate(turns, motion.link_ang_vel),
    )


def place_in_world(pose: Pose, frame: Frame) -> Pose:
    """The inverse of `to_frame`, for a pose."""
    turn = rotations.about(1, frame.yaw)
    return Pose(
        rotations.rotate(turn, pose.root_pos) + frame.origin,
        rotations.multiply(turn, pose.root_rot),
        pose.joint_rot,
        rotations.rotate(turn, pose.root_lin_vel),
        rotations.rotate(turn, pose.root_ang_vel),
        pose.joint_vel,
    )


def observation_size(body: Body) -> int:
    """Length of one observation."""
    links = len(body.links)
    return 1 + 3 + 3 * links + 6 * links + 6 * links + 2 * len(_HARMONICS)


def observation(motion: Motion, reference_root: Array, phase: Array) -> Array:
    """What the policy sees.

    Args:
        motion: the body in its attempt's frame, batch ``(n,)``. reference_root: ``(n, 3)``. phase: ``(n,)`` in [0, 1].

    Returns:
        ``(n, observation_size)``: root height, root offset from the reference, link positions relative to the root,
        link orientations (6 each), linear and angular velocities, sine and cosine of the phase and its double.
    """
    n = len(phase)
    root = motion.pose.root_pos
    angles = 2.0 * math.pi * np.outer(phase, _HARMONICS)
    return np.concatenate(
        (
            root[:, 1:2],
            root - reference_root,
            (motion.link_pos - root[:, None, :]).reshape(n, -1),
            rotations.to_tangent_normal(motion.link_rot).reshape(n, -1),
            motion.link_lin_vel.reshape(n, -1),
            motion.link_ang_vel.reshape(n, -1),
            np.sin(angles),
            np.cos(angles),
        ),
        axis=1,
    )


def target(
    body: Body, reference: Reference, tick: np.ndarray, action: Array, control: Control = Control.RESIDUAL
) -> tuple[Array, Array]:
    """PD target of an action: the reference one control step ahead turned by it, or it alone (`Control`).

    Args:
        tick: ``(n,)`` ticks into the cycle. action: ``(n, dofs)`` rotation vectors and hinge angles, radians.

    Returns:
        Joint rotations ``(n, joints, 4)`` and joint velocities ``(n, joints, 3)``: the reference's, fed forward, or 0.
    """
    turn = rotations.exp(joint_vectors(body, action))
    if control is Control.ABSOLUTE:
        return turn, np.zeros((*turn.shape[:2], 3))
    ahead = reference.at(tick + TICKS_PER_CONTROL).pose
    return rotations.multiply(ahead.joint_rot, turn), ahead.joint_vel


def as_absolute(body: Body, reference: Reference, tick: np.ndarray, action: Array, joint_rot: Array) -> Array:
    """The absolute action ``(n, dofs)`` that drives a body as the residual ``action`` does at ``tick``.

    In a PD law, kp (target - angle) + kd (fed velocity - velocity), what is fed forward is a target further on by
    kd / kp of it, seen from the angles ``joint_rot`` ``(n, joints, 4)`` that the body has. Servos are fed none.
    """
    turn, speed = target(body, reference, tick, action)
    further = np.array([0.0 if joint.servo else joint.kd / joint.kp for joint in body.joints])
    error = rotations.log(rotations.multiply(rotations.conjugate(joint_rot), turn)) + speed * further[:, None]
    size = np.linalg.norm(error, axis=-1, keepdims=True)
    error = error * np.minimum(_FURTHEST / np.maximum(size, _FURTHEST), 1.0)
    vectors = rotations.log(rotations.multiply(joint_rot, rotations.exp(error)))
    parts = [
        vectors[:, i, slice(None) if joint.dofs == SPHERICAL else HINGE_AXIS] for i, joint in enumerate(body.joints)
    ]
    return np.concatenate([part.reshape(len(action), -1) for part in parts], axis=1)


def joint_vectors(body: Body, action: Array) -> Array:
    """Spread a flat action ``(n, dofs)`` over the joints: rotation vectors ``(n, joints, 3)``."""
    vectors = np.zeros((len(action), len(body.joints), 3))
    at = 0
    for i, joint in enumerate(body.joints):
        if joint.dofs == SPHERICAL:
            vectors[:, i, :] = action[:, at : at + 3]
        else:
            vectors[:, i, HINGE_AXIS] = action[:, at]
        at += joint.dofs
    return vectors


@dataclass(frozen=True)
class Deviation:
    """How far a motion is from another, ``(n,)`` each, in radians, metres and seconds.

    root_angle: between the roots. joints: squared angles, weighted with `Body.pose_weights`. ends: squared distances of
    hands and feet seen from the root, summed. root_spin, com_velocity: squared differences of the root's angular
    velocity and of the centre of mass's velocity.
    """

    root_angle: Array
    joints: Array
    ends: Array
    root_spin: Array
    com_velocity: Array


def deviation(body: Body, motion: Motion, reference: Motion) -> Deviation:
    """What both the reward and the search for a rehearsal weigh, each in its own way."""
    actual, wanted = motion.pose, reference.pose
    joint_angle = rotations.angle_between(actual.joint_rot, wanted.joint_rot)
    ends = list(body.end_effectors)
    actual_ends = motion.link_pos[:, ends] - actual.root_pos[:, None, :]
    wanted_ends = reference.link_pos[:, ends] - wanted.root_pos[:, None, :]
    return Deviation(
        rotations.angle_between(actual.root_rot, wanted.root_rot),
        (joint_angle**2) @ body.pose_weights[1:],
        squared(actual_ends - wanted_ends).sum(axis=1),
        squared(actual.root_ang_vel - wanted.root_ang_vel),
        squared(of_mass(body, motion.link_lin_vel - reference.link_lin_vel)),
    )


def of_mass(body: Body, links: Array) -> Array:
    """Mean ``(n, 3)`` of ``links`` ``(n, links, 3)``, each with its share of the body's mass."""
    return np.asarray(np.einsum("nlc,l->nc", links, body.masses / body.masses.sum()))


def reward(body: Body, motion: Motion, reference: Motion) -> Array:
    """DeepMimic's reward (Peng et al. 2018, scales of its released code) and two terms of ours, ``(n,)`` in [0, 1].

    Sum of weighted exponentials of the errors in joint angles, joint speeds, hands and feet, root, centre of mass. Ours
    are the last two: how the root is turned, and balance. They decide whether a landing will stand, a second before a
    fall shows it; in the other terms they hardly count.
    """
    actual, wanted, off = motion.pose, reference.pose, deviation(body, motion, reference)
    weights = body.pose_weights
    pose_error = weights[0] * off.root_angle**2 + off.joints
    velocity_error = weights[0] * off.root_spin + squared(actual.joint_vel - wanted.joint_vel) @ weights[1:]
    root_error = (
        squared(actual.root_pos - wanted.root_pos)
        + 0.1 * off.root_angle**2
        + 0.01 * squared(actual.root_lin_vel - wanted.root_lin_vel)
        + 0.001 * off.root_spin
    )
    return np.asarray(
        0.25 * np.exp(-2.0 * pose_error)
        + 0.05 * np.exp(-0.1 * velocity_error)
        + 0.1 * np.exp(-10.0 * off.ends)
        + 0.1 * np.exp(-5.0 * root_error)
        + 0.1 * np.exp(-10.0 * (0.1 * off.com_velocity))
        + 0.2 * np.exp(-8.0 * off.root_angle**2)
        + 0.2 * np.exp(-30.0 * balance_error(body, motion, reference))
    )


def capture_point(body: Body, motion: Motion) -> Array:
    """Where on the ground a foot must be for the body to come to rest over it (Pratt et al. 2006): ``(n, 3)``, m."""
    centre, velocity = of_mass(body, motion.link_pos), of_mass(body, motion.link_lin_vel)
    height = np.maximum(centre[:, 1:2], 0.1)
    return np.asarray((centre + velocity * np.sqrt(height / GRAVITY)) * np.array([1.0, 0.0, 1.0]))


def balance_error(body: Body, motion: Motion, reference: Motion) -> Array:
    """Squared distance of the capture point from the reference's, both seen from between the feet, m², ``(n,)``.

    Whoever has it right stands in balance, or puts his feet where he will, long before a fall shows the opposite.
    """
    feet = list(body.feet)
    between = (motion.link_pos[:, feet] - reference.link_pos[:, feet]).mean(axis=1) * np.array([1.0, 0.0, 1.0])
    return squared(capture_point(body, motion) - capture_point(body, reference) - between)


def squared(vectors: Array) -> Array:
    """Squared lengths ``(…,)`` of ``vectors`` ``(…, 3)``."""
    return np.asarray(np.sum(vectors * vectors, axis=-1))


def furthest_link(motion: Motion, reference: Motion) -> Array:
    """Largest distance of any link from where the clip has it, ``(n,)`` metres: what the rope measures."""
    return np.asarray(np.sqrt(squared(motion.link_pos - reference.link_pos).max(axis=1)))


def joint_error(motion: Motion, reference: Motion) -> Array:
    """Mean distance of the links from the clip's, both seen from the root, ``(n,)`` metres."""
    actual = motion.link_pos - motion.pose.root_pos[:, None, :]
    wanted = reference.link_pos - reference.pose.root_pos[:, None, :]
    return np.asarray(np.sqrt(squared(actual - wanted)).mean(axis=1))


def fallen(touching: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """``(n,)`` bool: something touches that may not. Without this rule it learns to push off with its shins.

    Args:
        touching: ``(n, links)`` bool. allowed: ``(links,)`` bool, of the skill (`models.skills.allowed_links`).
    """
    return np.asarray((touching & ~allowed).any(axis=1))


def outcome(
    body: Body, motion: Motion, wanted: Motion, touching: np.ndarray, allowed: np.ndarray, rope: float
) -> tuple[Array, np.ndarray]:
    """What a control step earned, ``(n,)``, and whether it failed, ``(n,)`` bool: fell, or strayed from ``wanted``.

    Args:
        touching, allowed: as in `fallen`. rope: metres that any link may be off. Whoever fails earns nothing.
    """
    failed = fallen(touching, allowed) | (furthest_link(motion, wanted) > rope)
    return np.where(failed, 0.0, reward(body, motion, wanted)), failed


def frame_under(pose: Pose, reference: Reference, ticks: np.ndarray) -> Frame:
    """The frame of an attempt that has the clip at ``ticks (n,)`` where bodies are: ``pose`` in the world, ``(n,)``.

    The clip is moved to the body's own place and heading, so that an attempt is judged by how it moves and not by where
    it had drifted to before.
    """
    start = reference.at(ticks).pose
    yaw = rotations.twist_angle(rotations.multiply(pose.root_rot, rotations.conjugate(start.root_rot)), 1)
    origin = pose.root_pos - rotations.rotate(rotations.about(1, yaw), start.root_pos)
    return Frame(origin * np.array([1.0, 0.0, 1.0]), yaw)
