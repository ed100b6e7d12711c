"""What a camera can be pointed at: the parts of the body, and how far away whatever stands in the line of sight is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from game.avatar.shapes import Shape, read_shapes
from game.environment.description import Surface
from game.environment.geometry import triangulate
from game.performance import BodyPose
from models import rotations
from models.body import Body
from models.coords import bullet_to_panda
from models.rotations import Array

_PARALLEL = 1e-12


@dataclass(frozen=True)
class _Mesh:
    """Triangles ``(T, 3, 3)`` m; wild ``(T,)``: there only for who looks at their front, as walls of a set are."""

    corners: Array
    wild: Array


class Sight:
    """Looks at ``body``, posed by `see`, among ``surfaces``. Without a body, or before `see`, there is no body."""

    def __init__(self, body: Body | None = None, surfaces: Sequence[Surface] = ()) -> None:
        self._body = body
        self._parts = {link.name: index for index, link in enumerate(body.links)} if body else {}
        self._shapes = read_shapes(body) if body else ()
        self._mesh = _mesh(surfaces)
        self._pose: BodyPose | None = None
        self._links: tuple[Array, Array] | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the body's parts."""
        return tuple(self._parts)

    def see(self, pose: BodyPose) -> None:
        """The body stands like this now."""
        self._pose = pose
        self._links = None

    def place_of(self, part: str) -> Array | None:
        """Where the middle of a body part is, ``(3,)`` m in the environment; None: there is no such part."""
        links = self._posed()
        if links is None or self._body is None or part not in self._parts:
            return None
        return bullet_to_panda(self._body.centres(*links)[self._parts[part]])

    def distance(self, eye: Array, ray: Array) -> float | None:
        """Metres from ``eye`` ``(3,)`` along the unit vector ``ray`` ``(3,)`` to whatever is there; None: the sky."""
        hits = _through_triangles(self._mesh, eye, ray)
        links = self._posed()
        if links is not None:
            hits = np.append(hits, _through_shapes(self._shapes, *links, eye, ray))
        return float(hits.min()) if len(hits) else None

    def _posed(self) -> tuple[Array, Array] | None:
        """Link frames, worked out only once a picture and only when somebody asks."""
        if self._links is None and self._pose is not None and self._body is not None:
            pose = self._pose
            self._links = self._body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
        return self._links


def _mesh(surfaces: Sequence[Surface]) -> _Mesh:
    corners, wild = [], []
    for surface in surfaces:
        for face in surface.faces:
            for triple in triangulate(face):
                corners.append([face[index] for index in triple])
                wild.append(surface.kind == "wall")
    return _Mesh(np.array(corners, dtype=np.float64).reshape(-1, 3, 3), np.array(wild, dtype=bool))


def _through_triangles(mesh: _Mesh, eye: Array, ray: Array) -> Array:
    """Distances to all triangles hit (Möller and Trumbore 1997)."""
    first, second = mesh.corners[:, 1] - mesh.corners[:, 0], mesh.corners[:, 2] - mesh.corners[:, 0]
    across = np.cross(ray, second)
    facing = np.sum(first * across, axis=1)  # above 0: the front is seen
    usable = np.where(mesh.wild, facing > _PARALLEL, np.abs(facing) > _PARALLEL)
    scale = 1.0 / np.where(usable, facing, 1.0)
    offset = eye - mesh.corners[:, 0]
    u = np.sum(offset * across, axis=1) * scale
    along = np.cross(offset, first)
    v = along @ ray * scale
    distance = np.sum(second * along, axis=1) * scale
    return np.asarray(distance[usable & (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0) & (distance > 0.0)])


def _through_shapes(shapes: Sequence[Shape], positions: Array, turns: Array, eye: Array, ray: Array) -> Array:
    """Distances to the shapes hit, each taken as a capsule round its longest axis."""
    links = [shape.link for shape in shapes]
    centres = np.array([shape.centre for shape in shapes])
    halves, radii = zip(*(_as_capsule(shape) for shape in shapes), strict=True)
    middles = bullet_to_panda(positions[links] + rotations.rotate(turns[links], centres)) - eye
    local = rotations.rotate(np.array([shape.turn for shape in shapes]), np.array(halves))
    half = bullet_to_panda(rotations.rotate(turns[links], local))
    along = np.clip(_nearest_on_axis(middles, half, ray), -1.0, 1.0)
    points = middles + along[:, None] * half
    reach = points @ ray
    gap = np.sum(points**2, axis=1) - reach**2
    depth = np.array(radii) ** 2 - gap
    distance = reach - np.sqrt(np.maximum(depth, 0.0))
    return np.asarray(distance[(depth >= 0.0) & (distance > 0.0)])


def _nearest_on_axis(middles: Array, half: Array, ray: Array) -> Array:
    """Where, -1 … 1 from end to end, each axis is nearest to the ray; a sphere has no axis and gives 0."""
    across = half - (half @ ray)[:, None] * ray
    size = np.sum(across**2, axis=1)
    return np.asarray(-np.sum(middles * across, axis=1) / np.where(size > _PARALLEL, size, np.inf))


def _as_capsule(shape: Shape) -> tuple[tuple[float, float, float], float]:
    """Half the axis in the shape's frame, and the radius."""
    if shape.kind == "sphere":
        return (0.0, 0.0, 0.0), shape.size[0]
    if shape.kind == "capsule":
        return (0.0, 0.0, 0.5 * shape.size[1]), shape.size[0]
    thin, middle, long = sorted(shape.size)
    radius = 0.25 * (thin + middle)
    x, y, z = (max(0.5 * long - radius, 0.0) if edge == long else 0.0 for edge in shape.size)
    return (x, y, z), radius
