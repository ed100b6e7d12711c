"""Props as a take tells of them: names and kinds in its header, poses in every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.props import Prop, kind_named

MOST = 1000  # props in a take; more is damage


def tell(props: Sequence[Prop]) -> dict[str, Any]:
    """What a header's settings "props" hold."""
    return {"names": [prop.name for prop in props], "kinds": [prop.kind.name for prop in props]}


def told(facts: dict[str, Any]) -> tuple[Prop, ...]:
    """The props that a header tells of, standing at the origin: where they are, the steps tell.

    Raises:
        ValueError: these facts are none. InputError: the catalogue has no such prop.
    """
    names, kinds = facts.get("names", []), facts.get("kinds", [])
    texts = isinstance(names, list) and isinstance(kinds, list) and all(isinstance(t, str) for t in (*names, *kinds))
    if not texts or len(names) != len(kinds) or len(names) > MOST:
        raise ValueError("its props are no lists of names and kinds")
    return tuple(Prop(name, kind_named(kind), (0.0, 0.0, 0.0)) for name, kind in zip(names, kinds, strict=True))
