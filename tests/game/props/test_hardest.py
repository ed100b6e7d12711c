from __future__ import annotations

import numpy as np

from game.performance import BodyPose, Snapshot
from game.props.hardest import Hardest, part_name
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
