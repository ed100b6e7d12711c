"""The ladder: which points of learning become stages."""

from __future__ import annotations

from pathlib import Path

from models.body import Body
from models.policy import Policy, PolicySettings
from models.stage import StageInfo, save_stage, stage_name
from models.versions import versions

_FIRST_RUNG = 50_000  # samples
_GROWTH = 1.35


class Ladder:
    """Publishes stages at growing distances: learning changes most at its beginning."""

    def __init__(self, folder: Path, skill: str, body: Body, sizes: PolicySettings) -> None:
        self.folder = folder
        self._skill = skill
        self._body = body
        self._sizes = sizes
        self._next = _FIRST_RUNG

    def published(self, samples: int) -> None:
        """Count everything up to ``samples`` as published already."""
        while self._next <= samples:
            self._next = int(self._next * _GROWTH)

    def consider(self, policy: Policy, iteration: int, samples: int, attempts: int, seconds: float) -> Path | None:
        """Publish if the next rung is reached."""
        if samples < self._next:
            return None
        self.published(samples)
        return self.publish(policy, iteration, samples, attempts, seconds)

    def publish(self, policy: Policy, iteration: int, samples: int, attempts: int, seconds: float) -> Path:
        """Write a stage that a running game picks up."""
        path = self.folder / stage_name(iteration)
        hours = round(seconds / 3600.0, 4)
        info = StageInfo(
            self._skill, iteration, samples, attempts, self._body.digest, self._sizes, {}, versions(), hours
        )
        save_stage(path, info, policy)
        return path
