from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from game.avatar.shapes import Shape, read_shapes
from models import imitation, rotations
from models.assets import find_clip
from models.body import Body
from models.reference import TICKS_PER_CONTROL, TICKS_PER_SECOND, Reference, tabulate
from models.rotations import Array
from models.skills import SKILLS, allowed_links
from training.criteria import SpinKick, Walk, criterion
from training.record import Record, azimuth, tilt
from training.success import succeeded

TOUCH = 0.015  # m; a clip's stiff feet hover and dip by as much


def underside(shape: Shape, position: Array, turn: Array) -> Array:
    """Height ``(n,)`` of the lowest point of ``shape``, of link frames ``(n, 3)``, ``(n, 4)``."""
    own = rotations.multiply(turn, np.broadcast_to(shape.turn, turn.shape))
    centre = position + rotations.rotate(turn, np.broadcast_to(shape.centre, position.shape))
    up = rotations.rotate(rotations.conjugate(own), np.broadcast_to([0.0, 1.0, 0.0], position.shape))
    match shape.kind:
        case "sphere":
            return centre[:, 1] - shape.size[0]
        case "capsule":
            return centre[:, 1] - shape.size[0] - 0.5 * shape.size[1] * np.abs(up[:, 2])
    return centre[:, 1] - 0.5 * np.abs(up) @ np.array(shape.size)


def clip_record(reference: Reference, body: Body, seconds: float) -> Record:
    """One attempt that does exactly what the clip shows, without physics: what is near the ground touches it."""
    time = np.arange(round(seconds * TICKS_PER_SECOND)) / TICKS_PER_SECOND
    pose = reference.clip.sample(time)
    position, turn = body.forward(pose.root_pos, pose.root_rot, pose.joint_rot)
    touching = np.zeros(position.shape[:2], dtype=bool)
    for shape in read_shapes(body):
        link = shape.link
        touching[:, link] |= underside(shape, position[:, link], turn[:, link]) < TOUCH
    lateral = rotations.rotate(pose.root_rot, np.broadcast_to([0.0, 0.0, 1.0], pose.root_pos.shape))
    foot = body.centres(position, turn)[:, list(body.feet), 1].max(axis=1)[TICKS_PER_CONTROL - 1 :: TICKS_PER_CONTROL]
    allowed = allowed_links(SKILLS[reference.clip.name], body)
    return Record(
        touching[:, None],
        imitation.fallen(touching, allowed)[:, None],
        pose.root_pos[:, None],
        pose.root_rot[:, None],
        (np.sum(pose.root_ang_vel * lateral, axis=1) / TICKS_PER_SECOND)[:, None],
        foot[:, None],
        np.ones((len(foot), 1)),
        np.zeros((len(foot), 1)),
        np.stack((*pose.root_pos[TICKS_PER_CONTROL - 1 :: TICKS_PER_CONTROL, ::2].T, 0.0 * foot), axis=1)[:, None],
    )


@dataclasses.dataclass(frozen=True)
class Shown:
    """A skill's clip, its criterion, and the clip as a record."""

    reference: Reference
    record: Record
    body: Body

    def succeeds(self, record: Record | None = None) -> bool:
        return succeeded(record or self.record, 0, self.body, criterion(self.reference))

    def touched(self, link: str, ticks: slice) -> Record:
        """The clip's record, but that ``link`` touches."""
        touching = self.record.touching.copy()
        touching[ticks, 0, [part.name for part in self.body.links].index(link)] = True
        allowed = allowed_links(SKILLS[self.reference.clip.name], self.body)
        fallen = imitation.fallen(touching[:, 0], allowed)[:, None]
        return dataclasses.replace(self.record, touching=touching, fallen=fallen)


@pytest.fixture(scope="module")
def shown(body: Body) -> dict[str, Shown]:
    found = {}
    for name in SKILLS:
        reference = tabulate(find_clip(name, body), body)
        found[name] = Shown(reference, clip_record(reference, body, criterion(reference).seconds), body)
    return found


def still(record: Record, tick: int) -> Record:
    """An attempt that does nothing but what ``record`` shows at ``tick``."""
    fields = {
        name: np.repeat(getattr(record, name)[tick : tick + 1], len(record.touching), axis=0)
        for name in ("touching", "fallen", "root_pos", "root_rot")
    }
    foot = np.repeat(record.foot[tick // TICKS_PER_CONTROL :][:1], len(record.foot), axis=0)
    return dataclasses.replace(record, **fields, turn=np.zeros_like(record.turn), foot=foot)


def collapsed(record: Record, tick: int) -> Record:
    """``record`` until ``tick``; from there on everything lies on the ground."""
    lying = [getattr(record, name).copy() for name in ("touching", "fallen", "root_pos")]
    for field in lying[:2]:
        field[tick:] = True
    lying[2][tick:, :, 1] = 0.1
    return dataclasses.replace(record, touching=lying[0], fallen=lying[1], root_pos=lying[2])


def led_as(record: Record, other: Record) -> Record:
    """``record`` as if it had been led where ``other`` was."""
    return dataclasses.replace(record, led=other.led)


@pytest.mark.parametrize("skill", SKILLS)
def test_what_the_clip_shows_succeeds(skill: str, shown: dict[str, Shown]) -> None:
    assert shown[skill].succeeds()


@pytest.mark.parametrize("skill", [name for name in SKILLS if name != "stand"])
def test_who_does_nothing_fails(skill: str, shown: dict[str, Shown]) -> None:
    assert not shown[skill].succeeds(still(shown[skill].record, 0))
    assert not shown[skill].succeeds(led_as(shown["stand"].record, shown[skill].record))


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("share", [0.0, 0.25])
def test_who_falls_fails(skill: str, share: float, shown: dict[str, Shown]) -> None:
    record = shown[skill].record
    assert not shown[skill].succeeds(collapsed(record, round(share * len(record.touching))))


@pytest.mark.parametrize("skill", SKILLS)
def test_one_deed_is_not_another(skill: str, shown: dict[str, Shown]) -> None:
    names = ("backflip", "walk", "run", "jump", "roll", "cartwheel", "spinkick", "getup_faceup")
    does = {other for other in names if shown[skill].succeeds(led_as(shown[other].record, shown[skill].record))}
    assert does <= {skill} | ({"getup_faceup"} if skill == "getup_facedown" else set())


@pytest.mark.parametrize("skill", ["stand", "walk", "run", "jump", "spinkick", "cartwheel"])
def test_a_knee_spoils_it(skill: str, shown: dict[str, Shown]) -> None:
    assert not shown[skill].succeeds(shown[skill].touched("left_knee", slice(100, 101)))


@pytest.mark.parametrize("skill", ["roll", "getup_facedown", "getup_faceup"])
def test_on_the_way_everything_may_touch(skill: str, shown: dict[str, Shown]) -> None:
    assert shown[skill].succeeds(shown[skill].touched("left_knee", slice(60, 121)))
    assert not shown[skill].succeeds(shown[skill].touched("left_wrist", slice(None, None, 60)))


def test_a_roll_lies_on_the_ground_and_a_cartwheel_stands_on_two_hands(shown: dict[str, Shown], body: Body) -> None:
    """A somersault is no roll; a cartwheel on one hand is none."""
    for skill, ungrounded in (("roll", [i for i in range(len(body.links)) if i not in body.feet]), ("cartwheel", [14])):
        touching = shown[skill].record.touching.copy()
        touching[:, :, ungrounded] = False
        assert not shown[skill].succeeds(dataclasses.replace(shown[skill].record, touching=touching))


@pytest.mark.parametrize(("skill", "axis"), [("roll", 2), ("cartwheel", 0)])
def test_who_goes_over_and_half_back_is_not_round(skill: str, axis: int, shown: dict[str, Shown]) -> None:
    root_rot = shown[skill].record.root_rot.copy()
    root_rot[240:] = rotations.about(axis, np.radians(-300.0))
    assert not shown[skill].succeeds(dataclasses.replace(shown[skill].record, root_rot=root_rot))


def test_standing_is_neither_crouching_nor_leaving_nor_hopping(shown: dict[str, Shown]) -> None:
    record = shown["stand"].record
    low = record.root_pos.copy()
    low[500, 0, 1] = 0.75
    away = record.root_pos + np.linspace([0.0, 0.0, 0.0], [0.9, 0.0, -0.9], len(record.root_pos))[:, None]
    assert not shown["stand"].succeeds(dataclasses.replace(record, root_pos=low))
    assert not shown["stand"].succeeds(dataclasses.replace(record, root_pos=away))
    for ticks, stands in ((10, True), (30, False)):  # a step back may leave the ground for a moment
        touching = record.touching.copy()
        touching[300 : 300 + ticks] = False
        assert shown["stand"].succeeds(dataclasses.replace(record, touching=touching)) is stands


@pytest.mark.parametrize(
    ("speed", "turned", "succeeds"), [(0.9, 10, True), (0.7, 0, False), (1.3, 0, False), (1, 30, False)]
)
@pytest.mark.parametrize("skill", ["walk", "run"])
def test_speed_and_heading(skill: str, speed: float, turned: float, succeeds: bool, shown: dict[str, Shown]) -> None:
    record = shown[skill].record
    turn = np.radians(np.linspace(0.0, turned, len(record.touching)))[:, None]
    turned_rot = rotations.multiply(rotations.about(1, turn), record.root_rot)
    place = record.root_pos * np.array([speed, 1.0, 1.0])
    assert shown[skill].succeeds(dataclasses.replace(record, root_pos=place, root_rot=turned_rot)) is succeeds


def test_running_leaves_the_ground(shown: dict[str, Shown], body: Body) -> None:
    record = shown["run"].record
    touching = record.touching.copy()
    touching[:, 0, body.feet[0]] = True
    assert not shown["run"].succeeds(dataclasses.replace(record, touching=touching))


def test_who_walks_goes_where_he_is_led(shown: dict[str, Shown]) -> None:
    walk = shown["walk"]
    assert isinstance(criterion(walk.reference), Walk)
    led = walk.record.led.copy()
    led[:, :, 1] = -0.3 * led[:, :, 0]
    assert not walk.succeeds(dataclasses.replace(walk.record, led=led))  # he was led to the left and went straight on
    led = walk.record.led.copy()
    led[:, :, 2] = np.linspace(0.0, 1.0, len(led))[:, None]
    assert not walk.succeeds(dataclasses.replace(walk.record, led=led))  # he faces the old way


def test_a_jump_goes_forward_and_lands_on_the_feet(shown: dict[str, Shown]) -> None:
    record = shown["jump"].record
    short = record.root_pos * np.array([0.4, 1.0, 1.0])
    assert not shown["jump"].succeeds(dataclasses.replace(record, root_pos=short))
    about = rotations.multiply(rotations.about(1, np.pi), record.root_rot)  # backwards
    assert not shown["jump"].succeeds(dataclasses.replace(record, root_rot=about))


def test_a_spin_kick_is_high_and_goes_round(shown: dict[str, Shown]) -> None:
    kick = shown["spinkick"]
    assert kick.record.foot.max() > 1.5 > SpinKick().foot_height
    assert not kick.succeeds(dataclasses.replace(kick.record, foot=np.minimum(kick.record.foot, 1.0)))
    unturned = np.repeat(kick.record.root_rot[:1], len(kick.record.root_rot), axis=0)
    assert not kick.succeeds(dataclasses.replace(kick.record, root_rot=unturned))


def test_getting_up_late_or_for_a_moment_is_none(shown: dict[str, Shown]) -> None:
    record = shown["getup_facedown"].record
    late = [np.concatenate((np.repeat(field[:1], 240, axis=0), field)) for field in (record.touching, record.root_pos)]
    delayed = dataclasses.replace(record, touching=late[0], root_pos=late[1])
    assert not shown["getup_facedown"].succeeds(delayed)
    assert not shown["getup_facedown"].succeeds(collapsed(record, 400))


def test_too_short_an_attempt_shows_nothing(shown: dict[str, Shown]) -> None:
    for each in shown.values():
        cut = {name: getattr(each.record, name)[:90] for name in Record.__dataclass_fields__}
        assert not each.succeeds(Record(**cut))


def test_turns_are_counted_on_over_whole_turns() -> None:
    angle = np.linspace(0.0, 4.0 * np.pi, 100)
    assert azimuth(rotations.about(1, angle))[-1] == pytest.approx(720.0)
    assert tilt(rotations.about(2, -angle), (1.0, 0.0))[-1] == pytest.approx(720.0)
    assert tilt(rotations.about(0, -angle), (0.0, -1.0))[-1] == pytest.approx(720.0)
