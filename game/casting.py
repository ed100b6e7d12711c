"""Who plays: a person's folder, and the face track that the face follows; as arguments name them, and as takes do."""

from __future__ import annotations

from pathlib import Path

from game.avatar.face_track import FaceTrack, load_face_track
from game.avatar.person import load_person
from game.finding import person_folder
from game.takes.facts import Facts
from game.takes.replay import Replay
from models.body import Body, load_humanoid
from models.errors import InputError
from models.physique import load_body


def face_reference(path: str | None) -> str:
    """What a take writes down to find a face track again.

    Raises:
        InputError: it is none.
    """
    return "" if path is None else str(load_face_track(Path(path)).path.resolve())


def face_of(settings: dict[str, Facts]) -> FaceTrack | None:
    """The face track that a take was played with.

    Raises:
        InputError: it is gone or damaged.
    """
    path = settings.get("person", {}).get("face", "")
    return load_face_track(Path(str(path))) if path else None


def body_of(folder: Path) -> Body:
    """The physics body of the person in a folder: their own, or the humanoid.

    Raises:
        InputError: the folder is no person, or its body is damaged.
    """
    own = load_person(folder).body
    return load_humanoid() if own is None else load_body(own)


def cast_of(replay: Replay) -> tuple[Path, Body]:
    """The folder of the person who was filmed, and the body.

    Raises:
        InputError: the take is of another body.
    """
    header = replay.header
    person = person_folder(str(header.settings.get("person", {}).get("folder", "default")))
    body = body_of(person)
    if header.body != body.digest:
        told = f"filmed with another body ({header.body}), this one is {body.digest}"
        raise InputError(f"{replay.take.id}: {told}; use the version of this program that filmed it")
    return person, body
