"""Props in a place's file: one `[[prop]]` table each, in Panda's axes as all that the file says."""

from __future__ import annotations

import math

import numpy as np

from game.table import Table
from models.coords import panda_to_bullet
from models.props import CATALOGUE, Prop, kind_named

KEY = "prop"


def read_props(root: Table) -> tuple[tuple[Prop, ...], frozenset[str]]:
    """The props of a place, and the names of those that its photographs are projected on.

    Raises:
        InputError: a table says something that cannot be.
    """
    tables = root.tables(KEY) if KEY in root else []
    read = [_prop(table) for table in tables]
    return tuple(prop for prop, _ in read), frozenset(prop.name for prop, photographed in read if photographed)


def _prop(table: Table) -> tuple[Prop, bool]:
    kind = table.text("kind")
    if kind not in CATALOGUE:
        raise table.fail(f"'kind' is '{kind}'; use one of {', '.join(CATALOGUE)}")
    name = table.text("name", kind)
    x, y, z = panda_to_bullet(np.array(table.vec3("position"))).tolist()
    yaw = math.radians(table.number("heading", 0.0))
    photographed = table.flag("photographed", False)
    table.done()
    return Prop(name, kind_named(kind), (x, y, z), yaw), photographed


def check_names(root: Table, props: tuple[Prop, ...], others: list[str]) -> None:
    """Contacts tell what was hit by its name, so no two things may share one.

    Raises:
        InputError: two do.
    """
    names = [*others, "ground", *(prop.name for prop in props)]
    twice = next((prop.name for prop in props if names.count(prop.name) > 1), None)
    if twice is not None:
        raise root.fail(f"the prop '{twice}' has the name of something else; give it another name")
