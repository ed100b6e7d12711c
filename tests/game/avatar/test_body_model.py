"""The body model, where it is installed: measures asked for are measures got, and the parts' masses add up.

It reads for minutes when it first starts, hence slow.
"""

from __future__ import annotations

import pytest

from game.avatar.body_model import DEFAULT, BodyModel
from game.avatar.measures import Measures
from game.avatar.measuring import physique_of
from game.avatar.person import Person
from models.errors import InputError

pytest.importorskip("anny")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> BodyModel:
    return BodyModel()


@pytest.mark.parametrize(("height", "mass"), [(1.78, 72.0), (1.6, 52.0), (1.95, 105.0)])
def test_measures_asked_are_measures_got(model: BodyModel, person: Person, height: float, mass: float) -> None:
    figure, default = model.figure(model.fit(Measures(height, mass))), model.figure(DEFAULT)
    assert figure.height == pytest.approx(height, abs=0.003)
    assert figure.mass == pytest.approx(mass, rel=0.003)
    physique = physique_of(figure, default, person.bones, 0.9009)
    single = sum(physique.parts[name].mass for name in ("root", "chest", "neck"))
    total = 2.0 * sum(part.mass for part in physique.parts.values()) - single
    assert total == pytest.approx(mass, rel=0.003)
    for name, part in physique.parts.items():
        assert part.length == pytest.approx(height / 1.78 / 0.9009, rel=0.15), name
        assert all(moment > 0.0 for moment in part.inertia)


def test_a_body_that_it_cannot_make(model: BodyModel) -> None:
    with pytest.raises(InputError, match="makes nobody like that, the nearest is"):
        model.fit(Measures(1.2, 190.0))
