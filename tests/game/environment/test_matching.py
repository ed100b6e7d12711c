"""Made-up cameras with known truth, and the park's photograph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from game.environment.drawing import Drawing, Length, Line, load_drawing, save_drawing
from game.environment.matching import Match, errors_of, match
from game.environment.optics import Camera, axes_of, to_pixels
from models.errors import InputError

SIZE = (1600, 1000)
TRUE = Camera((2.0, -6.0, 1.7), axes_of(28.0, -6.0, 1.5), 1450.0, SIZE, (800.0, 500.0))

# Edges of a house corner at the origin: start, axis, length in m.
EDGES = [
    ((0.0, 0.0, 0.0), "x", 3.0),
    ((0.0, 0.0, 1.4), "x", 3.0),
    ((0.0, 0.0, 2.5), "x", 2.5),
    ((0.0, 0.0, 0.0), "y", 4.0),
    ((0.0, 0.0, 1.4), "y", 4.0),
    ((0.0, 0.0, 2.5), "y", 4.0),
    ((0.0, 0.0, 0.0), "z", 2.5),
    ((2.0, 0.0, 0.0), "z", 2.5),
    ((0.0, 3.0, 0.0), "z", 2.5),
]


def seen(camera: Camera, *points: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    return tuple((float(u), float(v)) for u, v in to_pixels(camera, np.array(points)))


def draw(camera: Camera, axes: str = "xyz", noise: float = 0.0, seed: int = 1) -> Drawing:
    """The edges as ``camera`` shows them, each by five points that are off by ``noise`` px; 2.5 m upright is known."""
    random = np.random.default_rng(seed)
    lines = []
    for start, axis, length in EDGES:
        if axis in axes:
            way = np.eye(3)["xyz".index(axis)]
            points = seen(camera, *(tuple(np.array(start) + t * length * way) for t in np.linspace(0, 1, 5)))
            jitter = random.normal(0.0, noise, (5, 2))
            lines.append(Line(axis, tuple((u + a, v + b) for (u, v), (a, b) in zip(points, jitter, strict=True))))
    foot, top = seen(camera, (0.0, 0.0, 0.0), (0.0, 0.0, 2.5))
    return Drawing(tuple(lines), Length((foot, top), 2.5, upright=True), origin=foot)


def turned_by(found: Match, true: Camera) -> float:
    """Angle in degrees between two cameras."""
    cosine = 0.5 * (np.trace(np.array(found.camera.axes) @ np.array(true.axes).T) - 1.0)
    return float(np.degrees(np.arccos(min(1.0, cosine))))


@pytest.mark.parametrize("axes", ["xyz", "xy", "yz"])
def test_a_perfect_drawing_gives_the_camera_back(axes: str) -> None:
    found = match(draw(TRUE, axes), SIZE)
    assert found.camera.focal == pytest.approx(TRUE.focal, rel=1e-4)
    assert turned_by(found, TRUE) < 0.01
    np.testing.assert_allclose(found.camera.position, TRUE.position, atol=2e-3)
    assert found.error == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("heading", [-62.0, -35.0, 10.0, 44.0, 62.0])
def test_noise_of_a_pixel_moves_the_camera_no_further_than_it_says(heading: float) -> None:
    true = replace(TRUE, axes=axes_of(heading, -4.0, -1.0), position=(4.5 * np.sin(np.radians(heading)), -9.0, 1.7))
    found = match(draw(true, noise=1.0), SIZE)
    assert found.focal_error is not None
    assert abs(found.camera.focal - true.focal) < 3.0 * found.focal_error
    assert 0.3 < (found.error or 0.0) < 1.5
    assert turned_by(found, true) < 1.5


def test_a_ground_length_gives_the_same_scale_as_an_upright_one() -> None:
    drawing = draw(TRUE)
    ends = seen(TRUE, (0.0, 0.0, 0.0), (3.0, 0.0, 0.0))
    found = match(replace(drawing, length=Length((ends[0], ends[1]), 3.0, upright=False)), SIZE)
    assert found.camera.position[2] == pytest.approx(1.7, abs=1e-3)


def test_a_known_height_wins_over_the_length() -> None:
    found = match(replace(draw(TRUE), height=3.4), SIZE)
    np.testing.assert_allclose(found.camera.position, 2.0 * np.array(TRUE.position), atol=5e-3)


def test_the_principal_point_is_found_where_it_is_asked_for() -> None:
    true = replace(TRUE, principal_point=(700.0, 620.0))
    drawing = draw(true, noise=0.1)
    found = match(replace(drawing, fit=frozenset({"principal_point"})), SIZE)
    np.testing.assert_allclose(found.camera.principal_point, true.principal_point, atol=25.0)
    assert (found.error or 1.0) < 0.5 * (match(drawing, SIZE).error or 0.0)


@pytest.mark.parametrize("k1", [-0.2, 0.1])
def test_bent_edges_tell_the_distortion(k1: float) -> None:
    drawing = draw(replace(TRUE, distortion=(k1, 0.0)), noise=0.05)
    found = match(replace(drawing, fit=frozenset({"distortion"})), SIZE)
    assert found.camera.distortion[0] == pytest.approx(k1, abs=0.02)
    assert found.camera.focal == pytest.approx(TRUE.focal, rel=0.01)


def test_a_given_focal_length_is_kept_and_spans_what_lines_alone_cannot() -> None:
    level = replace(TRUE, axes=axes_of(0.0, 0.0, 0.0), position=(0.5, -8.0, 1.6))
    drawing = draw(level, "xy")
    found = match(replace(drawing, focal=1450.0), SIZE)
    assert found.camera.focal == 1450.0
    assert turned_by(found, level) < 0.01
    with pytest.raises(InputError, match=r"parallel in the picture.*give the focal length"):
        match(drawing, SIZE)


BAD = [
    (replace(draw(TRUE), focal=0.0), "focal length is zero"),
    (draw(TRUE, "x"), "too few lines"),
    (replace(draw(TRUE), lines=(Line("x", ((5.0, 5.0), (5.0, 5.0))), *draw(TRUE).lines)), "only a point"),
    (replace(draw(TRUE), origin=(800.0, 10.0)), "the origin lies on or above the horizon"),
    (replace(draw(TRUE), length=Length(((800.0, 900.0), (800.0, 950.0)), 1.0, upright=True)), "below its foot"),
    (replace(draw(TRUE), length=Length(((800.0, 900.0), (800.0, 900.0)), 1.0, upright=False)), "only a point"),
    (
        Drawing(tuple(Line(axis, ((x, 0.0), (x, 900.0))) for axis in "xy" for x in (100.0, 500.0))),
        "fit no camera|too nearly parallel|too alike",
    ),
]


@pytest.mark.parametrize(("drawing", "said"), BAD)
def test_a_drawing_that_fixes_no_camera_is_refused(drawing: Drawing, said: str) -> None:
    with pytest.raises(InputError, match=said):
        match(drawing, SIZE)


def test_a_drawing_is_read_as_it_was_written(tmp_path: Path) -> None:
    drawing = replace(draw(TRUE), focal=1400.0, principal_point=(801.0, 499.0), fit=frozenset({"distortion"}))
    save_drawing(tmp_path / "lines.json", drawing)
    assert load_drawing(tmp_path / "lines.json") == drawing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "no lines in here"),
        ('{"schema": "backflip.lines", "version": 2, "lines": []}', "another kind or version"),
        (
            '{"schema": "backflip.lines", "version": 1, "lines": [{"axis": "q", "points": [[1, 2], [3, 4]]}]}',
            "x, y or z",
        ),
        ('{"schema": "backflip.lines", "version": 1, "lines": [{"axis": "x", "points": [[1, 2]]}]}', "fewer than two"),
        ('{"schema": "backflip.lines", "version": 1, "lines": [{"axis": "x", "points": [[1, NaN], [3, 4]]}]}', "rows"),
    ],
)
def test_a_damaged_drawing_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "lines.json").write_text(text)
    with pytest.raises(InputError, match=said):
        load_drawing(tmp_path / "lines.json")


def test_the_parks_calibration_is_an_estimate_and_its_lines_say_so() -> None:
    size = (1768, 994)
    drawing = load_drawing(Path(__file__).parent / "park_lines.json")
    found = match(drawing, size)
    assert (found.error or 9.0) < 1.5
    estimate = Camera((10.0, 3.51, 1.71), axes_of(0.0, 0.0, 0.07), 2520.09, size, (884.0, 497.0))
    assert found.error is not None
    assert float(np.sqrt(np.mean(np.square(errors_of(estimate, drawing))))) > 5.0 * found.error
