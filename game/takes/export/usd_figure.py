"""The person in a USD file: every mesh of their model bound to its bones, with the expressions that the take makes.

Pictures stay in the model's own file, as a USD file holds none: each mesh has the mean colour of its picture.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdSkel, Vt

from game.avatar.glb import Glb
from game.takes.export.figure import Figure
from game.takes.export.usd_mesh import define_mesh, vectors
from models.coords import bullet_to_panda, xyzw_to_wxyz
from models.rotations import Array

_PERSON = "/Take/Person"
_PLAIN = (0.6, 0.55, 0.5)  # of a mesh without a picture


class _Bones:
    """The joints of the model's skin, parents first. order: of each, its number in the skin."""

    def __init__(self, model: Glb) -> None:
        document = model.document
        (skin,) = document["skins"]
        joints: list[int] = skin["joints"]
        above = {child: number for number, node in enumerate(document["nodes"]) for child in node.get("children", ())}
        paths: dict[int, str] = {}
        for joint in joints:
            line, node = [joint], above.get(joint)
            while node in joints:
                line.append(node)
                node = above.get(node)
            paths[joint] = "/".join(Tf.MakeValidIdentifier(document["nodes"][each]["name"]) for each in reversed(line))
        self.order = sorted(range(len(joints)), key=lambda number: paths[joints[number]].count("/"))
        nodes = [joints[number] for number in self.order]
        self.names = [document["nodes"][node]["name"] for node in nodes]
        self.paths = [paths[node] for node in nodes]
        self.offsets = bullet_to_panda(
            np.array([document["nodes"][node].get("translation", (0.0, 0.0, 0.0)) for node in nodes])
        )
        turns = np.array([document["nodes"][node].get("rotation", (0.0, 0.0, 0.0, 1.0)) for node in nodes])
        self.turns = np.concatenate((bullet_to_panda(turns[:, :3]), turns[:, 3:]), axis=1)
        inverse = model.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4).astype(np.float64)
        self.bind = np.linalg.inv(inverse[self.order])  # rows are vectors, as in Gf


def add_figure(stage: Usd.Stage, figure: Figure, units: float) -> None:
    """Add `/Take/Person`. units: of the stage, in a metre."""
    root = UsdSkel.Root.Define(stage, _PERSON)
    UsdSkel.BindingAPI.Apply(root.GetPrim())
    bones = _Bones(figure.model)
    _place(root, figure, units)
    skeleton = _add_skeleton(stage, bones, figure, units)
    names = [name for name in figure.face if name in _expressions(figure.model)]
    _animate(stage, bones, figure, names, units)
    points = []
    for node in figure.model.document["nodes"]:
        if "mesh" in node and "skin" in node:
            mesh = figure.model.document["meshes"][node["mesh"]]
            for number, primitive in enumerate(mesh["primitives"]):
                name = Tf.MakeValidIdentifier(f"{mesh['name']}_{number}" if number else mesh["name"])
                skin = _Skin(figure.model, primitive, bones, units)
                path = f"{_PERSON}/{name}"
                skin.add(stage, path, skeleton)
                skin.add_shapes(stage, path, mesh.get("extras", {}).get("targetNames", ()), names)
                points.append(skin.points)
    # However the limbs are held, they stay within reach of the hips.
    reach = float(np.ptp(np.concatenate(points)[:, 2]))
    root.CreateExtentAttr(Vt.Vec3fArray([Gf.Vec3f(-reach), Gf.Vec3f(reach)]))


def _place(root: UsdSkel.Root, figure: Figure, units: float) -> None:
    place = root.AddTranslateOp(UsdGeom.XformOp.PrecisionDouble)
    turn = root.AddOrientOp(UsdGeom.XformOp.PrecisionDouble)
    root.AddScaleOp().Set(Gf.Vec3f(figure.scale))
    for index, (position, rotation) in enumerate(zip(figure.positions, xyzw_to_wxyz(figure.turns), strict=True)):
        place.Set(Gf.Vec3d(*(units * position).tolist()), index)
        turn.Set(Gf.Quatd(*rotation.tolist()), index)


def _add_skeleton(stage: Usd.Stage, bones: _Bones, figure: Figure, units: float) -> UsdSkel.Skeleton:
    skeleton = UsdSkel.Skeleton.Define(stage, f"{_PERSON}/Skeleton")
    skeleton.CreateJointsAttr(Vt.TokenArray(bones.paths))
    turns = [figure.posture.get(name, turn) for name, turn in zip(bones.names, bones.turns, strict=True)]
    rest = []
    for offset, turn in zip(units * bones.offsets, xyzw_to_wxyz(np.array(turns)), strict=True):
        matrix = Gf.Matrix4d(1.0).SetRotateOnly(Gf.Quatd(*turn.tolist()))
        rest.append(matrix.SetTranslateOnly(Gf.Vec3d(*offset.tolist())))
    skeleton.CreateRestTransformsAttr(Vt.Matrix4dArray(rest))
    bind = []
    for matrix in bones.bind:
        turned = np.eye(4)
        turned[:3, :3] = bullet_to_panda(bullet_to_panda(matrix[:3, :3]).T).T
        turned[3, :3] = units * bullet_to_panda(matrix[3, :3])
        bind.append(Gf.Matrix4d(*turned.ravel().tolist()))
    skeleton.CreateBindTransformsAttr(Vt.Matrix4dArray(bind))
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([f"{_PERSON}/Animation"])
    return skeleton


def _animate(stage: Usd.Stage, bones: _Bones, figure: Figure, names: Sequence[str], units: float) -> None:
    animation = UsdSkel.Animation.Define(stage, f"{_PERSON}/Animation")
    path = dict(zip(bones.names, bones.paths, strict=True))
    animation.CreateJointsAttr(Vt.TokenArray([path[name] for name in figure.bones]))
    animation.CreateScalesAttr(Vt.Vec3hArray([Gf.Vec3h(1.0, 1.0, 1.0)] * len(figure.bones)))
    translations, rotations = animation.CreateTranslationsAttr(), animation.CreateRotationsAttr()
    turns = xyzw_to_wxyz(figure.joint_turns)
    for index in range(len(figure.positions)):
        offsets = (units * figure.offsets[index]).astype(np.float32)
        translations.Set(Vt.Vec3fArray.FromNumpy(offsets), index)
        rotations.Set(Vt.QuatfArray([Gf.Quatf(*each) for each in turns[index].tolist()]), index)
    if names:
        animation.CreateBlendShapesAttr(Vt.TokenArray(names))
        weights = animation.CreateBlendShapeWeightsAttr()
        for index in range(len(figure.positions)):
            weights.Set(Vt.FloatArray([float(figure.face[name][index]) for name in names]), index)


def _expressions(model: Glb) -> set[str]:
    return {name for mesh in model.document["meshes"] for name in mesh.get("extras", {}).get("targetNames", ())}


class _Skin:
    """One mesh of the model and how its points hang on the bones."""

    def __init__(self, model: Glb, primitive: dict[str, Any], bones: _Bones, units: float) -> None:
        self._model = model
        self._primitive = primitive
        self._units = units
        attributes = primitive["attributes"]
        self.points = units * bullet_to_panda(model.array(attributes["POSITION"]).astype(np.float64))
        number = np.empty(len(bones.order), dtype=np.int32)
        number[bones.order] = np.arange(len(bones.order))
        self._joints: NDArray[np.int32] = number[model.array(attributes["JOINTS_0"])]
        self._weights = model.array(attributes["WEIGHTS_0"]).astype(np.float32)

    def add(self, stage: Usd.Stage, path: str, skeleton: UsdSkel.Skeleton) -> None:
        """Add the mesh, bound to the skeleton."""
        attributes = self._primitive["attributes"]
        triangles = self._model.array(self._primitive["indices"]).reshape(-1, 3)
        normals = bullet_to_panda(self._model.array(attributes["NORMAL"])) if "NORMAL" in attributes else None
        mesh = define_mesh(stage, path, self.points, triangles, normals)
        mesh.CreateDisplayColorAttr(Vt.Vec3fArray([Gf.Vec3f(*self._colour())]))
        if "TEXCOORD_0" in attributes:
            st = self._model.array(attributes["TEXCOORD_0"]) * (1.0, -1.0) + (0.0, 1.0)  # from the bottom up
            kind = Sdf.ValueTypeNames.TexCoord2fArray
            where = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", kind, UsdGeom.Tokens.vertex)
            where.Set(Vt.Vec2fArray.FromNumpy(st.astype(np.float32)))
        binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
        binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
        binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))
        size = self._joints.shape[1]
        binding.CreateJointIndicesPrimvar(False, size).Set(Vt.IntArray.FromNumpy(self._joints.ravel()))
        binding.CreateJointWeightsPrimvar(False, size).Set(Vt.FloatArray.FromNumpy(self._weights.ravel()))

    def add_shapes(self, stage: Usd.Stage, path: str, own: Sequence[str], names: Sequence[str]) -> None:
        """Add the expressions ``names``; own: those that the mesh has a shape for, in their order."""
        made = [name for name in names if name in own]
        targets = []
        for name in made:
            shape = UsdSkel.BlendShape.Define(stage, f"{path}/{Tf.MakeValidIdentifier(name)}")
            accessor = self._primitive["targets"][own.index(name)]["POSITION"]
            moved = self._units * bullet_to_panda(self._model.array(accessor))
            rows = np.flatnonzero(np.abs(moved).max(axis=1) > 0.0)
            shape.CreateOffsetsAttr(vectors(moved[rows]))
            shape.CreatePointIndicesAttr(Vt.IntArray.FromNumpy(rows.astype(np.int32)))
            targets.append(shape.GetPath())
        if made:
            binding = UsdSkel.BindingAPI(stage.GetPrimAtPath(path))
            binding.CreateBlendShapesAttr(Vt.TokenArray(made))
            binding.CreateBlendShapeTargetsRel().SetTargets(targets)

    def _colour(self) -> tuple[float, ...]:
        document = self._model.document
        material = document["materials"][self._primitive["material"]] if "material" in self._primitive else {}
        texture = material.get("pbrMetallicRoughness", {}).get("baseColorTexture")
        if texture is None:
            return _PLAIN
        picture = self._model.picture(document["textures"][texture["index"]]["source"])
        with Image.open(io.BytesIO(picture)) as image:
            pixels = np.asarray(image.convert("RGBA").resize((64, 64)), dtype=np.float64) / 255.0
        seen = pixels[..., 3] > 0.5
        return tuple(_floats((pixels[seen] if seen.any() else pixels.reshape(-1, 4))[:, :3].mean(axis=0) ** 2.2))


def _floats(values: Array) -> list[float]:
    return [float(value) for value in values]
