"""The verbs of the command line that learn or judge."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from models.assets import find_clip, ladder_folder
from models.body import Body, load_humanoid
from models.borrowing import borrowed, retargeted
from models.errors import InputError
from models.physique import BODY_FILE, load_body
from models.policy import Control
from models.reference import Reference, tabulate
from models.skills import SKILLS
from models.stage import Stage, list_stages, load_info, load_stage, save_stage
from training.criteria import criterion
from training.judge import judge, perform
from training.learn import Learner, LearnSettings
from training.progress import Watch
from training.team import Team


def train(arguments: Namespace) -> int:
    """`backflip train SKILL`."""
    clip = find_clip(arguments.skill, load_humanoid())
    cores = os.cpu_count() or 1
    if arguments.workers > cores:
        print(f"{arguments.workers} workers share {cores} cores; more of them are not faster", file=sys.stderr)
    control = Control(arguments.control)
    run = clip.name if control is Control.RESIDUAL else f"{clip.name}_{control}"
    folder = Path(arguments.out or Path("runs") / run)
    team = Team()
    settings = LearnSettings(arguments.samples, arguments.workers, arguments.bodies, seed=arguments.seed)
    settings = replace(settings, ppo=replace(settings.ppo, target_kl=arguments.target_kl))
    if control is Control.ABSOLUTE:
        settings = settings.absolute()
    learner = Learner(clip, folder, settings, team)
    if learner.kept and not (arguments.resume or team.supervised):
        raise InputError(f"{folder}: a run is kept here; go on with --resume or choose another --out")
    with team:
        return _learn(arguments, learner)


def _learn(arguments: Namespace, learner: Learner) -> int:
    folder, team = learner.folder, learner.team
    if learner.kept or (arguments.resume and team.size == 1):  # of a team, a new machine has none and gets one
        learner.resume()
        done = learner.progress.samples
        if done >= arguments.samples and not team.supervised:
            raise InputError(f"{folder}: has learned from {done:,} samples already; give a larger --samples")
    if not team.first:
        learner.run(lambda progress, figures: None)
        return 0
    with Watch(folder, arguments.samples, arguments.film) as watch:
        learner.run(watch.report, watch.rehearsing)
    again = f"backflip train {arguments.skill} --control {arguments.control} --out {folder} --resume"
    print(f"stages in {learner.ladder.folder}; go on with: {again}")
    return 0


def judge_stage(arguments: Namespace) -> int:
    """`backflip judge STAGE`."""
    if arguments.person and arguments.write:
        raise InputError("--write keeps figures of the body that a stage was learned on; leave it out, or --person")
    stage, body, reference = _performer(Path(arguments.stage), arguments.person)
    rule = criterion(reference)
    if arguments.seconds < rule.seconds:
        raise InputError(
            f"--seconds {arguments.seconds:g}: {stage.info.skill} takes {rule.seconds:.2f} or more to judge"
        )
    torch.set_num_threads(1)  # the network is small: more threads cost more than they bring
    attempts, seconds, seed = arguments.attempts, arguments.seconds, arguments.seed
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"judging {stage.path.name}", total=attempts)

        def progress(done: int) -> None:
            bar.update(task, completed=done)

        record = perform(stage.policy, body, reference, rule, attempts, seconds, seed, progress)
    figures = judge(record, body, rule).figures() | {"seconds": seconds, "seed": seed}
    if arguments.write:
        save_stage(stage.path, replace(stage.info, judged=figures), stage.policy)
    if arguments.json:
        print(json.dumps({"stage": str(stage.path), "samples": stage.info.samples} | figures))
    else:
        table = Table(title=f"{stage.path.name}: {stage.info.samples:,} samples", show_header=False)
        for name, value in figures.items():
            table.add_row(name.replace("_", " "), f"{value:g}")
        Console().print(table)
    return 0


def _performer(path: Path, person: str | None) -> tuple[Stage, Body, Reference]:
    """The stage at ``path``, whose body does it (the humanoid's, or that in a person's folder), and its clip."""
    body = load_humanoid()
    stage = load_stage(path, body)
    if stage.info.skill not in SKILLS:
        known = ", ".join(SKILLS)
        raise InputError(f"{path}: a stage of {stage.info.skill}; the judge knows {known}, give one of those")
    clip = find_clip(stage.info.skill, body)
    if person:
        body = load_body(Path(person) / BODY_FILE)
        stage, clip = borrowed(stage, body), retargeted(clip, body)
    return stage, body, tabulate(clip, body)


def stages(arguments: Namespace) -> int:
    """`backflip stages [LADDER]`: of a skill, or in a folder; without one, what every skill has come to."""
    if arguments.ladder is None:
        title, paths = "the last stage of every skill", [found[-1] for found in map(_shipped, SKILLS) if found]
    else:
        title = arguments.ladder
        paths = _shipped(title) if title in SKILLS else list_stages(Path(title))
    if not paths:
        raise InputError(f"{title}: no stages here; give a skill, or a folder that `backflip train` has published to")
    infos = [(path, load_info(path)) for path in paths]
    if arguments.json:
        told = [{"stage": str(path), "skill": i.skill, "samples": i.samples, "judged": i.judged} for path, i in infos]
        print(json.dumps(told))
        return 0
    table = Table("skill", "iteration", "samples", "tries", "hours", "success", "flips", title=title)
    for _, info in infos:
        judged = [f"{info.judged[name]:.2f}" if name in info.judged else "–" for name in ("success", "flips")]
        learned = (f"{info.iteration}", f"{info.samples:,}", f"{info.attempts:,}", f"{info.hours:.2f}")
        table.add_row(info.skill, *learned, *judged)
    Console().print(table)
    return 0


def _shipped(skill: str) -> list[Path]:
    return list_stages(ladder_folder(skill))
