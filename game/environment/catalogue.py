"""Finding places on disk and reading them: a folder with `environment.toml` and its pictures is one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from game.environment import geometry
from game.environment.description import SKY, Environment, Light, Mark, Operator, Panorama, Projector, Surface
from game.environment.optics import Camera, Vec3, axes_of, to_pixels, vec3
from game.environment.pictures import picture_size
from game.table import Table, read_table
from models.errors import InputError

FILE_NAME = "environment.toml"
SCHEMA, VERSION = "backflip.environment", 1

_PANORAMAS = (".hdr", ".exr", ".jpg", ".jpeg", ".png")
_RIGID = 1e-3  # how far a matrix may be off a pure rotation


def find_environments(folder: Path) -> list[Path]:
    """Folders of places directly inside ``folder``, in the order of their names."""
    return sorted(path.parent for path in folder.glob(f"*/{FILE_NAME}"))


def load_environment(folder: Path) -> Environment:
    """Read the place in ``folder``.

    Raises:
        InputError: a file is missing or says something that cannot be; the sentence names the file and the mend.
    """
    root = read_table(folder / FILE_NAME, SCHEMA, VERSION)
    projectors = tuple(_projector(table, folder) for table in root.tables("projector"))
    _distinct(root, "projector", [projector.name for projector in projectors])
    tables = root.tables("geometry")
    surfaces = tuple(_surface(table, projectors) for table in tables)
    _distinct(root, "geometry", [SKY, *(surface.name for surface in surfaces)])
    _check_projectors(root, projectors, surfaces)
    environment = Environment(
        name=root.text("name"),
        folder=folder,
        projectors=projectors,
        surfaces=surfaces,
        panorama=_panorama(root.table("panorama"), folder) if "panorama" in root else None,
        light=_light(root.table("light")),
        mark=_mark(root.table("mark"), surfaces),
        operators=tuple(_operator(table) for table in root.tables("operator")),
        ambience=root.text("ambience"),
        footsteps=root.text("footsteps"),
        fallback=root.vec3("fallback", (0.5, 0.5, 0.5), 0.0, 1.0),
    )
    root.done()
    return environment


def _distinct(root: Table, what: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise root.fail(f"two entries of {what} are called '{twice}'; give one of them another name")


def _projector(table: Table, folder: Path) -> Projector:
    image = folder / table.text("image")
    projector = Projector(
        name=table.text("name"),
        image=image,
        camera=_camera(table, picture_size(image)),
        priority=table.number("priority", 0.0),
        facing_power=table.number("facing_power", 1.0, 0.0, 16.0),
        border=table.number("border", 16.0, 0.0),
        spill=table.number("spill", 0.0, 0.0, 1.0),
        only=frozenset(table.texts("only")) if "only" in table else None,
    )
    table.done()
    return projector


def _camera(table: Table, size: tuple[int, int]) -> Camera:
    position, axes = _placement(table)
    focal = _focal(table, size[0])
    if focal <= 0.0:
        raise table.fail("the focal length is zero; give one above 0")
    near, far = table.number("near", 0.1, 0.001), table.number("far", 1000.0)
    if far <= near:
        raise table.fail(f"'far' is {far:g}; make it larger than near, {near:g}")
    middle = (0.5 * size[0], 0.5 * size[1])
    return Camera(position, axes, focal, size, table.vec2("principal_point", middle), near, far)


def _placement(table: Table) -> tuple[Vec3, tuple[Vec3, Vec3, Vec3]]:
    if "matrix" not in table:
        return table.vec3("position"), axes_of(*table.vec3("hpr"))
    # Camera to world as match-moving tools write it: columns are right, up, back and position.
    matrix = np.array(table.rows("matrix", 4))
    if matrix.shape != (4, 4):
        raise table.fail("'matrix' has other than four rows; write the camera-to-world matrix, 4 rows of 4 numbers")
    turn = matrix[:3, :3]
    rigid = np.allclose(turn @ turn.T, np.eye(3), atol=_RIGID) and np.linalg.det(turn) > 0.0
    if not rigid or not np.allclose(matrix[3], (0.0, 0.0, 0.0, 1.0), atol=_RIGID):
        raise table.fail("'matrix' is singular or skewed; write a pure rotation and position with last row 0 0 0 1")
    return vec3(matrix[:3, 3]), (vec3(turn[:, 0]), vec3(-turn[:, 2]), vec3(turn[:, 1]))


def _focal(table: Table, width: int) -> float:
    ways = [key for key in ("focal_px", "focal_mm", "hfov") if key in table]
    if len(ways) != 1:
        raise table.fail("the lens is not given, or twice; give one of focal_px, hfov, or focal_mm with film_mm")
    if ways == ["focal_px"]:
        return table.number("focal_px", low=0.0)
    if ways == ["focal_mm"]:
        return table.number("focal_mm", low=0.0) * width / table.number("film_mm", low=1.0)
    return 0.5 * width / math.tan(math.radians(0.5 * table.number("hfov", low=1.0, high=170.0)))


def _surface(table: Table, projectors: Sequence[Projector]) -> Surface:
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
    else:
        raise table.fail(f"'kind' is '{kind}'; use ground, wall, box or card")
    table.done()
    return surface


def _card(table: Table, name: str, collide: bool, projectors: Sequence[Projector]) -> Surface:
    position, heading = table.vec3("position"), table.number("heading", 0.0)
    if "outline" not in table:
        return geometry.card(name, position, table.vec2("size", low=0.01), heading, collide)
    by = table.text("traced_from")
    projector = next((projector for projector in projectors if projector.name == by), None)
    if projector is None:
        raise table.fail(f"there is no projector '{by}' to trace from; name one that this file has")
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
    for surface in surfaces:
        points = np.array([corner for face in surface.faces for corner in face])
        if all(np.all(np.isnan(to_pixels(projector.camera, points))) for projector in projectors):
            raise root.fail(f"geometry '{surface.name}' lies behind every projector; move it or turn a projector")


def _panorama(table: Table, folder: Path) -> Panorama:
    image = folder / table.text("image")
    if not image.is_file():
        raise InputError(f"{image}: this panorama is missing; put it there or correct its name")
    if image.suffix.lower() not in _PANORAMAS:
        raise InputError(f"{image}: no panorama that can be read; save it as one of {', '.join(_PANORAMAS)}")
    panorama = Panorama(
        image, table.vec3("position"), table.number("heading", 0.0), table.vec3("gain", (1.0, 1.0, 1.0), 0.0)
    )
    table.done()
    return panorama


def _light(table: Table) -> Light:
    direction = np.array(table.vec3("direction"))
    length = float(np.linalg.norm(direction))
    if length == 0.0 or direction[2] >= 0.0:
        raise table.fail("'direction' does not point down; write where the light shines to, with a negative z")
    light = Light(
        direction=vec3(direction / length),
        colour=table.vec3("colour", low=0.0, high=4.0),
        ambient=table.vec3("ambient", low=0.0, high=4.0),
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
