"""Finding places on disk and reading them: a folder with `environment.toml` and its pictures is one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from game.environment import geometry
from game.environment.description import (
    FILLS,
    SKY,
    Environment,
    Light,
    Mark,
    Operator,
    Panorama,
    Projector,
    Surface,
)
from game.environment.mesh_file import load_mesh, mesh_surface
from game.environment.optics import Camera, to_pixels, vec3
from game.environment.panorama import ambient_of
from game.environment.projector_table import check_panorama, read_projector
from game.props.table import check_names, read_props
from game.table import Table, read_table

FILE_NAME = "environment.toml"
SCHEMA, VERSION = "backflip.environment", 1
MOST = 8  # projectors of one surface: a shader for more takes software renderers minutes to compile

_MODES = ("blend", "hard")


def find_environments(folder: Path) -> list[Path]:
    """Folders of places directly inside ``folder``, in the order of their names."""
    return sorted(path.parent for path in folder.glob(f"*/{FILE_NAME}"))


def load_environment(folder: Path) -> Environment:
    """Read the place in ``folder``.

    Raises:
        InputError: a file is missing or says something that cannot be; the sentence names the file and the mend.
    """
    root = read_table(folder / FILE_NAME, SCHEMA, VERSION)
    projectors = tuple(read_projector(table, folder) for table in root.tables("projector"))
    _distinct(root, "projector", [projector.name for projector in projectors])
    tables = root.tables("geometry")
    panorama = _panorama(root.table("panorama"), folder) if "panorama" in root else None
    fallback = root.vec3("fallback", (0.5, 0.5, 0.5), 0.0, 1.0)
    rest = Surface("", "", (), None, "material" if panorama is None else "panorama", fallback)
    surfaces = tuple(_surface(table, projectors, rest, folder) for table in tables)
    _distinct(root, "geometry", [SKY, *(surface.name for surface in surfaces)])
    _check_projectors(root, projectors, surfaces)
    props, photographed = read_props(root)
    check_names(root, props, [surface.name for surface in surfaces])
    environment = Environment(
        name=root.text("name"),
        folder=folder,
        projectors=projectors,
        surfaces=surfaces,
        panorama=panorama,
        light=_light(root.table("light"), panorama),
        mark=_mark(root.table("mark"), surfaces),
        operators=tuple(_operator(table) for table in root.tables("operator")),
        ambience=root.text("ambience"),
        footsteps=root.text("footsteps"),
        fallback=fallback,
        hard=_mode(root) == "hard",
        props=props,
        photographed=photographed,
    )
    root.done()
    return environment


def _distinct(root: Table, what: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise root.fail(f"two entries of {what} are called '{twice}'; give one of them another name")


def _mode(root: Table) -> str:
    mode = root.text("mode", _MODES[0])
    if mode not in _MODES:
        raise root.fail(f"'mode' is '{mode}'; use {' or '.join(_MODES)}")
    return mode


def _surface(table: Table, projectors: Sequence[Projector], rest: Surface, folder: Path) -> Surface:
    """The geometry of one table; what it does not say about its fill is as in ``rest``."""
    fill = table.text("fill", rest.fill)
    if fill not in FILLS or (fill == "panorama" and rest.fill != "panorama"):
        raise table.fail(f"'fill' is '{fill}'; use nearest, material or, if there is a [panorama], panorama")
    material = table.vec3("material", rest.material, 0.0, 1.0)
    return replace(_shape(table, projectors, folder), fill=fill, material=material)


def _shape(table: Table, projectors: Sequence[Projector], folder: Path) -> Surface:
    kind, name, collide = table.text("kind"), table.text("name"), table.flag("collide", False)
    if kind == "ground":
        surface = geometry.ground(
            name, table.vec3("position"), table.vec2("size", low=0.01), table.number("heading", 0.0), collide
        )
    elif kind == "wall":
        span = table.vec2("span")
        if span[1] <= span[0]:
            raise table.fail(f"'span' is {list(span)}; write bottom and top in m, top above bottom")
        start, end = table.vec2("start"), table.vec2("end")
        if math.dist(start, end) < 0.01:
            raise table.fail("'start' and 'end' are the same point; move one of them")
        surface = geometry.wall(name, start, end, span, collide)
    elif kind == "box":
        size = table.vec3("size", low=0.01)
        surface = geometry.box(name, table.vec3("position"), size, table.number("heading", 0.0), collide)
    elif kind == "card":
        surface = _card(table, name, collide, projectors)
    elif kind == "mesh":
        mesh = load_mesh(folder / table.text("file"))
        surface = mesh_surface(name, mesh, table.vec3("position"), table.number("heading", 0.0), collide)
    else:
        raise table.fail(f"'kind' is '{kind}'; use ground, wall, box, card or mesh")
    table.done()
    return surface


def _card(table: Table, name: str, collide: bool, projectors: Sequence[Projector]) -> Surface:
    position, heading = table.vec3("position"), table.number("heading", 0.0)
    if "outline" not in table:
        return geometry.card(name, position, table.vec2("size", low=0.01), heading, collide)
    by = table.text("traced_from")
    projector = next((projector for projector in projectors if projector.name == by), None)
    if projector is None or not isinstance(projector.camera, Camera):
        raise table.fail(f"there is no projector '{by}' to trace from; name a perspective one that this file has")
    outline = np.array(table.rows("outline", 2))
    if len(outline) < 3:
        raise table.fail("'outline' has fewer than three points; add points")
    depth = table.number("depth", 0.0, 0.0)
    surface = geometry.traced_card(name, projector.camera, outline, position, heading, depth, collide)
    if surface is None:
        raise table.fail("the outline does not meet the card's plane; move 'position' before the projector or turn it")
    try:
        geometry.triangulate(surface.faces[0])
    except ValueError as error:
        raise table.fail(f"{error}; put its points in order around the shape") from error
    return surface


def _check_projectors(root: Table, projectors: Sequence[Projector], surfaces: Sequence[Surface]) -> None:
    names = {SKY, *(surface.name for surface in surfaces)}
    for projector in projectors:
        lost = sorted((projector.only or frozenset()) - names)
        if lost:
            raise root.fail(f"projector '{projector.name}' paints only '{lost[0]}', which is no geometry; correct it")
    for surface in (*surfaces, Surface(SKY, "", (), None)):
        painting = sum(projector.paints(surface.name) for projector in projectors)
        if painting > MOST:
            raise root.fail(
                f"{painting} projectors paint '{surface.name}', more than {MOST} at once; "
                "name in 'only' what each of them is there for"
            )
    for surface in surfaces:
        points = np.array([corner for face in surface.faces for corner in face])
        if all(
            isinstance(projector.camera, Camera) and np.all(np.isnan(to_pixels(projector.camera, points)))
            for projector in projectors
        ):
            raise root.fail(f"geometry '{surface.name}' lies behind every projector; move it or turn a projector")


def _panorama(table: Table, folder: Path) -> Panorama:
    panorama = Panorama(
        check_panorama(folder / table.text("image")),
        table.vec3("position"),
        table.number("heading", 0.0),
        table.vec3("gain", (1.0, 1.0, 1.0), 0.0),
    )
    table.done()
    return panorama


def _light(table: Table, panorama: Panorama | None) -> Light:
    direction = np.array(table.vec3("direction"))
    length = float(np.linalg.norm(direction))
    if length == 0.0 or direction[2] >= 0.0:
        raise table.fail("'direction' does not point down; write where the light shines to, with a negative z")
    light = Light(
        direction=vec3(direction / length),
        colour=table.vec3("colour", low=0.0, high=4.0),
        ambient=table.vec3("ambient", None if panorama is None else ambient_of(panorama), 0.0, 4.0),
        shadow=table.number("shadow", 0.5, 0.0, 1.0),
        softness=table.number("softness", 0.1, 0.0, 1.0),
    )
    table.done()
    return light


def _mark(table: Table, surfaces: Sequence[Surface]) -> Mark:
    mark = Mark(table.vec3("position"), table.number("heading", 0.0))
    table.done()
    point = np.array(mark.position)
    grounds = [surface.faces[0] for surface in surfaces if surface.kind == "ground"]
    if point[2] != 0.0 or not any(geometry.lies_on(face, point) for face in grounds):
        raise table.fail("the mark is not on a ground at height 0; put a ground with z = 0 below it and write z = 0")
    return mark


def _operator(table: Table) -> Operator:
    operator = Operator(table.text("name"), table.vec3("position"), table.vec3("hpr"))
    table.done()
    return operator
