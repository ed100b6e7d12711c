"""A hand-held camera made of noise: someone stands a few metres from the performer and keeps them in the frame.

Everything is a sum of sines whose periods divide one common period, so it is band-limited, smooth, the same for the
same seed on every machine, and joins its own beginning. The sizes follow what hands and bodies do: slow sway of the
body, breath at a quarter of a hertz, small steps to the side, corrections of the aim, and a fine tremor.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from game.camera.angles import turned
from game.camera.trackers.path import CameraPath, save_path
from models import rotations
from models.coords import wxyz_to_xyzw, xyzw_to_wxyz
from models.rotations import Array

_STEP_TIME = 0.7  # s from lifting one foot to standing again
_STEP_DIP = 0.012  # m that a step lowers the camera by, half way
_BREATH = 0.004  # m up and down
_BREATHS = 0.25  # Hz


@dataclass(frozen=True)
class Operator:
    """Who holds the camera. period: s after which all repeats. distance: m to the performer. steps: in one period.

    stride: m to the side in a step, at most. amount: 1 is a calm hand, 0 a tripod; scales all but the steps.
    """

    period: float = 20.0
    distance: float = 6.0
    steps: int = 5
    stride: float = 0.14
    amount: float = 1.0


@cache
def _one_place() -> CameraPath:
    """Somebody who stands where he stands, sampled finely enough for the tremor."""
    return handheld_path(0, Operator(steps=0))


def shake(time_ns: int, amount: float) -> tuple[Array, Array]:
    """Sway and tremor at a moment of the monotonic clock, for a camera that has none: shift ``(3,)`` m, to the right,
    ahead and up, and turn ``(4,)`` xyzw. amount: 1 is a calm hand, 0 a tripod.
    """
    path = _one_place()
    pose = path.at(time_ns % round(path.times[-1] * 1e9) * 1e-9)
    return amount * pose.position, rotations.exp(amount * rotations.log(wxyz_to_xyzw(pose.rotation)))


def handheld(seconds: Array, seed: int = 0, operator: Operator = Operator()) -> tuple[Array, Array]:
    """Positions ``(N, 3)`` m and rotations ``(N, 4)`` wxyz at ``seconds`` ``(N,)``, around the identity looking +Y."""
    rng = np.random.Generator(np.random.PCG64(seed))
    period, amount = operator.period, operator.amount
    sway = [_noise(seconds, rng, period, 0.05, 0.45, size * amount) for size in (0.022, 0.018, 0.007)]
    position = np.stack(sway, axis=-1)
    walk, dip = _steps(seconds, rng, operator)
    position[:, 0] += walk
    breath = _breath(seconds, period) * amount
    position[:, 2] += _BREATH * breath - dip
    # Who steps aside turns back to the performer, a little late and not quite.
    pan = 0.9 * np.arctan2(position[:, 0], operator.distance)
    tilt = -0.9 * np.arctan2(position[:, 2], operator.distance) + np.radians(0.1) * breath
    angles = [pan, tilt, np.zeros_like(pan)]
    for axis, (aim, shake, tremor) in enumerate(((1.1, 0.16, 0.03), (0.7, 0.16, 0.03), (0.45, 0.1, 0.02))):
        angles[axis] = angles[axis] + _noise(seconds, rng, period, 0.05, 0.5, np.radians(aim) * amount)
        angles[axis] += _noise(seconds, rng, period, 1.0, 3.0, np.radians(shake) * amount)
        angles[axis] += _noise(seconds, rng, period, 6.0, 9.0, np.radians(tremor) * amount)
    return position, xyzw_to_wxyz(turned(np.stack(angles, axis=-1)))


def handheld_path(seed: int = 0, operator: Operator = Operator(), rate: int = 50) -> CameraPath:
    """One period of `handheld` at ``rate`` samples a second; it loops."""
    times = np.arange(round(operator.period * rate) + 1) / rate
    return CameraPath("handheld", True, times, *handheld(times, seed, operator))


def _noise(seconds: Array, rng: np.random.Generator, period: float, low: float, high: float, size: float) -> Array:
    """Noise between ``low`` and ``high`` Hz whose root mean square is ``size``; weaker towards the high end."""
    cycles = np.arange(max(round(low * period), 1), round(high * period) + 1)
    phases = rng.uniform(0.0, 2.0 * np.pi, len(cycles))
    weights = 1.0 / cycles
    weights *= size / np.sqrt(0.5 * np.sum(weights**2))
    turns = 2.0 * np.pi * np.outer(seconds, cycles) / period + phases
    return np.asarray(np.sin(turns) @ weights)


def _breath(seconds: Array, period: float) -> Array:
    cycles = max(round(_BREATHS * period), 1)
    return np.sin(2.0 * np.pi * cycles * seconds / period)


def _steps(seconds: Array, rng: np.random.Generator, operator: Operator) -> tuple[Array, Array]:
    """Way to the side and dip of the camera, both in m: a few steps that lead back to where they began."""
    if operator.steps == 0:
        return np.zeros_like(seconds), np.zeros_like(seconds)
    slot = operator.period / operator.steps
    starts = slot * np.arange(operator.steps) + rng.uniform(0.1, 0.9, operator.steps) * (slot - _STEP_TIME)
    stands = operator.stride * rng.uniform(-1.0, 1.0, operator.steps)
    strides = stands - np.roll(stands, 1)
    within = np.mod(seconds, operator.period)[:, None]
    part = np.clip((within - starts) / _STEP_TIME, 0.0, 1.0)
    # The shape of a reach with the least jerk (Flash and Hogan 1985): starts and ends at rest.
    done = part**3 * (10.0 - 15.0 * part + 6.0 * part**2)
    dip = _STEP_DIP * np.sin(np.pi * part) ** 2 * np.minimum(np.abs(strides) / operator.stride, 1.0)
    return stands[-1] + done @ strides, np.sum(dip, axis=1)


def main() -> None:
    """Write the path that ships: ``python -m game.camera.handheld FILE``."""
    parser = argparse.ArgumentParser(
        prog="python -m game.camera.handheld", description="Write a hand-held camera path."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    save_path(handheld_path(options.seed), options.file)


if __name__ == "__main__":
    main()
