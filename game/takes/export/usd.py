"""A take as USD: camera with animated lens, the body as a skeleton, the person in their skin, and the props.

The stage is Z up, in centimetres (metersPerUnit 0.01), 25 time codes a second from 0 on. A USD camera measures focal
length and aperture in tenths of a scene unit, which in centimetres are the millimetres that everybody writes; it looks
along its own -Z with +Y up. ``fStop`` is 0 where everything is sharp.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pxr import Gf, Kind, Tf, Usd, UsdGeom, UsdSkel, Vt

from game.camera.lens import FAR, NEAR
from game.camera.readout import RATE
from game.takes.export.figure import figure_of
from game.takes.export.motion import BodyMotion, Motion, PropsMotion
from game.takes.export.prop_mesh import prop_mesh
from game.takes.export.usd_figure import add_figure
from game.takes.export.usd_mesh import define_mesh, vectors
from models import rotations
from models.body import Body
from models.coords import bullet_quat_to_panda, bullet_to_panda, xyzw_to_wxyz
from models.props import Prop

UNITS = 100.0  # a metre
_FROM_USD_CAMERA = rotations.about(0, np.pi / 2)  # -Z ahead, Y up -> Y ahead, Z up


def encode_usd(motion: Motion, suffix: str) -> bytes:
    """The file's contents. suffix: ".usda" is text, ".usdc" and ".usd" are binary."""
    stage = Usd.Stage.CreateInMemory(f"take{suffix}")
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0 / UNITS)
    stage.SetTimeCodesPerSecond(RATE)
    stage.SetFramesPerSecond(RATE)
    stage.SetStartTimeCode(0)
    stage.SetEndTimeCode(len(motion) - 1)
    take = UsdGeom.Xform.Define(stage, "/Take")
    Usd.ModelAPI(take).SetKind(Kind.Tokens.component)
    take.GetPrim().SetCustomData({name: value for name, value in motion.facts.items() if value})
    stage.SetDefaultPrim(take.GetPrim())
    _add_camera(stage, motion)
    if motion.body is not None:
        _add_body(stage, motion.body)
    figure = figure_of(motion)
    if figure is not None:
        add_figure(stage, figure, UNITS)
    _add_props(stage, motion.props)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"take{suffix}"
        stage.GetRootLayer().Export(str(path))
        return path.read_bytes()


def _add_camera(stage: Usd.Stage, motion: Motion) -> None:
    camera = UsdGeom.Camera.Define(stage, "/Take/Camera")
    place = camera.AddTranslateOp(UsdGeom.XformOp.PrecisionDouble)
    turn = camera.AddOrientOp(UsdGeom.XformOp.PrecisionDouble)
    camera.CreateClippingRangeAttr(Gf.Vec2f(NEAR * UNITS, FAR * UNITS))
    attributes = {
        "focal_length": camera.CreateFocalLengthAttr(),
        "width": camera.CreateHorizontalApertureAttr(),
        "height": camera.CreateVerticalApertureAttr(),
        "right": camera.CreateHorizontalApertureOffsetAttr(),
        "up": camera.CreateVerticalApertureOffsetAttr(),
        "focus": camera.CreateFocusDistanceAttr(),
        "stop": camera.CreateFStopAttr(),
    }
    turns = rotations.multiply(motion.turns, np.broadcast_to(_FROM_USD_CAMERA, motion.turns.shape))
    for index, (position, rotation, lens) in enumerate(zip(motion.positions, turns, motion.lenses, strict=True)):
        place.Set(Gf.Vec3d(*(UNITS * position).tolist()), index)
        turn.Set(Gf.Quatd(*xyzw_to_wxyz(rotation).tolist()), index)
        values = {
            "focal_length": lens.focal_length,
            "width": lens.gate[0],
            "height": lens.gate[1],
            "right": lens.shift[0],
            "up": lens.shift[1],
            "focus": UNITS * lens.focus_distance,
            "stop": lens.aperture if lens.depth_of_field else 0.0,
        }
        for name, value in values.items():
            attributes[name].Set(value, index)


def _add_body(stage: Usd.Stage, motion: BodyMotion) -> None:
    root = UsdSkel.Root.Define(stage, "/Take/Body")
    skeleton = UsdSkel.Skeleton.Define(stage, "/Take/Body/Skeleton")
    animation = UsdSkel.Animation.Define(stage, "/Take/Body/Animation")
    joints = Vt.TokenArray(joint_paths(motion.body))
    offsets, turns = motion.links()
    offsets, turns = UNITS * bullet_to_panda(offsets), bullet_quat_to_panda(turns)
    at_rest = [Gf.Matrix4d(1.0).SetTranslateOnly(Gf.Vec3d(*offset.tolist())) for offset in offsets]
    skeleton.CreateJointsAttr(joints)
    skeleton.CreateRestTransformsAttr(Vt.Matrix4dArray(at_rest))
    skeleton.CreateBindTransformsAttr(Vt.Matrix4dArray(_in_world(motion.body, at_rest)))
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    UsdSkel.BindingAPI.Apply(root.GetPrim())
    animation.CreateJointsAttr(joints)
    animation.CreateScalesAttr(Vt.Vec3hArray([Gf.Vec3h(1.0, 1.0, 1.0)] * len(joints)))
    translations, rotations_ = animation.CreateTranslationsAttr(), animation.CreateRotationsAttr()
    extent = root.CreateExtentAttr()
    places = UNITS * bullet_to_panda(motion.root_pos)
    for index, (place, turn) in enumerate(zip(places, turns, strict=True)):
        at = offsets.copy()
        at[0] = place
        translations.Set(Vt.Vec3fArray([Gf.Vec3f(*each) for each in at.tolist()]), index)
        rotations_.Set(Vt.QuatfArray([Gf.Quatf(*each) for each in turn.tolist()]), index)
        extent.Set(_extent(motion, index), index)


def _extent(motion: BodyMotion, index: int) -> Vt.Vec3fArray:
    """Lowest and highest corner of the joints, so that viewers find the body."""
    joints, _ = motion.body.forward(motion.root_pos[index], motion.root_rot[index], motion.joint_rot[index])
    points = UNITS * bullet_to_panda(joints)
    return Vt.Vec3fArray([Gf.Vec3f(*points.min(axis=0).tolist()), Gf.Vec3f(*points.max(axis=0).tolist())])


def joint_paths(body: Body) -> list[str]:
    """The links as UsdSkel names joints: ``root/chest/neck``."""
    paths: list[str] = []
    for link in body.links:
        paths.append(link.name if link.parent < 0 else f"{paths[link.parent]}/{link.name}")
    return paths


def _in_world(body: Body, local: list[Gf.Matrix4d]) -> list[Gf.Matrix4d]:
    world: list[Gf.Matrix4d] = []
    for link, matrix in zip(body.links, local, strict=True):
        world.append(matrix if link.parent < 0 else matrix * world[link.parent])
    return world


def _add_props(stage: Usd.Stage, motion: PropsMotion) -> None:
    positions, turns = UNITS * bullet_to_panda(motion.positions), bullet_quat_to_panda(motion.turns)
    for number, prop in enumerate(motion.props):
        path = f"/Take/Props/{Tf.MakeValidIdentifier(prop.name)}_{number}"
        node = UsdGeom.Xform.Define(stage, path)
        place = node.AddTranslateOp(UsdGeom.XformOp.PrecisionDouble)
        turn = node.AddOrientOp(UsdGeom.XformOp.PrecisionDouble)
        for index in range(len(positions)):
            place.Set(Gf.Vec3d(*positions[index, number].tolist()), index)
            turn.Set(Gf.Quatd(*turns[index, number].tolist()), index)
        _add_mesh(stage, f"{path}/mesh", prop)


def _add_mesh(stage: Usd.Stage, path: str, prop: Prop) -> None:
    mesh, normals = prop_mesh(prop.kind)
    shape = define_mesh(stage, path, UNITS * bullet_to_panda(mesh.points), mesh.triangles, bullet_to_panda(normals))
    colours = shape.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
    colours.Set(vectors(mesh.colours**2.2))  # USD's colours are linear
