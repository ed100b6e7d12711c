"""OpenTrackIO's samples: from the JSON or CBOR of one to a pose and a lens. Both hold the same names and values.

The axes are Panda's own: metres, Z up, Y ahead, right-handed; pan about Z, then tilt about X, then roll about Y, in
degrees. A sample's transforms follow each other from the stage to the camera. Everything that a sample may hold besides
is passed over. Source: SMPTE RIS OpenTrackIO 1.0, its JSON schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
import numpy as np

from game.camera.angles import turned
from game.camera.pose import CameraPose
from game.camera.trackers.opentrackio_packet import CBOR, JSON
from models import rotations
from models.coords import xyzw_to_wxyz
from models.rotations import Array

VERSIONS = (0, 1)  # major numbers of the protocol that have these fields
_FARTHEST = 1e6  # m or degrees; beyond is no measurement
_MOST = 64  # transforms of one sample
_DEEPEST = 32  # lists and maps within each other


@dataclass(frozen=True)
class TrackedSample:
    """What one sample says; None for what it does not say.

    source: the sender's id. pose: of the camera on the stage. focal_length in mm, focus_distance in m, aperture as
    f-number.
    """

    source: str | None = None
    pose: CameraPose | None = None
    focal_length: float | None = None
    focus_distance: float | None = None
    aperture: float | None = None


def decode_payload(payload: bytes, encoding: int = JSON) -> TrackedSample:
    """Read one sample.

    Raises:
        ValueError: it is no OpenTrackIO sample; says why.
    """
    data = _from_cbor(payload) if encoding == CBOR else _from_json(payload)
    if not isinstance(data, dict):
        raise ValueError("it holds no sample")
    _check_protocol(data.get("protocol"))
    source = data.get("sourceId")
    if source is not None and not isinstance(source, str):
        raise ValueError("its sourceId is no text")
    lens = data.get("lens", {})
    if not isinstance(lens, dict):
        raise ValueError("its lens is no object")
    pose = _compose(data["transforms"]) if "transforms" in data else None
    numbers = (_positive(lens, name) for name in ("pinholeFocalLength", "focusDistance", "fStop"))
    return TrackedSample(source, pose, *numbers)


def _from_json(payload: bytes) -> Any:
    try:
        return json.loads(payload, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error


def _from_cbor(payload: bytes) -> Any:
    try:
        return cbor2.loads(
            payload,
            semantic_decoders=_NoTags(),
            max_depth=_DEEPEST,
            allow_duplicate_keys=False,
            strict_hashable_types=True,
        )
    except cbor2.CBORError as error:
        raise ValueError("it is not plain CBOR") from error


class _NoTags(Mapping[int, Callable[[Any, bool], Any]]):
    """Refuses every tag. A sample has none, and some make a decoder compute or compile what a stranger sends."""

    def __getitem__(self, tag: int) -> Callable[[Any, bool], Any]:
        return _refuse_tag

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _refuse_tag(decoder: Any, immutable: bool) -> Any:
    raise ValueError("a sample has no tags")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _check_protocol(protocol: Any) -> None:
    version = protocol.get("version") if isinstance(protocol, dict) else None
    if not isinstance(protocol, dict) or protocol.get("name") != "OpenTrackIO" or not isinstance(version, list):
        raise ValueError("it does not name OpenTrackIO and its version as its protocol")
    if len(version) != 3 or any(type(part) is not int for part in version) or version[0] not in VERSIONS:
        raise ValueError(f"it is of another version ({str(version)[:20]}) than {' or '.join(map(str, VERSIONS))}")


def _compose(transforms: Any) -> CameraPose:
    """The pose of the last transform on the stage; a scale counts for the positions that follow it alone."""
    if not isinstance(transforms, list) or not 1 <= len(transforms) <= _MOST:
        raise ValueError("its transforms are no list")
    position, rotation, frame = np.zeros(3), rotations.IDENTITY.copy(), np.eye(3)
    for transform in transforms:
        if not isinstance(transform, dict):
            raise ValueError("a transform is no object")
        turn = turned(np.radians(_triple(transform.get("rotation"), ("pan", "tilt", "roll"))))
        position = position + frame @ _triple(transform.get("translation"), ("x", "y", "z"))
        frame = frame @ np.stack([rotations.rotate(turn, axis) for axis in np.eye(3)], axis=1)
        if "scale" in transform:
            scale = _triple(transform["scale"], ("x", "y", "z"))
            if np.any(scale <= 0.0):
                raise ValueError("a transform is scaled to nothing or turned inside out")
            frame = frame * scale
        rotation = rotations.multiply(rotation, turn)
    if np.any(np.abs(position) > _FARTHEST):
        raise ValueError("its position is beyond all distance")
    return CameraPose(position, xyzw_to_wxyz(rotations.normalize(rotation)))


def _triple(value: Any, names: tuple[str, str, str]) -> Array:
    if not isinstance(value, dict):
        raise ValueError(f"a transform lacks {', '.join(names)}")
    return np.array([_number(value.get(name), name) for name in names])


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= _FARTHEST:
        raise ValueError(f"its {name} is no usable number")
    return float(value)


def _positive(lens: dict[str, Any], name: str) -> float | None:
    if lens.get(name) is None:
        return None
    value = _number(lens[name], name)
    if value <= 0.0:
        raise ValueError(f"its {name} is not above 0")
    return value
