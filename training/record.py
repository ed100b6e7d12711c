"""What attempts did, as the judge saw it, and what can be measured on that: pure functions of arrays, no physics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import rotations
from models.body import Body
from models.reference import TICKS_PER_SECOND
from models.rotations import Array


@dataclass(frozen=True)
class Record:
    """What attempts did, one row a physics step: ``(ticks, n, …)``, in the world they began in, facing along the clip.

    touching: which links touched ``(…, links)``. fallen: whether one touched that the skill does not allow. root_pos
    ``(…, 3)`` in m, root_rot ``(…, 4)``. turn: backward rotation about the root's own lateral axis in that step, rad.
    Per control step ``(steps, n)``: foot (height of the higher foot, m), reward, error (mean joint distance, m); and
    led ``(steps, n, 3)``: where on the ground the clip was led (x and z of its root, m), and how far round (rad).
    """

    touching: np.ndarray
    fallen: np.ndarray
    root_pos: Array
    root_rot: Array
    turn: Array
    foot: Array
    reward: Array
    error: Array
    led: Array


@dataclass(frozen=True)
class Flight:
    """Ticks first … end - 1 with nothing touching, and the backward rotation in them in degrees."""

    first: int
    end: int
    degrees: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.end - self.first) / TICKS_PER_SECOND


def flights(record: Record, attempt: int) -> list[Flight]:
    """Every time that an attempt was in the air, however short."""
    air = ~record.touching[:, attempt].any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], air, [False])).astype(np.int8)))
    degrees = np.degrees(np.cumsum(np.concatenate(([0.0], record.turn[:, attempt]))))
    return [Flight(int(a), int(b), float(degrees[b] - degrees[a])) for a, b in edges.reshape(-1, 2)]


def first_fall(record: Record, attempt: int) -> int:
    """Tick at which something touched that may not, or the number of ticks."""
    fallen = np.flatnonzero(record.fallen[:, attempt])
    return int(fallen[0]) if len(fallen) else len(record.fallen)


def feet_touch(record: Record, attempt: int, body: Body) -> np.ndarray:
    """``(ticks, feet)`` bool: which feet touched."""
    return np.asarray(record.touching[:, attempt, list(body.feet)])


def others_touch(record: Record, attempt: int, body: Body) -> np.ndarray:
    """``(ticks,)`` bool: whether anything but a foot touched."""
    others = np.ones(len(body.links), dtype=bool)
    others[list(body.feet)] = False
    return np.asarray(record.touching[:, attempt, others].any(axis=1))


def azimuth(root_rot: Array) -> Array:
    """Where a root ``(ticks, 4)`` faces, degrees to the left of +X, counted on over whole turns: ``(ticks,)``."""
    forward = rotations.rotate(root_rot, np.broadcast_to([1.0, 0.0, 0.0], (len(root_rot), 3)))
    return np.asarray(np.degrees(np.unwrap(np.arctan2(-forward[:, 2], forward[:, 0]))))


def tilt(root_rot: Array, towards: tuple[float, float]) -> Array:
    """How far a root ``(ticks, 4)`` has turned over: ``(ticks,)`` degrees since the first, whole turns counted on.

    It is the angle of the trunk's long axis in the vertical plane along ``towards`` (x and z, unit length). Sums of
    rotations about the body's own axes do not say that: who twists on the way over comes to less than a whole turn.
    """
    up = rotations.rotate(root_rot, np.broadcast_to([0.0, 1.0, 0.0], (len(root_rot), 3)))
    angle = np.unwrap(np.arctan2(up[:, 0] * towards[0] + up[:, 2] * towards[1], up[:, 1]))
    return np.asarray(np.degrees(angle - angle[0]))
