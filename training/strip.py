"""A picture strip of one attempt: what a stage can do, at a glance, without a window or a renderer."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models import imitation
from models.attempt import Attempts
from models.body import Body
from models.disk import write_whole
from models.motion import Pose, join_poses
from models.policy import Policy
from models.reference import CONTROL_HZ, TICKS_PER_CONTROL, Reference
from models.rotations import Array
from models.stage import StageInfo
from models.world import World
from training.stick_figures import Drawing

_COUNT = 12  # moments in a strip
_SECONDS = 2.0  # as many whole cycles of a clip as come nearest to it, at least one
_RESTING = 1.0  # m/s; a moment of standing still counts like one that moves so fast


@dataclass(frozen=True)
class Moments:
    """Moments of one attempt, ``(n, …)``, early to late.

    body and clip: the two poses, in the attempt's frame. seconds ``(n,)``: since the start. fallen ``(n,)`` bool:
    something has touched the ground that may not, since the moment before.
    """

    body: Pose
    clip: Pose
    seconds: Array
    fallen: NDArray[np.bool_]


def attempt(policy: Policy, body: Body, reference: Reference) -> Moments:
    """Try the clip once, from its first frame and without any perturbation, and keep the moments that tell most."""
    cycles = max(round(_SECONDS / reference.clip.duration), 1) if reference.loop else 1
    start = np.zeros(1, dtype=np.int64)
    with World(body) as world:
        running = Attempts(body, reference, world, policy.settings.control)
        running.reset(start, start, reference.at(start).pose)
        touched, seen = [False], [(running.motion.pose, running.wanted())]
        for _ in range(cycles * reference.ticks // TICKS_PER_CONTROL):
            touched.append(_control_step(running, policy))
            over = running.settle()
            seen.append((running.motion.pose, running.wanted()))
            running.wrap(over)
    speed = np.array([np.linalg.norm(wanted.link_lin_vel, axis=-1).mean() for _, wanted in seen])
    chosen = spread_out(speed + _RESTING, _COUNT)
    fallen = [any(touched[before + 1 : at + 1]) for before, at in zip([-1, *chosen[:-1]], chosen, strict=True)]
    poses, clip = join_poses([pose for pose, _ in seen]), join_poses([wanted.pose for _, wanted in seen])
    return Moments(poses[chosen], clip[chosen], chosen / CONTROL_HZ, np.array(fallen))


def _control_step(running: Attempts, policy: Policy) -> bool:
    """Make one control step, up to where it is settled; whether something touched that may not."""
    running.aim(policy.act(running.observation()))
    touched = False
    for _ in range(TICKS_PER_CONTROL):
        running.tick()
        touched |= bool(imitation.fallen(running.world.touching(), running.allowed)[0])
    return touched


def spread_out(weight: Array, count: int) -> NDArray[np.int64]:
    """``count`` indices from the first to the last of ``weight`` ``(n,)``, with as much weight between any two.

    A somersault is over in half a second: at even times it would get three pictures, and the standing around it nine.
    """
    along = np.concatenate(([0.0], np.cumsum(0.5 * (weight[1:] + weight[:-1]))))
    even = np.linspace(0.0, along[-1], count)
    return np.asarray(np.rint(np.interp(even, along, np.arange(len(weight)))), dtype=np.int64)


def picture(moments: Moments, body: Body, title: str) -> NDArray[np.uint8]:
    """The strip as RGB ``(height, width, 3)``, top row first.

    Every moment has a column, in which body and clip are drawn root above root: what can be compared is height and
    posture, not who has drifted where.
    """
    drawing = Drawing(body, len(moments.seconds))
    drawing.figures(moments.clip, faint=True)
    drawing.figures(moments.body, fallen=moments.fallen)
    drawing.title(title)
    for column, seconds in enumerate(moments.seconds):
        drawing.label(column, f"{seconds:.2f} s", bool(moments.fallen[column]))
    return drawing.finish()


def spell(info: StageInfo) -> str:
    """A stage's title: how much was learned until then, and how well it does it."""
    parts = [info.skill, f"iteration {info.iteration:,}", f"{info.samples:,} samples", f"{info.hours:.2f} hours"]
    if "success" in info.judged:
        parts.append(f"success {100.0 * info.judged['success']:.0f} %")
    return "     ".join(parts)


def save_strip(path: Path, info: StageInfo, policy: Policy, body: Body, reference: Reference) -> None:
    """Make one attempt and write its strip as PNG, whole or not at all.

    Raises:
        OSError: the disk is full or broken.
    """
    buffer = io.BytesIO()
    Image.fromarray(picture(attempt(policy, body, reference), body, spell(info))).save(buffer, "png", optimize=True)
    write_whole(path, buffer.getvalue())
