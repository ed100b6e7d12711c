"""From the tracker's raw word to the camera: placing, scaling, locking and smoothing, as pure functions.

Nothing here looks at a clock or a device. A take keeps the raw samples and the changes of the settings; `derive` runs
them through the same `Rig` that ran live, so the camera comes out the same, or better with other settings.

The order is fixed: jitter is taken out of the raw pose, in metres of the real room; the pose is tilted, scaled and
placed; follow and look-at help; locks hold what they hold; damping gives the result its weight; a hand's shake comes
last, for cameras that have none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from game.camera.angles import pan_tilt_roll, turned
from game.camera.assist import Assist, follow, look
from game.camera.handheld import shake
from game.camera.pose import CameraPose, Sample, Tracking, subject_of
from game.camera.rig_settings import RigSettings
from game.camera.smoothing import Filtered, damping_share, smooth_rotation, smooth_vector
from game.camera.trackers.tracker import NEW_DEVICE
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz
from models.rotations import Array

_UP = 2
_SIDE = 0
_SHAKE_FADES = 1.0  # s until a changed amount of shake is reached: switched on or off it must not jump
_STILL = 1e-3  # of a calm hand


@dataclass(frozen=True)
class Placed:
    """A position ``(3,)`` m and a rotation ``(4,)`` **xyzw** in the environment."""

    position: Array
    rotation: Array


@dataclass(frozen=True)
class RigState:
    """What the rig remembers from one sample to the next.

    settings: those of the last step. base_position, base_yaw (rad): where the tracker's origin stands now; begins at
    `RigSettings.origin` and moves when rebased or flown. position, rotation: the jitter filters, tracker's frame.
    assist: of follow and look-at. shake: how much of a hand's shake is added now. target: placed, helped and locked,
    before damping. pose: after it, without shake.
    """

    settings: RigSettings
    base_position: Array
    base_yaw: float
    assist: Assist
    shake: float
    position: Filtered | None = None
    rotation: Filtered | None = None
    target: Placed | None = None
    pose: Placed | None = None


def start(settings: RigSettings) -> RigState:
    """The state before the first sample."""
    assist = Assist(np.radians(settings.look_turn))
    yaw = float(np.radians(settings.origin_yaw))
    return RigState(settings, np.array(settings.origin), yaw, assist, settings.handheld)


def step(sample: Sample, settings: RigSettings, state: RigState, dt: float) -> tuple[CameraPose, RigState]:
    """One sample, ``dt`` seconds (0 or more) after the last: where the camera is, and the next state.

    A sample without a pose (`Tracking.ABSENT`) leaves the camera where it is, at first at the origin.
    """
    state = _resettled(state, settings)
    fading = damping_share(_SHAKE_FADES, dt) * (settings.handheld - state.shake)
    state = dataclasses.replace(state, shake=state.shake + fading)
    if sample.tracking is Tracking.ABSENT:
        return _shaken(state.pose or _at_base(state), state, sample), state
    another = NEW_DEVICE in sample.buttons
    if another:  # it lies elsewhere in the hand: the camera goes on from where it stands, and nothing is swept through
        state = dataclasses.replace(state, position=None, rotation=None)
    last = state.position.value if state.position else None
    state = _filtered(state, settings, sample, dt)
    if settings.frozen and state.pose is not None:
        assist = dataclasses.replace(state.assist, anchor=None)
        held = dataclasses.replace(state, settings=settings, target=state.pose, assist=assist)
        return _shaken(state.pose, held, sample), held
    if state.target is not None:
        if another or _released(state.settings, settings):
            state = _rebased(state, settings, state.target)
        elif last is not None and settings.scale != state.settings.scale:
            state = _rescaled(state, settings, last)
    state = _flown(state, settings, sample, dt)
    state, placed = _helped(state, settings, subject_of(sample), dt)
    target = _locked(placed, settings, state.target)
    pose = _damped(state.pose, target, settings, dt)
    state = dataclasses.replace(state, settings=settings, target=target, pose=pose)
    return _shaken(pose, state, sample), state


def placed_at(sample: Sample, settings: RigSettings, camera: CameraPose) -> RigSettings:
    """The settings under which ``sample`` is seen from ``camera``: going home, or to a named place.

    Turns about the vertical only, so the horizon stays true.
    """
    local = np.array(settings.scale) * sample.position
    yaw = _yaw(wxyz_to_xyzw(camera.rotation)) - _yaw(_tilted(wxyz_to_xyzw(sample.rotation), settings))
    origin = camera.position - rotations.rotate(rotations.about(_UP, yaw), local)
    x, y, z = (float(value) for value in origin)
    degrees = float(np.degrees(yaw))
    homings = settings.homings + 1
    return dataclasses.replace(settings, origin=(x, y, z), origin_yaw=degrees, homings=homings, look_turn=(0.0, 0.0))


class Rig:
    """The rig on set: feed it every sample in order, set `settings` whenever the operator changes them."""

    def __init__(self, settings: RigSettings = RigSettings()) -> None:
        self.settings = settings
        self._state = start(settings)
        self._time_ns: int | None = None

    def update(self, sample: Sample) -> CameraPose:
        """Where the camera is at ``sample``; time that runs backwards counts as no time."""
        elapsed = 0 if self._time_ns is None else max(sample.time_ns - self._time_ns, 0)
        self._time_ns = sample.time_ns
        pose, self._state = step(sample, self.settings, self._state, elapsed * 1e-9)
        return pose

    def ahead(self, sample: Sample) -> CameraPose:
        """Where the camera will be at ``sample``, which is to come; nothing of it is remembered."""
        elapsed = 0 if self._time_ns is None else max(sample.time_ns - self._time_ns, 0)
        return step(sample, self.settings, self._state, elapsed * 1e-9)[0]

    def settled(self) -> RigSettings:
        """The settings with the origin where flying, following and rebasing have brought it, and the turn that look-at
        has added: a new rig begins there with them.
        """
        state = _resettled(self._state, self.settings)
        x, y, z = (float(value) for value in state.base_position)
        yaw = float(np.degrees(state.base_yaw))
        pan, tilt = (float(angle) for angle in np.degrees(state.assist.turn))
        return dataclasses.replace(self.settings, origin=(x, y, z), origin_yaw=yaw, look_turn=(pan, tilt))


def derive(samples: Sequence[Sample], changes: Sequence[tuple[int, RigSettings]]) -> list[CameraPose]:
    """The camera of a recording: one pose for each of ``samples``, which are in order of time.

    changes: monotonic ns and the settings from then on, in order; a change holds for samples of its own time too. The
    first holds from the beginning, whenever it was written; without any, the defaults hold.
    """
    rig = Rig(changes[0][1] if changes else RigSettings())
    due = 0
    poses = []
    for sample in samples:
        while due < len(changes) and changes[due][0] <= sample.time_ns:
            rig.settings = changes[due][1]
            due += 1
        poses.append(rig.update(sample))
    return poses


def _resettled(state: RigState, settings: RigSettings) -> RigState:
    """A new origin is a cut: the camera is there at once, without sweeping through the set."""
    old = state.settings
    if (old.origin, old.origin_yaw, old.homings) == (settings.origin, settings.origin_yaw, settings.homings):
        return state
    return dataclasses.replace(start(settings), position=state.position, rotation=state.rotation)


def _filtered(state: RigState, settings: RigSettings, sample: Sample, dt: float) -> RigState:
    rotation = wxyz_to_xyzw(sample.rotation)
    return dataclasses.replace(
        state,
        position=smooth_vector(state.position, sample.position, dt, settings.jitter_cutoff, settings.position_beta),
        rotation=smooth_rotation(state.rotation, rotation, dt, settings.jitter_cutoff, settings.rotation_beta),
    )


def _placed(state: RigState, settings: RigSettings) -> Placed:
    assert state.position is not None
    assert state.rotation is not None
    yaw = rotations.about(_UP, state.base_yaw)
    local = np.array(settings.scale) * state.position.value
    turn = rotations.multiply(yaw, _tilted(state.rotation.value, settings))
    return Placed(state.base_position + rotations.rotate(yaw, local), turn)


def _released(old: RigSettings, new: RigSettings) -> bool:
    held = (old.frozen, *old.lock_position, *old.lock_rotation)
    still = (new.frozen, *new.lock_position, *new.lock_rotation)
    return any(was and not now for was, now in zip(held, still, strict=True))


def _rebased(state: RigState, settings: RigSettings, camera: Placed) -> RigState:
    """Move the base so that the hand, where it is now, holds ``camera``.

    Only the yaw is carried over: pitch and roll are always the hand's, or the horizon would stay crooked. The twist
    about the vertical is defined straight up and straight down too, where a heading is not.
    """
    turn = _yaw(camera.rotation) - _yaw(_placed(state, settings).rotation)
    # The pan that look-at had added is in the camera's yaw, and so in the base's from now on.
    assist = Assist(np.array([0.0, state.assist.turn[1]]))
    state = dataclasses.replace(state, base_yaw=state.base_yaw + turn, assist=assist)
    shift = camera.position - _placed(state, settings).position
    return dataclasses.replace(state, base_position=state.base_position + shift)


def _rescaled(state: RigState, settings: RigSettings, last: Array) -> RigState:
    """Another scale counts from here on: the camera does not jump to where it would always have been."""
    difference = (np.array(state.settings.scale) - np.array(settings.scale)) * last
    shift = rotations.rotate(rotations.about(_UP, state.base_yaw), difference)
    return dataclasses.replace(state, base_position=state.base_position + shift)


def _flown(state: RigState, settings: RigSettings, sample: Sample, dt: float) -> RigState:
    x, y = sample.axes.get("stick_x", 0.0), sample.axes.get("stick_y", 0.0)
    if settings.fly_speed == 0.0 or (x == 0.0 and y == 0.0):
        return state
    stick = np.array([x, 0.0, y] if settings.boom else [x, y, 0.0])
    heading = rotations.about(_UP, _yaw(_placed(state, settings).rotation))
    way = rotations.rotate(heading, stick) * settings.fly_speed * dt
    return dataclasses.replace(state, base_position=state.base_position + way)


def _helped(state: RigState, settings: RigSettings, subject: Array | None, dt: float) -> tuple[RigState, Placed]:
    assist, way = follow(state.assist, subject, settings, dt)
    state = dataclasses.replace(state, base_position=state.base_position + way)
    placed = _placed(state, settings)
    assist, rotation = look(assist, placed.position, placed.rotation, subject, settings, dt)
    return dataclasses.replace(state, assist=assist), Placed(placed.position, rotation)


def _locked(placed: Placed, settings: RigSettings, held: Placed | None) -> Placed:
    position, rotation = placed.position, placed.rotation
    if held is not None:
        position = np.where(settings.lock_position, held.position, position)
    if settings.kill_roll or any(settings.lock_rotation):
        angles = pan_tilt_roll(rotation)
        if held is not None:
            angles = np.where(settings.lock_rotation, pan_tilt_roll(held.rotation), angles)
        if settings.kill_roll:
            angles[2] = 0.0
        rotation = turned(angles)
    return Placed(position, rotation)


def _damped(last: Placed | None, target: Placed, settings: RigSettings, dt: float) -> Placed:
    if last is None:
        return target
    body = damping_share(settings.body_damping, dt)
    aim = damping_share(settings.aim_damping, dt)
    position = last.position + body * (target.position - last.position)
    return Placed(position, rotations.normalize(rotations.slerp(last.rotation, target.rotation, aim)))


def _tilted(rotation: Array, settings: RigSettings) -> Array:
    return rotations.multiply(rotation, rotations.about(_SIDE, np.radians(settings.tilt)))


def _yaw(rotation: Array) -> float:
    return float(rotations.twist_angle(rotation, _UP))


def _at_base(state: RigState) -> Placed:
    return Placed(state.base_position, rotations.about(_UP, state.base_yaw))


def _shaken(placed: Placed, state: RigState, sample: Sample) -> CameraPose:
    position, rotation = placed.position, placed.rotation
    if state.shake > _STILL:
        shift, turn = shake(sample.time_ns, state.shake)
        position = position + rotations.rotate(rotations.about(_UP, _yaw(rotation)), shift)
        rotation = rotations.multiply(rotation, turn)
    return CameraPose(position, xyzw_to_wxyz(rotation))
