"""When, where and how loud: the mix, live and for a movie."""

from __future__ import annotations

import time

import numpy as np
import pytest

from game.camera.pose import CameraPose
from game.sound.decode import RATE, Samples
from game.sound.foley import KINDS, Cue
from game.sound.library import Kind, Layer, Library
from game.sound.limiter import CEILING_DB, DELAY
from game.sound.mixer import Listener, Mixer, listener_at, placed, render
from models import rotations
from models.coords import xyzw_to_wxyz
from models.errors import InputError

RIGHT = np.array([1.0, 0.0, 0.0])
HERE = Listener(np.zeros(3), RIGHT)


def still(time_s: float) -> Listener:
    return HERE


def fall(time_s: float = 0.0, x: float = 0.0, y: float = 4.0, strength: float = 1.0) -> Cue:
    return Cue(time_s, "fall", "grass", strength, 1, (x, y, 0.0))


def energy(sound: Samples) -> tuple[float, float]:
    left, right = np.sum(sound.astype(np.float64) ** 2, axis=0)
    return float(left), float(right)


@pytest.fixture(scope="module")
def tones() -> Library:
    """One steady tone for everything: any jump in the mix is the mixer's."""
    wave = np.sin(2.0 * np.pi * 110.0 * np.arange(2 * RATE) / RATE).astype(np.float32) * 0.3
    wave *= np.minimum(np.minimum(np.arange(len(wave)), np.arange(len(wave))[::-1]) / 480.0, 1.0).astype(np.float32)
    level = np.full((RATE, 2), 0.2, dtype=np.float32)
    kinds = {kind: Kind(0.0, 1.0) for kind in KINDS}
    return Library(kinds, {("ground", kind): (wave,) for kind in KINDS}, {"hum": (Layer(level, 1.0),)})


def roughness(sound: Samples) -> float:
    """The largest change of slope between samples: a click is a jump, and a tone has none."""
    return float(np.abs(np.diff(sound.astype(np.float64), n=2, axis=0)).max())


def test_a_cue_sounds_at_its_time_and_not_before(library: Library) -> None:
    sound = render(library, [fall(0.5)], 2.0, None, still)
    assert sound.shape == (2 * RATE, 2)
    assert sound.dtype == np.float32
    assert not sound[: RATE // 2].any()
    assert sum(energy(sound[RATE // 2 : RATE // 2 + RATE // 50])) > 1e-3
    assert sum(energy(sound[RATE // 2 :])) > 10.0


def test_cues_outside_the_movie_are_left_out(library: Library) -> None:
    assert not render(library, [fall(-0.2), fall(2.0), fall(7.0)], 2.0, None, still).any()


@pytest.mark.parametrize("x", [-3.0, 3.0])
def test_left_is_left_and_right_is_right(library: Library, x: float) -> None:
    left, right = energy(render(library, [fall(x=x, y=0.0)], 1.5, None, still))
    near, far = (left, right) if x < 0.0 else (right, left)
    assert near > 4.0 * far > 0.0


def test_a_camera_that_turns_round_swaps_the_sides() -> None:
    half = xyzw_to_wxyz(rotations.about(2, np.pi))
    ahead = listener_at(CameraPose(np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])))
    behind = listener_at(CameraPose(np.zeros(3), half))
    spot = np.array([2.0, 1.0, 0.0])
    np.testing.assert_allclose(placed(spot, ahead), placed(spot, behind)[::-1])
    assert placed(spot, ahead)[1] > placed(spot, ahead)[0]


def test_far_is_quieter_and_power_does_not_depend_on_direction() -> None:
    def power(x: float, y: float) -> float:
        return float(np.sum(placed(np.array([x, y, 0.0]), HERE) ** 2))

    assert power(0.0, 4.0) == pytest.approx(1.0)
    assert power(0.0, 8.0) == pytest.approx(0.25)
    assert power(4.0, 0.0) == pytest.approx(power(0.0, -4.0))
    assert power(0.0, 0.0) == pytest.approx(power(0.0, 1.0)) == pytest.approx(16.0)


def test_strength_is_amplitude(library: Library) -> None:
    loud = energy(render(library, [fall(strength=0.2)], 1.5, None, still))[0]
    soft = energy(render(library, [fall(strength=0.1)], 1.5, None, still))[0]
    assert loud == pytest.approx(4.0 * soft, rel=1e-3)


def test_many_falls_at_once_do_not_clip(library: Library) -> None:
    cues = [fall(0.1 + 0.002 * i, x=0.1, y=0.5) for i in range(60)]
    sound = render(library, cues, 2.0, "park", still)
    assert 0.5 < np.abs(sound).max() <= 10.0 ** (CEILING_DB / 20.0) + 1e-5


def test_live_blocks_of_any_length_and_the_movie_are_the_same_sound(library: Library) -> None:
    cues = [fall(0.1, -1.0), fall(0.25, 2.0)]
    movie = render(library, cues, 1.0, "park", still)
    mixer = Mixer(library)
    mixer.set_bed("park", 0.02)
    for cue in cues:
        mixer.play(cue, round(cue.time_s * RATE))
    blocks = [mixer.mix(frames) for frames in [64, 512, 1, 1000, 333] * 26]
    live = np.concatenate(blocks)[DELAY : RATE + DELAY]
    np.testing.assert_allclose(live[: RATE - 960], movie[: RATE - 960], atol=1e-5)


def test_a_live_cue_begins_with_the_next_block(library: Library) -> None:
    mixer = Mixer(library)
    assert not mixer.mix(512).any()
    mixer.play(fall())
    assert mixer.mix(512)[DELAY:].any()


def test_the_same_seed_gives_the_same_movie_and_another_one_another(library: Library) -> None:
    def movie(seed: int) -> bytes:
        return render(library, [fall(0.1), fall(0.9)], 1.5, "park", still, seed).tobytes()

    assert movie(1) == movie(1)
    assert movie(1) != movie(2)


def test_a_bed_is_heard_throughout_and_ends_softly(library: Library) -> None:
    sound = render(library, [], 2.0, "park", still)
    powers = [sum(energy(part)) for part in np.split(sound, 20)]
    assert min(powers) > 0.1 * max(powers) > 0.0
    assert not sound[-1].any()


def test_an_unknown_bed_is_told(library: Library) -> None:
    with pytest.raises(InputError, match=r"moon.*park, room"):
        Mixer(library).set_bed("moon")


@pytest.mark.parametrize("pace", [0.0, 12.0])
def test_a_moving_camera_makes_no_clicks(tones: Library, pace: float) -> None:
    def passing(time_s: float) -> Listener:
        return Listener(np.array([pace * (time_s - 1.0), 2.0, 0.0]), RIGHT)

    assert roughness(render(tones, [fall(0.1)], 2.0, None, passing)) < 6e-4


def test_running_out_of_voices_makes_no_clicks(tones: Library) -> None:
    def at(count: int) -> Samples:
        return render(tones, [fall(0.2 + 0.01 * i, strength=0.02) for i in range(count)], 2.0, None, still)

    assert roughness(at(80)) < 32 * 4e-5
    assert np.abs(at(80)).max() <= 1.2 * np.abs(at(32)).max()


def test_beds_cross_without_a_jump(tones: Library) -> None:
    mixer = Mixer(tones)
    mixer.set_bed("hum", 0.1)
    started = mixer.mix(RATE // 2)
    mixer.set_bed(None, 0.1)
    ended = mixer.mix(RATE // 2)
    whole = np.concatenate((started, ended))
    assert np.abs(np.diff(whole, axis=0)).max() < 1e-4
    assert whole[RATE // 2 - 10, 0] == pytest.approx(0.2)
    assert not whole[-1].any()


def test_mixing_leaves_time_to_spare(library: Library) -> None:
    """Half a second of every voice and a bed in less than that, counted in this thread's processor time."""
    mixer = Mixer(library)
    mixer.set_bed("park")
    for i in range(32):
        mixer.play(fall(x=float(i)))
    before = time.thread_time()
    for _ in range(RATE // 2 // 512):
        mixer.mix(512)
    assert time.thread_time() - before < 0.5
