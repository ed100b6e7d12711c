"""A place opened in the matcher, and saved again."""

from __future__ import annotations

from pathlib import Path

from game.environment.blockout import Entry
from game.environment.catalogue import load_environment
from game.environment.description import Projector
from game.environment.drawing import Drawing, load_drawing, save_drawing
from game.environment.new_place import LINES, follow_camera
from game.environment.optics import Camera
from game.environment.pictures import Pixels, read_photograph
from game.environment.place_file import as_written, read_text, replace_geometry, save_text, values_of
from game.matcher.matcher import Matcher
from models.errors import InputError


class Project:
    """The place in ``folder``, its first photograph, the camera that its file tells, and the matcher over it."""

    def __init__(self, folder: Path, projector: Projector, camera: Camera, matcher: Matcher) -> None:
        self.folder = folder
        self.matcher = matcher
        self.photo: Pixels = read_photograph(projector.image).pixels
        self._camera = as_written(camera)

    def save(self, matcher: Matcher) -> str:
        """Write lines, camera and blocks; says what was done. What the place had keeps standing if it fails.

        Raises:
            InputError: the place would not be one any more, or the disk is full.
        """
        camera = as_written(matcher.camera)
        text = read_text(self.folder)
        if camera != self._camera:
            text = follow_camera(text, self._camera, camera)
        text = replace_geometry(text, matcher.work.blocks, matcher.work.gone)
        place = save_text(self.folder, text)
        if matcher.work.drawing.lines:
            save_drawing(self.folder / LINES, matcher.work.drawing)
        self._camera = camera
        matcher.faces = {surface.name: surface.faces for surface in place.surfaces}
        matcher.entries = _entries(text)
        matcher.settle()
        return f"saved: {self.folder}, {len(place.surfaces)} pieces of geometry"


def open_project(folder: Path) -> Project:
    """Open a place's first photograph.

    Raises:
        InputError: there is no such place, or its first projector is a panorama.
    """
    place = load_environment(folder)
    projector = place.projectors[0]
    if not isinstance(projector.camera, Camera):
        raise InputError(f"{folder}: its first projector is a panorama; put one with a lens first")
    lines = folder / LINES
    drawing = load_drawing(lines) if lines.is_file() else Drawing()
    faces = {surface.name: surface.faces for surface in place.surfaces}
    matcher = Matcher(projector.camera, drawing, faces, projector.name, _entries(read_text(folder)))
    return Project(folder, projector, projector.camera, matcher)


def _entries(text: str) -> tuple[Entry, ...]:
    """What a place's file says of its geometry that can be reshaped: a mesh is what it is."""
    return tuple(entry for entry in values_of(text).get("geometry", ()) if entry.get("kind") != "mesh")
