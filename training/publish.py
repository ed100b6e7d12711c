"""The ladder: which points of learning become stages, and what the judge says of them."""

from __future__ import annotations

import math
from pathlib import Path

from models.body import Body
from models.policy import Policy
from models.reference import Reference
from models.skills import SKILLS
from models.stage import StageInfo, save_stage, stage_name
from models.versions import versions
from training.criteria import criterion
from training.forgiving import Forgiving
from training.judge import judge, perform
from training.strip import save_strip

_GROWTH = 1.6
_ATTEMPTS = 16  # enough to say whether a stage can do it; `backflip judge` says how well


class Ladder:
    """Judges and publishes stages at growing distances: learning changes most at its beginning."""

    def __init__(self, folder: Path, skill: str, body: Body, reference: Reference) -> None:
        self.folder = folder
        self._skill = skill
        self._body = body
        self._reference = reference
        self._next = 1
        self._last = -1
        self._spare_strips = Forgiving(f"{folder}: the stages' picture strips")

    def published(self, iteration: int) -> None:
        """Count everything up to ``iteration`` as published already."""
        while self._next <= iteration:
            self._next = math.ceil(self._next * _GROWTH)

    def consider(self, policy: Policy, iteration: int, samples: int, attempts: int, seconds: float) -> Path | None:
        """Publish if the next rung is reached."""
        if iteration < self._next:
            return None
        self.published(iteration)
        return self.publish(policy, iteration, samples, attempts, seconds)

    def publish(self, policy: Policy, iteration: int, samples: int, attempts: int, seconds: float) -> Path | None:
        """Write a stage that a running game picks up, and a strip of it; nothing if this iteration is out already.

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
        with self._spare_strips:
            save_strip(path.with_suffix(".png"), info, policy, self._body, self._reference)
        return path

    def _judge(self, policy: Policy) -> dict[str, float]:
        if self._skill not in SKILLS:
            return {}  # a clip from elsewhere: nobody knows what counts
        rule = criterion(self._reference)
        record = perform(policy, self._body, self._reference, rule, _ATTEMPTS, rule.seconds, seed=0)
        return judge(record, self._body, rule).figures()
