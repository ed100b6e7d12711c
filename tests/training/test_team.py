"""A team as real processes under the real torchrun; killed for real."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import socket
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.errors import InputError
from models.motion import Clip
from models.stage import list_stages
from tests.training import team_gradient
from tests.training.test_learn import SMALL
from tests.training.torchrun import HERE, PROMISED, agree, finish, results, start
from training import checkpoint
from training.progress import read_columns
from training.rehearsal_file import load_rehearsal, save_rehearsal
from training.run_file import SCHEMA, VERSION
from training.team import Team, digest


def test_alone_nothing_is_sent_and_nothing_changes() -> None:
    with Team() as team:
        tensor = torch.arange(3.0)
        team.average([tensor])
        assert tensor.tolist() == [0.0, 1.0, 2.0]
        assert team.total(tensor.numpy()).tolist() == [0.0, 1.0, 2.0]
        assert team.gather([7, 8]).tolist() == [[7, 8]]
        assert team.share(b"what", 0) == b"what"
    assert (team.rank, team.size, team.first, team.supervised, team.sent) == (0, 1, True, False, 0)


def test_a_digest_tells_data_apart_and_fits_a_number_that_is_sent() -> None:
    assert digest(b"one") == digest(b"one") != digest(b"other")
    assert 0 <= digest(b"one") < 2**56


def deserted(rank: int, port: int, connection: Connection) -> None:
    """One of two machines, of which the second leaves without a word; sends what the first is told."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    os.environ.update(RANK=str(rank), WORLD_SIZE="2")
    with Team() as team:
        assert team.total(np.array([1.0, float(rank)])).tolist() == [2.0, 1.0]
        if rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            team.total(np.ones(1))
        except InputError as error:
            connection.send(str(error))


@pytest.mark.slow
def test_who_is_left_alone_says_so() -> None:
    context = multiprocessing.get_context("spawn")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ours, theirs = context.Pipe(duplex=False)
    processes = [context.Process(target=deserted, args=(rank, port, theirs), daemon=True) for rank in range(2)]
    for process in processes:
        process.start()
    theirs.close()
    said = ours.recv()
    for process in processes:
        process.join()
    assert said.startswith("another machine of the team is gone (")
    assert "give the same command again" in said


@pytest.mark.slow
def test_averaged_gradients_are_those_of_the_joint_batch(tmp_path: Path) -> None:
    ((code, said),) = finish(start("team_gradient", tmp_path))
    assert code == 0, said
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in (0, 1))
    alone = team_gradient.learner(Team())
    whole = team_gradient.batch(alone)
    alone.update(whole, team_gradient.STD, seed=3)
    joint = team_gradient.gradients(alone)
    assert set(joint) == set(first) - {"learning_rate", "sent"}
    for name, gradient in joint.items():
        assert torch.equal(first[name], second[name]), name
        assert torch.allclose(first[name], gradient, rtol=1e-4, atol=1e-6), name
    assert float(first["learning_rate"]) == float(second["learning_rate"]) == pytest.approx(alone.learning_rate)
    gradient_bytes = sum(gradient.numel() * gradient.element_size() for gradient in joint.values())
    assert int(first["sent"]) == gradient_bytes + 4 * (2 + 1)  # moments of the advantage, and the KL

    half = team_gradient.learner(Team())  # half the batch alone gives others, so that the above says something
    half.update(team_gradient.part(whole, 0), team_gradient.STD, seed=3)
    assert not torch.allclose(
        team_gradient.gradients(half)["actor.2.weight"], first["actor.2.weight"], rtol=1e-2, atol=1e-3
    )


EACH = 2 * replace(SMALL, workers=1).iteration_samples  # what the team collects in an iteration


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of two machines that have learned together, undisturbed."""
    folder = tmp_path_factory.mktemp("team")
    ((code, said),) = finish(start("team_member", folder / "one", folder / "other"))
    assert code == 0, said
    return folder / "one", folder / "other"


def kept_iteration(folder: Path) -> int:
    header, _ = checkpoint.read(folder / "checkpoint.safetensors", SCHEMA, VERSION)
    return int(json.loads(header["progress"])["iteration"])


@pytest.mark.slow
def test_two_machines_learn_one_policy(learned: tuple[Path, Path]) -> None:
    first, second = results(*learned)
    agree(first, second)
    assert kept_iteration(learned[0]) == kept_iteration(learned[1]) == first["iteration"] >= 3
    assert first["samples"] - EACH < SMALL.samples <= first["samples"]
    rows = read_columns(learned[0] / "progress.csv", ("iteration", "samples"))
    assert rows["iteration"] == list(range(1, first["iteration"] + 1))
    assert set(np.diff(rows["samples"])) == {EACH}
    assert first["sent"] == first["iteration"] * PROMISED
    assert list_stages(learned[0] / "stages")
    assert not (learned[1] / "stages").exists()


def test_a_torchrun_that_could_replace_nobody_is_refused(tmp_path: Path) -> None:
    options = [*HERE, "--max-restarts", "1"]
    ((code, said),) = finish(start("team_member", tmp_path / "a", tmp_path / "b", options=options, share_store=True))
    assert code != 0
    assert "set TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 before it" in said


@pytest.mark.slow
def test_a_machine_that_dies_is_replaced_and_learning_goes_on_from_the_checkpoint(
    learned: tuple[Path, Path], tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    ((code, said),) = finish(start("team_member", one, other, "--dies", options=[*HERE, "--max-restarts", "1"]))
    assert code == 0, said
    assert (other / "died").exists()
    first, second = results(one, other)
    agree(first, second)
    assert first["sent"] == (first["iteration"] - 1) * PROMISED  # the second start went on from the first iteration
    assert first["policy"] == results(*learned)[0]["policy"]  # as if nobody had died


@pytest.mark.slow
def test_a_new_machine_takes_the_place_of_one_that_is_lost_even_of_the_first(
    learned: tuple[Path, Path], tmp_path: Path
) -> None:
    new, other = tmp_path / "new", shutil.copytree(learned[1], tmp_path / "other")
    before = results(*learned)[0]
    ((code, said),) = finish(start("team_member", new, other, "--samples", str(before["samples"] + 1)))
    assert code == 0, said
    first, second = results(new, other)
    agree(first, second)
    assert (first["iteration"], first["samples"]) == (before["iteration"] + 1, before["samples"] + EACH)
    assert (new / "rehearsal.safetensors").read_bytes() == (other / "rehearsal.safetensors").read_bytes()
    assert kept_iteration(new) == first["iteration"]


@pytest.mark.slow
def test_machines_that_would_not_learn_the_same_are_refused(
    learned: tuple[Path, Path], tmp_path: Path, clip: Clip
) -> None:
    ((code, said),) = finish(start("team_member", tmp_path / "a", tmp_path / "b", "--samples", "3000", "4000"))
    assert code != 0
    assert "the machines of the team were given different options" in said
    one, other = (shutil.copytree(folder, tmp_path / folder.name) for folder in learned)
    path = other / "rehearsal.safetensors"
    found = load_rehearsal(path, clip)
    save_rehearsal(path, replace(found, action=found.action + 0.1))
    ((code, said),) = finish(start("team_member", one, other, "--samples", "9000"))
    assert code != 0
    assert "the machines of the team keep different runs" in said
    assert kept_iteration(one) == kept_iteration(other) == results(*learned)[0]["iteration"]
