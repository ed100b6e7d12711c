"""One Panda3D for the whole run: the engine allows a single ShowBase in a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from direct.showbase.ShowBase import ShowBase

from game.window import open_base
from models.assets import find_clip
from models.body import Body, load_humanoid
from models.motion import Clip
from models.reference import Reference, tabulate

torch.set_num_threads(1)  # threads beyond the cores only spin

ASSETS = Path(__file__).parent.parent / "assets"


@pytest.fixture(scope="session")
def body() -> Body:
    return load_humanoid()


@pytest.fixture(scope="session")
def clip(body: Body) -> Clip:
    return find_clip("backflip", body)


@pytest.fixture(scope="session")
def reference(clip: Clip, body: Body) -> Reference:
    return tabulate(clip, body)


@pytest.fixture(scope="session")
def shared_base() -> Iterator[ShowBase]:
    base = open_base((960, 519), offscreen=True)
    yield base
    base.destroy()


@pytest.fixture
def base(shared_base: ShowBase) -> Iterator[ShowBase]:
    """An empty scene; what the test hangs into `render` and `render2d` is taken away again."""
    before = set(shared_base.render.children) | set(shared_base.render2d.children)
    yield shared_base
    for node in [*shared_base.render.children, *shared_base.render2d.children]:
        if node not in before:
            node.removeNode()
