"""What a take's journal says in JSON: its header, its settings and their changes, its events.

Times are nanoseconds of the one monotonic clock that also stamps tracker samples; a take's second 0 is the header's
``start_ns``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from enum import IntEnum
from typing import Any

from models.errors import InputError

Facts = dict[str, Any]  # what JSON can hold

SECOND = 1_000_000_000  # ns
POSITION, ROTATION, FOCAL, FOCUS = CHANNELS = ("position", "rotation", "focal", "focus")
"""What of a camera can be filmed anew on its own."""
_CLOCK_RANGE = 1 << 62  # ns; 146 years either way


class OtherSchemaError(InputError):
    """A file beside a journal cannot be used, of a newer version say; the take is whole and must not be mended."""


class Kind(IntEnum):
    """Kinds of records in a take's journal. A reader passes over those that it does not know."""

    HEADER = 1
    SNAPSHOT = 2
    CAMERA = 3
    SETTINGS = 4
    EVENT = 5
    VIEW = 6


@dataclass(frozen=True)
class TakeHeader:
    """What holds for a whole take.

    slate: name of the shot. start_ns: the monotonic clock at the take's second 0. environment, skill: names. stage,
    body: digests. seed: of the attempt under way. settings: rig, lens, person and whatever else can change, as
    they are at the start, so that no take lacks its first lens. versions: of the program and its libraries. scene,
    shot: numbers of the script, as written. reshoot: empty, or the take whose performance is filmed anew: "take" its
    id, "sha256" its journal's, "channels" those of `CHANNELS` that are new, the others being that take's.
    """

    slate: str
    start_ns: int
    environment: str
    skill: str
    stage: str
    body: str
    seed: int
    settings: dict[str, Facts]
    versions: dict[str, str] = field(default_factory=dict)
    scene: str = ""
    shot: str = ""
    reshoot: Facts = field(default_factory=dict)

    def seconds(self, at_ns: int) -> float:
        """A moment of the monotonic clock in the take's time."""
        return (at_ns - self.start_ns) / SECOND


@dataclass(frozen=True)
class Change:
    """Settings ``name`` become ``value``, or an event ``name`` happens with the detail ``value``."""

    at_ns: int
    name: str
    value: Facts


def encode_header(header: TakeHeader, created: str) -> bytes:
    """JSON. created: local date and time, ISO 8601."""
    return to_json({"created": created, **asdict(header)})


def decode_header(payload: bytes) -> tuple[TakeHeader, str]:
    """The header, and when the take was made. Fields that this program does not know are passed over.

    Raises:
        ValueError: these bytes are none.
    """
    facts = from_json(payload)
    try:
        created = facts.pop("created")
        header = TakeHeader(**{known.name: facts[known.name] for known in fields(TakeHeader) if known.name in facts})
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the header of a take: {error}") from error
    names = ("slate", "environment", "skill", "stage", "body", "scene", "shot")
    texts = (created, *(getattr(header, name) for name in names))
    groups = header.settings if isinstance(header.settings, dict) else {"": None}
    sound = (
        all(isinstance(text, str) for text in texts)
        and type(header.start_ns) is int
        and is_moment(header.start_ns)
        and type(header.seed) is int
        and isinstance(header.versions, dict)
        and _is_reshoot(header.reshoot)
        and all(isinstance(group, dict) for group in groups.values())
    )
    if not sound:
        raise ValueError("not the header of a take: a field is of the wrong type")
    return header, created


def _is_reshoot(facts: Any) -> bool:
    if facts == {}:
        return True
    if not isinstance(facts, dict) or not all(isinstance(facts.get(name), str) for name in ("take", "sha256")):
        return False
    channels = facts.get("channels")
    return isinstance(channels, list) and all(channel in CHANNELS for channel in channels)


def encode_change(at_ns: int, name: str, value: Facts) -> bytes:
    """JSON of changed settings or of an event."""
    return to_json({"at_ns": at_ns, "name": name, "value": value})


def decode_change(payload: bytes) -> Change:
    """Inverse of `encode_change`.

    Raises:
        ValueError: these bytes are none.
    """
    facts = from_json(payload)
    at_ns, name, value = facts.get("at_ns"), facts.get("name"), facts.get("value")
    if type(at_ns) is not int or not is_moment(at_ns) or not isinstance(name, str) or not isinstance(value, dict):
        raise ValueError("neither settings nor an event")
    return Change(at_ns, name, value)


def is_moment(at_ns: int) -> bool:
    """Whether this can be a moment of the clock."""
    return abs(at_ns) < _CLOCK_RANGE


def to_json(facts: Facts, indent: int | None = None) -> bytes:
    """Strict JSON in UTF-8.

    Raises:
        TypeError, ValueError: something in it is not JSON, such as NaN.
    """
    separators = (",", ":") if indent is None else None
    return json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=separators, indent=indent).encode()


def from_json(data: bytes) -> Facts:
    """A JSON object.

    Raises:
        ValueError: these bytes are none.
    """
    try:
        facts = json.loads(data)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    if not isinstance(facts, dict):
        raise ValueError("JSON, but no object")
    return facts
