"""`backflip environment landings`: what a stage's flips come down on in a place. Nothing is drawn."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from game.blocking import Mark
from game.finding import find_environment
from game.performance import Snapshot
from game.performer import Performer
from game.sound.foley import GROUND
from models.assets import SHIPPED_SKILL, find_clip, ladder_folder
from models.body import load_humanoid
from models.reference import TICKS_PER_SECOND, tabulate
from models.stage import list_stages, load_stage

_FLIGHT = TICKS_PER_SECOND // 4  # ticks in the air from which on it is no step any more
_HOLD = TICKS_PER_SECOND  # ticks after it for which nothing but feet may touch
_LONGEST = 4 * TICKS_PER_SECOND


@dataclass(frozen=True)
class Landing:
    """surface: what is touched first after a flight; stands: by feet alone, for a second from then."""

    surface: str
    stands: bool


def first_landing(snapshots: Iterable[Snapshot], feet: Sequence[int]) -> Landing | None:
    """The end of the first flight of an attempt, given step by step; None: there is none."""
    airborne, came_down, surface = 0, 0, ""
    for snapshot in snapshots:
        touching = snapshot.contacts
        if not surface and touching and airborne >= _FLIGHT:
            # Feet go through thin foam in one tick: what lies on the ground was touched before it.
            first = max(touching, key=lambda contact: (contact.surface != GROUND, contact.force))
            surface, came_down = first.surface, snapshot.tick
        if surface and any(contact.link not in feet for contact in touching):
            return Landing(surface, False)
        if surface and snapshot.tick - came_down >= _HOLD:
            return Landing(surface, True)
        airborne = 0 if touching else airborne + 1
    return None


def landings(arguments: Namespace) -> int:
    """Play the first flips of seeds 1, 2, 3 … and count where they come down."""
    environment, body = find_environment(arguments.environment), load_humanoid()
    path = Path(arguments.stage) if arguments.stage else list_stages(ladder_folder(SHIPPED_SKILL))[-1]
    stage = load_stage(path, body)
    origin, yaw = environment.mark_in_bullet()
    performer = Performer(
        body,
        tabulate(find_clip(stage.info.skill, body), body),
        stage,
        Mark(origin, yaw),
        environment.solids(),
        props=environment.props,
    )
    found = []
    for seed in range(1, arguments.attempts + 1):
        if seed > 1:
            performer.next_attempt()
        found.append(first_landing((performer.tick() for _ in range(_LONGEST)), body.feet))
    performer.close()
    _tell(arguments, environment.name, found)
    return 0


def _tell(arguments: Namespace, name: str, found: Sequence[Landing | None]) -> None:
    if arguments.json:
        print(json.dumps({"place": name, "landings": [None if one is None else asdict(one) for one in found]}))
        return
    came_down = Counter(one.surface for one in found if one is not None)
    stood = Counter(one.surface for one in found if one is not None and one.stands)
    print(f"{name}: {len(found)} attempts, {len(found) - came_down.total()} without a flight")
    for surface, count in came_down.most_common():
        print(f"{surface}: {count} came down on it, {stood[surface]} of them stood")
