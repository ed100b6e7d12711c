"""The person in exports, skinned by the format's own rules, is the person on screen, to a tenth of a millimetre."""

from __future__ import annotations

from pathlib import Path

import export_take
import numpy as np
import pygltflib
import pytest
from direct.showbase.ShowBase import ShowBase
from panda3d.core import GeomVertexReader, Thread
from pxr import Gf, Usd, UsdGeom, UsdSkel, Vt

from game.avatar.avatar import Avatar
from game.performance import BodyPose
from game.props.meshes import mesh_of
from game.takes.export.formats import write_motion
from game.takes.export.motion import Cast, Motion, sample_take
from game.takes.replay import Replay
from models import rotations
from models.body import Body
from models.coords import bullet_to_panda
from models.rotations import Array
from tests.conftest import ASSETS
from tests.game.takes.test_exports import accessor, khronos_issues, usd_errors

PERSON = ASSETS / "people" / "default"
FRAMES = (0, 17, 49)
CLOSE = 1e-4  # m

Seen = dict[str, list[Array]]


@pytest.fixture(scope="module")
def motion(body: Body, tmp_path_factory: pytest.TempPathFactory) -> Motion:
    replay = Replay.load(export_take.record(tmp_path_factory.mktemp("takes"), body))
    return sample_take(replay, body, Cast(PERSON))


@pytest.fixture(scope="module")
def seen(shared_base: ShowBase, motion: Motion) -> Seen:
    """Where Panda3D has the vertices of each mesh in each of `FRAMES`, in the world."""
    body = motion.body
    assert body is not None
    avatar = Avatar(shared_base, PERSON, body.body)
    found: Seen = {}
    for index in FRAMES:
        avatar.live(int(motion.attempts[index]), motion.ticks[index] / 120)
        avatar.show(BodyPose(body.root_pos[index], body.root_rot[index], body.joint_rot[index]))
        nodes = {node.name: node for node in avatar.root.findAllMatches("**/+GeomNode")}
        for name, node in nodes.items():
            data = node.node().getGeom(0).getVertexData().animateVertices(True, Thread.getCurrentThread())
            reader = GeomVertexReader(data, "vertex")
            points = np.array([reader.getData3() for _ in range(data.getNumRows())])
            matrix = np.array(node.getMat(shared_base.render)).reshape(4, 4)
            found.setdefault(name, []).append(points @ matrix[:3, :3] + matrix[3, :3])
    avatar.destroy()
    assert len(found) == 7
    assert np.ptp(found["body"][1][:, 2]) > 0.5
    assert np.abs(found["body"][1] - found["body"][0]).max() > 0.2
    return found


# -- glTF -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def glb(motion: Motion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gltf") / "take.glb"
    write_motion("gltf", motion, path)
    return path


def local(node: pygltflib.Node, moved: dict[str, Array], index: int) -> Array:
    """A node's matrix for columns."""
    turn = moved["rotation"][index] if "rotation" in moved else np.array(node.rotation or rotations.IDENTITY)
    matrix = np.eye(4)
    matrix[:3, :3] = rotations.rotate(np.tile(turn, (3, 1)), np.eye(3)).T * np.array(node.scale or (1.0, 1.0, 1.0))
    matrix[:3, 3] = moved["translation"][index] if "translation" in moved else node.translation or (0.0, 0.0, 0.0)
    return matrix


def skinned(file: pygltflib.GLTF2, index: int) -> dict[str, Array]:
    """The vertices of each skinned mesh at a picture, in the world, as the specification has it."""
    (animation,) = file.animations
    moved: dict[int, dict[str, Array]] = {}
    for channel in animation.channels:
        numbers = accessor(file, animation.samplers[channel.sampler].output)
        moved.setdefault(channel.target.node, {})[channel.target.path] = numbers
    world: dict[int, Array] = {}

    def walk(number: int, above: Array) -> None:
        world[number] = above @ local(file.nodes[number], moved.get(number, {}), index)
        for child in file.nodes[number].children or ():
            walk(child, world[number])

    for number in file.scenes[0].nodes:
        walk(number, np.eye(4))
    found = {}
    for number, node in enumerate(file.nodes):
        if node.skin is not None:
            skin, mesh = file.skins[node.skin], file.meshes[node.mesh]
            (primitive,) = mesh.primitives
            points = accessor(file, primitive.attributes.POSITION)
            targets = primitive.targets or []
            weights = moved.get(number, {}).get("weights", np.zeros((0, 1))).reshape(-1, max(len(targets), 1))
            for target, weight in zip(targets, weights[index] if len(weights) else (), strict=bool(len(weights))):
                if weight:
                    points = points + weight * accessor(file, target["POSITION"])
            inverse = accessor(file, skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
            joints = np.array([world[joint] for joint in skin.joints]) @ inverse
            mixed = np.einsum(
                "vk,vkij->vij",
                accessor(file, primitive.attributes.WEIGHTS_0),
                joints[accessor(file, primitive.attributes.JOINTS_0).astype(int)],
            )
            found[node.name] = np.einsum("vij,vj->vi", mixed[:, :3, :3], points) + mixed[:, :3, 3]
    return found


def test_the_gltf_skin_is_the_one_on_screen(glb: Path, seen: Seen) -> None:
    file = pygltflib.GLTF2().load(str(glb))
    for row, index in enumerate(FRAMES):
        found = skinned(file, index)
        assert set(found) == set(seen)
        for name, points in found.items():
            np.testing.assert_allclose(bullet_to_panda(points), seen[name][row], atol=CLOSE)


def test_gltf_props_have_their_meshes(glb: Path) -> None:
    file = pygltflib.GLTF2().load(str(glb))
    for prop in export_take.PROPS:
        (node,) = (node for node in file.nodes if node.name == prop.name)
        (primitive,) = file.meshes[node.mesh].primitives
        mesh = mesh_of(prop.kind)
        points, corners = (accessor(file, number) for number in (primitive.attributes.POSITION, primitive.indices))
        found = points[corners.astype(int).reshape(-1, 3)]
        wanted = mesh.points[mesh.triangles]
        sides = np.cross(wanted[:, 1] - wanted[:, 0], wanted[:, 2] - wanted[:, 0])
        np.testing.assert_allclose(found, wanted[np.linalg.norm(sides, axis=1) > 1e-12], atol=1e-6)


def test_the_person_passes_the_khronos_validator(glb: Path) -> None:
    issues = khronos_issues(glb)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), str(issues)[:2000]


# -- USD ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stage(motion: Motion, tmp_path_factory: pytest.TempPathFactory) -> Usd.Stage:
    path = tmp_path_factory.mktemp("usd") / "take.usdc"
    write_motion("usd", motion, path)
    return Usd.Stage.Open(str(path))


def test_the_usd_skin_is_the_one_on_screen(stage: Usd.Stage, seen: Seen) -> None:
    root = UsdSkel.Root(stage.GetPrimAtPath("/Take/Person"))
    cache = UsdSkel.Cache()
    cache.Populate(root, Usd.PrimDefaultPredicate)
    (binding,) = cache.ComputeSkelBindings(root, Usd.PrimDefaultPredicate)
    skeleton = cache.GetSkelQuery(binding.GetSkeleton())
    compared = []
    for query in binding.GetSkinningTargets():
        mesh = UsdGeom.Mesh(query.GetPrim())
        for row, index in enumerate(FRAMES):
            points = shaped(mesh, query, skeleton.GetAnimQuery(), index)
            assert query.ComputeSkinnedPoints(skeleton.ComputeSkinningTransforms(index), points, index)
            to_world = np.array(UsdGeom.Xformable(binding.GetSkeleton()).ComputeLocalToWorldTransform(index))
            world = (np.array(points) @ to_world[:3, :3] + to_world[3, :3]) / 100
            (name,) = (name for name in seen if name.replace("-", "_") == mesh.GetPrim().GetName())
            np.testing.assert_allclose(world, seen[name][row], atol=CLOSE)
            compared.append(name)
    assert set(compared) == set(seen)


def shaped(mesh: UsdGeom.Mesh, query: UsdSkel.SkinningQuery, animation: UsdSkel.AnimQuery, index: int) -> Vt.Vec3fArray:
    """The points with their expression."""
    points = mesh.GetPointsAttr().Get()
    if query.HasBlendShapes():
        shapes = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(mesh.GetPrim()))
        weights = query.GetBlendShapeMapper().Remap(animation.ComputeBlendShapeWeights(index))
        subs = shapes.ComputeSubShapeWeights(weights)
        offsets, rows = shapes.ComputeSubShapePointOffsets(), shapes.ComputeBlendShapePointIndices()
        assert shapes.ComputeDeformedPoints(*subs, rows, offsets, points)
    return points


def test_the_usd_face_makes_the_expressions_of_the_take_and_no_others(stage: Usd.Stage, motion: Motion) -> None:
    animation = UsdSkel.Animation(stage.GetPrimAtPath("/Take/Person/Animation"))
    names = list(animation.GetBlendShapesAttr().Get() or ())
    shapes = [prim for prim in stage.GetPrimAtPath("/Take/Person/body").GetChildren() if prim.IsA(UsdSkel.BlendShape)]
    assert [prim.GetName() for prim in shapes] == names
    assert isinstance(stage.GetPrimAtPath("/Take/Person").GetAttribute("xformOp:scale").Get(), Gf.Vec3f)


def test_the_person_passes_every_usd_validator(stage: Usd.Stage) -> None:
    assert usd_errors(stage) == []
