"""The hardest contact of an attempt: what hit what, and with how many newtons."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from game.performance import Snapshot
from models.body import Body

_PARTS = {"ankle": "foot", "wrist": "hand", "hip": "thigh", "knee": "shin", "shoulder": "upper arm", "elbow": "forearm"}


@dataclass(frozen=True)
class Blow:
    """A link of the body on a surface at a tick; force in N, summed over the points that touch."""

    tick: int
    link: int
    surface: str
    force: float


class Hardest:
    """Looks at an attempt step by step; going back within it forgets what came later."""

    def __init__(self) -> None:
        self._attempt = 0
        self._blows: list[Blow] = []  # each harder than the one before

    def see(self, snapshot: Snapshot) -> None:
        """A step of the performance."""
        if snapshot.attempt != self._attempt:
            self._attempt, self._blows = snapshot.attempt, []
        self._blows = [blow for blow in self._blows if blow.tick < snapshot.tick]
        forces: dict[tuple[int, str], float] = {}
        for contact in snapshot.contacts:
            key = (contact.link, contact.surface)
            forces[key] = forces.get(key, 0.0) + contact.force
        if forces:
            (link, surface), force = max(forces.items(), key=lambda item: item[1])
            if not self._blows or force > self._blows[-1].force:
                self._blows.append(Blow(snapshot.tick, link, surface, force))

    @property
    def blow(self) -> Blow | None:
        """The hardest so far."""
        return self._blows[-1] if self._blows else None

    def words(self, body: Body) -> str:
        """For the viewfinder; empty before the first contact."""
        blow = self.blow
        if blow is None:
            return ""
        return f"HARDEST  {part_name(body.links[blow.link].name)} on {blow.surface}  {blow.force:,.0f} N"


class HardestInTake:
    """The hardest contact of the attempt at any moment of a take; each step is looked at once.

    steps: gives those first shown later than one moment and not later than another, with their times in s.
    """

    def __init__(self, steps: Callable[[float, float], Sequence[tuple[float, Snapshot]]], body: Body) -> None:
        self._steps = steps
        self._body = body
        self._hardest = Hardest()
        self._seen = -1.0
        self._changes: list[tuple[float, str]] = []

    def words(self, seconds: float) -> str:
        """For the viewfinder at a moment; empty before the first contact.

        Raises:
            InputError: the contacts of a step make no sense.
        """
        for at, snapshot in self._steps(self._seen, seconds) if seconds > self._seen else ():
            self._hardest.see(snapshot)
            words = self._hardest.words(self._body)
            if not self._changes or words != self._changes[-1][1]:
                self._changes.append((at, words))
        self._seen = max(self._seen, seconds)
        index = bisect_right(self._changes, seconds, key=lambda change: change[0])
        return self._changes[index - 1][1] if index else ""


def part_name(link: str) -> str:
    """What people call a link: "right_ankle" carries the right foot."""
    *side, joint = link.split("_")
    return " ".join((*side, "pelvis" if joint == "root" else _PARTS.get(joint, joint)))
