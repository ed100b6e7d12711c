"""Photographs of a person as a test needs them: taken by known cameras of a model with known paint."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from panda3d.core import Camera as CameraNode
from panda3d.core import (
    FrameBufferProperties,
    GraphicsOutput,
    LQuaternion,
    NodePath,
    Point3,
    Texture,
    TransformState,
    Vec3,
)
from PIL import Image
from scipy.ndimage import zoom

from game.avatar.glb import Glb
from game.avatar.model import load_model, read_skeleton
from game.avatar.posing import Turns
from game.avatar.surfaces import surfaces_of
from game.environment.optics import Camera, axes_of, vec3
from game.environment.projection import lens_of, offscreen, place_camera
from models.rotations import conjugate, multiply

BACKGROUND = (0.35, 0.4, 0.45)


def around(heading: float, distance: float = 4.0, size: tuple[int, int] = (768, 1024), high: float = 0.92) -> Camera:
    """A level camera that looks at the middle of a person, ``heading`` degrees round; 0 is before the face."""
    axes = axes_of(heading, 0.0, 0.0)
    position = np.array([0.0, 0.0, high]) - distance * np.array(axes[1])
    return Camera(vec3(position), axes, 1.45 * max(size), size, (0.5 * size[0], 0.5 * size[1]))


def paint(model: Glb, seed: int = 3) -> dict[int, NDArray[np.uint8]]:
    """Give every picture of a model soft random colours; by number of the picture, ``(512, 512, 3)``."""
    rng = np.random.default_rng(seed)
    pictures = {}
    for surface in surfaces_of(model):
        coarse = rng.uniform(0.15, 0.95, (13, 13, 3))
        colours = np.clip(zoom(coarse, (512 / 13, 512 / 13, 1), order=1), 0.0, 1.0)
        pictures[surface.image] = np.round(255.0 * colours).astype(np.uint8)
        data = io.BytesIO()
        Image.fromarray(pictures[surface.image]).save(data, "PNG")
        model.replace_picture(surface.image, data.getvalue())
    return pictures


def photograph(base: Any, path: Path, camera: Camera, turns: Turns | None = None) -> NDArray[np.uint8]:
    """Picture ``(H, W, 4)`` of the model in ``path``, unlit, alpha where it is; turns by bone, as in `Pose`."""
    model = load_model(path)
    skeleton = read_skeleton(model)
    character = model.find("**/+Character").node()
    for name, turn in (turns or {}).items():
        bone = skeleton.index[name]
        above = skeleton.bind[1][skeleton.parents[bone]]
        local = multiply(conjugate(above), multiply(turn, skeleton.bind[1][bone]))
        place = Point3(*skeleton.offsets[bone].tolist())
        x, y, z, w = local.tolist()
        at = TransformState.makePosQuatScale(place, LQuaternion(w, x, y, z), Vec3(1.0))
        character.getBundle(0).freezeJoint(name, at)
    character.forceUpdate()
    scene = NodePath("studio")
    model.reparentTo(scene)
    model.setLightOff(1)
    properties = FrameBufferProperties()
    properties.setRgbaBits(8, 8, 8, 8)
    properties.setDepthBits(24)
    texture = Texture("photograph")
    buffer = offscreen(base, "photograph", -20, properties, camera.size)
    buffer.addRenderTexture(texture, GraphicsOutput.RTMCopyRam)
    buffer.setClearColor((*BACKGROUND, 0.0))
    eye = scene.attachNewNode(CameraNode("eye", lens_of(camera)))
    place_camera(eye, camera)
    buffer.makeDisplayRegion().setCamera(eye)
    base.graphicsEngine.renderFrame()
    data = np.frombuffer(memoryview(texture.getRamImageAs("RGBA")).cast("B"), np.uint8)
    base.graphicsEngine.removeWindow(buffer)
    return data.reshape(camera.size[1], camera.size[0], 4)[::-1].copy()
