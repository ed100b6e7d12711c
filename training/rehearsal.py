"""A rehearsal: the clip as this body can really do it, and what makes one performance of it better than another.

`training.search` finds it, before anything is learned. Unlike the reward its cost does not saturate: a search must see
which of two bad tries is the better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import imitation, rotations
from models.body import Body
from models.reference import Motion, Reference
from models.rotations import Array

_SOLE = 0.1  # m, an ankle not above this stands
_STILL = 0.55  # m/s, nor one that is slower
_CLEARANCE = 0.18  # m; a performance that skims the ground with its knees leaves no room for imitators


@dataclass(frozen=True)
class Rehearsal:
    """What was found: motion and action for every tick of the clip, ``(ticks, …)``.

    reference has the clip's time but the body's own motion: what learning imitates and where it starts.
    """

    reference: Reference
    action: Array

    def action_at(self, tick: np.ndarray) -> Array:
        """Correction in force at ``tick`` ``(n,)``: ``(n, dofs)``."""
        return np.asarray(self.action[np.minimum(tick, len(self.action) - 1)])


def unrehearsed(reference: Reference, body: Body) -> Rehearsal:
    """The bare clip as if it were a performance, for who needs one and cannot wait for the search."""
    return Rehearsal(reference, np.zeros((reference.ticks, body.dofs)))


def cost(body: Body, motion: Motion, reference: Motion, allowed: np.ndarray) -> Array:
    """How far ``motion`` is from ``reference``, ``(n,)``: joints, hands and feet, root, centre of mass.

    allowed: ``(links,)`` bool, the links that may touch the ground; all others shall keep clear of it.

    Unlike the reward it does not saturate: a search must see which of two bad tries is the better. The centre of mass
    weighs most, for it alone decides whether a jump succeeds.
    """
    off = imitation.deviation(body, motion, reference)
    close = np.maximum(_CLEARANCE - clearance(body, motion, allowed), 0.0)
    return np.asarray(
        (body.pose_weights[0] + 0.3) * off.root_angle**2
        + off.joints
        + 0.02 * off.root_spin
        + 0.5 * off.ends
        + 8.0 * imitation.squared(imitation.of_mass(body, motion.link_pos - reference.link_pos))
        + 0.15 * off.com_velocity
        + 40.0 * close**2
        + 15.0 * topple(body, motion, reference)
        + 0.2 * slip(body, motion, reference)
    )


def planted(body: Body, reference: Motion) -> np.ndarray:
    """``(n, feet)`` bool: the feet on which ``reference`` stands."""
    feet = list(body.feet)
    low = reference.link_pos[:, feet, 1] < _SOLE
    return np.asarray(low & (imitation.squared(reference.link_lin_vel[:, feet]) < _STILL**2))


def topple(body: Body, motion: Motion, reference: Motion) -> Array:
    """Squared distance of the capture point from the clip's while that has both feet down, m², ``(n,)``.

    The search sees no further than its horizon; with this it begins to catch itself before it falls.
    """
    off = imitation.capture_point(body, motion) - imitation.capture_point(body, reference)
    return np.asarray(imitation.squared(off) * planted(body, reference).all(axis=1))


def slip(body: Body, motion: Motion, reference: Motion) -> Array:
    """Squared speed of feet that the clip has planted, summed, (m/s)², ``(n,)``: standing, one shall not shuffle."""
    feet = list(body.feet)
    off = imitation.squared(motion.link_lin_vel[:, feet] - reference.link_lin_vel[:, feet])
    return np.asarray((off * planted(body, reference)).sum(axis=1))


def clearance(body: Body, motion: Motion, allowed: np.ndarray) -> Array:
    """Height in metres of the lowest joint of any part that may not touch (knees …), ``(n,)``; inf: all may."""
    others = np.flatnonzero(~allowed)
    centre = np.array([body.links[index].centre for index in others]).reshape(-1, 3)
    middle = motion.link_pos[:, others]
    joint = middle - rotations.rotate(motion.link_rot[:, others], np.broadcast_to(centre, middle.shape))
    return np.asarray(joint[..., 1].min(axis=1, initial=np.inf))
