"""The ladder: which points of learning become stages, and what the judge says of them."""

from __future__ import annotations

from pathlib import Path

from models.assets import SHIPPED_SKILL
from models.body import Body
from models.policy import Policy
from models.reference import Reference
from models.stage import StageInfo, save_stage, stage_name
from models.versions import versions
from training.judge import judge, perform

_FIRST_RUNG = 50_000  # samples
_GROWTH = 1.35
_ATTEMPTS = 16  # enough to say whether a stage can do it; `backflip judge` says how well
_SECONDS = 4.0


class Ladder:
    """Judges and publishes stages at growing distances: learning changes most at its beginning."""

    def __init__(self, folder: Path, skill: str, body: Body, reference: Reference) -> None:
        self.folder = folder
        self._skill = skill
        self._body = body
        self._reference = reference
        self._next = _FIRST_RUNG
        self._last = -1

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

    def publish(self, policy: Policy, iteration: int, samples: int, attempts: int, seconds: float) -> Path | None:
        """Write a stage that a running game picks up; nothing if this iteration is out already.

        Raises:
            InputError: it cannot be written.
        """
        if iteration == self._last:
            return None
        self._last = iteration
        path = self.folder / stage_name(iteration)
        hours = round(seconds / 3600.0, 4)
        judged = self._judge(policy)
        info = StageInfo(
            self._skill, iteration, samples, attempts, self._body.digest, policy.settings, judged, versions(), hours
        )
        save_stage(path, info, policy)
        return path

    def _judge(self, policy: Policy) -> dict[str, float]:
        if self._skill != SHIPPED_SKILL:
            return {}  # the judge knows no other yet
        record = perform(policy, self._body, self._reference, _ATTEMPTS, _SECONDS, seed=0)
        return judge(record, self._body).figures()
