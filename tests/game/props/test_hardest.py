from __future__ import annotations

import numpy as np

from game.performance import BodyPose, Snapshot
from game.props.hardest import Hardest, HardestInTake, part_name
from models.body import Body
from models.contact import Contact

FOOT, CHEST = 5, 1
POSE = BodyPose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]), np.zeros((12, 4)))


def step(tick: int, *contacts: tuple[int, float, str], attempt: int = 1) -> Snapshot:
    touching = tuple(Contact(link, (0.0, 0.0, 0.0), force, 0.0, surface) for link, force, surface in contacts)
    return Snapshot(attempt, tick, POSE, touching)


def test_it_tells_what_hit_what_and_how_hard(body: Body) -> None:
    hardest = Hardest()
    assert hardest.words(body) == ""
    hardest.see(step(1, (FOOT, 300.0, "ground")))
    hardest.see(step(2, (CHEST, 900.0, "mattress"), (FOOT, 700.0, "ground"), (FOOT, 610.4, "ground")))
    hardest.see(step(3, (FOOT, 500.0, "ground")))
    assert hardest.words(body) == "HARDEST  right foot on ground  1,310 N"


def test_going_back_forgets_what_comes_later_and_a_new_attempt_everything(body: Body) -> None:
    hardest = Hardest()
    hardest.see(step(10, (FOOT, 300.0, "ground")))
    hardest.see(step(50, (CHEST, 900.0, "mattress")))
    hardest.see(step(20))
    assert hardest.words(body).endswith("300 N")
    hardest.see(step(0, attempt=2))
    assert hardest.words(body) == ""


def test_links_are_called_what_people_call_them() -> None:
    links = ("root", "chest", "left_wrist", "right_knee", "left_shoulder", "neck")
    assert [part_name(link) for link in links] == [
        "pelvis",
        "chest",
        "left hand",
        "right shin",
        "left upper arm",
        "neck",
    ]


def test_a_take_tells_it_at_every_moment_and_looks_at_each_step_once(body: Body) -> None:
    steps = [
        (0.0, step(1)),
        (0.1, step(2, (FOOT, 300.0, "ground"))),
        (0.2, step(3, (CHEST, 900.0, "mattress"))),
        (0.3, step(0, attempt=2)),
        (0.4, step(1, (FOOT, 200.0, "box"), attempt=2)),
    ]
    asked: list[float] = []

    def between(after: float, until: float) -> list[tuple[float, Snapshot]]:
        found = [(at, snapshot) for at, snapshot in steps if after < at <= until]
        asked.extend(at for at, _ in found)
        return found

    hardest = HardestInTake(between, body)
    said = [hardest.words(seconds) for seconds in (0.05, 0.25, 0.15, 0.35, 0.5, 0.2)]
    assert said == [
        "",
        "HARDEST  chest on mattress  900 N",
        "HARDEST  right foot on ground  300 N",
        "",
        "HARDEST  right foot on box  200 N",
        "HARDEST  chest on mattress  900 N",
    ]
    assert asked == [at for at, _ in steps]
