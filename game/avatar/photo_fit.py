"""A body and its poses and cameras from points found in photographs, by least squares.

Unknown are the traits of the body, the same in all photographs, and for each photograph where the camera stood and how
the joints are turned. Known are standing height and mass, which set the scale. Points pull with the accuracy that the
finder of points has; joints and traits are held near what is likely, as far as points say nothing. The body model is
slow, so it is replaced by its tangent, three times over (Gauss-Newton); within that everything is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.optimize import least_squares

from game.avatar.body_model import BodyModel, Traits
from game.avatar.keypoints import ANKLES, NOSE, Sighting
from game.avatar.landmarks import Landmarks, landmarks_of
from game.avatar.measures import Measures
from game.avatar.person import Bones
from game.avatar.posing import FOOT, FOREARM, SHIN, THIGH, UPPER_ARM, Joints, Pose, carried, joints_of
from game.environment.optics import Camera, axes_of, to_pixels, vec3
from models import rotations
from models.errors import InputError
from models.rotations import Array

_TURNS = 3
_FREE = ("height", "weight", "proportions")
_SPREAD = np.array([0.15, 0.15, 0.15, *6 * (0.5,)])  # how far traits of people lie from those of the mean
_LEAST = np.array([0.0, 0.0, 0.0, *6 * (-1.0,)])  # of the free traits; the most is 1
_TRAIT_STEP = 0.03  # for the tangent
_SURE = np.array([0.002, 0.004])  # m of height and share of mass by which measures may be missed on the way
_POINT = 0.006  # of a person's height in the picture: standard error of a point
_HIDDEN = 0.95  # of the trust that the far side's points lose, seen from straight beside
_LEVEL = 0.04  # rad by which a camera, held level before somebody upright, tilts or rolls
_NEAREST = 0.1  # m before the camera
_EPSILON = 1e-5
_DOUBT = 3.0  # standard errors beyond which a point pulls no harder
_STEPS = 40
_WORST = 0.05  # of the person's height in the picture; beyond that the points are no standing body's
_UNLIKE = 0.04  # of the height by which limbs may differ between photographs of one person


@dataclass(frozen=True)
class View:
    """How somebody stands in one photograph. error: root mean square of the points in pixels.

    camera: in the frame of the body in its bind pose. numbers, at (A, 3), found, meant (A, 2): the points, where they
    are on the posed body, where the photograph has them and where the camera sees the body's own, in pixels.
    """

    sighting: Sighting
    camera: Camera
    pose: Pose
    numbers: NDArray[np.int64]
    at: Array
    found: Array
    meant: Array
    error: float

    def moved(self, offset: Array) -> View:
        """The same in a frame in which the body stands ``offset`` (3,) further."""
        camera = replace(self.camera, position=vec3(np.array(self.camera.position) + offset))
        pose = replace(self.pose, places=self.pose.places + offset)
        return replace(self, camera=camera, pose=pose, at=self.at + offset)


@dataclass(frozen=True)
class Shape:
    """A tangent of the body model: landmarks and joints ``(A + B, 3)``, height, log of mass; by how much each changes
    with each free trait ``(T, A + B, 3)``, ``(T, 2)``. start (T,): the traits it was taken at.
    """

    start: Array
    points: Array
    size: Array
    slopes: Array
    growth: Array

    def at(self, traits: Array) -> Array:
        """Landmarks and joints of a body with these traits."""
        return np.asarray(self.points + np.tensordot(traits - self.start, self.slopes, 1))


def fit_photos(
    model: BodyModel, bones: Bones, sightings: Sequence[Sighting], measures: Measures
) -> tuple[Traits, list[View]]:
    """The body that stands in all photographs, and how it stands in each.

    Raises:
        InputError: the points are no standing person's, or not those of one person; or the model cannot make the body.
    """
    joints = joints_of(bones)
    mean = model.fit(measures)
    marks = landmarks_of(model.figure(mean), bones, joints)
    problems = [_Problem(sighting, marks, joints) for sighting in sightings]
    traits = mean
    states = [problem.start(measures.height) for problem in problems]
    for _ in range(_TURNS):
        shape = _tangent(model, marks, joints, traits)
        found, states = _solve(problems, shape, _numbers(mean), measures, states)
        traits = _with(traits, found)
    if len(problems) > 1:
        _check_same(problems, shape, _numbers(mean), measures, states)
    traits = model.reach(traits, measures)
    fixed = _fixed(model, marks, joints, traits)
    states = [
        _solve([problem], fixed, np.empty(0), measures, [state])[1][0]
        for problem, state in zip(problems, states, strict=True)
    ]
    views = [problem.view(fixed.points, state) for problem, state in zip(problems, states, strict=True)]
    for view in views:
        if view.error > _WORST * view.sighting.height:
            told = f"nobody who stands upright fits the points found in it ({view.error:.0f} px off)"
            raise InputError(f"{view.sighting.path}: {told}; photograph somebody who stands, arms away from the body")
    return traits, views


class _Problem:
    """One photograph's part of the sum of squares; its unknowns are 6 of the camera and 3 for each joint."""

    def __init__(self, sighting: Sighting, marks: Landmarks, joints: Joints) -> None:
        self.sighting, self.marks, self.joints = sighting, marks, joints
        self.found = sighting.points[marks.numbers]
        across = sighting.across
        # the finder guesses what the body hides, and is sure of it
        plain = 1.0 - _HIDDEN * np.maximum(marks.sides * across[2], 0.0)
        self.weight = marks.trust * np.sqrt(plain * sighting.seen[marks.numbers]) / (_POINT * sighting.height)
        heading = float(np.degrees(np.arctan2(-across[2], across[0])))
        self._level = np.array(axes_of(heading, 0.0, 0.0))
        self._middle = 0.5 * np.array(sighting.pixels.shape[1::-1])
        self._turns = 3 * len(joints.names)

    def start(self, height: float) -> Array:
        """A level camera before somebody ``height`` m tall in the bind pose."""
        points, size, focal = self.sighting.points, np.array(self.sighting.pixels.shape[1::-1]), self.sighting.focal
        ankles = points[list(ANKLES)].mean(axis=0)
        body = 0.5 * (points[NOSE] + ankles)
        away = focal * 0.88 * height / self.sighting.height  # from ankles to nose
        right, down = (body - 0.5 * size) / focal * away
        state = np.zeros(6 + self._turns)
        state[3:6] = right, away, -down - 0.49 * height
        return state

    def camera(self, state: Array) -> Camera:
        """The camera of a state: turned by 0-2 (rotation vector) from level, the body's origin at 3-5 before it."""
        axes = rotations.rotate(rotations.exp(state[:3]), self._level.T).T
        height, width = self.sighting.pixels.shape[:2]
        where, facing = -state[3:6] @ axes, (vec3(axes[0]), vec3(axes[1]), vec3(axes[2]))
        return Camera(vec3(where), facing, self.sighting.focal, (width, height), (0.5 * width, 0.5 * height))

    def stand(self, points: Array, state: Array) -> Array:
        """Landmarks ``(..., A, 3)`` of states ``(..., S)``. points: landmarks and joints of the bind pose."""
        count, turns = len(self.marks.numbers), rotations.exp(state[..., 6:].reshape(*state.shape[:-1], -1, 3))
        return carried(points[..., :count, :], self.marks.owners, self.joints, points[..., count:, :], turns)

    def residuals(self, points: Array, state: Array) -> Array:
        """What is squared: points in standard errors, turns of joints in what is likely; of many states at once."""
        at = rotations.rotate(rotations.exp(state[..., None, :3]), self.stand(points, state) @ self._level.T)
        right, ahead, up = np.moveaxis(at + state[..., None, 3:6], -1, 0)
        plane = np.stack((right, -up), axis=-1) / np.maximum(ahead, _NEAREST)[..., None]
        pull = (self._middle + self.sighting.focal * plane - self.found) * self.weight[:, None]
        held = np.concatenate((state[..., :2] / _LEVEL, state[..., 6:] / np.repeat(self.joints.freedom, 3)), axis=-1)
        held = np.broadcast_to(held, (*pull.shape[:-2], held.shape[-1]))
        return np.concatenate((pull.reshape(*pull.shape[:-2], 2 * len(self.found)), held), axis=-1)

    def view(self, points: Array, state: Array) -> View:
        """The state for those who project and draw."""
        count = len(self.marks.numbers)
        pose = Pose(self.joints, points[count:], rotations.exp(state[6:].reshape(-1, 3)))
        at = self.stand(points, state)
        camera = self.camera(state)
        meant = to_pixels(camera, at)
        off = np.sum((meant - self.found) ** 2, axis=1)
        error = float(np.sqrt(np.average(off, weights=self.sighting.seen[self.marks.numbers])))
        return View(self.sighting, camera, pose, self.marks.numbers, at, self.found, meant, error)


def _solve(
    problems: Sequence[_Problem], shape: Shape, mean: Array, measures: Measures, states: Sequence[Array]
) -> tuple[Array, list[Array]]:
    """Traits ``(T,)`` and states of least squares, from where ``shape`` was taken."""
    squares = _Squares(problems, shape, mean, np.array([measures.height, np.log(measures.mass)]))
    free = len(shape.start)
    low = np.concatenate((_LEAST[:free], np.full(sum(len(state) for state in states), -np.inf)))
    high = np.where(np.isinf(low), np.inf, 1.0)
    begin = np.clip(np.concatenate((shape.start, *states)), low, high)
    found = least_squares(
        squares.residuals,
        begin,
        squares.slopes,
        (low, high),
        x_scale="jac",
        loss="huber",
        f_scale=_DOUBT,
        max_nfev=_STEPS,
    )
    return squares.parts(found.x)


class _Squares:
    """The sum over all photographs; unknown are the free traits ``(T,)`` and then the state of each photograph."""

    def __init__(self, problems: Sequence[_Problem], shape: Shape, mean: Array, size: Array) -> None:
        self._problems, self._shape, self._mean, self._size = problems, shape, mean, size
        self._free = len(shape.start)

    def parts(self, unknown: Array) -> tuple[Array, list[Array]]:
        """Traits and states."""
        return unknown[: self._free], list(unknown[self._free :].reshape(len(self._problems), -1))

    def residuals(self, unknown: Array) -> Array:
        """What is squared: traits beside the mean, the measures, then each photograph's."""
        traits, states = self.parts(unknown)
        points = self._shape.at(traits)
        return np.concatenate((self._held(traits), *map(_Problem.residuals, self._problems, repeat(points), states)))

    def _held(self, traits: Array) -> Array:
        if not self._free:
            return np.empty(0)
        size = self._shape.size + (traits - self._shape.start) @ self._shape.growth
        return np.concatenate(((traits - self._mean) / _SPREAD, (size - self._size) / _SURE))

    def slopes(self, unknown: Array) -> Array:
        """Derivatives of `residuals`; one photograph's depend on the traits and its own state only."""
        traits, states = self.parts(unknown)
        points = self._shape.at(traits)
        head = np.concatenate((np.diag(1.0 / _SPREAD), (self._shape.growth / _SURE).T)) if self._free else None
        shared, own = [] if head is None else [head], []
        for problem, state in zip(self._problems, states, strict=True):
            here = problem.residuals(points, state)
            shared.append((problem.residuals(points + _EPSILON * self._shape.slopes, state) - here).T / _EPSILON)
            own.append((problem.residuals(points, state + _EPSILON * np.eye(len(state))) - here).T / _EPSILON)
        if head is not None:
            own.insert(0, np.empty((len(head), 0)))
        return np.hstack((np.concatenate(shared), block_diag(*own)))


def _check_same(
    problems: Sequence[_Problem], shape: Shape, mean: Array, measures: Measures, states: Sequence[Array]
) -> None:
    """Raise if photographs, each for itself, show limbs that one person cannot have."""
    shares = []
    for problem, state in zip(problems, states, strict=True):
        traits, _ = _solve([problem], shape, mean, measures, [state])
        shares.append(_limbs(shape.at(traits)[len(problem.marks.numbers) :]) / measures.height)
    for name, column in zip(("upper arms", "legs"), np.array(shares).T, strict=True):
        if np.ptp(column) > _UNLIKE:
            short, long = problems[int(column.argmin())].sighting.path, problems[int(column.argmax())].sighting.path
            told = f"{name} that are {100 * column.min():.0f} % and {100 * column.max():.0f} % of the height"
            raise InputError(f"{short}, {long}: show {told}; give photographs of one person only")


def _limbs(places: Array) -> Array:
    """Metres of the upper arm and of the leg, bent or not, on the left."""
    lengths = np.linalg.norm(np.diff(places[[UPPER_ARM, FOREARM, THIGH, SHIN, FOOT]], axis=0), axis=1)
    return np.array([lengths[0], lengths[2] + lengths[3]])


def _tangent(model: BodyModel, marks: Landmarks, joints: Joints, traits: Traits) -> Shape:
    start = _numbers(traits)
    points, size = _measured(model, marks, joints, traits)
    slopes, growth = [], []
    for k in range(len(start)):
        step = -_TRAIT_STEP if start[k] + _TRAIT_STEP > 1.0 else _TRAIT_STEP
        moved, grown = _measured(model, marks, joints, _with(traits, start + step * np.eye(len(start))[k]))
        slopes.append((moved - points) / step)
        growth.append((grown - size) / step)
    return Shape(start, points, size, np.array(slopes), np.array(growth))


def _fixed(model: BodyModel, marks: Landmarks, joints: Joints, traits: Traits) -> Shape:
    """A body with nothing free in it."""
    points, size = _measured(model, marks, joints, traits)
    return Shape(np.empty(0), points, size, np.empty((0, *points.shape)), np.empty((0, 2)))


def _measured(model: BodyModel, marks: Landmarks, joints: Joints, traits: Traits) -> tuple[Array, Array]:
    """Landmarks and joints ``(A + B, 3)``, height and log of mass ``(2,)``."""
    figure = model.figure(traits)
    places = np.array([figure.joints[name] for name in joints.names])
    return np.concatenate((marks.places(figure), places)), np.array([figure.height, np.log(figure.mass)])


def _numbers(traits: Traits) -> Array:
    """The free traits."""
    return np.array([*(getattr(traits, name) for name in _FREE), *traits.changes])


def _with(traits: Traits, numbers: Array) -> Traits:
    values = [float(number) for number in numbers]
    height, weight, proportions = values[:3]
    return replace(traits, height=height, weight=weight, proportions=proportions, changes=tuple(values[3:]))
