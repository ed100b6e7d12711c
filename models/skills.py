"""What can be learned: a clip for each skill, and what is known of it beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from models.body import Body


class Supports(Enum):
    """What a body may stand on; anything else that touches the ground is a fall."""

    FEET = "feet"
    HANDS_AND_FEET = "hands and feet"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Skill:
    """One skill.

    bridge: how long its clip takes to come back from its last frame to its first, s; 0 where they are the same.
    slow: from when to when its clip is too fast for a body of flesh, s, and how many times as long it takes instead.
    rest: where its clip, so slowed, stands still, s into it, and for how many seconds (`Clip.rested`).
    symmetric: how much of it left and right do alike, 0 … 1; a search for it need not look elsewhere.
    supports: what may touch the ground. steerable: whether it can be led to the left and right, faster and slower.
    pushed: whether it is learned under pushes.
    """

    name: str
    bridge: float = 0.0
    slow: tuple[float, float, float] | None = None
    rest: tuple[float, float] | None = None
    symmetric: float = 0.2
    supports: Supports = Supports.FEET
    steerable: bool = False
    pushed: bool = False


# A rest is put where, the action over, the centre of mass is slowest above the feet. The spin kick's clip spins on
# into the next kick and is nowhere in balance after it: it rests where both feet are down and it turns slowest. Those
# of getting up end the moment it stands, and standing is what must be learned.
SKILLS = {
    skill.name: skill
    for skill in (
        Skill("backflip", slow=(1.24, 1.57, 2.0), rest=(1.9, 0.75), symmetric=0.5),
        Skill("stand", symmetric=0.8, pushed=True),
        Skill("walk", bridge=0.1, symmetric=0.0, steerable=True),
        Skill("run", symmetric=0.0),
        Skill("jump", bridge=0.15, rest=(1.7, 0.75), symmetric=0.8),
        Skill("roll", bridge=0.1, rest=(1.9, 0.75), supports=Supports.ANYTHING),
        Skill("cartwheel", bridge=0.15, rest=(2.45, 0.75), symmetric=0.0, supports=Supports.HANDS_AND_FEET),
        Skill("spinkick", bridge=0.3, rest=(1.18, 0.75), symmetric=0.0),
        Skill("getup_facedown", rest=(3.03, 1.0), supports=Supports.ANYTHING),
        Skill("getup_faceup", rest=(3.76, 1.0), supports=Supports.ANYTHING),
    )
}


def skill_named(name: str) -> Skill:
    """The skill of that name; for a clip from elsewhere, one of which nothing is known."""
    return SKILLS.get(name, Skill(name))


def allowed_links(skill: Skill, body: Body) -> np.ndarray:
    """``(links,)`` bool: which links of ``body`` may touch the ground without it being a fall."""
    allowed = np.full(len(body.links), skill.supports is Supports.ANYTHING)
    allowed[list(body.feet if skill.supports is Supports.FEET else body.end_effectors)] = True
    return allowed
