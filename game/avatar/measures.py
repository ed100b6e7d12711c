"""What a person says of their body, checked before anything is loaded."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import dataclass

from models.errors import InputError

SEXES = {"male": 0.0, "female": 1.0}


@dataclass(frozen=True)
class Measures:
    """height in m, barefoot; mass in kg; sex: 0 male … 1 female; age in years.

    muscle: 0 … 1 of what a body can carry; None: little on a slight body, much on any other.

    Raises:
        InputError: no grown person is like that.
    """

    height: float
    mass: float
    sex: float = 0.0
    age: float = 25.0
    muscle: float | None = None

    def __post_init__(self) -> None:
        for name, value, unit, (low, high) in (
            ("height", self.height, "in m", (1.2, 2.2)),
            ("mass", self.mass, "in kg", (25.0, 200.0)),
            ("age", self.age, "in years", (16.0, 90.0)),
            ("sex", self.sex, "as male, female or a number", (0.0, 1.0)),
            ("muscle", 0.5 if self.muscle is None else self.muscle, "as a number", (0.0, 1.0)),
        ):
            if not low <= value <= high:
                raise InputError(f"--{name} {value:g}: nobody is like that; give {name} {unit}, {low:g} to {high:g}")


def sex_of(text: str) -> float:
    """0 … 1 of "male", "female", or a number between them.

    Raises:
        ArgumentTypeError: it is none of these.
    """
    try:
        return SEXES[text] if text in SEXES else float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text}: give male, female, or a number from 0 (male) to 1 (female)") from error
