"""The stages that ship: whole, judged, and as good or bad as they say."""

from __future__ import annotations

import numpy as np
import pytest

from models.assets import ladder_folder
from models.body import Body
from models.reference import Reference
from models.stage import list_stages, load_stage
from training.criteria import criterion
from training.judge import judge, perform

PATHS = list_stages(ladder_folder("backflip"))


def test_the_ladder_goes_from_nothing_learned_to_millions(body: Body) -> None:
    infos = [load_stage(path, body).info for path in PATHS]
    samples = [info.samples for info in infos]
    assert len(infos) >= 6
    assert samples[0] == 0
    assert samples[-1] > 5_000_000
    assert samples == sorted(samples)
    assert all(info.skill == "backflip" and info.judged["attempts"] == 64 for info in infos)
    assert all(info.versions["torch"].startswith("2.13.0") for info in infos)


def test_it_learned_to_turn_over_in_the_air(body: Body) -> None:
    degrees = [load_stage(path, body).info.judged["flight_degrees"] for path in PATHS]
    assert degrees[-1] > degrees[0] + 90.0


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_judging_again_finds_the_figures_that_a_stage_carries(path: object, body: Body, reference: Reference) -> None:
    stage = load_stage(path, body)  # type: ignore[arg-type]
    told = stage.info.judged
    rule = criterion(reference)
    record = perform(stage.policy, body, reference, rule, 64, told["seconds"], int(told["seed"]))
    found = judge(record, body, rule).figures()
    # Another processor rounds otherwise, and a fall is a fall by a hair: what is compared is the share, not the bits.
    assert told["success_low"] - 0.05 <= found["success"] <= told["success_high"] + 0.05
    assert np.isclose(found["flight_degrees"], told["flight_degrees"], atol=20.0)
