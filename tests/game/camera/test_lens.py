from __future__ import annotations

import json

import pytest
from panda3d.core import Camera, NodePath, PerspectiveLens, Point2, Point3

from game.camera.lens import FILMBACKS, LONGEST, PRIMES, SHORTEST, Lens, apply, inscribed
from models.errors import InputError


def test_the_default_gate_is_super_35_cropped_to_flat():
    assert Lens().gate == pytest.approx((24.89, 13.4541), abs=1e-4)
    assert Lens(35.0).hfov == pytest.approx(39.1479, abs=1e-4)


def test_a_gate_wider_than_the_mask_keeps_its_height():
    assert Lens(filmback="65").gate == pytest.approx((25.59 * 1.85, 25.59))


@pytest.mark.parametrize("filmback", FILMBACKS)
def test_every_gate_holds_its_mask(filmback):
    lens = Lens(filmback=filmback)
    width, height = lens.gate
    assert width / height == pytest.approx(1.85)
    assert width <= FILMBACKS[filmback][0] + 1e-9
    assert height <= FILMBACKS[filmback][1] + 1e-9


def test_primes_up_and_down_the_kit():
    lens, seen = Lens(PRIMES[0]), [PRIMES[0]]
    for _ in PRIMES[1:]:
        lens = lens.next_prime()
        seen.append(lens.focal_length)
    assert tuple(seen) == PRIMES
    assert lens.next_prime() == lens
    for prime in reversed(PRIMES[:-1]):
        lens = lens.previous_prime()
        assert lens.focal_length == prime
    assert lens.previous_prime() == lens


def test_from_a_zoom_to_the_primes_on_either_side():
    assert Lens(37.0).next_prime().focal_length == 40.0
    assert Lens(37.0).previous_prime().focal_length == 35.0
    assert Lens(200.0).next_prime().focal_length == 200.0
    assert Lens(10.0).previous_prime().focal_length == 10.0


def test_a_zoom_stops_at_its_ends():
    assert Lens(aspect=2.39).zoomed(60.0) == Lens(60.0, aspect=2.39)
    assert Lens().zoomed(1e6).focal_length == LONGEST
    assert Lens().zoomed(0.0).focal_length == SHORTEST


def test_frames_fit_in_wide_and_in_tall_windows():
    assert inscribed(1.85, 3.7) == pytest.approx((0.5, 1.0))
    assert inscribed(1.85, 0.925) == pytest.approx((1.0, 0.5))
    assert inscribed(1.85, 1.85) == (1.0, 1.0)


def projected(lens: PerspectiveLens, x: float, z: float) -> Point2:
    out = Point2()
    assert lens.project(Point3(x, 1.0, z), out)
    return out


@pytest.mark.parametrize("window", [None, 1.6, 2.5, 0.8])
def test_panda_shows_the_gates_edges_at_the_frames_edges(window):
    lens, panda = Lens(50.0), PerspectiveLens()
    apply(lens, panda, window)
    width, height = lens.gate
    across, up = inscribed(1.85, window or 1.85)
    # A point on the edge of the frame, one metre ahead.
    edge = projected(panda, 0.999 * width / 2 / 50.0, 0.999 * height / 2 / 50.0)
    assert (edge.x, edge.y) == pytest.approx((0.999 * across, 0.999 * up), abs=1e-4)
    assert panda.get_near() < 0.1


def test_apply_takes_a_cameras_node_path_too():
    camera = NodePath(Camera("camera"))
    apply(Lens(85.0), camera)
    assert camera.node().get_lens().get_hfov() == pytest.approx(Lens(85.0).hfov, abs=1e-3)


def test_a_shifted_lens_shows_more_on_the_side_that_it_is_moved_to():
    panda = PerspectiveLens()
    apply(Lens(50.0, shift=(3.0, -2.0)), panda)
    width, height = Lens(50.0).gate
    middle = projected(panda, 0.0, 0.0)
    assert (middle.x, middle.y) == pytest.approx((-2 * 3.0 / width, 2 * 2.0 / height), abs=1e-5)


def test_plain_data_and_back():
    lens = Lens(85.0, "imax", 2.39, 2.5, 1.4, True, (-1.5, 3.0))
    assert Lens.from_dict(json.loads(json.dumps(lens.to_dict()))) == lens
    assert Lens.from_dict({}) == Lens()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"filmback": "70"}, "no gate is called '70'"),
        ({"filmback": ["65"]}, "no gate is called"),
        ({"focal_length": 0}, "focal length 0; give 8 to 300"),
        ({"focal_length": "long"}, "focal length 'long'"),
        ({"aspect": float("nan")}, "aspect nan"),
        ({"aperture": 0.5}, "aperture 0.5; give 1 to 22"),
        ({"focus_distance": 0}, "focus distance 0; give 0.2 to 1000 m"),
        ({"depth_of_field": 1}, "depth of field 1; give true or false"),
        ({"shift": [1.0]}, "give two numbers of mm"),
        ({"shift": [1.0, 90]}, "each -20 to 20"),
        ({"iris": 2.8}, "not a lens"),
        ([], "not a lens"),
    ],
)
def test_bad_data_is_named(data, words):
    with pytest.raises(InputError, match=words):
        Lens.from_dict(data)
