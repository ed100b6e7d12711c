"""Learning stops where a number is no number any more: every step after that would only spread it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from models.errors import InputError


class NotFiniteError(InputError):
    """A term of the update is NaN or infinite; the sentence names it."""


def require_finite(term: str, tensors: Iterable[Tensor]) -> None:
    """Go on only with numbers.

    Raises:
        NotFiniteError: one of ``tensors``, which are the ``term``, is not finite somewhere.
    """
    for tensor in tensors:
        if not bool(torch.isfinite(tensor).all()):
            raise NotFiniteError(f"the {term} is not finite")
