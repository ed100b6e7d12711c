"""Fixed physics steps against the frame clock."""

from __future__ import annotations

from dataclasses import dataclass

from models.reference import TICKS_PER_SECOND

_LONGEST = 0.25  # s; after a longer frame physics falls behind rather than spiral
SPEEDS = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Clock:
    """How far the performance is past its last whole tick, and how fast it runs; `advance` gives the next.

    rest: seconds since the last tick, [0, 1/120). speed: 1 is real time. stepping: ticks owed while paused.
    """

    rest: float = 0.0
    speed: float = 1.0
    paused: bool = False
    stepping: int = 0

    def advance(self, dt: float) -> tuple[Clock, int]:
        """The clock after a frame of ``dt`` seconds, and how many ticks are due."""
        if self.paused:
            return Clock(self.rest, self.speed, True, 0), self.stepping
        time = self.rest + min(dt, _LONGEST) * self.speed
        # A hair's tolerance: 1/30 s is four whole ticks, whatever floats say.
        ticks = int(time * TICKS_PER_SECOND + 1e-9)
        return Clock(max(time - ticks / TICKS_PER_SECOND, 0.0), self.speed, False, 0), ticks

    @property
    def part(self) -> float:
        """How far, 0 … 1, the picture stands between the last two ticks."""
        return min(self.rest * TICKS_PER_SECOND, 1.0)

    def toggled(self) -> Clock:
        """Pause or go on."""
        return Clock(self.rest, self.speed, not self.paused)

    def stepped(self, ticks: int = 1) -> Clock:
        """Pause and owe ``ticks`` ticks."""
        return Clock(0.0, self.speed, True, self.stepping + ticks)

    def slower(self) -> Clock:
        """The next lower speed."""
        lower = [speed for speed in SPEEDS if speed < self.speed]
        return Clock(self.rest, lower[-1] if lower else SPEEDS[0], self.paused)

    def faster(self) -> Clock:
        """The next higher speed, up to real time."""
        higher = [speed for speed in SPEEDS if speed > self.speed]
        return Clock(self.rest, higher[0] if higher else SPEEDS[-1], self.paused)
