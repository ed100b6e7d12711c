"""From what the physics touches to what is heard: footsteps, landings, falls, a brush of cloth.

A sound belongs to an arrival, not to a contact: links at rest touch the ground in every step, and jittering ones come
and go within a few. An arrival is a link that was seen off the ground for a while and then bears load.

`Contact.speed` is measured after the solver has stopped the link (half of all arrivals read 0 there), so the speed of
approach is found again from momentum: speed left + impulse / mass. Over 468 arrivals of tumbling falls this estimate
correlates 0.76 with the true speed before the step, the speed left alone 0.26.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.body import Body
from models.contact import Contact
from models.coords import bullet_to_panda
from models.reference import TICKS_PER_SECOND

STEP, LAND, FALL, CLOTH = "step", "land", "fall", "cloth"
KINDS = (STEP, LAND, FALL, CLOTH)
GROUND = "ground"
SOFT = "soft"
_BODY_KINDS = (FALL, CLOTH)


@dataclass(frozen=True)
class Cue:
    """One sound to be made. time_s: physics time; kind: one of `KINDS`; surface: a name of the sound library.

    strength: 0 … 1, proportional to amplitude. link: index into `Body.links`. position: m, Panda's axes. pitch: 1 is as
    the kind has it.
    """

    time_s: float
    kind: str
    surface: str
    strength: float
    link: int
    position: tuple[float, float, float]
    pitch: float = 1.0


@dataclass(frozen=True)
class FoleySettings:
    """What counts as an arrival and how hard it sounds. Forces in N, speeds in m/s, times in s.

    A link is down above touch_force and up again below lift_force. It sounds when it was up for off_seconds, arrives
    faster than softest_speed and made no sound for quiet_seconds. Feet land from land_speed and step below; anything
    else falls from fall_speed and brushes below. At loudest_speed, strength is 1. A body sound hides the weaker body
    sounds of the masking_seconds after it: a trunk and eleven links hit the ground as one blow. soft_share: of the
    strength that the same fall has on hard ground; a mattress takes about half the force off a flat fall.
    """

    touch_force: float = 15.0
    lift_force: float = 5.0
    off_seconds: float = 0.05
    quiet_seconds: float = 0.12
    softest_speed: float = 0.25
    land_speed: float = 1.5
    fall_speed: float = 0.7
    loudest_speed: float = 5.0
    masking_seconds: float = 0.08
    soft_share: float = 0.5


_NEIGHBOUR_SHARE = 0.2  # of the neighbours' mass stops with a link: unbiased over the 468 arrivals
_HEAVY = 6.0  # kg, the pelvis; a blow's energy goes with mass, amplitude with its root


@dataclass
class _LinkState:
    """down: bears load. changed_at: when it was last lifted, or first seen. sounded_at: its last cue."""

    down: bool
    changed_at: float
    sounded_at: float = -math.inf


@dataclass(frozen=True)
class _Touch:
    """All contacts of one link in one step: force and speed left, where the strongest one is, and on what."""

    force: float
    speed: float
    position: tuple[float, float, float]
    on: str


class Foley:
    """Listens to one body's contacts, step after step; the same steps give the same cues.

    surface: what all that is touched sounds like, the ground and what stands on it; a name of the sound library.
    things: names of props that sound otherwise, and like what.
    """

    def __init__(
        self,
        body: Body,
        surface: str = GROUND,
        settings: FoleySettings = FoleySettings(),
        things: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.settings = settings
        self._surface = surface
        self._things = things
        self._feet = frozenset(body.feet)
        self._stopped_mass = _stopped_masses(body)
        self._heft = [min(math.sqrt(link.mass / _HEAVY), 1.0) for link in body.links]
        self._states: list[_LinkState] = []
        self._time = math.inf
        self._body_time, self._body_strength = -math.inf, 0.0

    def hear(self, time_s: float, contacts: Iterable[Contact]) -> tuple[Cue, ...]:
        """The sounds that begin in the physics step that ended at ``time_s``, strongest first.

        A step at the time of the last one is the same step again (a pause) and silent; an earlier one is a rewind or a
        new attempt: listening starts anew, and what touches then counts as lying there already.
        """
        if time_s == self._time:
            return ()
        touches = _by_link(contacts)
        if time_s < self._time:
            self._begin(time_s, touches)
        self._time = time_s
        arrivals = [link for link in range(len(self._states)) if self._arrives(link, time_s, touches.get(link))]
        cues = [self._cue(link, time_s, touches[link]) for link in arrivals]
        heard = [cue for cue in sorted(cues, key=lambda cue: -cue.strength) if self._audible(cue)]
        return tuple(heard)

    def _begin(self, time_s: float, touches: Mapping[int, _Touch]) -> None:
        self._states = [_LinkState(link in touches, time_s) for link in range(len(self._heft))]
        self._body_time, self._body_strength = -math.inf, 0.0

    def _arrives(self, link: int, time_s: float, touch: _Touch | None) -> bool:
        state, settings = self._states[link], self.settings
        force = touch.force if touch is not None else 0.0
        if state.down:
            if force < settings.lift_force:
                state.down, state.changed_at = False, time_s
            return False
        if touch is None or force <= settings.touch_force:
            return False
        state.down = True
        rested = time_s - state.sounded_at >= settings.quiet_seconds
        # A tick's tolerance below a float's last digit: 6 ticks are 0.05 s.
        was_off = time_s - state.changed_at >= settings.off_seconds - 1e-9
        return was_off and rested and self._approach(link, touch) >= settings.softest_speed

    def _approach(self, link: int, touch: _Touch) -> float:
        return touch.speed + touch.force / TICKS_PER_SECOND / self._stopped_mass[link]

    def _cue(self, link: int, time_s: float, touch: _Touch) -> Cue:
        speed, settings = self._approach(link, touch), self.settings
        strength = min(speed / settings.loudest_speed, 1.0)
        if link in self._feet:
            kind = LAND if speed >= settings.land_speed else STEP
        else:
            kind = FALL if speed >= settings.fall_speed else CLOTH
            strength *= self._heft[link]
        surface = self._things.get(touch.on, self._surface)
        if surface == SOFT:
            strength *= settings.soft_share
        x, y, z = bullet_to_panda(np.array(touch.position)).tolist()
        return Cue(time_s, kind, surface, strength, link, (x, y, z))

    def _audible(self, cue: Cue) -> bool:
        if cue.kind in _BODY_KINDS:
            recent = cue.time_s - self._body_time < self.settings.masking_seconds
            if recent and cue.strength <= self._body_strength:
                return False
            self._body_time, self._body_strength = cue.time_s, cue.strength
        self._states[cue.link].sounded_at = cue.time_s
        return True


def _by_link(contacts: Iterable[Contact]) -> dict[int, _Touch]:
    grouped: dict[int, list[Contact]] = {}
    for contact in contacts:
        grouped.setdefault(contact.link, []).append(contact)
    touches = {}
    for link, points in grouped.items():
        strongest = max(points, key=lambda point: point.force)
        force, speed = sum(point.force for point in points), max(point.speed for point in points)
        touches[link] = _Touch(force, speed, strongest.position, strongest.surface)
    return touches


def _stopped_masses(body: Body) -> list[float]:
    """Mass in kg that stops with each link: its own and a share of the links next to it."""
    masses = [link.mass for link in body.links]
    for link, part in enumerate(body.links):
        if part.parent >= 0:
            masses[link] += _NEIGHBOUR_SHARE * body.links[part.parent].mass
            masses[part.parent] += _NEIGHBOUR_SHARE * part.mass
    for foot in body.feet:  # a flat sole carries the legs and what stands on them
        masses[foot] = float(body.masses.sum()) / len(body.feet)
    return masses
