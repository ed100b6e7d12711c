"""The hand's way into the picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from game.bench.rows import Row
from game.camera.pose import CameraPose
from game.camera.trackers.latency import SteppingTracker, measure
from game.environment.place import Place
from game.finding import find_environment
from models.coords import hpr_to_wxyz


def hand_to_picture(base: Any, place: str = "park") -> list[Row]:
    """How late a movement of the hand is in the picture of a place, drawn as in live play but without a window."""
    environment = find_environment(place)
    drawn = Place(base, environment)
    operator = environment.operators[0]
    mark = CameraPose(np.array(operator.position), hpr_to_wxyz(*operator.hpr))
    tracker = SteppingTracker()
    latency = measure(base, tracker, mark, tracker.step)
    drawn.destroy()
    return [
        Row("from the hand's step to a picture of it", latency.pictures, "pictures", 1),
        Row(f"  from its sample to that picture, {place}", latency.milliseconds, "ms"),
    ]
