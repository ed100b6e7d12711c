"""Fit a person to the physics humanoid, once: bring the bind pose into the humanoid's zero pose, limb by limb.

The humanoid's zero pose stands upright with hanging arms and straight legs. Each limb is turned there along the
shortest arc, the trunk likewise; head and feet stay as they are. Lengths differ: thigh and shin are stretched by a few
per cent to the humanoid's, everything else keeps the person's own measure.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from game.avatar.ground import Shoe, Tip, outline
from game.avatar.hands import palm, palm_roll, relaxed
from game.avatar.person import Bones, Side
from game.avatar.retarget import Foot, Frames, Retarget, Ribs
from game.avatar.shapes import ankle_height
from game.avatar.skeleton import Skeleton, compose, shortest_arc
from models import rotations
from models.body import Body
from models.rotations import Array

_DOWN: Array = np.array([0.0, 0.0, -1.0])
_BACK_SPREAD = 0.11  # m: how far along the back a bend in the humanoid's chest joint is spread
_CHEST_LIFT = 0.004  # m that collar bones rise with a full chest
_CHEST_FORWARD = 0.007  # m that the front of the chest comes forward
_NECK_LIMIT, _NECK_GIVE = np.radians(55.0), 0.05  # how far a head bows, and m that it sinks between the shoulders
_WRIST_LIMIT = np.radians(75.0)
_FACE = 0.03  # m before the skull's joint: what lies further forward is face, down to the neck


def fit(skeleton: Skeleton, bones: Bones, body: Body, height: float) -> Retarget:
    """Work out what is constant for a person ``height`` metres tall."""
    scale = height / (skeleton.crown - skeleton.sole)
    frames = Frames(len(body.links), len(bones.trunk), len(bones.neck))
    own = _own_frames(skeleton, bones, body, frames)
    driven = _with_ancestors(skeleton, [*own, *(skeleton.index[bone] for bone in bones.chest)])
    row = {bone: i for i, bone in enumerate(driven)}
    parents = tuple(row.get(skeleton.parents[bone], -1) for bone in driven)
    feet = tuple(
        _foot(skeleton, side, body, name, scale, hip, row)
        for name, side, hip in zip(("left", "right"), (bones.left, bones.right), _hips(skeleton, bones), strict=True)
    )
    offsets = _offsets(skeleton, bones, body, scale, float(feet[0].rise[2]))[driven]
    rest = _rest(skeleton, bones, body)
    trunk = tuple(row[skeleton.index[bone]] for bone in bones.trunk)
    posture = relaxed(skeleton, bones.left, True) | relaxed(skeleton, bones.right, False)
    return Retarget(
        body=body,
        scale=scale,
        names=tuple(skeleton.names[bone] for bone in driven),
        parents=parents,
        offsets=offsets,
        rest=rest[driven],
        turned_by=tuple(_turned_by(skeleton, own, bone, frames.pelvis) for bone in driven),
        back=_back_shares(skeleton, bones, body, scale),
        neck=np.arange(1, len(bones.neck) + 1) / len(bones.neck),
        ribs=_ribs(body, scale, trunk, parents, offsets, rest[driven]),
        feet=(feet[0], feet[1]),
        tips=_tips(skeleton, bones, row, rest, posture),
        swell=_swell(skeleton, bones, scale)[driven],
        posture=posture,
    )


def _own_frames(skeleton: Skeleton, bones: Bones, body: Body, frames: Frames) -> dict[int, int]:
    """Which rotation turns which bone that the person names."""
    names = {bone: frames.links + i for i, bone in enumerate(bones.trunk + bones.neck)}
    for i, (name, side) in enumerate((("left", bones.left), ("right", bones.right))):
        names |= dict.fromkeys(side.collar, frames.collars + i)
        names |= dict.fromkeys(side.upper_arm, _link(body, f"{name}_shoulder"))
        names |= dict.fromkeys(side.forearm, _link(body, f"{name}_elbow")) | {side.hand: frames.hands + i}
        names |= dict.fromkeys(side.thigh, _link(body, f"{name}_hip"))
        names |= dict.fromkeys(side.shin, _link(body, f"{name}_knee"))
        names[side.foot] = _link(body, f"{name}_ankle")
        names |= dict.fromkeys(side.toes, frames.toes + i)
    return {skeleton.index[bone]: frame for bone, frame in names.items()}


def _link(body: Body, name: str) -> int:
    return next(i for i, link in enumerate(body.links) if link.name == name)


def _with_ancestors(skeleton: Skeleton, bones: Iterable[int]) -> list[int]:
    """These bones and all bones above them, parents first."""
    found = set()
    for start in bones:
        bone = start
        while bone >= 0:
            found.add(bone)
            bone = skeleton.parents[bone]
    return sorted(found)


def _turned_by(skeleton: Skeleton, own: dict[int, int], bone: int, pelvis: int) -> int:
    """The bone's own frame, or that of the nearest bone above it; at the top the pelvis."""
    while bone >= 0:
        if bone in own:
            return own[bone]
        bone = skeleton.parents[bone]
    return pelvis


def _hips(skeleton: Skeleton, bones: Bones) -> tuple[Array, Array]:
    """The person's hip joints ``(3,)``, left and right, from the middle between them: where the humanoid's root is."""
    left, right = (skeleton.place(side.thigh[0]) for side in (bones.left, bones.right))
    return 0.5 * (left - right), 0.5 * (right - left)


def _offsets(skeleton: Skeleton, bones: Bones, body: Body, scale: float, rise: float) -> Array:
    """Offsets ``(B, 3)`` from the middle between the hips, thighs and shins as long as the humanoid's.

    rise: how much higher the person's ankle is, which the shin gives back.
    """
    offsets = skeleton.offsets.copy()
    offsets[np.array(skeleton.parents) < 0] -= skeleton.place(bones.left.thigh[0]) - _hips(skeleton, bones)[0]
    for name, side in (("left", bones.left), ("right", bones.right)):
        thigh, shin = (-body.links[_link(body, f"{name}_{end}")].offset[1] / scale for end in ("knee", "ankle"))
        for start, end, wanted in ((side.thigh[0], side.shin[0], thigh), (side.shin[0], side.foot, shin - rise)):
            length = float(np.linalg.norm(skeleton.place(end) - skeleton.place(start)))
            offsets[skeleton.path(start, end)] *= wanted / length
    return offsets


def _rest(skeleton: Skeleton, bones: Bones, body: Body) -> Array:
    """Rotations ``(B, 4)`` of all bones in the model's frame once the person stands in the humanoid's zero pose."""
    fixed = dict.fromkeys(bones.trunk, _lean(skeleton, bones, body)) | dict.fromkeys(bones.neck, rotations.IDENTITY)
    for side, left in ((bones.left, True), (bones.right, False)):
        thigh, shin = _straighten(skeleton, side.thigh, side.shin, side.foot)
        fixed |= dict.fromkeys(side.thigh, thigh) | dict.fromkeys(side.shin, shin)
        fixed[side.foot] = rotations.IDENTITY
        upper, lower = _straighten(skeleton, side.upper_arm, side.forearm, side.hand)
        fixed |= dict.fromkeys(side.upper_arm, upper)
        roll = palm_roll(rotations.rotate(lower, palm(skeleton, side, left)), left)
        # the elbow stays a hinge; the turn of the palm grows from there to the wrist
        for share, bone in zip(np.linspace(0.0, 1.0, len(side.forearm) + 1), (*side.forearm, side.hand), strict=True):
            fixed[bone] = rotations.multiply(rotations.about(2, share * roll), lower)
    swing, turns = np.empty_like(skeleton.turns), np.empty_like(skeleton.turns)
    for i, parent in enumerate(skeleton.parents):
        swing[i] = fixed.get(skeleton.names[i], rotations.IDENTITY if parent < 0 else swing[parent])
        turns[i] = rotations.multiply(swing[i], skeleton.bind[1][i])
    return turns


def _straighten(skeleton: Skeleton, upper: tuple[str, ...], lower: tuple[str, ...], end: str) -> tuple[Array, Array]:
    """Turns ``(4,)`` of the two halves of a limb that make it hang straight down."""
    first = shortest_arc(skeleton.place(lower[0]) - skeleton.place(upper[0]), _DOWN)
    along = rotations.rotate(first, skeleton.place(end) - skeleton.place(lower[0]))
    return first, rotations.multiply(shortest_arc(along, _DOWN), first)


def _lean(skeleton: Skeleton, bones: Bones, body: Body) -> Array:
    """The turn ``(4,)`` of the trunk that brings the line from hips to shoulders onto the humanoid's."""
    still = np.tile(rotations.IDENTITY, (len(body.joints), 1))
    positions, _ = body.forward(np.zeros(3), rotations.IDENTITY, still)
    forward, up, _ = positions[_link(body, "left_shoulder")]
    ends = [skeleton.place(side.upper_arm[0]) - skeleton.place(side.thigh[0]) for side in (bones.left, bones.right)]
    return shortest_arc(np.append(0.0, (ends[0] + ends[1])[1:]), np.array([0.0, -forward, up]))


def _back_shares(skeleton: Skeleton, bones: Bones, body: Body, scale: float) -> Array:
    """How much of the chest's turn each bone of the trunk has made, up to 1; most of it near the humanoid's joint."""
    joint = body.links[_link(body, "chest")].offset[1] / scale
    heights = np.array([(skeleton.place(bone) - skeleton.place(bones.left.thigh[0]))[2] for bone in bones.trunk])
    shares = np.exp(-np.square((heights - joint) * scale / _BACK_SPREAD))
    return np.asarray(np.cumsum(shares) / np.sum(shares))


def _ribs(
    body: Body, scale: float, trunk: tuple[int, ...], parents: tuple[int, ...], offsets: Array, rest: Array
) -> Ribs:
    """``trunk``: rows of the trunk's bones among the driven ones, which ``parents``, ``offsets``, ``rest`` describe."""
    path = [trunk[-1]]
    while parents[path[0]] >= 0:
        path.insert(0, parents[path[0]])
    place = offsets[path[0]] + sum(rotations.rotate(rest[parents[row]], offsets[row]) for row in path[1:])
    link = _link(body, "chest")
    joint = np.array([0.0, 0.0, body.links[link].offset[1] / scale])
    return Ribs(tuple(path), trunk[1:], link, joint, np.asarray(place))


def _tips(
    skeleton: Skeleton, bones: Bones, row: dict[int, int], rest: Array, posture: dict[str, Array]
) -> tuple[Tip, ...]:
    """Head and hands. rest: of all bones."""
    ribs, points = bones.trunk[-1], skeleton.vertices
    joint, neck = skeleton.place(bones.neck[-1]), skeleton.place(bones.neck[0])
    skull = points[:, 2] > joint[2]
    face = (points[:, 1] < joint[1] - _FACE) & (points[:, 2] > neck[2])
    path = skeleton.path(ribs, bones.neck[-1])
    shares = {skeleton.index[bone]: (i + 1) / len(bones.neck) for i, bone in enumerate(bones.neck)}
    turn = np.array([shares.get(bone, 0.0) for bone in path])
    head = outline(points[skull | face]) - joint
    tips = [Tip(tuple(row[bone] for bone in path), turn, head, _NECK_LIMIT, _NECK_GIVE)]
    for side in (bones.left, bones.right):
        hand = skeleton.index[side.hand]
        path = skeleton.path(ribs, side.hand)
        turn = np.array([float(bone == hand) for bone in path])
        swing = rotations.multiply(rest[hand], rotations.conjugate(skeleton.bind[1][hand]))
        fingers = _fingers(skeleton, hand, posture)
        fingers = rotations.rotate(np.tile(swing, (len(fingers), 1)), fingers)
        tips.append(Tip(tuple(row[bone] for bone in path), turn, fingers, _WRIST_LIMIT, 0.0))
    return tuple(tips)


def _fingers(skeleton: Skeleton, hand: int, posture: dict[str, Array]) -> Array:
    """Joints and ends of the fingers in their ``posture``, and the wrist: points ``(n, 3)`` from it, bind pose."""
    turns = skeleton.turns.copy()
    for name, turn in posture.items():
        turns[skeleton.index[name]] = turn
    places, _ = compose(skeleton.parents, skeleton.offsets, turns)
    below = [bone for bone in range(len(skeleton.names)) if skeleton.below(bone, (skeleton.names[hand],))]
    # where a finger ends lies no joint: as far again beyond the last one as that is from the one before
    ends = [2.0 * places[bone] - places[skeleton.parents[bone]] for bone in below if bone not in skeleton.parents]
    return np.asarray(np.array([*places[below], *ends]) - places[hand])


def _swell(skeleton: Skeleton, bones: Bones, scale: float) -> Array:
    """What a full chest adds to the offsets ``(B, 3)``: its front comes forward, the collar bones rise with it."""
    swell = np.zeros_like(skeleton.offsets)
    moves = dict.fromkeys(bones.chest, np.array([0.0, -_CHEST_FORWARD, 0.5 * _CHEST_LIFT]))
    moves |= {side.collar[0]: np.array([0.0, 0.0, _CHEST_LIFT]) for side in (bones.left, bones.right) if side.collar}
    for name, move in moves.items():
        bone = skeleton.index[name]
        above = skeleton.bind[1][skeleton.parents[bone]] if skeleton.parents[bone] >= 0 else rotations.IDENTITY
        swell[bone] = rotations.rotate(rotations.conjugate(above), move / scale)
    return swell


def _foot(skeleton: Skeleton, side: Side, body: Body, name: str, scale: float, hip: Array, row: dict[int, int]) -> Foot:
    ankle, sole = skeleton.place(side.foot), ankle_height(body)
    socket = np.array([-body.links[_link(body, f"{name}_hip")].offset[2] / scale, 0.0, 0.0])
    below = skeleton.vertices[(skeleton.vertices[:, 0] * ankle[0] > 0.0) & (skeleton.vertices[:, 2] < ankle[2])]
    from_ankle = scale * (below - [ankle[0] - hip[0] + socket[0], ankle[1], skeleton.sole])
    points = np.stack((-from_ankle[:, 1], from_ankle[:, 2] - sole, -from_ankle[:, 0]), axis=-1)
    joint = np.mean([skeleton.place(bone) for bone in side.toes] or [np.append(ankle[:2], skeleton.sole)], axis=0)
    ball = scale * float(ankle[1] - joint[1])
    toes = points[:, 0] > ball
    return Foot(
        bone=row[skeleton.index[side.foot]],
        knee=_link(body, f"{name}_knee"),
        ankle=_link(body, f"{name}_ankle"),
        rise=np.array([0.0, 0.0, ankle[2] - skeleton.sole - sole / scale]),
        socket=socket,
        hip=hip,
        shoe=Shoe(
            ball=np.array([ball, -sole, 0.0]),
            tip=np.array([points[:, 0].max(initial=ball), -sole, 0.0]),
            joint=np.array([ball, scale * (joint[2] - skeleton.sole) - sole, 0.0]),
            foot=outline(points[~toes]),
            toes=outline(points[toes]),
        ),
    )
