"""How much projection costs: a frame of a place as it ships beside the same scene with plain textures, in one run.

Everything else is the same in both: geometry, a body that moves, a prop that moves, both with their shadows. All take
turns in every round, and ratios are taken within a round.
"""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import NodePath, SamplerState
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from game.camera.lens import Lens
from game.camera.pose import CameraPose
from game.environment.bake import fill_gaps
from game.environment.geometry import box
from game.environment.mesh import draw_faces
from game.environment.place import Piece, Place
from game.environment.shader import Painting
from game.environment.textures import is_software, to_texture
from game.finding import find_environment, person_folder
from game.performance import BodyPose
from game.scene import Scene
from game.window import open_base
from models.assets import SHIPPED_SKILL, find_clip
from models.body import load_humanoid
from models.coords import hpr_to_wxyz
from models.reference import TICKS_PER_CONTROL, tabulate

SIZE = (960, 519)
AIMS = {2: 1.6, 4: 2.5}  # by the number of projectors
_PLACES = ("apartment", "park")
_TEXTURE = 1024  # texels of the plain texture's side
_SKIN = "default"


@dataclass(frozen=True)
class BenchSettings:
    """frames: measured in each round for each way of painting, after one that is not."""

    rounds: int = 7
    frames: int = 12


@dataclass(frozen=True)
class Cost:
    """A place in one way of painting and the other, medians over the rounds.

    plain_ms, projected_ms: of the processors where they draw the picture themselves, else of the clock. fps: pictures a
    second by the clock, whatever else the machine does.
    """

    place: str
    projectors: int
    plain_ms: float
    projected_ms: float
    ratio: float
    plain_fps: float
    projected_fps: float


def picture(arguments: Namespace, settings: BenchSettings = BenchSettings()) -> int:
    """`backflip bench picture`."""
    base = open_base(SIZE, offscreen=True)
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("drawing", total=len(_PLACES) * settings.rounds)
        costs = [measure(base, name, settings, lambda: bar.advance(task)) for name in _PLACES]
    renderer = base.win.getGsg().getDriverRenderer()
    if arguments.json:
        print(json.dumps({"size": SIZE, "renderer": renderer, "places": [asdict(cost) for cost in costs]}))
    else:
        Console().print(table(costs, renderer, is_software(base)))
    return 0


def table(costs: list[Cost], renderer: str, software: bool) -> Table:
    """The figures, with what they aim at."""
    heads = ("place", "projec-\ntors", "plain\nms", "projected\nms", "ratio", "aim", "plain\nfps", "projected\nfps")
    rows = Table(*heads)
    for cost in costs:
        rows.add_row(
            cost.place,
            str(cost.projectors),
            f"{cost.plain_ms:.1f}",
            f"{cost.projected_ms:.1f}",
            f"{cost.ratio:.2f}",
            f"≤ {AIMS[cost.projectors]}",
            f"{cost.plain_fps:.1f}",
            f"{cost.projected_fps:.1f}",
        )
    clock = "milliseconds of processor time, all threads" if software else "milliseconds"
    rows.caption = f"{SIZE[0]} x {SIZE[1]}, {renderer}; {clock}; body, prop and shadows in both"
    return rows


def measure(base: ShowBase, name: str, settings: BenchSettings, done: Callable[[], None]) -> Cost:
    """Draw the shipped place ``name`` in both ways in turn; ``done`` is called after each round."""
    stage = Stage(base, name)
    clock = time.process_time if is_software(base) else time.perf_counter
    spent: list[tuple[float, float]] = []
    walls: list[tuple[float, float]] = []
    for _ in range(settings.rounds):
        pairs = [stage.draw(paint, settings.frames, clock) for paint in (stage.plain, stage.projected)]
        spent.append((pairs[0][0], pairs[1][0]))
        walls.append((pairs[0][1], pairs[1][1]))
        done()
    stage.close()
    (plain, projected), (plain_wall, projected_wall) = np.median(spent, axis=0), np.median(walls, axis=0)
    return Cost(
        name,
        len(stage.place.environment.projectors),
        1e3 * float(plain),
        1e3 * float(projected),
        float(np.median([b / a for a, b in spent])),
        1.0 / float(plain_wall),
        1.0 / float(projected_wall),
    )


class Stage:
    """A shipped place with a body that flips and a box that goes round it, seen from the operator's first mark."""

    def __init__(self, base: ShowBase, name: str) -> None:
        environment = find_environment(name)
        body = load_humanoid()
        self._base = base
        self._scene = Scene(base, environment, person_folder(_SKIN), body, capsules=False)
        self.place: Place = self._scene.place
        reference = tabulate(find_clip(SHIPPED_SKILL, body), body)
        poses = reference.at(np.arange(0, reference.ticks, TICKS_PER_CONTROL)).pose
        self._poses = [BodyPose(*parts) for parts in zip(poses.root_pos, poses.root_rot, poses.joint_rot, strict=True)]
        self._prop: NodePath = base.render.attachNewNode(
            draw_faces("prop", box("prop", (0.0, 0.0, 0.0), (0.4, 0.4, 0.4), 0.0, False).faces)
        )
        self.place.cast_from(self._prop)
        operator = environment.operators[0]
        self._camera = CameraPose(np.array(operator.position), hpr_to_wxyz(*operator.hpr))
        texture = to_texture("plain", fill_gaps(self.place.unwrapped(base, self.place.pieces, _TEXTURE)))
        texture.setMinfilter(SamplerState.FT_linear_mipmap_linear)
        self.place.root.setShaderInput("nearest", texture)

    @staticmethod
    def plain(piece: Piece) -> Painting:
        """One texture, already made, and nothing to work out."""
        return replace(piece.painting, projectors=(), fill="nearest")

    @staticmethod
    def projected(piece: Piece) -> Painting:
        """As the place ships."""
        return piece.painting

    def draw(self, paint: Callable[[Piece], Painting], frames: int, clock: Callable[[], float]) -> tuple[float, float]:
        """Seconds a frame, by ``clock`` and by the wall's."""
        self.place.repaint(paint)
        self._frame(0)
        began, wall = clock(), time.perf_counter()
        for frame in range(1, frames + 1):
            self._frame(frame)
        return (clock() - began) / frames, (time.perf_counter() - wall) / frames

    def _frame(self, frame: int) -> None:
        x, y, z = self.place.environment.mark.position
        angle = 0.3 * frame
        self._prop.setPosHpr(x + 0.9 * np.cos(angle), y + 0.9 * np.sin(angle), z + 0.5, 20.0 * frame, 0.0, 0.0)
        self._scene.show(self._poses[frame % len(self._poses)])
        self._scene.aim(self._camera, Lens())
        self._base.graphicsEngine.renderFrame()

    def close(self) -> None:
        """Take everything out of the scene."""
        self._prop.removeNode()
        self._scene.destroy()
