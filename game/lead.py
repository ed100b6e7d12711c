"""Where a skill is led that can be led: turning left or right, faster or slower."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.attempt import MOST_TURN, SPEEDS, Steering

_TURN_RATE = 1.2  # rad/s²: from straight on to the tightest turn in half a second
_SPEED_RATE = 0.4  # shares of the clip's speed, a second


@dataclass(frozen=True)
class Lead:
    """turn: rad/s to the left. speed: as a share of the clip's own."""

    turn: float = 0.0
    speed: float = 1.0

    def within_reach(self) -> Lead:
        """The nearest that was learned to follow."""
        return Lead(_held(self.turn, -MOST_TURN, MOST_TURN), _held(self.speed, *SPEEDS))

    def towards(self, wanted: Lead, seconds: float) -> Lead:
        """This lead ``seconds`` later, on its way to ``wanted``: nobody turns from one moment to the next."""
        turn, speed = _TURN_RATE * seconds, _SPEED_RATE * seconds
        return Lead(
            self.turn + _held(wanted.turn - self.turn, -turn, turn),
            self.speed + _held(wanted.speed - self.speed, -speed, speed),
        )

    def steering(self) -> Steering:
        """As one attempt is steered."""
        return Steering(np.array([self.turn]), np.array([self.speed]))

    @property
    def words(self) -> str:
        """For the viewfinder; empty: straight on, as the clip goes."""
        degrees, percent = round(np.degrees(self.turn)), round(100.0 * self.speed)
        turning = f"{'left' if degrees > 0 else 'right'} {abs(degrees)} deg/s" if degrees else ""
        return ", ".join(part for part in (turning, f"speed {percent} %" if percent != 100 else "") if part)


STRAIGHT = Lead()


def _held(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
