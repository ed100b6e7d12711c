"""The verbs of the command line that make places."""

from __future__ import annotations

import io
import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from game.environment.calibration import load_calibration
from game.environment.catalogue import load_environment
from game.environment.drawing import Drawing, load_drawing, save_drawing
from game.environment.exif import focal_from_exif
from game.environment.fspy import load_fspy, scaled
from game.environment.gltf_camera import load_gltf_camera
from game.environment.matching import EYE, Match, errors_of, match
from game.environment.mesh_file import save_mesh
from game.environment.new_place import level_camera, make_place
from game.environment.optics import Camera, Sphere, to_pixels
from game.environment.pictures import Pixels, picture_size, read_photograph
from game.environment.place_file import hpr_of, read_text, replace_geometry, rounded, save_text
from game.environment.plate import PlateSettings, make_plate
from game.environment.unroll import View, measure, unroll, unrolled_drawing
from models.disk import write_whole
from models.errors import InputError
from models.rotations import Array

if TYPE_CHECKING:
    from game.environment.model_import import Import

_USUAL = 26.0 / 43.27  # focal length of a telephone's main camera, of the picture's diagonal


def new(arguments: Namespace) -> int:
    """`backflip environment new PHOTO --out FOLDER`: find the camera, write a place that can be played."""
    photo, folder = Path(arguments.photo), Path(arguments.out)
    size = picture_size(photo)
    found, drawing = _find(arguments, photo, size)
    name = arguments.name or folder.resolve().name.replace("_", " ").replace("-", " ").capitalize()
    make_place(folder, photo, found, drawing, name)
    if arguments.json:
        print(json.dumps(_figures(found) | {"folder": str(folder)}))
        return 0
    for line in told(found):
        print(line)
    print(f"place: {folder}; play it: backflip play --environment {folder}")
    return 0


def match_place(arguments: Namespace) -> int:
    """`backflip environment match FOLDER`: the window in which lines are dragged and blocks are clicked."""
    from game.finding import parse_size
    from game.matcher.project import open_project
    from game.matcher.window import MatcherWindow
    from game.window import has_display, open_base

    project = open_project(Path(arguments.folder))
    if not has_display():
        mend = "draw the lines elsewhere and give them with `backflip environment new PHOTO --lines FILE`"
        raise InputError(f"{arguments.folder}: there is no display to match it on; {mend}")
    base = open_base(parse_size(arguments.size), offscreen=False)
    MatcherWindow(base, project.matcher, project.photo, project.save).run()
    return 0


def plate(arguments: Namespace) -> int:
    """`backflip environment plate VIDEO -o FILE`."""
    video, output = Path(arguments.video), Path(arguments.output)
    if output.suffix.lower() != ".png":
        raise InputError(f"{output}: plates are .png; give the file a name that ends so")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"looking through {video.name}", total=None)
        made = make_plate(
            video,
            PlateSettings(moments=arguments.moments),
            lambda done, count: bar.update(task, completed=done, total=count),
        )
    _write_picture(output, made.pixels)
    height, width = made.pixels.shape[:2]
    print(f"plate: {output}, {width} x {height}, the median of {made.moments} frames")
    print(
        f"camera: moved {made.shift:.2f} px at most; something passed through {100 * made.moved:.0f} % of the picture"
    )
    return 0


def add_geometry(arguments: Namespace) -> int:
    """`backflip environment add FOLDER MODEL`: the objects of a model or scan as blocks and meshes."""
    from game.environment.model_import import geometry_of, load_things, moved

    folder, model = Path(arguments.folder), Path(arguments.model)
    place = load_environment(folder)
    things = moved(load_things(model), (arguments.at[0], arguments.at[1]), arguments.turn)
    cameras = [projector.camera for projector in place.projectors]
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"cutting {model.name} into convex pieces", total=len(things))
        found = geometry_of(things, lambda count: bar.update(task, completed=count))
    seen = [each for each in found if any(_sees(camera, each.corners) for camera in cameras)]
    if not seen:
        raise InputError(f"{model}: all of it lies behind the camera; move it with --at, or turn it with --turn")
    taken = {surface.name for surface in place.surfaces}
    twice = next((each.entry["name"] for each in seen if each.entry["name"] in taken), None)
    if twice is not None:
        raise InputError(f"{folder}: has '{twice}' already; take that out of environment.toml first")
    meshes = {str(each.entry["name"]): each.mesh for each in seen if each.mesh is not None}
    _save(folder, seen)
    print(f"added: {len(seen) - len(meshes)} blocks and {len(meshes)} meshes to {folder}")
    for name, mesh in meshes.items():
        print(f"{name}: {len(mesh.triangles)} triangles, felt as {len(mesh.hulls)} convex pieces")
    if len(seen) < len(found):
        names = ", ".join(str(each.entry["name"]) for each in found if each not in seen)
        print(f"left out, behind the camera: {names}")
    return 0


def _save(folder: Path, added: Sequence[Import]) -> None:
    """Write what is added, meshes first; if that is no place then, these are gone again."""
    made: list[Path] = []
    try:
        for each in added:
            if each.mesh is not None:
                made.append(folder / str(each.entry["file"]))
                save_mesh(made[-1], each.mesh)
        save_text(folder, replace_geometry(read_text(folder), [each.entry for each in added], []))
    except InputError:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _sees(camera: Camera | Sphere, corners: Array) -> bool:
    """Whether any of ``corners`` ``(N, 3)`` lies before the camera; a panorama's sees all."""
    return not isinstance(camera, Camera) or not bool(np.all(np.isnan(to_pixels(camera, corners))))


def unroll_panorama(arguments: Namespace) -> int:
    """`backflip environment unroll PHOTO --lines FILE -o VIEW`: a pinhole's picture out of a cylindrical panorama."""
    photo, output = Path(arguments.photo), Path(arguments.output)
    if output.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        raise InputError(f"{output}: views are .jpg or .png; give the file a name that ends so")
    drawing = load_drawing(Path(arguments.lines))
    cylinder, error = measure(drawing, picture_size(photo))
    view = View(arguments.width, arguments.heading)
    _write_picture(output, unroll(read_photograph(photo).pixels, cylinder, view))
    lines = output.with_suffix(".json")
    save_drawing(lines, unrolled_drawing(drawing, cylinder, view))
    width, height = view.size(cylinder)
    turn = f"{cylinder.degrees:.1f}° round, {cylinder.focal:.0f} px in a radian"
    print(f"panorama: {turn}, equator at row {cylinder.equator:.0f}")
    print(f"error: {error:.2f} px over the arcs")
    print(f"view: {output}, {width} x {height}, {view.width:g}° wide; its lines: {lines}")
    return 0


def _write_picture(path: Path, pixels: Pixels) -> None:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG" if path.suffix.lower() == ".png" else "JPEG", quality=90)
    try:
        write_whole(path, data.getvalue())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def told(found: Match) -> list[str]:
    """What was found, for people."""
    camera = found.camera
    heading, pitch, roll = rounded(hpr_of(camera), 2)
    spread = f" ± {found.focal_error:.0f}" if found.focal_error else ""
    lens = f"focal length {camera.focal:.0f}{spread} px ({camera.hfov:.1f}° wide)"
    if camera.distortion[0]:
        lens += f", distortion k1 {camera.distortion[0]:+.4f}"
    lines = [
        f"camera: {lens}, heading {heading:.2f}, pitch {pitch:.2f}, roll {roll:.2f}°, {camera.position[2]:.2f} m high"
    ]
    if found.error is None:
        lines.append("error: none to tell, no lines are drawn; draw them: backflip environment match, or give --lines")
    else:
        worst = max(found.errors)
        at = found.errors.index(worst) + 1
        lines.append(f"error: {found.error:.2f} px over {len(found.errors)} lines (worst: line {at}, {worst:.2f} px)")
    return lines


def _figures(found: Match) -> dict[str, object]:
    camera = found.camera
    return {
        "focal_px": camera.focal,
        "focal_error_px": found.focal_error,
        "principal_point": camera.principal_point,
        "distortion": camera.distortion,
        "position": camera.position,
        "hpr": hpr_of(camera),
        "error_px": found.error,
        "errors_px": found.errors,
    }


def _find(arguments: Namespace, photo: Path, size: tuple[int, int]) -> tuple[Match, Drawing | None]:
    """The camera by whatever the arguments say, and the drawing that it comes from, if it does."""
    height = arguments.height
    if arguments.lines:
        drawing = load_drawing(Path(arguments.lines))
        drawing = replace(drawing, height=height or drawing.height)
        return match(drawing, size), drawing
    if arguments.fspy:
        imported = load_fspy(Path(arguments.fspy), size, arguments.up)
        camera = scaled(imported.camera, height) if height else imported.camera
        if not imported.drawing.lines:
            return Match(camera), None
        errors = errors_of(camera, imported.drawing)
        rms = (sum(error**2 for error in errors) / len(errors)) ** 0.5
        drawing = replace(imported.drawing, height=camera.position[2])
        return Match(camera, rms, errors), drawing
    if arguments.calibration or arguments.gltf:
        path = Path(arguments.calibration or arguments.gltf)
        camera = load_calibration(path, size) if arguments.calibration else load_gltf_camera(path, size)
        return Match(scaled(camera, height) if height else camera), None
    focal = focal_from_exif(photo, size)
    if focal is None:
        focal = _USUAL * (size[0] ** 2 + size[1] ** 2) ** 0.5
        print("the photograph does not tell its focal length; 26 mm (35 mm film) is assumed", file=sys.stderr)
    return Match(level_camera(size, focal, height or EYE)), None
