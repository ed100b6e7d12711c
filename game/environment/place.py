"""A place in the scene: its geometry under one node, painted by its projectors, with light and shadow for a body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import (
    ColorWriteAttrib,
    CullFaceAttrib,
    DepthTestAttrib,
    LVector3,
    NodePath,
    RenderAttrib,
    SamplerState,
    Shader,
    Texture,
)

from game.environment.atlas import room_for, unwrap
from game.environment.bake import Patch, draw_unwrapped, fill_patches
from game.environment.collage import winner
from game.environment.description import SKY, Colour, Environment, Face, Surface
from game.environment.mesh import draw_faces, sky_faces
from game.environment.optics import Camera
from game.environment.projection import ProjectorInScene
from game.environment.shader import Painting, View, depth_shader, painting_shader
from game.environment.shadow import Shadow
from game.environment.textures import anisotropy, load_panorama, load_photo, to_texture
from models.rotations import Array

_FILL_SIZE = 512  # texels at least of the picture with the nearest colours; they are blurred anyway


@dataclass(frozen=True)
class Piece:
    """Faces that are painted alike. coordinates: where each face lies in the place's texture; node: what draws them."""

    surface: Surface
    faces: tuple[Face, ...]
    coordinates: tuple[Array, ...]
    painting: Painting
    node: NodePath


class Place:
    """Builds ``environment`` under `root`.

    notes: what had to be changed about its pictures. view: set it to see, in place of the picture, what no projector
    reaches, at which angle photographs meet the surfaces, or which projector won; None is the picture.

    Raises:
        InputError: a picture is damaged; the scene is as before.
    """

    def __init__(self, base: ShowBase, environment: Environment) -> None:
        loaded = [load_photo(projector, anisotropy(base)) for projector in environment.projectors]
        panorama = None if environment.panorama is None else load_panorama(environment.panorama)
        self.environment = environment
        self.notes = [note for _, note in loaded if note]
        self.root: NodePath = base.render.attachNewNode(f"place {environment.name}")
        painted = self.root.attachNewNode("painted")
        self._shaders: dict[Painting, Shader] = {}
        self.pieces = self._hang(painted)
        self._draw_depth_first(painted)
        surfaces = {surface.name: painted.find(surface.name) for surface in environment.surfaces}
        self._projectors = [
            ProjectorInScene(base, projector, photo, surfaces)
            for projector, (photo, _) in zip(environment.projectors, loaded, strict=True)
        ]
        self._set_inputs(panorama)
        self._shadow = Shadow(base, environment.light, self.root)
        self._moving = self.root.attachNewNode("moving")
        self._fill(base)
        self.view = None

    @property
    def view(self) -> View | None:
        """What an author wants to see in place of the picture."""
        return self._view

    @view.setter
    def view(self, view: View | None) -> None:
        self._view: View | None = view
        self.repaint(lambda piece: replace(piece.painting, view=view))

    def repaint(self, paint: Callable[[Piece], Painting]) -> None:
        """Give each piece another painting for now; setting `view` gives them their own again."""
        for piece in self.pieces:
            piece.node.setShader(self._shader(paint(piece)))

    def paint(self, node: NodePath, name: str, material: Colour) -> None:
        """Project on ``node`` as it stands now what projectors paint on a surface of that name.

        The photographs stay on it when it moves. Where none reaches it has its bare material. It hangs under the place
        from now on, receives shadows, and never gets into the projectors' way.
        """
        node.wrtReparentTo(self._moving)
        numbered = tuple((i, p) for i, p in enumerate(self.environment.projectors) if p.paints(name))
        node.setShader(self._shader(Painting(numbered, "material", moving=True)))
        node.setShaderInput("material", LVector3(*material))
        world = self.root.getParent()
        for drawn in [node, *node.findAllMatches("**/+GeomNode")]:
            drawn.setShaderInput("photographed", drawn.getMat(world))

    def unwrapped(self, base: ShowBase, pieces: Sequence[Piece], size: int) -> NDArray[np.uint8]:
        """``(size, size, 4)``: the paint of ``pieces``, over their texture coordinates; they keep that shader.

        Alpha is how much projectors reach of what is to have the nearest colours; these have no value yet.

        Raises:
            InputError: the graphics driver has no such buffer.
        """
        for piece in pieces:
            fill = None if piece.painting.fill == "nearest" else piece.painting.fill
            piece.node.setShader(self._shader(replace(piece.painting, fill=fill, unwrapped=True)))
        return draw_unwrapped(base, [piece.node for piece in pieces], self.root.getState(), size)

    def cast_from(self, node: NodePath, reach: Callable[[], Array] | None = None) -> None:
        """Let ``node`` cast its shadow on the place, out of the projectors' way; reach: see `Shadow.add`."""
        self._shadow.add(node, reach)

    def shadow_on(self, node: NodePath) -> None:
        """Let shadows fall on ``node``, which is no part of the place, if its shader asks for them."""
        self._shadow.fall_on(node)

    def update(self) -> None:
        """Once a frame, after bodies have moved: the shadow follows them."""
        self._shadow.update()

    def destroy(self) -> None:
        """Take everything out of the scene and free the buffers."""
        self._shadow.destroy()
        for projector in self._projectors:
            projector.destroy()
        self.root.removeNode()

    def _hang(self, painted: NodePath) -> tuple[Piece, ...]:
        environment = self.environment
        sky = Surface(SKY, "sky", sky_faces(environment.mark.position), None, "material", environment.fallback)
        if environment.panorama is not None:
            sky = replace(sky, fill="panorama")
        surfaces = (*environment.surfaces, sky)
        cameras = [p.camera for p in environment.projectors if isinstance(p.camera, Camera)]
        faces = [face for surface in surfaces for face in surface.faces]
        self._fill_size = room_for(len(faces), _FILL_SIZE)
        every = unwrap(faces, cameras, self._fill_size)
        pieces: list[Piece] = []
        for surface in surfaces:
            coordinates, every = every[: len(surface.faces)], every[len(surface.faces) :]
            pieces += self._pieces(painted.attachNewNode(surface.name), surface, coordinates)
        return tuple(pieces)

    def _pieces(self, parent: NodePath, surface: Surface, coordinates: Sequence[Array]) -> list[Piece]:
        numbered = [(i, p) for i, p in enumerate(self.environment.projectors) if p.paints(surface.name)]
        every = tuple(i for i, _ in numbered)
        painters: list[tuple[int, ...]] = [every] * len(surface.faces)
        if self.environment.hard:
            won = [winner(face, numbered) for face in surface.faces]
            painters = [() if number is None else (number,) for number in won]
        pieces = []
        for group in dict.fromkeys(painters):
            mine = [k for k, painter in enumerate(painters) if painter == group]
            faces, flat = tuple(surface.faces[k] for k in mine), tuple(coordinates[k] for k in mine)
            node = parent.attachNewNode(draw_faces(surface.name, faces, flat))
            # As on a stage, a wall is missing for a camera behind it: a small room can be filmed from further away.
            wild = surface.kind == "wall"
            node.setAttrib(CullFaceAttrib.make(CullFaceAttrib.MCullClockwise if wild else CullFaceAttrib.MCullNone))
            node.setShaderInput("material", LVector3(*surface.material))
            chosen = tuple((i, p) for i, p in numbered if i in group)
            thin = surface.kind == "card" and len(surface.faces) == 1
            painting = Painting(chosen, surface.fill, self.environment.hard, thin=thin)
            pieces.append(Piece(surface, faces, flat, painting, node))
        return pieces

    def _draw_depth_first(self, painted: NodePath) -> None:
        # The projection shader is dear: with the distances known beforehand it runs once for every pixel.
        first = self.root.attachNewNode("depth first")
        painted.instanceTo(first)
        first.setShader(depth_shader(), 1)
        first.setAttrib(ColorWriteAttrib.make(ColorWriteAttrib.COff))
        first.setBin("background", 0)
        painted.setAttrib(DepthTestAttrib.make(RenderAttrib.MLessEqual))

    def _shader(self, painting: Painting) -> Shader:
        if painting not in self._shaders:
            self._shaders[painting] = painting_shader(painting)
        return self._shaders[painting]

    def _set_inputs(self, panorama: Texture | None) -> None:
        for index, projector in enumerate(self._projectors):
            projector.set_inputs(self.root, index)
        if panorama is not None and self.environment.panorama is not None:
            self.root.setShaderInputs(
                panorama=panorama,
                panorama_eye=LVector3(*self.environment.panorama.position),
                panorama_heading=float(np.radians(self.environment.panorama.heading)),
            )

    def _fill(self, base: ShowBase) -> None:
        """Find the nearest colours for the surfaces that want them."""
        pieces = [piece for piece in self.pieces if piece.painting.fill == "nearest"]
        if not pieces:
            return
        drawn = self.unwrapped(base, pieces, self._fill_size)
        texture = to_texture("nearest colours", fill_patches(drawn, patches_of(pieces)))
        texture.setMinfilter(SamplerState.FT_linear_mipmap_linear)
        self.root.setShaderInput("nearest", texture)


def patches_of(pieces: Sequence[Piece]) -> list[list[Patch]]:
    """The patches of each surface that wants the nearest colours, gathered from its pieces."""
    surfaces: dict[str, list[Patch]] = {}
    for piece in pieces:
        if piece.painting.fill == "nearest":
            patches = (Patch(flat, np.array(face)) for face, flat in zip(piece.faces, piece.coordinates, strict=True))
            surfaces.setdefault(piece.surface.name, []).extend(patches)
    return list(surfaces.values())
