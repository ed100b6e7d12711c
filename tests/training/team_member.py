"""One machine of a team, as torchrun starts it: a small run, and what it came to as ``result.json`` in its folder.

    torchrun … -m tests.training.team_member FOLDER … [--samples N …] [--dies]

The n-th process on a node keeps the n-th FOLDER, whatever rank it is given. --dies: the process whose folder is the
last kills itself in the second iteration, once in its life.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

from torch import nn

from models.assets import find_clip
from models.body import load_humanoid
from tests.training.test_learn import SMALL
from training.commands import _learn
from training.crew import Crew
from training.learn import Learner
from training.team import Team, digest


class Mortal(Learner):
    """Kills itself in its second iteration, if it has not done so before."""

    def _iterate(self, crew: Crew) -> dict[str, float]:
        grave = self.folder / "died"
        if self.progress.iteration == 1 and not grave.exists():
            grave.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._iterate(crew)


def fingerprint(network: nn.Module) -> int:
    return digest(b"".join(tensor.numpy().tobytes() for tensor in network.state_dict().values()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--samples", nargs="+", type=int, default=[SMALL.samples], help="of each process, or of all")
    parser.add_argument("--dies", action="store_true")
    arguments = parser.parse_args()
    place = int(os.environ["LOCAL_RANK"])
    folder, last = arguments.folders[place], place == len(arguments.folders) - 1
    samples = arguments.samples[min(place, len(arguments.samples) - 1)]
    settings = replace(SMALL, samples=samples, workers=1, learner_threads=1)
    kind = Mortal if arguments.dies and last else Learner
    with Team() as team:
        learner = kind(find_clip("backflip", load_humanoid()), folder, settings, team)
        _learn(
            argparse.Namespace(skill="backflip", samples=samples, resume=False, film=False, control="residual"), learner
        )
    result = vars(learner.progress) | {
        "rank": team.rank,
        "sent": team.sent,
        "policy": fingerprint(learner.policy),
        "critic": fingerprint(learner.critic),
        "failure": learner.curriculum.failure.tolist(),
        "learning_rate": learner.ppo.learning_rate,
    }
    (folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
