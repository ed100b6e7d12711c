"""What counts as a footstep, a landing, a fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from game.sound.foley import Foley
from models.body import Body
from models.contact import Contact
from tests.game.sound.conftest import all_cues

FOOT, OTHER_FOOT, CHEST, HAND, KNEE = 5, 11, 1, 8, 4


def touch(link: int, force: float, speed: float = 0.0, surface: str = "ground") -> Contact:
    return Contact(link, (1.0, 0.02, 3.0), force, speed, surface)


def steps(*runs: tuple[int, Sequence[Contact]]) -> list[tuple[float, Sequence[Contact]]]:
    """Runs of ticks with the same contacts, as a stream at 120 Hz."""
    contacts = [touching for count, touching in runs for _ in range(count)]
    return [(tick / 120.0, touching) for tick, touching in enumerate(contacts)]


@pytest.fixture
def foley(body: Body) -> Foley:
    return Foley(body)


def test_feet_land_and_the_body_falls(foley: Foley) -> None:
    """A stand, a jump, a landing on both feet, a knee that follows, and at last the trunk."""
    feet = [touch(FOOT, 200.0), touch(OTHER_FOOT, 200.0)]
    landing = [touch(FOOT, 100.0, 2.2), touch(OTHER_FOOT, 90.0, 2.2)]
    trunk = [touch(CHEST, 8000.0), touch(HAND, 100.0, 1.0)]
    stream = steps((30, feet), (60, []), (1, landing), (40, feet), (20, [touch(FOOT, 100.0)]), (1, trunk), (60, trunk))
    cues = all_cues(foley, stream)
    assert [(cue.kind, cue.link, round(cue.time_s * 120)) for cue in cues] == [
        ("land", FOOT, 90),
        ("land", OTHER_FOOT, 90),
        ("fall", CHEST, 151),
    ]
    assert cues[2].strength > cues[0].strength > 0.4


def test_speed_decides_between_step_and_land_fall_and_cloth(body: Body) -> None:
    def kind(link: int, speed: float) -> str:
        cues = all_cues(Foley(body), steps((20, []), (5, [touch(link, 16.0, speed)])))
        return cues[0].kind if cues else "silence"

    assert [kind(FOOT, speed) for speed in (0.0, 0.6, 3.0)] == ["silence", "step", "land"]
    assert [kind(CHEST, speed) for speed in (0.0, 0.4, 3.0)] == ["silence", "cloth", "fall"]


def test_a_stopped_link_still_sounds_by_the_blow_that_stopped_it(body: Body) -> None:
    """Bullet's speed after the step is 0; 14 kg of chest and what hangs on it lose 4.2 m/s by 68.6 N s."""
    (cue,) = all_cues(Foley(body), steps((20, []), (1, [touch(CHEST, 8232.0)])))
    assert cue.strength == pytest.approx(68.6 / 16.2 / 5.0, rel=0.01)


def test_heavier_parts_and_faster_ones_are_louder(body: Body) -> None:
    def strength(link: int, speed: float) -> float:
        return all_cues(Foley(body), steps((20, []), (1, [touch(link, 20.0, speed)])))[0].strength

    assert strength(CHEST, 3.0) > strength(KNEE, 3.0) > strength(HAND, 3.0) > strength(HAND, 1.0)
    assert strength(CHEST, 40.0) == 1.0


@pytest.mark.parametrize("gap", [1, 2, 5])
def test_jitter_and_rest_do_not_chatter(foley: Foley, gap: int) -> None:
    """Contacts that come and go within 50 ms, for ten seconds: one landing, no more."""
    on = (3, [touch(FOOT, 300.0, 0.4), touch(CHEST, 400.0, 0.3)])
    cues = all_cues(foley, steps((30, []), *[on, (gap, [])] * (1200 // (3 + gap))))
    assert sorted((cue.link, cue.time_s) for cue in cues) == [(CHEST, 0.25), (FOOT, 0.25)]


def test_a_load_that_swings_about_the_threshold_is_one_touch(foley: Foley) -> None:
    swing = [(6, [touch(HAND, 16.0, 1.0)]), (6, [touch(HAND, 6.0)])] * 50
    assert len(all_cues(foley, steps((30, []), *swing))) == 1


def test_steps_of_a_run_are_all_heard_but_one_link_keeps_quiet_for_a_moment(body: Body) -> None:
    hit = (6, [touch(FOOT, 300.0, 1.0)])
    assert len(all_cues(Foley(body), steps((30, []), *[hit, (24, [])] * 8))) == 8
    rattle = all_cues(Foley(body), steps((30, []), *[(1, hit[1]), (7, [])] * 30))
    assert 1 < len(rattle) <= 17
    assert min(b.time_s - a.time_s for a, b in pairwise(rattle)) >= 0.12


def test_one_blow_hides_the_weaker_ones_around_it(foley: Foley) -> None:
    blow = [touch(CHEST, 8000.0), touch(HAND, 200.0), touch(KNEE, 900.0), touch(FOOT, 6000.0)]
    cues = all_cues(foley, steps((30, []), (5, blow), (3, [*blow, touch(0, 500.0)]), (5, blow)))
    assert [(cue.kind, cue.link) for cue in cues] == [("fall", CHEST), ("land", FOOT)]


def test_who_stands_at_the_start_has_not_just_arrived(foley: Foley) -> None:
    standing = [touch(FOOT, 200.0, 1.0), touch(OTHER_FOOT, 200.0, 1.0)]
    assert all_cues(foley, steps((60, standing))) == []
    assert all_cues(foley, steps((3, []), (60, standing))) == []


def test_a_pause_is_silent_and_a_rewind_begins_anew(foley: Foley) -> None:
    assert all_cues(foley, steps((30, []))) == []
    hit = [touch(FOOT, 300.0, 1.0)]
    assert len(foley.hear(0.25, hit)) == 1
    assert foley.hear(0.25, hit) == ()
    assert foley.hear(0.1, hit) == ()  # back in time, on the ground: nothing arrives
    assert all_cues(foley, [(0.1 + tick / 120.0, hit) for tick in range(1, 30)]) == []


@pytest.mark.parametrize("touched", ["ground", "bench"])
def test_all_that_stands_in_a_place_sounds_like_its_footsteps(body: Body, touched: str) -> None:
    (cue,) = all_cues(Foley(body, "grass"), steps((30, []), (1, [touch(FOOT, 300.0, 1.0, touched)])))
    assert cue.surface == "grass"
    assert cue.position == (1.0, -3.0, 0.02)  # Z is up


def test_the_same_stream_gives_the_same_cues(body: Body) -> None:
    stream = steps((30, []), (5, [touch(FOOT, 300.0, 1.0)]), (20, []), (5, [touch(CHEST, 900.0, 1.0)]))
    assert all_cues(Foley(body), stream) == all_cues(Foley(body), stream)
    louder = replace(Foley(body).settings, loudest_speed=2.0)
    assert all_cues(Foley(body, settings=louder), stream)[0].strength > all_cues(Foley(body), stream)[0].strength


def test_a_fall_onto_something_soft_is_softer_and_sounds_of_it(body: Body) -> None:
    def fall(on: str) -> tuple[str, float]:
        things = {"mattress": "soft", "chair": "wood"}
        (cue,) = all_cues(Foley(body, "grass", things=things), steps((30, []), (1, [touch(CHEST, 900.0, 3.0, on)])))
        return cue.surface, cue.strength

    (grass, hard), (soft, softly) = fall("ground"), fall("mattress")
    assert (grass, soft, fall("chair")[0]) == ("grass", "soft", "wood")
    assert softly == pytest.approx(0.5 * hard)
